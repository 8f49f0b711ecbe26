"""Linear classifiers of examples in a file, several at a time, so that they share its reading."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topicclf import kernel
from topicclf.learning.matrix_file import MatrixFile

__all__ = ["Examples", "at_once", "solve"]

# Beyond these liblinear gives up, too.
_MOST_ROUNDS = 1000
# What each classifier takes of memory while it is learnt, in bytes: of a feature and of a row.
_FEATURE, _ROW = 40, 36
# As many as the kernel takes.
_MOST = 64
# Rows that are read in one go, as long as a disk is to be read in order; and that are learnt from
# in one go. Were it always the same ones, ten times as many rounds would be needed.
_RUN, _ROWS_AT_ONCE = 64, 4096

# The values of examples, one after the other, their features, and where each example starts.
_Cells = tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, eq=False)
class Examples:
    """What one classifier learns from.

    Attributes:
        rows: The numbers of the examples, ascending.
        carries: Whether each carries the topic, shape (n_rows,).
        counts: How much each counts, likewise.
        scale: What each feature is multiplied with, shape (n_features,).
        base: Weights whose score is a feature of its own, shape (n_features, 1), if any.
        term_vectors: As in `topicclf.learning.start.Start`; left out past memory.
    """

    rows: NDArray[np.int64]
    carries: NDArray[np.bool_]
    counts: NDArray[np.float64]
    scale: NDArray[np.float64]
    base: NDArray[np.float32] | None
    term_vectors: tuple[NDArray[np.int64], NDArray[np.float32]] | None


def at_once(features: MatrixFile) -> int:
    """How many classifiers may be learnt at a time."""
    n_rows, n_features = features.shape
    return min(max(1, features.most_bytes // (_FEATURE * n_features + _ROW * n_rows)), _MOST)


def solve(
    features: MatrixFile,
    several: Sequence[Examples],
    *,
    C: float,
    linear: bool,
    tolerance: float,
    seed: int,
) -> list[tuple[NDArray[np.float64], float]]:
    """Learn classifiers from the examples of a file, to the optimum that liblinear looks for.

    Part by part, as in Yu et al. (2012), "Large Linear Classification When Data Cannot Fit in
    Memory", ACM Transactions on Knowledge Discovery from Data 5: what is known of an example stays
    from round to round, so that nothing depends on how many parts there are. Unlike there, the
    parts are others in each round.

    Args:
        features: Shape (n_examples, n_features).
        several: What each classifier learns from.
        C: Inverse strength of the regularisation.
        linear: Whether the hinge is not squared.
        tolerance: Between the least and the greatest slope of a round; as liblinear's.
        seed: Of the order of the blocks, and of the examples in each.

    Returns:
        The weights of the features, not scaled, and the intercept of each classifier.
    """
    n_rows, n_features = features.shape
    bases = {column: each.base for column, each in enumerate(several) if each.base is not None}
    # Behind the features come the constant and the bases' scores.
    shape = n_features + 1 + len(bases), len(several)
    counts = np.zeros((n_rows, shape[1]), np.float32)
    squares = np.zeros(shape, np.float32)
    squares[n_features] = 1
    for column, each in enumerate(several):
        counts[each.rows, column] = np.where(each.carries, C, -C) * each.counts
        squares[:n_features, column] = each.scale**2
    for place, column in enumerate(bases, n_features + 1):
        squares[place, column] = 1
    extra = np.hstack(list(bases.values())) if bases else None
    dual, weights = np.zeros_like(counts), np.zeros(shape)
    random = np.random.default_rng(seed)
    every_run = features.runs(_RUN)
    descend = kernel.descend if kernel.available else _descend
    for _ in range(_MOST_ROUNDS):
        ends = np.tile([np.inf, -np.inf], (shape[1], 1))
        for runs in _shuffled(every_run, random):
            rows = np.concatenate([np.arange(low, high) for low, high in runs.tolist()])
            chosen = np.flatnonzero(counts[rows].any(1))
            if len(chosen):
                cells, order = _extended(features.at(runs), extra), random.permutation(chosen)
                known = dual[rows]
                descend(*cells, order, counts[rows], squares, linear, known, weights, ends)
                dual[rows] = known
        done = ends[:, 1] - ends[:, 0] <= tolerance
        if done.all():
            break
    coef = weights[:n_features]
    for (column, base), its in zip(bases.items(), weights[n_features + 1 :], strict=True):
        coef[:, column] += base[:, 0] * its[column]
    return [(coef[:, column], float(weights[n_features, column])) for column in range(shape[1])]


def _shuffled(runs: NDArray[np.int64], random: np.random.Generator) -> list[NDArray[np.int64]]:
    """Short runs of rows, put together anew in each round, some thousand rows at a time."""
    return np.array_split(random.permutation(runs), -(-len(runs) * _RUN // _ROWS_AT_ONCE))


def _extended(block: sparse.csr_matrix, extra: NDArray[np.float32] | None) -> _Cells:
    """A block with the constant and the bases' scores behind its features."""
    more = np.ones((block.shape[0], 1), np.float32)
    if extra is not None:
        more = np.hstack([more, block @ extra])
    ends = np.repeat(block.indptr[1:], more.shape[1])
    own = block.shape[1] + np.arange(more.shape[1])
    return (
        np.insert(block.data, ends, more.ravel()),
        np.insert(block.indices.astype(np.int64), ends, np.tile(own, len(more))),
        block.indptr + more.shape[1] * np.arange(len(more) + 1),
    )


def _descend(
    values: NDArray[np.float32],
    columns: NDArray[np.int64],
    bounds: NDArray[np.int64],
    order: NDArray[np.int64],
    counts: NDArray[np.float32],
    squares: NDArray[np.float32],
    linear: bool,
    dual: NDArray[np.float32],
    weights: NDArray[np.float64],
    ends: NDArray[np.float64],
    /,
) -> None:
    """Visit examples in turn, and move what each classifier knows of them; as the kernel does."""
    most = np.abs(counts) if linear else np.full_like(counts, np.inf)
    with np.errstate(divide="ignore"):
        bend = np.zeros(counts.shape) if linear else 0.5 / np.abs(counts.astype(float))
    for row in order.tolist():
        its = slice(bounds[row], bounds[row + 1])
        _visit(
            (values[its].astype(float), columns[its]),
            (np.sign(counts[row]), most[row], bend[row]),
            squares,
            dual[row],
            weights,
            ends,
        )


def _visit(
    cells: tuple[NDArray[np.float64], NDArray[np.int64]],
    about: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    squares: NDArray[np.float32],
    dual: NDArray[np.float32],
    weights: NDArray[np.float64],
    ends: NDArray[np.float64],
) -> None:
    """Visit one example."""
    (values, columns), (sign, most, bend) = cells, about
    known = sign != 0
    slope = sign * (values @ weights[columns]) - 1
    slope[known] += dual[known] * bend[known]
    heeded = np.where(dual <= 0, np.minimum(slope, 0), slope)
    heeded[(dual >= most) & (slope < 0)] = 0
    ends[known, 0] = np.minimum(ends[known, 0], heeded[known])
    ends[known, 1] = np.maximum(ends[known, 1], heeded[known])
    square = values**2 @ squares[columns] + np.where(known, bend, 0)
    moved = np.clip(dual - slope / square, 0, most).astype(np.float32)
    moved[~known] = 0
    step = (moved.astype(float) - dual) * sign
    dual[:] = moved
    weights[columns] += step * values[:, None] * squares[columns]
