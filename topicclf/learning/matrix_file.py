"""Sparse matrices in files, for learning from more than memory holds."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["Matrix", "MatrixFile", "column_sums", "products", "upper_rows"]

_CELL = np.dtype([("value", np.float32), ("column", np.int32)])


@dataclass(frozen=True, eq=False)
class MatrixFile:
    """A sparse matrix in a file, as far as learning needs one.

    Attributes:
        path: The file: cell after cell the value, float32, and its column, int32.
        indptr: Where each row's cells start, and the end, shape (n_rows + 1,).
        starts: The first row of each block, and the end.
        shape: As of an array.
        most_bytes: How much memory one may take.
    """

    path: Path
    indptr: NDArray[np.int64]
    starts: NDArray[np.int64]
    shape: tuple[int, int]
    most_bytes: int

    @classmethod
    def write(
        cls, parts: Iterable[sparse.csr_matrix], path: Path, *, width: int, most_bytes: int
    ) -> "MatrixFile":
        """Write matrices one below the other, a block for each."""
        bounds, starts = array("q", [0]), array("q", [0])
        with path.open("wb") as file:
            for part in parts:
                cells = np.empty(part.nnz, _CELL)
                cells["value"], cells["column"] = part.data, part.indices
                file.write(cells.data)
                bounds.frombytes((bounds[-1] + part.indptr[1:].astype(np.int64)).tobytes())
                starts.append(len(bounds) - 1)
        rows, blocks = np.frombuffer(bounds, np.int64), np.frombuffer(starts, np.int64)
        return cls(path, rows, blocks, (len(rows) - 1, width), most_bytes)

    def upper(self, n_rows: int) -> "MatrixFile":
        """The first rows."""
        starts = self.starts[self.starts <= n_rows]
        return replace(
            self, indptr=self.indptr[: n_rows + 1], starts=starts, shape=(n_rows, self.shape[1])
        )

    def blocks(self) -> Iterator[tuple[slice, sparse.csr_matrix]]:
        """The rows, block by block."""
        for number in range(len(self.starts) - 1):
            yield self.block(number)

    def parts(self, rows: NDArray[np.int64]) -> Iterator[sparse.csr_matrix]:
        """Some rows, in ascending order, block by block."""
        edges = np.searchsorted(rows, self.starts)
        for number in np.flatnonzero(np.diff(edges)).tolist():
            inner = rows[edges[number] : edges[number + 1]] - self.starts[number]
            _, block = self.block(number)
            yield block if len(inner) == block.shape[0] else block[inner]

    def __getitem__(self, rows: NDArray[np.int64]) -> sparse.csr_matrix:
        bounds = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(self.indptr[rows + 1] - self.indptr[rows], out=bounds[1:])
        values, columns = np.empty(bounds[-1], np.float32), np.empty(bounds[-1], np.int32)
        end = 0
        for part in self.parts(rows):
            start, end = end, end + part.nnz
            values[start:end], columns[start:end] = part.data, part.indices
        return sparse.csr_matrix((values, columns, bounds), shape=(len(rows), self.shape[1]))

    def __matmul__(self, right: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([block @ right for _, block in self.blocks()])

    @property
    def T(self) -> "_Turned":  # noqa: N802
        """The matrix with rows and columns swapped, to multiply with."""
        return _Turned(self)

    def runs(self, length: int) -> NDArray[np.int64]:
        """Where runs of so many rows start and end, no run in two blocks; shape (n_runs, 2)."""
        starts = [np.arange(low, high, length) for low, high in pairwise(self.starts.tolist())]
        first = np.concatenate([np.empty(0, np.int64), *starts])
        return np.column_stack([first, np.append(first[1:], self.shape[0])])

    def at(self, runs: NDArray[np.int64]) -> sparse.csr_matrix:
        """Some runs of rows, in any order, one below the other."""
        counts = [np.diff(self.indptr[low : high + 1]) for low, high in runs.tolist()]
        found: list[bytes] = []
        with self.path.open("rb") as file:
            for start, end in (self.indptr[runs] * _CELL.itemsize).tolist():
                file.seek(start)
                found.append(file.read(end - start))
        return self._matrix(np.frombuffer(b"".join(found), _CELL), np.concatenate(counts))

    def block(self, number: int) -> tuple[slice, sparse.csr_matrix]:
        """One of the blocks, and its rows."""
        low, high = self.starts[number : number + 2].tolist()
        start, end = self.indptr[[low, high]].tolist()
        cells = np.fromfile(self.path, _CELL, end - start, offset=start * _CELL.itemsize)
        return slice(low, high), self._matrix(cells, np.diff(self.indptr[low : high + 1]))

    def _matrix(self, cells: NDArray[np.void], counts: NDArray[np.int64]) -> sparse.csr_matrix:
        bounds = np.append(0, np.cumsum(counts))
        parts = np.ascontiguousarray(cells["value"]), np.ascontiguousarray(cells["column"]), bounds
        return sparse.csr_matrix(parts, shape=(len(counts), self.shape[1]))


@dataclass(frozen=True, eq=False)
class _Turned:
    """A matrix in a file with rows and columns swapped."""

    matrix: MatrixFile

    def __matmul__(self, right: NDArray[np.float32]) -> NDArray[np.float32]:
        sums = np.zeros(self.matrix.shape[1], np.float32)
        for rows, block in self.matrix.blocks():
            # One cell after the other, as in memory: the sums are the same to the last bit.
            np.add.at(
                sums, block.indices, block.data * np.repeat(right[rows], np.diff(block.indptr))
            )
        return sums


Matrix = sparse.csr_matrix | MatrixFile


def column_sums(
    features: Matrix, rows: NDArray[np.int64], weight: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The weighted sum of some rows, given in ascending order; shape (n_features,)."""
    if isinstance(features, MatrixFile):
        chosen = np.zeros_like(weight)
        chosen[rows] = weight[rows]
        return features.T @ chosen
    sums: NDArray[np.float32] = features[rows].T @ weight[rows]
    return sums


def products(features: Matrix, rows: NDArray[np.int64], right: NDArray[Any]) -> NDArray[Any]:
    """Some rows, given in ascending order, times a matrix; shape (n_rows, n_columns)."""
    if isinstance(features, MatrixFile):
        empty = np.empty((0, right.shape[1]), right.dtype)
        return np.concatenate([empty, *(part @ right for part in features.parts(rows))])
    product: NDArray[Any] = features[rows] @ right
    return product


def upper_rows(features: Matrix, n_rows: int) -> Matrix:
    """The first rows of a matrix, in its own memory or file; of a file these are whole blocks."""
    if isinstance(features, MatrixFile):
        return features.upper(n_rows)
    end = features.indptr[n_rows]
    parts = features.data[:end], features.indices[:end], features.indptr[: n_rows + 1]
    return sparse.csr_matrix(parts, shape=(n_rows, features.shape[1]), copy=False)
