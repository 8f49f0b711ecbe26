"""Slices: the articles with the same value of a field, or the same part of its date."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import DataError
from topicclf.labelled.fields import field_values

if TYPE_CHECKING:
    from topicclf.labelled.reading import LabelledArticle

__all__ = ["MOST_SLICES", "slices"]

#: With more, nobody could read the table.
MOST_SLICES = 1000


def slices(items: Sequence["LabelledArticle"], by: str) -> dict[str, NDArray[np.int64]]:
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
