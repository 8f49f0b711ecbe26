"""Holding articles out: some of every topic, or the newest; a story is never cut in two."""

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import DataError
from topicclf.labelled.fields import field_values
from topicclf.labelled.reading import LabelledArticle, Problem
from topicclf.learning.folds import assign_folds
from topicclf.training.dataset import TrainingSet

__all__ = ["hold_out", "newest", "read_dates"]

_MOST_PARTS = 20


def hold_out(data: TrainingSet, share: float, *, seed: int) -> NDArray[np.bool_]:
    """Choose articles to test on, with every topic in its share.

    Args:
        data: The articles.
        share: The share to hold out, from 0 to 1.
        seed: Random seed.

    Returns:
        Whether each is held out, shape (n_articles,). All articles with a topic are never held
        out: nothing would be left to learn it from.

    Raises:
        DataError: There are too few stories.
    """
    stories = data.story_numbers
    # The fewer the parts, the more evenly rare topics fall into them.
    most = max(_MOST_PARTS, round(1 / max(min(share, 1 - share), 1 / len(stories))))
    ratio = Fraction(share).limit_denominator(most)
    parts = assign_folds(data.labels, stories, n_folds=ratio.denominator, seed=seed)
    held = parts < ratio.numerator
    carried = data.labels == 1
    lost = ~carried[~held].any(0)
    needed = stories[carried[:, lost].any(1)]
    return _both_sides(held & ~np.isin(stories, needed))


def read_dates(
    items: Sequence[LabelledArticle], field: str
) -> tuple[NDArray[np.float64], dict[int, Problem]]:
    """Read the date of each article.

    Args:
        items: The articles.
        field: The one with the date, as ISO 8601 writes it.

    Returns:
        Seconds since 1970, NaN without a date that can be read, shape (n_articles,); and
        what is wrong with these, by their number.

    Raises:
        DataError: No article has the field, or none has a date in it that can be read.
    """
    seconds = np.full(len(items), np.nan)
    problems: dict[int, Problem] = {}
    for number, value in enumerate(field_values(items, field)):
        try:
            date = datetime.fromisoformat(value)
        except ValueError:
            message = f"{field!r} is {value!r}, not a date; write dates like 2024-05-31"
            problems[number] = Problem(items[number].place, message)
            continue
        seconds[number] = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    if len(problems) == len(items):
        raise DataError(f"no article has a date that can be read; {problems[0]}")
    return seconds, problems


def newest(data: TrainingSet, seconds: NDArray[np.float64], share: float) -> NDArray[np.bool_]:
    """Choose the newest articles; a story is as new as its newest article.

    Args:
        data: The articles.
        seconds: When each appeared, shape (n_articles,).
        share: How many, from 0 to 1; more where many are of one date.

    Raises:
        DataError: All are of one date or story.
    """
    stories = data.story_numbers
    latest = np.full(stories.max() + 1, -np.inf)
    np.maximum.at(latest, stories, seconds)
    of_story = latest[stories]
    boundary = np.sort(of_story)[-max(round(share * len(of_story)), 1)]
    return _both_sides(of_story >= boundary)


def _both_sides(held: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if held.all() or not held.any():
        msg = (
            "there are too few stories, or too few dates, to hold some out: test on other "
            "articles, or group more finely"
        )
        raise DataError(msg)
    return held
