"""Topics over time as a picture: one panel for each topic, one below the other.

The picture has classes and no colours: the style sheet ``look.css`` gives them, in dark mode as
well. It says nothing by colour alone.
"""

import math
from collections.abc import Iterator, Sequence
from html import escape

from topicclf.render.wording import counted, percent, shortened
from topicclf.summary.summary import Slot, Summary

__all__ = ["MOST_PANELS", "timeline"]

#: So many topics at most have a panel.
MOST_PANELS = 12
_WIDTH, _LEFT, _RIGHT = 760.0, 110.0, 14.0
_PANEL, _GAP, _TOP = 64.0, 26.0, 22.0
_ROUND = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
_MOST_LABELS = 8
_HUES = 6
_NAME_SHOWN = 15


def timeline(summary: Summary) -> str:
    """The share of articles that carry each topic, by period, as SVG.

    The band around a line is the 95 % interval of the share; it is left out where a period has
    fewer than ten articles.

    Args:
        summary: What to show; its slots are periods.
    """
    order = sorted(summary.topics, key=lambda topic: -summary.all.counts.get(topic, 0))
    shown = [topic for topic in summary.topics if topic in order[:MOST_PANELS]]
    height = _TOP + (len(shown) + 1) * (_PANEL + _GAP) + 8
    about = f"Share of articles by {summary.period}: {', '.join(shown)}"
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" '
        f'viewBox="0 0 {_WIDTH:g} {height:g}" aria-label="{escape(about)}">'
    ]
    for number, topic in enumerate(shown):
        hue = summary.topics.index(topic) % _HUES
        parts.append(f'<g class="t{hue}">')
        parts += _panel(topic, summary.slots, _TOP + number * (_PANEL + _GAP))
        parts.append("</g>")
    bottom = _TOP + len(shown) * (_PANEL + _GAP)
    parts += _articles(summary.slots, bottom)
    parts += _names(summary.slots, bottom + _PANEL + 16)
    return "".join([*parts, "</svg>"])


def _panel(topic: str, slots: Sequence[Slot], top: float) -> Iterator[str]:
    cells = [slot.cell(topic) for slot in slots]
    tops = [cell.interval[1] if cell.interval else cell.share or 0.0 for cell in cells]
    # A few articles shouldn't press all others to the ground.
    most = max((t for t, c in zip(tops, cells, strict=True) if c.interval), default=max(tops))
    most = next((each for each in _ROUND if each >= most), 1.0)

    def y(share: float) -> float:
        return top + _PANEL * (1 - min(share, most) / most)

    yield _text(_LEFT - 8, top + _PANEL / 2 + 4, shortened(topic, _NAME_SHOWN), anchor="end")
    for share in (0.0, most):
        yield _line(_LEFT, y(share), _WIDTH - _RIGHT, y(share))
        yield _text(_WIDTH - _RIGHT, y(share) - 3, percent(share), anchor="end")
    for run in _runs([cell.interval is not None for cell in cells]):
        ends = [(i, cells[i].interval or (0.0, 0.0)) for i in run]
        upper = [f"{_x(i, slots):.1f},{y(high):.1f}" for i, (_, high) in ends]
        lower = [f"{_x(i, slots):.1f},{y(low):.1f}" for i, (low, _) in reversed(ends)]
        yield f'<polygon class="band" points="{" ".join(upper + lower)}"/>'
    for run in _runs([cell.share is not None for cell in cells]):
        points = [(_x(i, slots), y(cells[i].share or 0.0)) for i in run]
        yield f'<polyline class="line" points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in points)}"/>'
    radius = 3 if len(slots) <= 60 else 1.5
    for i, cell in enumerate(cells):
        if cell.share is not None:
            said = f"{slots[i].name}: {cell.count:,} of {counted(cell.of, 'article')}"
            yield (
                f'<circle class="dot" cx="{_x(i, slots):.1f}" cy="{y(cell.share):.1f}" '
                f'r="{radius:g}"><title>{escape(said)}</title></circle>'
            )


def _articles(slots: Sequence[Slot], top: float) -> Iterator[str]:
    most = max((slot.n for slot in slots), default=0)
    yield _text(_LEFT - 8, top + _PANEL / 2 + 4, "articles", anchor="end")
    yield _line(_LEFT, top + _PANEL, _WIDTH - _RIGHT, top + _PANEL)
    yield _text(_WIDTH - _RIGHT, top - 3, f"{most:,}", anchor="end")
    wide = max(min((_WIDTH - _LEFT - _RIGHT) / max(len(slots), 1) * 0.7, 24.0), 0.8)
    for i, slot in enumerate(slots):
        tall = _PANEL * slot.n / most if most else 0.0
        yield (
            f'<rect class="count" x="{_x(i, slots) - wide / 2:.1f}" y="{top + _PANEL - tall:.1f}" '
            f'width="{wide:.1f}" height="{tall:.1f}">'
            f"<title>{escape(slot.name)}: {counted(slot.n, 'article')}</title></rect>"
        )


def _names(slots: Sequence[Slot], y: float) -> Iterator[str]:
    step = max(math.ceil(len(slots) / _MOST_LABELS), 1)
    for i in range(0, len(slots), step):
        yield _text(_x(i, slots), y, slots[i].name, anchor="middle")


def _x(place: int, slots: Sequence[Slot]) -> float:
    room = _WIDTH - _LEFT - _RIGHT - 60
    share = place / (len(slots) - 1) if len(slots) > 1 else 0.5
    return _LEFT + 20 + share * room


def _runs(there: Sequence[bool]) -> Iterator[list[int]]:
    """The stretches in which something is there."""
    run: list[int] = []
    for place, yes in enumerate(there):
        if yes:
            run.append(place)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:g}" y1="{y1:.1f}" x2="{x2:g}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, *, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
