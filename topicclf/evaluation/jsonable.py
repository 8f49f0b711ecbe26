"""Results as dictionaries, lists and numbers, which JSON can hold."""

import math
from dataclasses import fields, is_dataclass
from typing import Any

__all__ = ["jsonable"]


def jsonable(value: Any) -> Any:
    """Turn dataclasses, and all that they show of themselves, into dictionaries; NaN becomes None.

    >>> from topicclf.evaluation.intervals import Estimate
    >>> jsonable({"f1": Estimate(0.5, float("nan"), float("nan"))})
    {'f1': {'value': 0.5, 'low': None, 'high': None}}
    """
    if is_dataclass(value):
        return {
            field.name: jsonable(getattr(value, field.name))
            for field in fields(value)
            if field.repr
        }
    if isinstance(value, dict):
        return {key: jsonable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(each) for each in value]
    if isinstance(value, float) and math.isnan(value):
        return None
    return value
