"""The values of a field of labelled articles: as they are, or a part of its date."""

import json
import re
import warnings
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from topicclf.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from topicclf.labelled.reading import LabelledArticle

__all__ = ["MISSING", "date_of", "field_text", "field_values"]

#: The value of articles that lack the field, or whose date can't be read.
MISSING = "(none)"

_PARTS = {"year": "%Y", "month": "%Y-%m", "day": "%Y-%m-%d", "weekday": "%u %a"}
# The parts of a date without a day.
_OF_MONTHS = {"year", "month"}


def field_values(items: Sequence["LabelledArticle"], by: str) -> list[str]:
    """The value of a field for each article, in one line that can be printed.

    Args:
        items: The articles.
        by: A field's name; ``meta.site`` is the field ``site`` in the field ``meta``; of a date,
            ``name:year``, ``:month``, ``:day`` or ``:weekday``. Dates are ISO ones, also with
            slashes or without a day, or as in mail headers.

    Raises:
        DataError: No article has the field, or the part is none of these, or no value is a date.

    Warns:
        UserWarning: Some values are not dates.
    """
    fields = dict.fromkeys(name for item in items for name in item.fields)
    name, _, part = (by, "", "") if by in fields else by.partition(":")
    if part and part not in _PARTS:
        msg = f"{by!r}: a date is sliced by {', '.join(_PARTS)}; write for example {name}:month"
        raise DataError(msg)
    texts = [_one_line(value) for value in _values(items, name, fields)]
    values = _dates(texts, name, part) if part else texts
    return [value or MISSING for value in values]


def _values(items: Sequence["LabelledArticle"], name: str, fields: Collection[str]) -> list[Any]:
    path = [name] if name in fields else name.split(".")
    values = [_inner(item.fields, path) for item in items]
    if name not in fields and all(value is None for value in values):
        hint = did_you_mean(name, fields, otherwise=f"they have {', '.join(sorted(fields))}")
        msg = f"no article has a field {name!r}; {hint}"
        raise DataError(msg)
    return values


def _inner(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _one_line(value: Any) -> str:
    """A value in one line without control characters; an empty string if it is empty."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(_one_line(each) for each in value if each is not None)
    if isinstance(value, dict | bool):
        value = json.dumps(value, ensure_ascii=False, default=str)
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(value)).split())


def _dates(texts: Sequence[str], name: str, part: str) -> list[str]:
    values = [_part_of_date(text, part) for text in texts]
    if not any(values):
        msg = f"'{name}:{part}': no article's {name!r} is a date such as 2024-05-31"
        raise DataError(msg)
    if strange := [text for text, value in zip(texts, values, strict=True) if text and not value]:
        wanted = "date" if part in _OF_MONTHS else "date with a day"
        values_of = f"{len(strange):,} value{'s' * (len(strange) > 1)} of {name!r}"
        msg = f"{values_of}: not a {wanted}, such as {strange[0][:40]!r}"
        warnings.warn(msg, UserWarning, stacklevel=3)
    return values


def field_text(fields: Mapping[str, Any], name: str) -> str:
    """A field's value in one line; an empty string if there is none.

    Args:
        fields: The fields.
        name: A field's name; ``meta.site`` is the field ``site`` in the field ``meta``.

    >>> field_text({"meta": {"site": "Echo"}}, "meta.site")
    'Echo'
    """
    return _one_line(_inner(fields, [name] if name in fields else name.split(".")))


def date_of(text: str) -> date | None:
    """The day that a text names; None if it isn't a date with a day.

    >>> date_of("2024-05-31T08:00:00Z"), date_of("Fri, 31 May 2024 08:00:00 GMT"), date_of("May")
    (datetime.date(2024, 5, 31), datetime.date(2024, 5, 31), None)
    """
    day = _part_of_date(text, "day")
    # Years before 1000 come without their zeros.
    return date(*map(int, day.split("-"))) if day else None


# Many articles share a date, and it takes long to find out that a text is not one.
@lru_cache(maxsize=1 << 16)
def _part_of_date(text: str, part: str) -> str:
    """A part of a date; an empty string if the text isn't one."""
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
