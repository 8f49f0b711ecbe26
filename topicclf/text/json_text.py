"""Values to JSON: fast where orjson can, and by the standard library where it can't."""

import json
import math
from collections.abc import Callable
from typing import Any

__all__ = ["as_json", "encoded"]

_plain = json.JSONEncoder(ensure_ascii=False, default=str, separators=(",", ":"), allow_nan=False)
_escaped = json.JSONEncoder(default=str, separators=(",", ":"), allow_nan=False)


def _fast() -> Callable[[Any], bytes] | None:
    try:
        import orjson
    except ImportError:
        return None
    # Dates are text as `str` has them, whoever writes them.
    options = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
    return lambda value: orjson.dumps(value, default=str, option=options)


_dumps = _fast()


def encoded(value: Any) -> bytes:
    r"""A value as JSON in UTF-8.

    Dates and the like become text, lone surrogates JSON's own escapes, numbers that JSON lacks
    (NaN, infinities) null. Without orjson only the form of very small and large floats differs.

    Raises:
        RecursionError: It is nested too deeply.
        TypeError: A key can't be one of JSON.

    >>> encoded({"text": "né", "share": float("nan"), "id": 2**70})
    b'{"text":"n\xc3\xa9","share":null,"id":1180591620717411303424}'
    """
    if _dumps is not None:
        try:
            return _dumps(value)
        except (TypeError, ValueError):
            pass  # Surrogates, large integers, keys that are no text: rare.
    try:
        return _standard(value)
    except ValueError:
        return _standard(_finite(value))


def as_json(value: Any) -> str:
    """A value as JSON in a `str`, as `encoded` has it."""
    return encoded(value).decode()


def _standard(value: Any) -> bytes:
    try:
        return _plain.encode(value).encode()
    except UnicodeEncodeError:
        return _escaped.encode(value).encode()


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value
