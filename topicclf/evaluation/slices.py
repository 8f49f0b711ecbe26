"""Slices: the articles with the same value of a field, or the same part of its date."""

import re
import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import DataError, did_you_mean
from topicclf.render.wording import counted, one_line
from topicclf.writing.row import as_json

if TYPE_CHECKING:
    from topicclf.labelled.reading import Labelled

__all__ = ["MISSING", "MOST_SLICES", "field_values", "slices"]

#: The slice of the articles that lack the field, or whose date can't be read.
MISSING = "(none)"
#: With more, nobody could read the table.
MOST_SLICES = 1000

_PARTS = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "weekday": "%u %a"}
# The parts that a date without a day has.
_OF_MONTHS = {"year", "month"}


def field_values(items: Sequence["Labelled"], by: str) -> list[str]:
    """The value of a field for each article, in one line that can be printed.

    Args:
        items: The articles.
        by: A field's name; ``meta.site`` is the field ``site`` in the field ``meta``; of a date,
            ``name:year``, ``:month``, ``:day`` or ``:weekday``. Dates are ISO ones, also with
            slashes or without a day, or as in mail headers.

    Raises:
        DataError: No article has the field, or the part is none of these, or no value is a date.

    Warns:
        UserWarning: Some values aren't dates.
    """
    there = dict.fromkeys(name for item in items for name in item.fields)
    name, _, part = (by, "", "") if by in there else by.partition(":")
    if part and part not in _PARTS:
        msg = f"{by!r}: a date is sliced by {', '.join(_PARTS)}; write for example {name}:month"
        raise DataError(msg)
    found = [
        item.fields.get(name) if name in there else _inner(item.fields, name) for item in items
    ]
    if name not in there and all(value is None for value in found):
        hint = did_you_mean(name, there, otherwise=f"they have {', '.join(sorted(there))}")
        msg = f"no article has a field {name!r}; {hint}"
        raise DataError(msg)
    texts = [_text(value) for value in found]
    if not part:
        return [text or MISSING for text in texts]
    values = [_part_of_date(text, part) for text in texts]
    if not any(values):
        msg = f"{by!r}: no article's {name!r} is a date such as 2024-05-31"
        raise DataError(msg)
    if strange := [text for text, value in zip(texts, values, strict=True) if text and not value]:
        least = "date" if part in _OF_MONTHS else "date with a day"
        values_of = f"{counted(len(strange), 'value')} of {name!r}"
        msg = f"{values_of}: not a {least}, such as {strange[0][:40]!r}"
        warnings.warn(msg, UserWarning, stacklevel=2)
    return [value or MISSING for value in values]


def slices(items: Sequence["Labelled"], by: str) -> dict[str, NDArray[np.int64]]:
    """The numbers of the articles of each slice, in the order of the values' names.

    Raises:
        DataError: As for `field_values`, or there are more than `MOST_SLICES`.

    Warns:
        UserWarning: As for `field_values`.
    """
    values = np.array(field_values(items, by), object)
    names, numbers, counts = np.unique(values, return_inverse=True, return_counts=True)
    if len(names) > MOST_SLICES:
        msg = (
            f"{by!r} has {len(names):,} values, and at most {MOST_SLICES:,} can be measured apart; "
            "take a part of a date, such as date:month, or another field"
        )
        raise DataError(msg)
    rows = np.split(np.argsort(numbers, kind="stable"), np.cumsum(counts)[:-1])
    return dict(zip(names.tolist(), rows, strict=True))


def _inner(fields: Mapping[str, Any], path: str) -> Any:
    """The value at a path of names, separated by dots."""
    value: Any = fields
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(value: Any) -> str:
    """A value in one line; empty for an empty one."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(_text(each) for each in value if each is not None)
    return one_line(as_json(value) if isinstance(value, dict | bool) else str(value))


# Articles share dates, and parsing a value that isn't a date is slow.
@lru_cache(maxsize=1 << 16)
def _part_of_date(text: str, part: str) -> str:
    """A part of a date; empty if the text isn't a date."""
    if part in _OF_MONTHS and re.fullmatch(r"\d{4}[-/]\d\d", text):
        text += text[4] + "01"
    for read in (datetime.fromisoformat, _with_slashes, parsedate_to_datetime):
        try:
            return read(text).strftime(_PARTS[part])
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return ""


def _with_slashes(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("/", "-", 2))
