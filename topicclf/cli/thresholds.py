"""Thresholds that the user asks for, in the place of the model's."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from topicclf.cli.options import topic_among
from topicclf.errors import DataError

if TYPE_CHECKING:
    from topicclf.model import TopicModel

__all__ = ["with_precision", "with_thresholds"]


def with_thresholds(model: "TopicModel", given: Sequence[str]) -> "TopicModel":
    """Set thresholds: ``0.5`` for all topics, ``trade=0.7`` for one.

    Raises:
        click.BadParameter: There is no such topic, or it is no probability.
    """
    thresholds = model.thresholds.copy()
    # Those for all topics first, wherever they stand.
    for text in sorted(given, key=lambda text: "=" in text):
        topic, _, number = text.rpartition("=")
        try:
            threshold = float(number)
        except ValueError:
            threshold = -1.0
        if not 0 <= threshold <= 1:
            msg = f"{text!r} is no threshold; give 0.5, or trade=0.5 for one topic"
            raise click.BadParameter(msg)
        if topic:
            thresholds[model.topics.index(topic_among(model.topics, topic))] = threshold
        else:
            thresholds[:] = threshold
    return replace(model, thresholds=thresholds)


def with_precision(model: "TopicModel", precision: float) -> "TopicModel":
    """Set each topic's threshold to the one that finds most while it promises a precision.

    What a threshold promises stands in the model's provenance, under ``curves``: for each topic
    the lists ``threshold``, ``precision``, a lower bound of it measured out of fold, and
    ``recall``. Of thresholds that find as much the highest is taken.

    Raises:
        DataError: The model has no curves, or no threshold promises that much.
    """
    curves = model.provenance.get("curves")
    if not curves:
        msg = "this model does not know its precision at other thresholds: train it again"
        raise DataError(msg)
    thresholds = model.thresholds.copy()
    for column, topic in enumerate(model.topics):
        curve = curves[topic]
        points = zip(curve["recall"], curve["threshold"], curve["precision"], strict=True)
        good = [(recall, threshold) for recall, threshold, bound in points if bound >= precision]
        if not good:
            best = max(curve["precision"], default=0.0)
            msg = f"for {topic!r} the model can promise a precision of {best:.2f} at most"
            raise DataError(msg)
        thresholds[column] = max(good)[1]
    return replace(model, thresholds=thresholds)
