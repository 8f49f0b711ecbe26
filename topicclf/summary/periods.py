"""Periods of time, days to years, and which of them some articles are enough for."""

from collections.abc import Mapping
from datetime import date, timedelta
from statistics import median
from typing import Literal

__all__ = ["PERIODS", "Period", "fitting_period", "label", "next_start", "start"]

Period = Literal["day", "week", "month", "year"]
#: The periods, the shortest first.
PERIODS: tuple[Period, ...] = ("day", "week", "month", "year")
# With fewer articles a share says next to nothing; with more periods a chart shows nothing.
_ENOUGH = 20
_MOST_PERIODS = 120


def start(day: date, period: Period) -> date:
    """The first day of the period that a day is in; a week starts on Monday.

    >>> start(date(2026, 12, 1), "week"), start(date(2026, 12, 1), "month")
    (datetime.date(2026, 11, 30), datetime.date(2026, 12, 1))
    """
    if period == "day":
        return day
    if period == "week":
        # The first days of all belong to a week that Python can't name.
        return day - timedelta(min(day.weekday(), day.toordinal() - 1))
    return day.replace(day=1) if period == "month" else day.replace(month=1, day=1)


def next_start(day: date, period: Period) -> date:
    """The first day of the next period.

    Args:
        day: The first day of one.
        period: How long it is.

    Raises:
        OverflowError: Python has no such day.
    """
    if period in ("day", "week"):
        return day + timedelta(1 if period == "day" else 7)
    if day.year == date.max.year:
        msg = "no day after the year 9999"
        raise OverflowError(msg)
    if period == "year" or day.month == 12:
        return day.replace(year=day.year + 1, month=1)
    return day.replace(month=day.month + 1)


def label(day: date, period: Period) -> str:
    """A period's name, by its first day.

    >>> label(date(2026, 11, 30), "week"), label(date(2026, 11, 1), "month")
    ('2026-11-30', '2026-11')
    """
    return day.isoformat()[: {"day": 10, "week": 10, "month": 7, "year": 4}[period]]


def fitting_period(counts: Mapping[date, int]) -> Period:
    """The shortest period with articles enough in most, and not too many of them.

    Where there are too few articles for any, the longest that there are two of.

    Args:
        counts: How many articles there are of each day; at least one day.

    >>> fitting_period({date(2026, 11, day): 30 for day in range(1, 31)})
    'day'
    >>> fitting_period({date(2026, 11, day): 2 for day in range(1, 31)})
    'week'
    """
    fitting: Period = "day"
    for period in PERIODS:
        in_each: dict[date, int] = {}
        for day, count in counts.items():
            first = start(day, period)
            in_each[first] = in_each.get(first, 0) + count
        if len(in_each) < 2:
            break
        fitting = period
        if median(in_each.values()) >= _ENOUGH and len(in_each) <= _MOST_PERIODS:
            break
    return fitting
