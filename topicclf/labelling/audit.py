"""An audit: labels that are most likely wrong, judged by models that have not seen them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import DataError
from topicclf.estimator import TopicClassifier
from topicclf.evaluation.answers import known_labels
from topicclf.labelling.doubts import Doubt, doubts

if TYPE_CHECKING:
    from topicclf.learning.data import Labelled
    from topicclf.model import TopicModel

__all__ = ["audit"]


def audit(
    items: Sequence["Labelled"],
    *,
    groups: Sequence[str] | NDArray[np.int64] | None = None,
    n_jobs: int | None = None,
) -> tuple[list[Doubt], "TopicModel"]:
    """Train on labelled articles, and find the labels that the other articles speak against.

    Args:
        items: The articles.
        groups: Articles that tell the same story share a value, of one value for each article;
            none is judged by a model that has seen another. By default those with the same words.
        n_jobs: How many processes learn; None for one.

    Returns:
        The doubts, as `topicclf.labelling.doubts.doubts` ranks them, and a model of all articles,
        to show evidence with.

    Raises:
        DataError: The articles can't be learnt from: no topic, say, or one that all carry.

    Warns:
        UserWarning: A topic has a handful of articles only.
    """
    topics = tuple(sorted({topic for item in items for topic in item.topics | item.unknown}))
    labels = known_labels(items, topics)
    classifier = TopicClassifier(topics=topics, n_jobs=n_jobs)
    articles = [{"text": item.text, "title": item.title} for item in items]
    try:
        classifier.fit(articles, labels, groups=groups)
    except ValueError as error:
        raise DataError(str(error)) from error
    return doubts(labels, classifier.out_of_fold_proba_, topics), classifier.model_
