"""Evaluations and comparisons as text for a terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from topicclf.evaluation.comparison import Comparison
from topicclf.evaluation.evaluation import Evaluation
from topicclf.render.wording import (
    TOTALS,
    interval,
    number,
    one_line,
    padded,
    percent,
    shortened,
    width,
)

if TYPE_CHECKING:
    from topicclf.labelled.reading import Labelled

__all__ = ["commonest", "comparison_table", "evaluation_table"]

_SHOWN_CHARACTERS = 60
_SHOWN_NAME, _SHOWN_IN_HEADER = 40, 20


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


def _column(head: str, names: Iterable[str]) -> list[str]:
    """A first column: what stands above it, and names in one line each, all equally wide."""
    shown = [shortened(name, _SHOWN_NAME) for name in (head, *names)]
    columns = max(map(width, shown))
    return [padded(name, columns) for name in shown]


def _topics(found: Evaluation) -> Iterator[str]:
    head, *names = _column("topic", found.topics)
    share = f"{percent(found.level)} interval"
    yield (
        f"{head}  {'with':>6} {'without':>7} {'unknown':>7} {'tagged':>6}  precision  "
        f"recall     F1  {share:>13}     AP    ECE  threshold"
    )
    for name, topic in zip(names, found.topics.values(), strict=True):
        yield (
            f"{name}  {topic.positives:6} {topic.negatives:7} {topic.unknown:7} "
            f"{topic.tagged:6}  {number(topic.precision.value):>9}  "
            f"{number(topic.recall.value):>6}  {number(topic.f1.value):>5}  "
            f"{interval(topic.f1):>{max(13, len(share))}}  "
            f"{number(topic.average_precision.value):>5}  {number(topic.calibration_error):>5}  "
            f"{topic.threshold:9.2g}"
        )


def _totals(found: Evaluation) -> Iterator[str]:
    yield f"{found.n_articles} articles, {found.n_none} of them without any of the topics"
    for attribute, name in TOTALS.items():
        estimate = getattr(found, attribute)
        yield f"{name:34}{number(estimate.value):>6}  {interval(estimate)}"


def _slices(by: str, values: Mapping[str, Evaluation], names: Sequence[str]) -> Iterator[str]:
    head, *shown = _column(by, values)
    heads = [f"{shortened(name, _SHOWN_IN_HEADER):>9}" for name in names]
    yield f"{head}  articles  macro-F1       interval  false tags  {'  '.join(heads)}"
    for value, part in zip(shown, values.values(), strict=True):
        each = "  ".join(
            f"{number(part.topics[name].f1.value):>{width(head)}}"
            for name, head in zip(names, heads, strict=True)
        )
        yield (
            f"{value}  {part.n_articles:8}  {number(part.macro_f1.value):>8}  "
            f"{interval(part.macro_f1):>13}  {number(part.false_tags.value):>10}  {each}"
        )


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
    head, *names = _column("topic", found.topics)
    share = f"{percent(found.level)} interval"
    yield (
        f"{head}   F1 A   F1 B  change  {share:>15}  AP change  "
        "only B right  only A right  McNemar p  adjusted"
    )
    for name, topic in zip(names, found.topics.values(), strict=True):
        before, after = map(number, topic.f1)
        yield (
            f"{name}  {before:>5}  {after:>5}  {number(topic.f1_change.value, sign='+'):>6}  "
            f"{interval(topic.f1_change, sign='+'):>15}  "
            f"{number(topic.average_precision_change.value, sign='+'):>9}  {topic.better:12}  "
            f"{topic.worse:12}  {topic.p_value:9.4f}  {topic.adjusted_p_value:8.4f}"
        )


def _changed_totals(found: Comparison) -> Iterator[str]:
    before, after = map(number, found.macro_f1)
    yield f"{found.n_articles} articles; macro-F1 {before} (A), {after} (B)"
    for attribute, name in TOTALS.items():
        change = getattr(found, f"{attribute}_change")
        yield f"{name:34}{number(change.value, sign='+'):>6}  {interval(change, sign='+')}"


def _flips(found: Comparison, items: Sequence["Labelled"], n_flips: int) -> Iterator[str]:
    shown = min(n_flips, len(found.flips))
    yield f"{len(found.flips)} tags flipped; the {shown} that the two are furthest apart on:"
    right = {"first": "A is right", "second": "B is right", "unknown": "label unknown"}
    for flip in found.flips[:shown]:
        item = items[flip.row]
        start = one_line(item.title or item.text)[:_SHOWN_CHARACTERS]
        yield (
            f"  {one_line(flip.topic)} {flip.first:.2f} -> {flip.second:.2f}, {right[flip.right]}  "
            f"{one_line(item.place)}  {start}"
        )
