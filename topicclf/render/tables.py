"""Evaluations and comparisons as text for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from topicclf.evaluation.comparison import Comparison
from topicclf.evaluation.evaluation import Evaluation, TopicEvaluation
from topicclf.evaluation.measures import Measure, OverallMeasures, measures_in
from topicclf.render.wording import (
    counted,
    interval,
    number,
    one_line,
    padded,
    percent,
    shortened,
    width,
)

if TYPE_CHECKING:
    from topicclf.evaluation.intervals import Estimate
    from topicclf.labelled.reading import Labelled

__all__ = [
    "commonest",
    "comparison_table",
    "evaluation_table",
    "out_of_fold_table",
    "stated_measures",
]

_SHOWN_CHARACTERS = 60
_SHOWN_NAME, _SHOWN_IN_HEADER = 40, 20


def evaluation_table(evaluation: Evaluation) -> str:
    """The measures of each topic and over all topics, and the slices below them."""
    lines = [*_topics(evaluation), "", *_totals(evaluation)]
    for by, values in evaluation.slices.items():
        lines += ["", *_slices(by, values, commonest(evaluation))]
    return "\n".join(lines)


def commonest(evaluation: Evaluation, *, most: int = 12) -> list[str]:
    """The topics that most articles carry, in their usual order."""
    counts = {name: topic.positives for name, topic in evaluation.topics.items()}
    kept = sorted(counts, key=lambda name: -counts[name])[:most]
    return [name for name in counts if name in kept]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows of cells in columns; all but the first are aligned on the right."""
    rows = [[shortened(row[0], _SHOWN_NAME), *row[1:]] for row in (head, *rows)]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for first, *cells in rows:
        right = (
            " " * (columns - width(cell)) + cell
            for cell, columns in zip(cells, widths[1:], strict=True)
        )
        yield "  ".join([padded(first, widths[0]), *right])


def _topics(evaluation: Evaluation) -> Iterator[str]:
    heads = ["topic", "with", "without", "unknown", "tagged"]
    measures = measures_in(TopicEvaluation)
    for name, measure in measures.items():
        heads += [measure.short or measure.title, f"{percent(evaluation.level)} interval"][
            : 1 + (name == "f1")
        ]
    yield from _table(
        [*heads, "threshold"],
        [
            [
                name,
                *map(str, (topic.positives, topic.negatives, topic.unknown, topic.tagged)),
                *(cell for each in measures for cell in _measured(topic, each)),
                f"{topic.threshold:.2g}",
            ]
            for name, topic in evaluation.topics.items()
        ],
    )


def _measured(topic: TopicEvaluation, name: str) -> list[str]:
    estimate = getattr(topic, name)
    if isinstance(estimate, float):
        return [number(estimate)]
    return [number(estimate.value), interval(estimate)][: 1 + (name == "f1")]


def _totals(evaluation: Evaluation) -> Iterator[str]:
    articles = counted(evaluation.n_articles, "article")
    yield f"{articles}, {evaluation.n_none:,} of them without any of the topics"
    yield from _overall(evaluation)


def _overall(measures: "OverallMeasures[Estimate]", *, sign: str = "") -> Iterator[str]:
    for name, measure in measures_in(OverallMeasures).items():
        if measure.shown:
            estimate = getattr(measures, name)
            yield (
                f"{measure.title:34}{number(estimate.value, sign=sign):>6}  "
                f"{interval(estimate, sign=sign)}"
            ).rstrip()


def _slices(by: str, values: Mapping[str, Evaluation], names: Sequence[str]) -> Iterator[str]:
    heads = [shortened(name, _SHOWN_IN_HEADER) for name in names]
    yield from _table(
        [by, "articles", "macro-F1", "interval", "false tags", *heads],
        [
            [
                value,
                f"{part.n_articles:,}",
                number(part.macro_f1.value),
                interval(part.macro_f1),
                number(part.false_tags.value),
                *(number(part.topics[name].f1.value) for name in names),
            ]
            for value, part in values.items()
        ],
    )


def out_of_fold_table(numbers: Mapping[str, Mapping[str, Any]]) -> str:
    """What training measured out of fold, topic by topic."""
    measures = stated_measures(numbers)
    heads = [
        "out of fold",
        *(each.short or each.title for each in measures.values()),
        "threshold",
        "with",
    ]
    return "\n".join(
        _table(
            heads,
            [
                [
                    topic,
                    *(number(stated[name]) for name in measures),
                    f"{stated['threshold']:.2g}",
                    f"{stated['positives']:,}",
                ]
                for topic, stated in numbers.items()
            ],
        )
    )


def stated_measures(numbers: Mapping[str, Mapping[str, Any]]) -> dict[str, Measure]:
    """The measures that a model states of each of its topics."""
    return {
        name: measure
        for name, measure in measures_in(TopicEvaluation).items()
        if all(name in stated for stated in numbers.values())
    }


def comparison_table(comparison: Comparison, items: Sequence["Labelled"], *, n_flips: int) -> str:
    """What changes, and the articles that flipped.

    Args:
        comparison: The comparison.
        items: The articles.
        n_flips: How many flips to show.
    """
    before, after = map(number, comparison.macro_f1)
    lines = [
        *_changes(comparison),
        "",
        f"{counted(comparison.n_articles, 'article')}; macro-F1 {before} (A), {after} (B)",
        *_overall(comparison.changes, sign="+"),
    ]
    if comparison.flips:
        lines += ["", *_flips(comparison, items, n_flips)]
    return "\n".join(lines)


def _changes(comparison: Comparison) -> Iterator[str]:
    heads = ["topic", "F1 A", "F1 B", "change", f"{percent(comparison.level)} interval"]
    heads += ["AP change", "only B right", "only A right", "McNemar p", "adjusted"]
    yield from _table(
        heads,
        [
            [
                name,
                *map(number, topic.f1),
                number(topic.f1_change.value, sign="+"),
                interval(topic.f1_change, sign="+"),
                number(topic.average_precision_change.value, sign="+"),
                f"{topic.better:,}",
                f"{topic.worse:,}",
                f"{topic.p_value:.4f}",
                f"{topic.adjusted_p_value:.4f}",
            ]
            for name, topic in comparison.topics.items()
        ],
    )


def _flips(comparison: Comparison, items: Sequence["Labelled"], n_flips: int) -> Iterator[str]:
    shown = min(n_flips, len(comparison.flips))
    flipped = counted(len(comparison.flips), "tag")
    yield f"{flipped} flipped; the {shown} that the models are furthest apart on:"
    right = {"first": "A is right", "second": "B is right", "unknown": "label unknown"}
    for flip in comparison.flips[:shown]:
        item = items[flip.row]
        start = shortened(item.title or item.text[:500], _SHOWN_CHARACTERS)
        yield (
            f"  {one_line(flip.topic)} {flip.first:.2f} -> {flip.second:.2f}, {right[flip.right]}  "
            f"{one_line(item.place)}  {start}"
        )
