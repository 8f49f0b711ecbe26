"""Texts in a file, for learning from more than memory holds."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from topicclf.learning.scratch import Scratch

__all__ = ["TextFile"]


class TextFile(Sequence[str]):
    """Texts in a file.

    Args:
        scratch: Where to write it, and what keeps it.
        bounds: Where texts start and end in it; for texts that are there already.
        name: What the file is called.
    """

    def __init__(
        self, scratch: Scratch, bounds: NDArray[np.int64] | None = None, *, name: str = "texts"
    ) -> None:
        self.scratch = scratch
        self._name = name
        self._path = scratch.file(name)
        self._ends = array("q", [0])
        self._bounds = bounds

    def extend(self, texts: Iterable[str]) -> None:
        """Write texts behind those that are there."""
        with self._path.open("ab") as file:
            for text in texts:
                content = text.encode("utf-8", "surrogatepass")
                file.write(content)
                self._ends.append(self._ends[-1] + len(content))

    def of(self, rows: NDArray[np.int64]) -> "TextFile":
        """Some of the texts."""
        return TextFile(self.scratch, self._spans[rows], name=self._name)

    @property
    def _spans(self) -> NDArray[np.int64]:
        """Where each text starts and ends, shape (n_texts, 2)."""
        if self._bounds is not None:
            return self._bounds
        ends = np.frombuffer(self._ends, np.int64)
        return np.column_stack([ends[:-1], ends[1:]])

    def __len__(self) -> int:
        return len(self._ends) - 1 if self._bounds is None else len(self._bounds)

    def __iter__(self) -> Iterator[str]:
        with self._path.open("rb") as file:
            for start, end in self._spans:
                file.seek(start)
                yield file.read(end - start).decode("utf-8", "surrogatepass")

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> "TextFile": ...
    def __getitem__(self, row: int | slice) -> "str | TextFile":
        if isinstance(row, slice):
            return self.of(np.arange(len(self))[row])
        [text] = self.of(np.array([row]))
        return text
