"""Thresholds that the user asks for, in the place of the model's."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

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

    A topic that can't be promised so much gets the threshold that promises most, but no lower one
    than it has, and standard error says so.

    Raises:
        DataError: As for `topicclf.scoring.promises.promising_thresholds`.
    """
    from topicclf.scoring.promises import promising_thresholds

    promised = promising_thresholds(model, precision)
    for topic, most in promised.limits.items():
        click.echo(
            f"for {topic!r} the model can promise a precision of {most:.2f} at most, and its "
            "threshold is set for that",
            err=True,
        )
    return model.with_thresholds(promised.thresholds)
