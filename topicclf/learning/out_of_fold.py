"""Thresholds chosen out of fold, and what is measured with them."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicclf.evaluation import measures
from topicclf.evaluation.answers import Answers
from topicclf.learning.precision_recall_bounds import OutOfFoldPredictions
from topicclf.learning.thresholds import Objective, choose

__all__ = ["measure"]


def measure(
    judged: OutOfFoldPredictions, topics: Sequence[str], objective: Objective
) -> tuple[NDArray[np.float64], dict[str, dict[str, Any]]]:
    """Choose thresholds, and measure them.

    F1 in a fold is measured with thresholds that were chosen without it: those chosen on all
    articles look better than they are, most of all for rare topics.

    Args:
        judged: Articles, judged out of fold.
        topics: The topics' names.
        objective: What thresholds are chosen for.

    Returns:
        The thresholds, shape (n_topics,), and each topic's numbers.

    Warns:
        UserWarning: The data can't support the promise for a topic.
    """
    probability, labels = judged.probability, judged.labels
    thresholds, bounds = choose(judged, objective)
    tagged = np.zeros(labels.shape, bool)
    without = []
    for fold in np.unique(judged.folds).tolist():
        held = judged.folds == fold
        chosen, _ = choose(judged.of(~held), objective)
        tagged[held] = probability[held] >= chosen
        without.append(chosen)
    measured = measures.measure(Answers(tuple(topics), labels, probability, thresholds))
    hits = (tagged & (labels == 1)).sum(0)
    f1 = 2 * hits / np.maximum((tagged & (labels >= 0)).sum(0) + (labels == 1).sum(0), 1)
    numbers = {}
    for column, topic in enumerate(topics):
        known = labels[:, column] >= 0
        p, yes = probability[known, column], labels[known, column] == 1
        numbers[topic] = {
            "positives": int(yes.sum()),
            "negatives": int((~yes).sum()),
            "threshold": float(thresholds[column]),
            "fold_thresholds": [float(chosen[column]) for chosen in without],
            "f1": float(f1[column]),
            "average_precision": float(measured.average_precision[0, column]),
            "calibration_error": measures.expected_calibration_error(p, yes),
        }
        goal = objective.precision or objective.recall
        if goal is not None:
            numbers[topic]["bound"] = float(bounds[column])
            if bounds[column] < goal:
                kind = "precision" if objective.precision else "recall"
                msg = (
                    f"the data can't support a {kind} of {goal:g} for topic {topic!r}: at best "
                    f"{bounds[column]:.2f} holds at 90 % confidence, and its threshold is set for "
                    f"that. Label more articles, or promise less."
                )
                warnings.warn(msg, UserWarning, stacklevel=3)
    return thresholds, numbers
