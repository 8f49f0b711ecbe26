"""Thresholds that promise a precision, from curves that were measured out of fold."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from topicclf.errors import DataError

__all__ = ["Promised", "promising_thresholds"]


class Promised(NamedTuple):
    """What can be promised.

    Attributes:
        thresholds: The threshold of each topic.
        limits: The highest precision that can be promised, for topics where that is less than
            what was asked for.
    """

    thresholds: dict[str, float]
    limits: dict[str, float]


class _Model(Protocol):
    @property
    def topics(self) -> Sequence[str]: ...
    @property
    def thresholds(self) -> Any: ...
    @property
    def provenance(self) -> Mapping[str, Any]: ...


def promising_thresholds(model: _Model, precision: float) -> Promised:
    """For each topic the threshold that finds most while it promises a precision.

    What a threshold promises is in a model's provenance, under ``curves``: for each topic the lists
    ``threshold``, ``precision``, a lower bound of it measured out of fold, and ``recall``. Of
    thresholds that find as much the highest is taken. A topic for which no threshold promises so
    much gets the one that promises most, but no lower one than it has.

    Args:
        model: The model.
        precision: What to promise.

    Raises:
        DataError: The model has no curves, or no threshold of any topic promises that much.
    """
    curves = model.provenance.get("curves")
    if not curves:
        msg = "this model does not know its precision at other thresholds: train it again"
        raise DataError(msg)
    try:
        promised = _promised(curves, model, precision)
    # What a model file says of its curves is anything that JSON can hold.
    except (KeyError, TypeError, ValueError) as error:
        msg = f"this model's curves can't be used ({error}): train it again"
        raise DataError(msg) from error
    if len(promised.limits) == len(model.topics):
        msg = "; ".join(
            f"for {topic!r} the model can promise a precision of {most:.2f} at most"
            for topic, most in promised.limits.items()
        )
        raise DataError(msg)
    return promised


def _promised(curves: Mapping[str, Any], model: _Model, precision: float) -> Promised:
    promised = Promised({}, {})
    for topic, least in zip(model.topics, model.thresholds.tolist(), strict=True):
        threshold = _keeping(curves[topic], precision)
        if threshold is None:
            threshold, promised.limits[topic] = _most(curves[topic], least=least)
        promised.thresholds[topic] = threshold
    return promised


def _keeping(curve: Mapping[str, Sequence[float]], precision: float) -> float | None:
    points = zip(curve["recall"], curve["threshold"], curve["precision"], strict=True)
    return max(
        ((recall, threshold) for recall, threshold, bound in points if bound >= precision),
        default=(0.0, None),
    )[1]


def _most(curve: Mapping[str, Sequence[float]], *, least: float) -> tuple[float, float]:
    """The threshold that promises most, if it isn't too low, and the most that any promises."""
    points = list(zip(curve["precision"], curve["threshold"], strict=True))
    bound, _ = max(points, default=(0.0, 0.0))
    careful = [point for point in points if point[1] >= least]
    return max(careful)[1] if careful else least, bound
