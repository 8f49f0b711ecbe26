"""Thresholds that the user asks for, in the place of the model's."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from topicclf.errors import DataError

if TYPE_CHECKING:
    from topicclf.model import TopicModel

__all__ = ["with_precision", "with_thresholds"]


def with_thresholds(model: "TopicModel", given: Sequence[str]) -> "TopicModel":
    """Set thresholds: ``0.5`` for all topics, ``trade=0.7`` for one.

    Raises:
        click.BadParameter: There is no such topic, or it is not a probability.
    """
    # Those for all topics first, in whatever order they were given.
    for text in sorted(given, key=lambda text: "=" in text):
        topic, _, number = text.rpartition("=")
        try:
            threshold = float(number)
        except ValueError:
            threshold = -1.0
        if not 0 <= threshold <= 1:
            msg = f"{text!r} is not a threshold; give 0.5, or trade=0.5 for one topic"
            raise click.BadParameter(msg)
        try:
            model = model.with_thresholds({topic: threshold} if topic else threshold)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
    return model


def with_precision(model: "TopicModel", precision: float) -> "TopicModel":
    """Set each topic's threshold to the one that finds most while it promises a precision.

    What a threshold promises stands in the model's provenance, under ``curves``: for each topic
    the lists ``threshold``, ``precision``, a lower bound of it measured out of fold, and
    ``recall``. Of thresholds that find as much the highest is taken. A topic that no threshold can
    promise so much for gets the one that promises most, but no lower one than it has, and standard
    error says so.

    Raises:
        DataError: The model has no curves, or no threshold of any topic promises that much.
    """
    curves = model.provenance.get("curves")
    if not curves:
        msg = "this model does not know its precision at other thresholds: train it again"
        raise DataError(msg)
    try:
        thresholds: dict[str, float] = {}
        limits: list[str] = []
        for topic, least in zip(model.topics, model.thresholds.tolist(), strict=True):
            threshold = _keeping(curves[topic], precision)
            if threshold is None:
                threshold, best = _most(curves[topic], least=least)
                limits.append(
                    f"for {topic!r} the model can promise a precision of {best:.2f} at most"
                )
            thresholds[topic] = threshold
        if len(limits) == len(model.topics):
            raise DataError("; ".join(limits))
        for limit in limits:
            click.echo(f"{limit}, and its threshold is set for that", err=True)
        return model.with_thresholds(thresholds)
    except DataError:
        raise
    # What a model file says of its curves is anything that JSON can hold.
    except (KeyError, TypeError, ValueError) as error:
        msg = f"this model's curves can't be used ({error}): train it again"
        raise DataError(msg) from error


def _keeping(curve: Mapping[str, Sequence[float]], precision: float) -> float | None:
    points = zip(curve["recall"], curve["threshold"], curve["precision"], strict=True)
    return max(
        ((recall, threshold) for recall, threshold, bound in points if bound >= precision),
        default=(0.0, None),
    )[1]


def _most(curve: Mapping[str, Sequence[float]], *, least: float) -> tuple[float, float]:
    """The threshold that promises most, if it isn't too low, and the most that any promises."""
    points = list(zip(curve["precision"], curve["threshold"], strict=True))
    bound, _ = max(points, default=(0.0, 0.0))
    careful = [point for point in points if point[1] >= least]
    return max(careful)[1] if careful else least, bound
