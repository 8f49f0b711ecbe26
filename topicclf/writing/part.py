"""A file that grows beside the one that it will become, and can be gone on with."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from topicclf.errors import DataError

__all__ = ["Part", "RowForm", "Written"]


@dataclass(frozen=True)
class RowForm:
    """How rows stand in a file.

    Attributes:
        rows: Parts what has been written into rows, leaving out one that is not whole.
        is_bad: Whether a row stands for a bad record.
        header: How many rows are no records.
    """

    rows: Callable[[Iterable[bytes]], Iterator[bytes]]
    is_bad: Callable[[bytes], bool]
    header: int = 0


@dataclass(frozen=True)
class Written:
    """What a part holds.

    Attributes:
        records: How many records it answers, filtered ones included.
        bad: How many of them are bad.
        header: The rows that are no records.
    """

    records: int
    bad: int
    header: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Part:
    """The part of a file that has been written so far.

    Its name holds a mark of the input and the options, so that it is never gone on with under
    others.

    Attributes:
        target: The file that it will become.
        mark: Says what it was made from and how.
    """

    target: Path
    mark: str

    @property
    def path(self) -> Path:
        """Where it stands."""
        return self.target.with_name(f"{self.target.name}.{self.mark}.part")

    def others(self) -> list[Path]:
        """Parts of the same target with another mark."""
        start = f"{self.target.name}."
        return [
            path
            for path in sorted(self.target.parent.iterdir())
            if path.name.startswith(start) and path.suffix == ".part" and path != self.path
        ]

    def repair(self, form: RowForm) -> Written:
        """Cut off a row that is not whole, and tell what is left; without a part, nothing is.

        Raises:
            DataError: There is no such part, but one with another mark.
        """
        if not self.path.exists():
            if others := self.others():
                msg = (
                    f"{others[0]} was made from other input, with other options or by another "
                    f"model: go on with those, or delete it"
                )
                raise DataError(msg)
            return Written(0, 0)
        header: list[bytes] = []
        end = rows = bad = 0
        with self.path.open("r+b") as file:
            for row in form.rows(file):
                end += len(row)
                if len(header) < form.header:
                    header.append(row)
                    continue
                rows += 1
                bad += form.is_bad(row)
            file.truncate(end)
        return Written(rows, bad, tuple(header))

    def finish(self, form: RowForm | None = None) -> None:
        """Put the part in its target's place.

        Args:
            form: Given, blank rows are left out on the way.
        """
        if form is None:
            whole = self.path
        else:
            whole = self.path.with_suffix(".short")
            with self.path.open("rb") as file, whole.open("wb") as kept:
                kept.writelines(row for row in form.rows(file) if row != b"\n")
        with whole.open("rb") as file:
            os.fsync(file.fileno())
        whole.replace(self.target)
        # Last of all: whenever this is killed, the part with its blanks can be gone on with.
        self.path.unlink(missing_ok=True)
