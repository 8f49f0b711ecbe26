"""An article's passages: overlapping windows of words.

Windows need no sentence or paragraph marks, which pasted texts often lack, and their scores fall
out of running sums.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Passages", "passages"]

LENGTH = 50
STRIDE = 25


@dataclass(frozen=True, eq=False)
class Passages:
    """Where the passages of a batch of articles stand in the batch's words, end to end.

    Attributes:
        starts: First word of each passage, shape (n_passages,), int64.
        ends: One past its last word, likewise.
        first: Each article's first passage, and their total; shape (n_articles + 1,), int64.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    first: NDArray[np.int64]


def passages(lengths: NDArray[np.int64]) -> Passages:
    """Cut articles into passages of 50 words, a new one about every 25.

    An article of up to 75 words is one passage; in longer ones the passages are spread evenly so
    that the last ends with the article.

    Args:
        lengths: The number of words of each article, shape (n_articles,).

    >>> cut = passages(np.array([60, 110]))
    >>> list(zip(cut.starts.tolist(), cut.ends.tolist()))
    [(0, 60), (60, 110), (80, 130), (100, 150), (120, 170)]
    """
    counts = np.where(lengths <= LENGTH + STRIDE, 1, -(-(lengths - LENGTH) // STRIDE) + 1)
    first = np.concatenate([[0], np.cumsum(counts)])
    index = np.arange(first[-1]) - np.repeat(first[:-1], counts)
    offsets = np.repeat(np.cumsum(lengths) - lengths, counts)
    room = np.repeat(np.maximum(lengths - LENGTH, 0), counts)
    steps = np.repeat(np.maximum(counts - 1, 1), counts)
    starts = offsets + room * index // steps
    ends = starts + np.repeat(np.where(counts == 1, lengths, LENGTH), counts)
    return Passages(starts=starts, ends=ends, first=first)
