"""Text with weighted spans to coloured text: HTML for pages and notebooks, ANSI for terminals.

What speaks for a topic is green, what speaks against it red; the stronger, the darker. Spans may
overlap, as a word and a pair of words do: where they do, their weights add up.
"""

from collections.abc import Iterable
from html import escape
from itertools import pairwise
from typing import Protocol

from topicclf.render.wording import printable

__all__ = ["Span", "ansi", "html"]

_GREEN = "46,160,67"
_RED = "218,54,51"
# Paler than this, a mark can't be seen; darker than this, the word can't be read.
_PALEST, _DARKEST = 0.08, 0.65
# Of the strongest mark; what weighs less stays unmarked, or all words would be.
_FAINT = 0.06
_STRONG = 0.5


class Span(Protocol):
    """A stretch of text and how much it weighs; a `topicclf.Term` is one."""

    @property
    def start(self) -> int:
        """Where it starts, in characters."""

    @property
    def end(self) -> int:
        """One past its last character."""

    @property
    def weight(self) -> float:
        """How strongly it speaks for something; below zero, against."""


def html(
    text: str, spans: Iterable[Span], *, offset: int = 0, strongest: float | None = None
) -> str:
    """Mark spans in a text as HTML; everything in the text is escaped.

    Args:
        text: The text, or a stretch of one.
        spans: What to mark, in any order; those outside the text are left out.
        offset: Where the text starts in the coordinates of the spans.
        strongest: The weight that gets the full colour; None takes the greatest in the text.

    >>> from topicclf import Term
    >>> html("<Navy> orders", [Term("Navy", 1, 5, 2.0)])
    '&lt;<mark style="color:inherit;background:rgba(46,160,67,0.65)">Navy</mark>&gt; orders'
    """
    pieces = []
    for piece, strength in _pieces(text, spans, offset, strongest):
        safe = escape(piece)
        if abs(strength) >= _FAINT:
            colour = _GREEN if strength > 0 else _RED
            opacity = _PALEST + (_DARKEST - _PALEST) * min(abs(strength), 1.0)
            style = f"color:inherit;background:rgba({colour},{opacity:.2f})"
            # Not by colour alone.
            style += ";text-decoration:underline dotted" * (strength < 0)
            safe = f'<mark style="{style}">{safe}</mark>'
        pieces.append(safe)
    return "".join(pieces)


def ansi(
    text: str, spans: Iterable[Span], *, offset: int = 0, strongest: float | None = None
) -> str:
    r"""Mark spans in a text for a terminal; control characters in it become spaces.

    Args:
        text: The text, or a stretch of one.
        spans: What to mark, in any order; those outside the text are left out.
        offset: Where the text starts in the coordinates of the spans.
        strongest: The weight from half of which a mark is bold; None takes the greatest.

    >>> from topicclf import Term
    >>> ansi("Navy orders", [Term("Navy", 0, 4, 2.0)])
    '\x1b[1;32mNavy\x1b[0m orders'
    """
    pieces = []
    for piece, strength in _pieces(text, spans, offset, strongest):
        safe = printable(piece, keep="\n\t")
        if abs(strength) >= _FAINT:
            codes = ("1;" if abs(strength) >= _STRONG else "") + ("32" if strength > 0 else "31")
            safe = f"\x1b[{codes}m{safe}\x1b[0m"
        pieces.append(safe)
    return "".join(pieces)


def _pieces(
    text: str, spans: Iterable[Span], offset: int, strongest: float | None
) -> list[tuple[str, float]]:
    """Cut a text where the marks change; each piece with its strength from -1 to 1."""
    changes = {0: 0.0, len(text): 0.0}
    for span in spans:
        start = min(max(span.start - offset, 0), len(text))
        end = min(max(span.end - offset, 0), len(text))
        changes[start] = changes.get(start, 0.0) + span.weight
        changes[end] = changes.get(end, 0.0) - span.weight
    cuts = sorted(changes)
    weights: list[float] = []
    weight = 0.0
    for cut in cuts[:-1]:
        weight += changes[cut]
        weights.append(weight)
    if strongest is None:
        strongest = max(map(abs, weights), default=0.0)
    return [
        (text[start:end], weight / strongest if strongest else 0.0)
        for (start, end), weight in zip(pairwise(cuts), weights, strict=True)
    ]
