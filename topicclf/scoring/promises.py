"""Thresholds that promise a precision, from curves that were measured out of fold."""

from collections.abc import Mapping, Sequence
from typing import Any

from topicclf.errors import DataError

__all__ = ["promising_thresholds"]


def promising_thresholds(
    provenance: Mapping[str, Any], topics: Sequence[str], precision: float
) -> dict[str, float]:
    """For each topic the threshold that finds most while it promises a precision.

    What a threshold promises is in a model's provenance, under ``curves``: for each topic the lists
    ``threshold``, ``precision``, a lower bound of it measured out of fold, and ``recall``. Of
    thresholds that find as much the highest is taken.

    Args:
        provenance: The model's.
        topics: Its topics.
        precision: What to promise.

    Raises:
        DataError: The model has no curves, or no threshold promises that much.
    """
    curves = provenance.get("curves")
    if not curves:
        msg = "this model does not know its precision at other thresholds: train it again"
        raise DataError(msg)
    try:
        return {topic: _keeping(curves[topic], precision, topic=topic) for topic in topics}
    except DataError:
        raise
    # What a model file says of its curves is anything that JSON can hold.
    except (KeyError, TypeError, ValueError) as error:
        msg = f"this model's curves can't be used ({error}): train it again"
        raise DataError(msg) from error


def _keeping(curve: Mapping[str, Sequence[float]], precision: float, *, topic: str) -> float:
    points = zip(curve["recall"], curve["threshold"], curve["precision"], strict=True)
    good = [(recall, threshold) for recall, threshold, bound in points if bound >= precision]
    if not good:
        best = max(curve["precision"], default=0.0)
        msg = f"for {topic!r} the model can promise a precision of {best:.2f} at most"
        raise DataError(msg)
    return max(good)[1]
