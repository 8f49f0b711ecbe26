"""JSON text to values, by orjson where it is installed and reads what the standard library reads.

orjson refuses NaN, lone surrogates and numbers beyond a double, and rounds whole numbers of more
than 64 bits; those the standard library reads, so that the values are the same without orjson.
"""

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from topicclf.records.options import DEEPEST

__all__ = ["read_json"]

_BIG = 2.0**63
_EXACT = frozenset({str, int, bool, type(None)})


def read_json(content: bytes | str) -> Any:
    """Read a value.

    Raises:
        ValueError: It isn't JSON in UTF-8, or is nested too deeply.
    """
    try:
        value = _quick()(content)
        # Most records are objects of texts and whole numbers.
        flat = type(value) is dict and _EXACT.issuperset(map(type, value.values()))
        exact = flat or _is_exact((value,), 0)
    except ValueError:
        exact = False
    if exact:
        return value
    try:
        value = json.loads(content if isinstance(content, str) else content.decode())
        _is_exact((value,), 0)
    except RecursionError as error:
        raise _TooDeepError from error
    return value


class _TooDeepError(ValueError):
    def __str__(self) -> str:
        return f"it is nested too deeply, more than {DEEPEST} deep"


@lru_cache(1)
def _quick() -> Callable[[bytes | str], Any]:
    try:
        import orjson
    except ImportError:
        return _standard
    return orjson.loads


def _standard(content: bytes | str) -> Any:
    try:
        return json.loads(content if isinstance(content, str) else content.decode())
    except RecursionError as error:
        raise _TooDeepError from error


def _is_exact(values: Iterable[Any], depth: int) -> bool:
    """Whether no number among values, or within them, may have been rounded from a whole one."""
    if depth > DEEPEST:
        raise _TooDeepError
    for value in values:
        kind = type(value)
        if kind is str or kind is int:
            continue
        if kind is float:
            if not -_BIG < value < _BIG:
                return False
        elif kind is dict:
            if not _is_exact(value.values(), depth + 1):
                return False
        elif kind is list and not _is_exact(value, depth + 1):
            return False
    return True
