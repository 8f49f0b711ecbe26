"""An evaluation as text for a terminal."""

import math
from collections.abc import Iterator, Mapping

from topicclf.evaluation.evaluation import Evaluation
from topicclf.evaluation.intervals import Estimate

__all__ = ["evaluation_table", "number"]


def number(value: float, *, digits: int = 3) -> str:
    """A measure as it is printed: a dash where there was nothing to measure on.

    >>> number(0.91249), number(float("nan"))
    ('0.912', '-')
    """
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def evaluation_table(found: Evaluation) -> str:
    """The numbers, and the slices below them."""
    lines = [*_topics(found), "", *_totals(found)]
    for by, values in found.slices.items():
        lines += ["", *_slices(by, values)]
    return "\n".join(lines)


def _topics(found: Evaluation) -> Iterator[str]:
    width = max([len("topic"), *map(len, found.topics)])
    share = f"{found.level:.0%} interval"
    yield (
        f"{'topic':{width}}  {'with':>6} {'without':>7} {'unknown':>7} {'tagged':>6}  precision  "
        f"recall     F1  {share:>13}     AP    ECE  threshold"
    )
    for name, topic in found.topics.items():
        yield (
            f"{name:{width}}  {topic.positives:6} {topic.negatives:7} {topic.unknown:7} "
            f"{topic.tagged:6}  {number(topic.precision.value):>9}  "
            f"{number(topic.recall.value):>6}  {number(topic.f1.value):>5}  "
            f"{_interval(topic.f1):>13}  {number(topic.average_precision.value):>5}  "
            f"{number(topic.calibration_error):>5}  {topic.threshold:9.2f}"
        )


def _totals(found: Evaluation) -> Iterator[str]:
    yield f"{found.n_articles} articles, {found.n_none} of them without any of the topics"
    for name, estimate in (
        ("macro-F1", found.macro_f1),
        ("micro-F1", found.micro_f1),
        ("mean average precision", found.macro_average_precision),
        ("every topic right", found.exact_match),
        ("false tags on articles with none", found.false_tags),
    ):
        yield f"{name:34}{number(estimate.value):>6}  {_interval(estimate)}"


def _slices(by: str, values: Mapping[str, Evaluation]) -> Iterator[str]:
    width = max([len(by), *map(len, values)])
    topics = next(iter(values.values())).topics
    names = "  ".join(f"{name[:9]:>9}" for name in topics)
    yield f"{by:{width}}  articles  macro-F1       interval  false tags  {names}"
    for value, part in values.items():
        each = "  ".join(f"{number(topic.f1.value):>9}" for topic in part.topics.values())
        yield (
            f"{value:{width}}  {part.n_articles:8}  {number(part.macro_f1.value):>8}  "
            f"{_interval(part.macro_f1):>13}  {number(part.false_tags.value):>10}  {each}"
        )


def _interval(estimate: Estimate) -> str:
    if math.isnan(estimate.low):
        return ""
    return f"{number(estimate.low)}-{number(estimate.high)}"
