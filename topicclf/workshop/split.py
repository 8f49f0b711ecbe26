"""Holding articles out: some of every topic, or the newest; a story is never cut in two."""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import DataError
from topicclf.learning.data import Labelled
from topicclf.learning.folds import assign_folds
from topicclf.workshop.dataset import TrainingSet

__all__ = ["hold_out", "newest"]

_MOST_PARTS = 20


def hold_out(data: TrainingSet, share: float, *, seed: int) -> NDArray[np.bool_]:
    """Choose articles to test on, with every topic in its share.

    Args:
        data: The articles.
        share: How many, from 0 to 1.
        seed: Of the choice.

    Returns:
        Whether each is held out, shape (n_articles,).
    """
    # The fewer the parts, the more evenly rare topics fall into them.
    ratio = Fraction(share).limit_denominator(max(_MOST_PARTS, round(1 / min(share, 1 - share))))
    groups = _groups(data)
    parts = assign_folds(data.labels, groups, n_folds=ratio.denominator, seed=seed)
    return _both_sides(parts < ratio.numerator)


def newest(
    data: TrainingSet, items: Sequence[Labelled], field: str, share: float
) -> NDArray[np.bool_]:
    """Choose the newest articles; a story is as new as its newest article.

    Args:
        data: The articles.
        items: The same with their fields.
        field: The one with the date, as ISO 8601 writes it.
        share: How many, from 0 to 1.

    Raises:
        DataError: A date can't be read.
    """
    dates = np.array([_seconds(item, field) for item in items])
    groups = _groups(data)
    latest = np.full(groups.max() + 1, -np.inf)
    np.maximum.at(latest, groups, dates)
    of_story = latest[groups]
    boundary = np.sort(of_story)[-max(round(share * len(of_story)), 1)]
    return _both_sides(of_story >= boundary)


def _both_sides(held: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if held.all() or not held.any():
        msg = "too few stories to hold some out: leave --test out, or group more finely"
        raise DataError(msg)
    return held


def _groups(data: TrainingSet) -> NDArray[np.int64]:
    names = np.array(data.texts if data.stories is None else data.stories, object)
    number: dict[str, int] = {}
    return np.array([number.setdefault(name, len(number)) for name in names], np.int64)


def _seconds(item: Labelled, field: str) -> float:
    value = item.fields.get(field)
    try:
        date = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        msg = (
            f"{item.place}: {field!r} is {value!r}, no date that can be read; write dates like "
            f"2024-05-31"
        )
        raise DataError(msg) from error
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
