"""Between ranks and thresholds: how many articles a threshold tags, and which one tags so many."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["at_least", "below"]


def below(ascending: NDArray[np.float64], rank: NDArray[np.int64]) -> NDArray[np.float64]:
    """Half way from the probability of each rank, counted from the top, to the next lower one."""
    last = ascending[len(ascending) - rank]
    lower = np.concatenate([[0.0], ascending])[np.searchsorted(ascending, last)]
    cuts: NDArray[np.float64] = (last + lower) / 2
    return cuts


def at_least(ascending: NDArray[np.float64], cuts: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many are at or above each threshold."""
    counts: NDArray[np.int64] = len(ascending) - np.searchsorted(ascending, cuts)
    return counts
