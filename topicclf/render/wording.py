"""Numbers, intervals and names as people read them, safe to print and no wider than their place."""

import math
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from topicclf.evaluation.intervals import Estimate

__all__ = [
    "counted",
    "interval",
    "measured",
    "number",
    "one_line",
    "padded",
    "percent",
    "printable",
    "shortened",
    "width",
]


def number(value: float, *, sign: str = "") -> str:
    """A measure as it is printed: a dash where there was nothing to measure on.

    >>> number(0.91249), number(0.0125, sign="+"), number(float("nan"))
    ('0.912', '+0.013', '-')
    """
    return "-" if math.isnan(value) else f"{value:{sign}.3f}"


def interval(estimate: "Estimate", *, sign: str = "") -> str:
    """An interval as it is printed; nothing where there is none.

    >>> from topicclf.evaluation.intervals import Estimate
    >>> interval(Estimate(0.5, 0.4, 0.6)), interval(Estimate(0.1, 0.0, 0.2), sign="+")
    ('0.400-0.600', '+0.000 +0.200')
    """
    if math.isnan(estimate.low):
        return ""
    return (" " if sign else "-").join(
        number(end, sign=sign) for end in (estimate.low, estimate.high)
    )


def measured(value: "Estimate | float", separator: str | None = " ", *, sign: str = "") -> str:
    """A measure with its interval in brackets, if it has one and there is a separator for it.

    >>> from topicclf.evaluation.intervals import Estimate
    >>> measured(Estimate(0.5, 0.4, 0.6)), measured(0.25)
    ('0.500 (0.400-0.600)', '0.250')
    """
    if isinstance(value, float):
        return number(value, sign=sign)
    ends = interval(value, sign=sign)
    point = number(value.value, sign=sign)
    return point if separator is None or not ends else f"{point}{separator}({ends})"


def percent(share: float) -> str:
    """A share in percent, with the digits that it needs.

    >>> percent(0.95), percent(0.995)
    ('95%', '99.5%')
    """
    return f"{100 * share:g}%"


def counted(n: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "topic"), counted(1200, "topic")
    ('1 topic', '1,200 topics')
    """
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def printable(text: str, *, keep: str = "") -> str:
    r"""A text whose control characters, which could give a terminal orders, are spaces.

    Args:
        text: The text.
        keep: Control characters to leave in.

    >>> printable("a\x1b[2Jb\n", keep="\n")
    'a [2Jb\n'
    """
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign in keep else " " for sign in text)


def one_line(text: str) -> str:
    r"""A printable text in one line.

    >>> one_line("a\nb\x1b[2Jc\ud800")
    'a b [2Jc'
    """
    return " ".join(printable(text).split())


def width(text: str) -> int:
    """How many columns of a terminal a text takes.

    >>> width("新聞"), width("e\u0301")
    (4, 1)
    """
    if text.isascii():
        return len(text)
    return sum(
        1 + (unicodedata.east_asian_width(sign) in "WF")
        for sign in text
        if not unicodedata.combining(sign)
    )


def shortened(text: str, most: int) -> str:
    """A text in one line, cut to a number of columns.

    >>> shortened("a topic with a long name", 10), shortened("新聞新聞", 5)
    ('a topic w…', '新聞…')
    """
    text = one_line(text)
    if width(text) <= most:
        return text
    text = text[: most - 1]
    while width(text) >= most:
        text = text[:-1]
    return f"{text.rstrip()}…"


def padded(text: str, columns: int) -> str:
    """A name, and spaces up to a number of columns.

    >>> padded("新聞", 6)
    '新聞  '
    """
    return text + " " * (columns - width(text))
