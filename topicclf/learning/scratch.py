"""Learning from more than memory holds: a folder for what is taken a block at a time, and a bound.

Texts are read once, into a file of numbered words; from there on words and features come by blocks
of a few megabytes. Nothing is mapped into memory: a mapped file counts as memory, and pushes other
things out of it.
"""

import weakref
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST_MEMORY", "NumberFile", "Scratch"]

#: The least to learn with, in bytes.
LEAST_MEMORY = 350_000_000
# What Python and its libraries take before anything is learnt.
_BASE = 230_000_000
# Of a pair of words that may yet be kept: its key, its count, and the arrays of a classifier.
_PAIR = 120
# Of an article whose passages are judged.
_JUDGED = 5_000


class Scratch:
    """A folder for files that is gone with this object, and how much memory there is beside it.

    Args:
        memory: The bound, in bytes.

    Attributes:
        held: How many bytes are taken for as long as learning goes on.
    """

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self.held = 0
        self._folder = Path(mkdtemp(prefix="topicclf-"))
        weakref.finalize(self, rmtree, self._folder, ignore_errors=True)

    @classmethod
    def of(cls, memory: int) -> "Scratch":
        """Make one where the system has its temporary files.

        Raises:
            ValueError: That is too little memory.
        """
        if memory < LEAST_MEMORY:
            msg = f"memory must be {LEAST_MEMORY // 10**6} MB or more, not {memory / 1e6:g}"
            raise ValueError(msg)
        return cls(memory)

    def file(self, name: str) -> Path:
        """A file in the folder."""
        return self._folder / name

    @property
    def _free(self) -> int:
        return max(self.memory - _BASE - self.held, 1_000_000)

    @property
    def most_bytes(self) -> int:
        """How much memory may be taken to learn classifiers."""
        return self._free * 7 // 10

    @property
    def most_pairs(self) -> int:
        """How many pairs of words may be weighed."""
        return self._free * 3 // 10 // _PAIR

    @property
    def most_judged(self) -> int:
        """How many articles may be judged out of fold, with their passages."""
        return (self.memory - _BASE) // _JUDGED

    @property
    def most_keys(self) -> int:
        """How many keys may be sorted at a time."""
        return self._free // 4 // 8


class NumberFile:
    """Numbers of one type in a file, written in turn and read in runs."""

    def __init__(self, path: Path, dtype: Any) -> None:
        self._path = path
        self._dtype = np.dtype(dtype)
        path.write_bytes(b"")

    def append(self, numbers: NDArray[Any]) -> None:
        """Write numbers behind those that are there."""
        with self._path.open("ab") as file:
            file.write(np.ascontiguousarray(numbers, self._dtype).data)

    def take(self) -> NDArray[Any]:
        """Read all, and remove the file."""
        numbers = np.fromfile(self._path, self._dtype)
        self._path.unlink()
        return numbers

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Read a run of numbers."""
        offset = start * self._dtype.itemsize
        return np.fromfile(self._path, self._dtype, stop - start, offset=offset)
