"""Which topics are taken for which."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topicclf.evaluation.answers import Answers

__all__ = ["Confusion", "confuse"]


@dataclass(frozen=True, eq=False)
class Confusion:
    """Mistakes by what was missed and what was tagged in its place.

    Attributes:
        topics: The topics' names.
        taken_for: How many articles carry the topic of the row, miss it, and get the topic of the
            column, which they don't carry; shape (n_topics, n_topics), int64.
        missed: How many miss the topic and get no false tag, shape (n_topics,).
        added: How many get the topic falsely and miss nothing, likewise.
    """

    topics: tuple[str, ...]
    taken_for: NDArray[np.int64]
    missed: NDArray[np.int64]
    added: NDArray[np.int64]


def confuse(answers: Answers) -> Confusion:
    """Count which topics are taken for which.

    A confusion matrix for several labels, after Heydarian, Doyle and Samavi (2022), "MLCM:
    Multi-Label Confusion Matrix", IEEE Access, without its diagonal. Here a false tag beside
    nothing but right ones is counted as added, not held against the right ones.
    """
    missed = (answers.labels == 1) & ~answers.carried
    false = (answers.labels == 0) & answers.carried
    return Confusion(
        topics=answers.topics,
        taken_for=(sparse.csr_array(missed.T, dtype=np.int64) @ sparse.csr_array(false)).toarray(),
        missed=missed[~false.any(1)].sum(0),
        added=false[~missed.any(1)].sum(0),
    )
