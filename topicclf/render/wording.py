"""How results are worded: the names of measures, numbers, intervals, and names that fit."""

import math
import unicodedata

from topicclf.evaluation.intervals import Estimate
from topicclf.render import highlight

__all__ = [
    "TOTALS",
    "interval",
    "number",
    "one_line",
    "padded",
    "percent",
    "shortened",
    "width",
]

#: What measures over all topics are called, by their attributes, in the order of tables.
TOTALS = {
    "macro_f1": "macro-F1",
    "micro_f1": "micro-F1",
    "macro_average_precision": "mean average precision",
    "exact_match": "every topic right",
    "false_tags": "false tags on articles with none",
}


def number(value: float, *, sign: str = "") -> str:
    """A measure as it is printed: a dash where there was nothing to measure on.

    >>> number(0.91249), number(0.0125, sign="+"), number(float("nan"))
    ('0.912', '+0.013', '-')
    """
    return "-" if math.isnan(value) else f"{value:{sign}.3f}"


def interval(estimate: Estimate, *, sign: str = "") -> str:
    """An interval as it is printed; nothing where there is none.

    >>> interval(Estimate(0.5, 0.4, 0.6)), interval(Estimate(0.1, 0.0, 0.2), sign="+")
    ('0.400-0.600', '+0.000 +0.200')
    """
    if math.isnan(estimate.low):
        return ""
    return (" " if sign else "-").join(
        number(end, sign=sign) for end in (estimate.low, estimate.high)
    )


def percent(share: float) -> str:
    """A share in percent, with the digits that it needs.

    >>> percent(0.95), percent(0.995)
    ('95%', '99.5%')
    """
    return f"{100 * share:g}%"


def one_line(text: str) -> str:
    r"""A text in one line, without signs that would give a terminal orders or that no file holds.

    >>> one_line("a\nb\x1b[2Jc\ud800")
    'a b [2Jc'
    """
    return " ".join((text if text.isprintable() else highlight.ansi(text, ())).split())


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
    """A name in one line that takes so many columns at most.

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
    """A name with spaces up to so many columns.

    >>> padded("新聞", 6)
    '新聞  '
    """
    return text + " " * (columns - width(text))
