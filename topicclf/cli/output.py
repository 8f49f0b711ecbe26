"""Where rows go: standard output, or a file that is whole or not there."""

import hashlib
import os
import stat
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import click

from topicclf.errors import DataError, TopicclfError
from topicclf.records import BadRecord, Record
from topicclf.writing.delimited import DelimitedWriter, Header
from topicclf.writing.jsonl import JsonlWriter
from topicclf.writing.parquet import ParquetWriter
from topicclf.writing.part import Checkpoint, Part, resolved
from topicclf.writing.row import Row, Skipped, Writer
from topicclf.writing.sheet import Sheet
from topicclf.writing.tally import Tally

__all__ = ["Destination", "Output"]

_DELIMITERS = {"csv": ",", "tsv": "\t"}
# Often enough for whoever reads along, and so that a kill costs little.
_FLUSHED = 256
_SECONDS = 0.5


@dataclass(frozen=True)
class Destination:
    """Where rows go, and in which form.

    Attributes:
        format: The format.
        target: The file; None is standard output.
        sheet: What a table looks like.
        work: What makes this work another one: the input, the options, the model.
    """

    format: str
    target: Path | None
    sheet: Sheet
    work: Mapping[str, Any]

    @property
    def is_file(self) -> bool:
        """Whether it is a file, and nobody reads along."""
        if self.target is not None:
            return _is_plain(self.target)
        try:
            return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
        except OSError:
            return False

    @contextmanager
    def open(self, *, resume: bool) -> Iterator["Output"]:
        """Open it; a file takes its place when all has gone well.

        Args:
            resume: Whether to go on with what an interrupted run has left.

        Raises:
            DataError: Resuming is not possible.
        """
        if self.target is None or not self.is_file:
            name = "-" if self.target is None else str(self.target)
            with click.open_file(name, "wb") as file, Output(file, self._writer(file)) as output:
                yield output
            return
        resumable = self.format != "parquet"
        if resume and not resumable:
            msg = "can't resume parquet, which is written at the end; use jsonl, csv or tsv"
            raise DataError(msg)
        part = Part(self.target, self.work, resume=resume, resumable=resumable)
        output = Output(part.file, self._writer(part.file, part.checkpoint), part)
        try:
            with output:
                yield output
            part.finish(output.rewritten())
        except BaseException as error:
            note = part.leave()
            if note and output.began:
                error.add_note(note)
            raise
        finally:
            part.close()

    def _writer(self, file: IO[bytes], done: Checkpoint | None = None) -> Writer:
        if self.format == "parquet":
            folder = resolved(self.target).parent if self.target and done else None
            names = self.sheet.columns
            return ParquetWriter(file, self.sheet.topics, columns=names, folder=folder)
        if self.format == "jsonl":
            return JsonlWriter(file, self.sheet.topics)
        header = done.more.get("header") if done else None
        return DelimitedWriter(
            file,
            self.sheet,
            delimiter=_DELIMITERS[self.format],
            header=Header(**header) if header else None,
            streamed=done is None,
        )


def _is_plain(target: Path) -> bool:
    # What is in /dev may lead to a file, but has to be written as it comes.
    return not str(target.absolute()).startswith("/dev/") and (
        target.is_file() or not target.exists()
    )


class Output:
    """An open destination; leaving it writes what is left to write.

    Args:
        file: The file.
        writer: Writes rows into it.
        part: The file as a part that can be gone on with, if it is one.

    Attributes:
        tally: Counts what was written, in earlier runs and in this one.
        began: Whether it has been found out that this run may go on with what is there.
    """

    def __init__(self, file: IO[bytes], writer: Writer, part: Part | None = None) -> None:
        self.tally = Tally(part.checkpoint.more.get("tally") if part else None)
        self.began = False
        self._file = file
        self._writer = writer
        self._part = part
        self._digest = hashlib.sha256()
        self._unflushed = 0
        self._flushed = time.monotonic()

    def pass_over(self, records: Iterator[Record | BadRecord]) -> None:
        """Pass over the records that have been answered.

        Raises:
            DataError: They are not the same any more.
        """
        done = self._part.checkpoint if self._part else Checkpoint()
        count = 0
        for record in islice(records, done.records):
            count += 1
            self._digest.update(_identity(record))
        if count < done.records or (count and self._digest.hexdigest() != done.digest):
            assert self._part is not None
            msg = (
                f"can't resume: the input is not what {self._part.path} was made from; without "
                "--resume the work begins anew"
            )
            raise DataError(msg)
        self.began = True

    def write(self, row: Row) -> bool:
        """Write a row.

        Returns:
            Whether it, and all before it, has now been handed to the system.
        """
        self.tally.add(row)
        if not isinstance(row, Skipped):
            self._writer.write(row)
        if self._part is not None:
            self._digest.update(_identity(row if isinstance(row, BadRecord) else row.record))
        self._unflushed += 1
        if self._unflushed < _FLUSHED and time.monotonic() - self._flushed < _SECONDS:
            return False
        self.flush()
        return True

    def flush(self) -> None:
        """Hand on all rows so far; in a file they count from now on."""
        self._writer.flush()
        self._file.flush()
        self._count_problems()
        self._unflushed, self._flushed = 0, time.monotonic()
        if self._part is None:
            return
        more: dict[str, Any] = {"tally": self.tally.state}
        if isinstance(self._writer, DelimitedWriter):
            if self._writer.header is None:
                return
            more["header"] = asdict(self._writer.header)
        size = self._file.tell()
        self._part.reach(Checkpoint(size, self.tally.records, self._digest.hexdigest(), more))

    def _count_problems(self) -> None:
        for problem in self._writer.problems:
            self.tally.add_problem(problem)
        self._writer.problems.clear()

    def rewritten(self) -> Iterator[bytes] | None:
        """The whole file once more, if that is needed."""
        if not isinstance(self._writer, DelimitedWriter):
            return None
        self._file.seek(0)
        return self._writer.rewritten(self._file)

    @property
    def absent(self) -> list[str]:
        """Columns that were asked for and that no row had."""
        return self._writer.absent

    def __enter__(self) -> "Output":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._writer.close()
            self._file.flush()
            self._count_problems()
        elif issubclass(kind, TopicclfError) and self.began:
            # Whatever else went wrong may have gone wrong in the midst of writing.
            self.flush()


def _identity(record: Record | BadRecord) -> bytes:
    """What makes a record of the input another one."""
    if isinstance(record, BadRecord):
        return f"{record.line}: {record.problem}\n".encode(errors="replace")
    if record.json:
        return record.json
    return repr(record.fields).encode(errors="backslashreplace")
