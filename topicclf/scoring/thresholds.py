"""Thresholds that a caller asks for, instead of a model's own."""

from collections.abc import Mapping, Sequence
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from topicclf.errors import did_you_mean

__all__ = ["Thresholds", "adjusted"]

#: One number for all topics; numbers for some topics, by name; or one for each, in order.
Thresholds = float | Mapping[str, float] | ArrayLike


def adjusted(
    own: NDArray[np.float64], topics: Sequence[str], asked: Thresholds
) -> NDArray[np.float64]:
    """A model's thresholds, changed as asked.

    Args:
        own: The model's own, shape (n_topics,).
        topics: The topics' names.
        asked: What to change.

    Returns:
        A new array, shape (n_topics,).

    Raises:
        TypeError: A threshold is not a number.
        ValueError: There is no such topic, a threshold is not between 0 and 1, or their number is
            not that of the topics.

    >>> own = np.array([0.5, 0.5])
    >>> adjusted(own, ("trade", "energy"), {"energy": 0.9}).tolist()
    [0.5, 0.9]
    >>> adjusted(own, ("trade", "energy"), 0.7).tolist()
    [0.7, 0.7]
    """
    if isinstance(asked, Mapping):
        thresholds = own.copy()
        for topic, threshold in asked.items():
            thresholds[_column(topics, topic)] = _number(threshold)
    elif not np.ndim(asked):
        thresholds = np.full(len(own), _number(np.asarray(asked).item()))
    else:
        thresholds = np.array([_number(each) for each in np.asarray(asked).tolist()], float)
        if thresholds.shape != own.shape:
            msg = f"{len(thresholds):,} thresholds for {len(own):,} topics"
            raise ValueError(msg)
    for topic, threshold in zip(topics, thresholds.tolist(), strict=True):
        if not 0 <= threshold <= 1:
            msg = f"the threshold of {topic!r} must be between 0 and 1, not {threshold:g}"
            raise ValueError(msg)
    return thresholds


def _column(topics: Sequence[str], topic: str) -> int:
    if topic not in topics:
        hint = did_you_mean(str(topic), topics, otherwise=f"the topics are {', '.join(topics)}")
        msg = f"no topic {topic!r}; {hint}"
        raise ValueError(msg)
    return topics.index(topic)


def _number(value: object) -> float:
    if isinstance(value, Real) and not isinstance(value, bool):
        return float(value)
    msg = f"a threshold is a number between 0 and 1, not {value!r:.100}"
    raise TypeError(msg)
