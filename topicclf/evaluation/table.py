"""Evaluations and comparisons as text for a terminal."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from topicclf import highlight
from topicclf.evaluation.comparison import Comparison
from topicclf.evaluation.evaluation import Evaluation
from topicclf.evaluation.intervals import Estimate

if TYPE_CHECKING:
    from topicclf.learning.data import Labelled

__all__ = ["commonest", "comparison_table", "evaluation_table", "number"]

_SHOWN_CHARACTERS = 60
_SHOWN_NAME = 20


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
        lines += ["", *_slices(by, values, commonest(found))]
    return "\n".join(lines)


def commonest(found: Evaluation, *, most: int = 12) -> list[str]:
    """The topics that most articles carry, in their usual order."""
    counts = {name: topic.positives for name, topic in found.topics.items()}
    kept = sorted(counts, key=lambda name: -counts[name])[:most]
    return [name for name in counts if name in kept]


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
            f"{number(topic.calibration_error):>5}  {topic.threshold:9.2g}"
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


def _slices(by: str, values: Mapping[str, Evaluation], names: Sequence[str]) -> Iterator[str]:
    width = max([len(by), *map(len, values)])
    header = "  ".join(f"{name[:_SHOWN_NAME]:>9}" for name in names)
    yield f"{by:{width}}  articles  macro-F1       interval  false tags  {header}"
    for value, part in values.items():
        each = "  ".join(
            f"{number(part.topics[name].f1.value):>{max(9, len(name[:_SHOWN_NAME]))}}"
            for name in names
        )
        yield (
            f"{value:{width}}  {part.n_articles:8}  {number(part.macro_f1.value):>8}  "
            f"{_interval(part.macro_f1):>13}  {number(part.false_tags.value):>10}  {each}"
        )


def _interval(estimate: Estimate) -> str:
    if math.isnan(estimate.low):
        return ""
    return f"{number(estimate.low)}-{number(estimate.high)}"


def comparison_table(found: Comparison, items: Sequence["Labelled"], *, n_flips: int) -> str:
    """What changes, and the articles that flipped.

    Args:
        found: The comparison.
        items: The articles.
        n_flips: How many flips to show.
    """
    lines = [*_changes(found), "", *_changed_totals(found)]
    if found.flips:
        lines += ["", *_flips(found, items, n_flips)]
    return "\n".join(lines)


def _changes(found: Comparison) -> Iterator[str]:
    width = max([len("topic"), *map(len, found.topics)])
    share = f"{found.level:.0%} interval"
    yield (
        f"{'topic':{width}}   F1 A   F1 B  change  {share:>15}  AP change  "
        "only B right  only A right  McNemar p  adjusted"
    )
    for name, topic in found.topics.items():
        before, after = map(number, topic.f1)
        yield (
            f"{name:{width}}  {before:>5}  {after:>5}  {_signed(topic.f1_change.value):>6}  "
            f"{_signed_interval(topic.f1_change):>15}  "
            f"{_signed(topic.average_precision_change.value):>9}  {topic.better:12}  "
            f"{topic.worse:12}  {topic.p_value:9.4f}  {topic.adjusted_p_value:8.4f}"
        )


def _changed_totals(found: Comparison) -> Iterator[str]:
    before, after = map(number, found.macro_f1)
    yield f"{found.n_articles} articles; macro-F1 {before} (A), {after} (B)"
    for name, change in (
        ("macro-F1", found.macro_f1_change),
        ("micro-F1", found.micro_f1_change),
        ("mean average precision", found.macro_average_precision_change),
        ("false tags on articles with none", found.false_tags_change),
    ):
        yield f"{name:34}{_signed(change.value):>6}  {_signed_interval(change)}"


def _flips(found: Comparison, items: Sequence["Labelled"], n_flips: int) -> Iterator[str]:
    shown = min(n_flips, len(found.flips))
    yield f"{len(found.flips)} tags flipped; the {shown} that the two are furthest apart on:"
    right = {"first": "A is right", "second": "B is right", "unknown": "label unknown"}
    for flip in found.flips[:shown]:
        item = items[flip.row]
        start = " ".join((item.title or item.text).split())[:_SHOWN_CHARACTERS]
        yield (
            f"  {flip.topic} {flip.first:.2f} -> {flip.second:.2f}, {right[flip.right]}  "
            f"{item.place}  {highlight.ansi(start, ())}"
        )


def _signed(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:+.3f}"


def _signed_interval(estimate: Estimate) -> str:
    if math.isnan(estimate.low):
        return ""
    return f"{_signed(estimate.low)} {_signed(estimate.high)}"
