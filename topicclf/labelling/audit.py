"""Audit: labels that are most likely wrong, by models that have not seen their articles."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from topicclf.errors import DataError
from topicclf.labelling.doubts import Doubt, doubts

if TYPE_CHECKING:
    from topicclf.model import TopicModel
    from topicclf.training.dataset import TrainingSet

__all__ = ["audit"]


def audit(data: "TrainingSet", *, n_jobs: int | None = None) -> tuple[list[Doubt], "TopicModel"]:
    """Train on labelled articles, and find the labels that disagree with the other articles.

    Args:
        data: The articles. None is judged by a model that has seen another of its story; their
            weights count for nothing.
        n_jobs: How many processes learn; None for one.

    Returns:
        The doubts, as `topicclf.labelling.doubts.doubts` ranks them, and a model of all articles,
        to show evidence with.

    Raises:
        DataError: The articles can't be learnt from; all may carry a topic, for example.

    Warns:
        UserWarning: A topic has only a few articles.
    """
    try:
        classifier = replace(data, weight=np.ones(len(data.texts))).fitted({}, n_jobs=n_jobs)
    except ValueError as error:
        raise DataError(str(error)) from error
    ranked = doubts(data.labels, classifier.out_of_fold_proba_, data.topics)
    return ranked, classifier.model_
