"""An article's passages: overlapping windows of words.

Windows need no sentence or paragraph marks, which pasted texts often lack, and their scores are
sums over runs of words.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["Passages", "passages"]

LENGTH = 50
STRIDE = 25

_OFTEN_MET = 5000


@dataclass(frozen=True, eq=False)
class Passages:
    """Where the passages of a batch of articles stand in the batch's words.

    Attributes:
        starts: First word of each passage, shape (n_passages,), int64.
        ends: One past its last word, likewise.
        first: Each article's first passage, shape (n_articles,), int64.
        counts: How many passages each article has, likewise.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    first: NDArray[np.int64]
    counts: NDArray[np.int64]


def passages(lengths: NDArray[np.int64]) -> Passages:
    """Cut articles into passages of 50 words, a new one about every 25.

    An article of up to 75 words is one passage; in longer ones the passages are spread evenly so
    that the last ends with the article.

    Args:
        lengths: The number of words of each article, shape (n_articles,); as in a
            `topicclf.features.batch.Batch`, a place is left free after each article.

    >>> cut = passages(np.array([60, 110]))
    >>> list(zip(cut.starts.tolist(), cut.ends.tolist()))
    [(0, 60), (61, 111), (81, 131), (101, 151), (121, 171)]
    """
    if len(lengths) == 1 and lengths[0] < _OFTEN_MET:
        return _of_one(int(lengths[0]))
    return _cut(lengths)


def _cut(lengths: NDArray[np.int64]) -> Passages:
    counts = np.where(lengths <= LENGTH + STRIDE, 1, -(-(lengths - LENGTH) // STRIDE) + 1)
    first = np.cumsum(counts) - counts
    index = np.arange(counts.sum()) - np.repeat(first, counts)
    room = np.maximum(lengths - LENGTH, 0)
    steps = np.maximum(counts - 1, 1)
    offsets = np.cumsum(lengths + 1) - (lengths + 1)
    starts = np.repeat(offsets, counts) + np.repeat(room, counts) * index // np.repeat(
        steps, counts
    )
    ends = starts + np.repeat(np.where(counts == 1, lengths, LENGTH), counts)
    return Passages(starts=starts, ends=ends, first=first, counts=counts)


@lru_cache(maxsize=1024)
def _of_one(length: int) -> Passages:
    """The passages of a single article, which would cost as much again as its scores."""
    return _cut(np.array([length]))
