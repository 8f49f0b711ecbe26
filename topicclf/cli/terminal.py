"""What a terminal gets and a file does not: colour and progress."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

__all__ = ["Progress", "coloured", "progress"]


def coloured(file: IO[Any]) -> bool:
    """Whether to colour what goes to a file: a terminal, without ``NO_COLOR`` [1]_ set.

    .. [1] https://no-color.org
    """
    return file.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Progress:
    """Counts what has been done, and shows it if there is anybody to see.

    Args:
        bar: What shows it, if anything does.
        unit: What the items are called.
    """

    def __init__(self, bar: Any = None, *, unit: str = "") -> None:
        self._bar = bar
        self._unit = unit
        self._start = time.monotonic()
        self._bytes = 0
        self._items = 0

    def add_bytes(self, count: int) -> None:
        """Note that bytes have been read."""
        self._bytes += count

    def add_items(self, count: int) -> None:
        """Note that items are done, and show it."""
        self._items += count
        if self._bar is not None:
            rate = self._items / max(time.monotonic() - self._start, 1e-3)
            new, self._bytes = self._bytes, 0
            self._bar.update(new, f"{self._items:,} {self._unit}, {rate:,.0f}/s")


@contextmanager
def progress(size: int | None, *, unit: str, shown: bool = True) -> Iterator[Progress]:
    """Show on standard error, if that is a terminal, how far the work is, its rate and time left.

    Args:
        size: The bytes to read; None if nobody knows.
        unit: What the items are called.
        shown: Whether to show anything, on a terminal.
    """
    if not (shown and sys.stderr.isatty()):
        yield Progress()
        return
    unknown: Iterator[None] = (None for _ in ())
    with click.progressbar(
        None if size else unknown,
        length=size or None,
        file=sys.stderr,
        item_show_func=lambda text: text,
    ) as bar:
        yield Progress(bar, unit=unit)
