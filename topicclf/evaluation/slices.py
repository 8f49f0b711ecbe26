"""Slices: the articles that share a field's value, or a part of its date."""

import difflib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import DataError

if TYPE_CHECKING:
    from topicclf.learning.data import Labelled

__all__ = ["MISSING", "field_values", "slices"]

#: The slice of the articles that lack the field, or whose date can't be read.
MISSING = "(none)"

_PARTS: dict[str, Callable[[datetime], str]] = {
    "year": lambda date: f"{date:%Y}",
    "month": lambda date: f"{date:%Y-%m}",
    "day": lambda date: f"{date:%Y-%m-%d}",
    "weekday": lambda date: f"{date:%u %a}",
}


def field_values(items: Sequence["Labelled"], by: str) -> list[str]:
    """The value of a field for each article, as a string.

    Args:
        items: The articles.
        by: A field's name; of an ISO date, ``name:year``, ``:month``, ``:day`` or ``:weekday``.

    Raises:
        DataError: No article has the field, or the part is none of these, or no value is a date.
    """
    there = Counter(field for item in items for field in item.fields)
    name, _, part = (by, "", "") if by in there else by.partition(":")
    if part and part not in _PARTS:
        msg = f"{by!r}: a date is sliced by {', '.join(_PARTS)}; write for example {name}:month"
        raise DataError(msg)
    if name not in there:
        near = difflib.get_close_matches(name, there, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"they have {', '.join(sorted(there))}"
        msg = f"no article has a field {name!r}; {hint}"
        raise DataError(msg)
    values = [_value(item.fields.get(name), part) for item in items]
    if part and set(values) == {MISSING}:
        msg = f"{by!r}: no article's {name!r} is a date such as 2024-05-31"
        raise DataError(msg)
    return values


def slices(items: Sequence["Labelled"], by: str) -> dict[str, NDArray[np.bool_]]:
    """Which articles are of each slice, in the order of the values' names.

    Raises:
        DataError: As for `field_values`.
    """
    values = np.array(field_values(items, by), object)
    names, numbers = np.unique(values, return_inverse=True)
    return {name: numbers == number for number, name in enumerate(names.tolist())}


def _value(value: Any, part: str) -> str:
    if value is None or value == "":
        return MISSING
    if not part:
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    try:
        return _PARTS[part](datetime.fromisoformat(str(value)))
    except ValueError:
        return MISSING
