"""Labels that are most likely wrong, by out-of-fold probabilities."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Doubt", "doubts"]


@dataclass(frozen=True)
class Doubt:
    """A label to look at again.

    Attributes:
        row: The article, from 0 on.
        topic: The topic.
        labelled: Whether the article is labelled with it.
        probability: What a model that has not seen the article gives the topic.
        confident: Whether the label counts as wrong by confident learning; the others are doubtful
            only.
    """

    row: int
    topic: str
    labelled: bool
    probability: float
    confident: bool


def doubts(
    labels: NDArray[np.int8], probability: NDArray[np.float64], topics: Sequence[str]
) -> list[Doubt]:
    """Rank all known labels by how little a model believes them.

    Confident learning, topic by topic: Northcutt, Jiang and Chuang (2021), "Confident Learning:
    Estimating Uncertainty in Dataset Labels", JAIR. A label counts as wrong when the other one is
    at least as probable as on average among the articles that have it, and more probable than
    itself: of a rare topic, all that carry it may look improbable.

    Args:
        labels: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics).
        probability: Out of fold, likewise.
        topics: The topics' names.

    Returns:
        One doubt for each known label that is less probable than its opposite, those that count
        as wrong first, and the least probable first among these and among the others.
    """
    ranked: list[Doubt] = []
    for column, topic in enumerate(topics):
        label, p = labels[:, column], probability[:, column]
        yes, no = label == 1, label == 0
        # Without any example the other label can't be believed.
        usual_yes = p[yes].mean() if yes.any() else np.inf
        usual_no = (1 - p[no]).mean() if no.any() else np.inf
        doubtful = (no & (p > 0.5)) | (yes & (p < 0.5))
        wrong = np.where(no, p >= usual_yes, 1 - p >= usual_no)
        for row in np.flatnonzero(doubtful).tolist():
            ranked.append(Doubt(row, topic, bool(yes[row]), float(p[row]), bool(wrong[row])))
    return sorted(ranked, key=lambda doubt: (not doubt.confident, _belief(doubt)))


def _belief(doubt: Doubt) -> float:
    return doubt.probability if doubt.labelled else 1 - doubt.probability
