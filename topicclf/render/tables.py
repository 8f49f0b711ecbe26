"""Evaluations and comparisons as text for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from topicclf.evaluation.comparison import Comparison
from topicclf.evaluation.evaluation import Evaluation, TopicEvaluation
from topicclf.evaluation.measures import Measure, OverallMeasures, measures_in
from topicclf.render.wording import (
    counted,
    interval,
    measured,
    number,
    one_line,
    padded,
    percent,
    shortened,
    width,
)

if TYPE_CHECKING:
    from topicclf.evaluation.intervals import Estimate
    from topicclf.labelled.reading import LabelledArticle

__all__ = [
    "commonest",
    "comparison_table",
    "evaluation_table",
    "out_of_fold_table",
    "overall_rows",
    "slice_rows",
    "stated_measures",
    "topic_rows",
]

_SHOWN_CHARACTERS = 60
_SHOWN_NAME, _SHOWN_IN_HEADER = 40, 20


def evaluation_table(evaluation: Evaluation) -> str:
    """The measures of each topic and over all topics, and the slices below them."""
    rows = topic_rows(evaluation, compact=True)
    rows[0] = [f"F1 ({percent(evaluation.level)} interval)" if h == "F1" else h for h in rows[0]]
    articles = counted(evaluation.n_articles, "article")
    lines = [
        *_aligned(rows),
        "",
        f"{articles}, {evaluation.n_none:,} of them without any of the topics",
        *_aligned(overall_rows(evaluation)),
    ]
    for by, parts in evaluation.slices.items():
        lines += ["", *_aligned(slice_rows(by, parts, commonest(evaluation)))]
    return "\n".join(lines)


def commonest(evaluation: Evaluation, *, most: int = 12) -> list[str]:
    """The topics that most articles carry, in their usual order."""
    counts = {name: topic.positives for name, topic in evaluation.topics.items()}
    kept = sorted(counts, key=lambda name: -counts[name])[:most]
    return [name for name in counts if name in kept]


def topic_rows(evaluation: Evaluation, *, compact: bool) -> list[list[str]]:
    """A table of the topics, its header first.

    Args:
        evaluation: The evaluation.
        compact: Show short names, and of the intervals only that of F1.
    """
    measures = measures_in(TopicEvaluation)
    titles = [each.short if compact else each.title for each in measures.values()]
    separators = dict.fromkeys(measures, "\n") if not compact else {"f1": " "}
    rows = [["topic", "with", "without", "unknown", "tagged", *titles, "threshold"]]
    for name, topic in evaluation.topics.items():
        counts = map(str, (topic.positives, topic.negatives, topic.unknown, topic.tagged))
        cells = [measured(getattr(topic, each), separators.get(each)) for each in measures]
        rows.append([shortened(name, _SHOWN_NAME), *counts, *cells, f"{topic.threshold:.2g}"])
    return rows


def slice_rows(by: str, parts: Mapping[str, Evaluation], topics: Sequence[str]) -> list[list[str]]:
    """A table of the slices by one field, its header first.

    Args:
        by: The field.
        parts: The evaluation of each slice.
        topics: The topics to show the F1 of.
    """
    heads = [shortened(topic, _SHOWN_IN_HEADER) for topic in topics]
    rows = [[one_line(by), "articles", "macro-F1", "false tags", *heads]]
    for value, part in parts.items():
        f1 = (number(part.topics[topic].f1.value) for topic in topics)
        cells = measured(part.macro_f1), number(part.false_tags.value), *f1
        rows.append([shortened(value, _SHOWN_NAME), f"{part.n_articles:,}", *cells])
    return rows


def overall_rows(measures: "OverallMeasures[Estimate]", *, sign: str = "") -> list[list[str]]:
    """The measures over all topics with their values and intervals."""
    return [
        [measure.title, number(each.value, sign=sign), interval(each, sign=sign)]
        for name, measure in measures_in(OverallMeasures).items()
        if measure.shown and (each := getattr(measures, name))
    ]


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows in columns, all but the first aligned on the right."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for first, *cells in rows:
        right = (
            " " * (columns - width(cell)) + cell
            for cell, columns in zip(cells, widths[1:], strict=True)
        )
        yield "  ".join([padded(first, widths[0]), *right]).rstrip()


def out_of_fold_table(numbers: Mapping[str, Mapping[str, Any]]) -> str:
    """What training measured out of fold, topic by topic."""
    measures = stated_measures(numbers)
    titles = [measure.short for measure in measures.values()]
    rows = [["out of fold", *titles, "threshold", "with"]]
    for topic, stated in numbers.items():
        cells = *(number(stated[name]) for name in measures), f"{stated['threshold']:.2g}"
        rows.append([shortened(topic, _SHOWN_NAME), *cells, f"{stated['positives']:,}"])
    return "\n".join(_aligned(rows))


def stated_measures(numbers: Mapping[str, Mapping[str, Any]]) -> dict[str, Measure]:
    """The measures that a model states of each of its topics."""
    measures = measures_in(TopicEvaluation).items()
    return {name: each for name, each in measures if all(name in n for n in numbers.values())}


def comparison_table(
    comparison: Comparison, items: Sequence["LabelledArticle"], *, n_flips: int
) -> str:
    """What changes, and the articles that flipped.

    Args:
        comparison: The comparison.
        items: The articles.
        n_flips: How many flips to show.
    """
    level = percent(comparison.level)
    heads = ["topic", "F1 A", "F1 B", f"change ({level} interval)", "AP change"]
    rows = [[*heads, "only B right", "only A right", "McNemar p", "adjusted"]]
    for name, topic in comparison.topics.items():
        changes = (
            measured(topic.f1_change, sign="+"),
            measured(topic.average_precision_change, None, sign="+"),
        )
        tests = f"{topic.better:,}", f"{topic.worse:,}", f"{topic.p_value:.4f}"
        cells = *map(number, topic.f1), *changes, *tests, f"{topic.adjusted_p_value:.4f}"
        rows.append([shortened(name, _SHOWN_NAME), *cells])
    before, after = map(number, comparison.macro_f1)
    lines = [
        *_aligned(rows),
        "",
        f"{counted(comparison.n_articles, 'article')}; macro-F1 {before} (A), {after} (B)",
        *_aligned(overall_rows(comparison.changes, sign="+")),
    ]
    if comparison.flips:
        lines += ["", *_flips(comparison, items, n_flips)]
    return "\n".join(lines)


def _flips(
    comparison: Comparison, items: Sequence["LabelledArticle"], n_flips: int
) -> Iterator[str]:
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
