"""The header of a model file, audited: JSON of the right types, and numbers in their ranges."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from topicclf.artifact.flaw import FlawError, require
from topicclf.scoring.join import VIEWS, Join

__all__ = ["Header"]

# Far beyond what learning gives, and far from where products and sums overflow.
_LARGEST = 1e100
# Provenance nests five deep.
_DEEPEST = 64


@dataclass(frozen=True, eq=False)
class Header:
    """What the header says.

    Attributes:
        topics: The topics' names.
        thresholds: Shape (n_topics,).
        intercept: The linear classifier's, likewise.
        join: How scores become a probability.
        abbreviations: Words whose stop ends no sentence.
        provenance: How the model was made.
    """

    topics: tuple[str, ...]
    thresholds: NDArray[np.float64]
    intercept: NDArray[np.float64]
    join: Join
    abbreviations: tuple[str, ...]
    provenance: Mapping[str, Any]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Self:
        """Audit a header.

        Raises:
            FlawError: Something in it is missing, of a wrong type or out of its range.
        """
        require(_depth_is_sane(raw), "its header is nested too deeply")
        topics = _names(raw, "topics")
        n = len(topics)
        require(n, "it has no topics")
        require(all(topics), "a topic's name is empty")
        require(len(set(topics)) == n, "two of its topics have one name")
        join = _part(raw, "join", dict)
        views = _part(join, "views", list)
        require(views == list(VIEWS), f"its join looks at {views!r:.200}")
        provenance = _part(raw, "provenance", dict)
        return cls(
            topics=topics,
            thresholds=_shares(raw, "thresholds", n),
            intercept=_numbers(_part(raw, "intercept", list), "intercept", n),
            join=Join(
                coef=_rows(join, "coef", (n, len(VIEWS))),
                intercept=_numbers(_part(join, "intercept", list), "the join's intercept", n),
                prevalence=_shares(join, "prevalence", n),
            ),
            abbreviations=_names(raw, "abbreviations"),
            provenance=provenance,
        )


def _depth_is_sane(value: Mapping[str, Any]) -> bool:
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        groups = [each.values() if isinstance(each, dict) else each for each in level]
        level = [each for group in groups for each in group if isinstance(each, dict | list)]
        if not level:
            return True
    return False


def _part(raw: Mapping[str, Any], name: str, kind: type) -> Any:
    require(name in raw, f"its header lacks {name!r}")
    value = raw[name]
    require(type(value) is kind, f"{name!r} in its header is not a {kind.__name__}")
    return value


def _names(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = _part(raw, name, list)
    require(all(type(each) is str for each in values), f"{name!r} holds something but text")
    return tuple(values)


def _shares(raw: Mapping[str, Any], name: str, length: int) -> NDArray[np.float64]:
    shares = _numbers(_part(raw, name, list), name, length)
    require(((shares >= 0) & (shares <= 1)).all(), f"{name!r} has a value outside [0, 1]")
    return shares


def _rows(raw: Mapping[str, Any], name: str, shape: tuple[int, int]) -> NDArray[np.float64]:
    rows = _part(raw, name, list)
    require(len(rows) == shape[0], f"{name!r} has {len(rows):,} rows for {shape[0]:,} topics")
    require(all(type(row) is list for row in rows), f"{name!r} is not a table")
    return np.array([_numbers(row, name, shape[1]) for row in rows])


def _numbers(values: list[Any], name: str, length: int) -> NDArray[np.float64]:
    require(len(values) == length, f"{name!r} has {len(values):,} values, and not {length:,}")
    # Not isinstance, as true and false are integers to Python.
    require(all(type(each) in (int, float) for each in values), f"{name!r} holds no numbers")
    try:
        numbers = np.array(values, np.float64)
    except OverflowError:
        msg = f"{name!r} has a value that is too large"
        raise FlawError(msg) from None
    # NaN is not at most anything.
    require((np.abs(numbers) <= _LARGEST).all(), f"{name!r} has a value that is not finite")
    return numbers
