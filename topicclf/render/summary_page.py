"""A summary as one HTML page that needs nothing else."""

from collections.abc import Iterator
from html import escape

from topicclf.render.page import page
from topicclf.render.timeline import MOST_PANELS, timeline
from topicclf.render.wording import counted, percent
from topicclf.summary.summary import Cell, Summary

__all__ = ["summary_html", "summary_page"]

_MOST_SLOTS = 400
# What is wider than a phone scrolls, with keys as well.
_SCROLLED = '<div class="wide" tabindex="0" role="group" aria-label="{}">'


def summary_page(summary: Summary, *, title: str, about: str = "") -> str:
    """Write the page.

    Args:
        summary: What to show.
        title: Of what it is.
        about: The date, say.
    """
    return page(summary_html(summary), title=title, about=about)


def summary_html(summary: Summary) -> str:
    """What the page shows, without the page around it."""
    return "\n".join(
        [*_totals(summary), *_counts(summary), *_chart(summary), *_slots(summary), *_all(summary)]
    )


def _totals(summary: Summary) -> Iterator[str]:
    n = summary.all.n
    none = f", {percent(round(summary.all.none / n, 3))} without any of the topics" if n else ""
    bad = f" {counted(summary.bad, 'record')} can't be used." if summary.bad else ""
    yield f"<p>{counted(n, 'article')}{none}.{bad}</p>"


def _counts(summary: Summary) -> Iterator[str]:
    order = sorted(summary.topics, key=lambda topic: -summary.all.counts.get(topic, 0))
    heads = ["topic", "articles", "share", "95 % interval"]
    rows = []
    for topic in order:
        cell = summary.all.cell(topic)
        rows.append([topic, f"{cell.count:,}", _share(cell), _interval(cell)])
    yield from _table(heads, rows)


def _chart(summary: Summary) -> Iterator[str]:
    if summary.period is None or len(summary.slots) < 2:
        return
    yield f"<h2>By {summary.period}</h2>"
    left_out = len(summary.topics) - MOST_PANELS
    yield (
        "<p class='note'>Shares of articles; around them 95 % intervals, where there are articles "
        "enough to mean something."
        + f" The {MOST_PANELS} most frequent topics." * (left_out > 0)
        + f" {counted(summary.undated, 'article')} without a date." * (summary.undated > 0)
        + "</p>"
    )
    yield f"{_SCROLLED.format('Chart')}{timeline(summary)}</div>"


def _slots(summary: Summary) -> Iterator[str]:
    if not summary.slots:
        return
    if summary.period is None:
        yield f"<h2>By {escape(summary.by)}</h2>"
    heads, _, *rows = summary.rows()
    more = len(rows) - _MOST_SLOTS
    yield "<details><summary>The numbers</summary>" if summary.period else "<div>"
    yield from _table(heads, rows[:_MOST_SLOTS])
    yield f"<p>{counted(more, 'row')} more; the CSV has them.</p>" if more > 0 else ""
    yield "</details>" if summary.period else "</div>"


def _all(summary: Summary) -> Iterator[str]:
    for topic, examples in summary.examples.items():
        if not examples:
            continue
        yield f"<h2>{escape(topic)}</h2>"
        for example in examples:
            about = " · ".join(filter(None, (example.date, f"{example.probability:.1%}")))
            yield f"<article><p><b>{escape(example.title)}</b>"
            yield f"<br><small>{escape(about)}</small></p>"
            for sentence in example.sentences:
                yield f"<p>{escape(sentence)}</p>"
            yield "</article>"


def _share(cell: Cell) -> str:
    return "" if cell.share is None else f"{cell.share:.1%}"


def _interval(cell: Cell) -> str:
    return "" if cell.interval is None else f"{cell.interval[0]:.1%} to {cell.interval[1]:.1%}"


def _table(heads: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"{_SCROLLED.format('Table')}<table><thead><tr>"
    yield "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    yield "</tr></thead><tbody>"
    for first, *others in rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in others)
        yield f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
    yield "</tbody></table></div>"
