"""Colour and progress, which only terminals get, and warnings as plain lines."""

import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

__all__ = ["Progress", "coloured", "printed_warnings", "progress", "stages"]

# Seconds between two updates.
_BETWEEN = 0.1


def coloured(file: IO[Any]) -> bool:
    """Whether to colour what goes to a file: a terminal, without ``NO_COLOR`` [1]_ set.

    .. [1] https://no-color.org
    """
    return file.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Progress:
    """Counts what has been done, and shows it on a terminal.

    Args:
        bar: The progress bar; None shows nothing.
        unit: What the items are called.
        sized: Whether the bar counts bytes; otherwise it counts items.
    """

    def __init__(self, bar: Any = None, *, unit: str = "", sized: bool = False) -> None:
        self._bar = bar
        self._unit = unit
        self._sized = sized
        self._start = self._shown = time.monotonic()
        self._steps = 0
        self._items = 0

    def add_bytes(self, count: int) -> None:
        """Count bytes that have been read."""
        self._steps += count * self._sized
        self._show_sometimes()

    def add_items(self, count: int) -> None:
        """Count items that are done."""
        self._items += count
        self._steps += count * (not self._sized)
        self._show_sometimes()

    def show(self) -> None:
        """Show what is done."""
        self._shown = time.monotonic()
        rate = self._items / max(self._shown - self._start, _BETWEEN)
        steps, self._steps = self._steps, 0
        text = f"{self._items:,} {self._unit}, {rate:,.0f}/s" if self._items else None
        self._bar.update(steps, text)
        # Without a step it doesn't show the text.
        self._bar.render_progress()

    def _show_sometimes(self) -> None:
        if self._bar is not None and time.monotonic() - self._shown > _BETWEEN:
            self.show()


@contextmanager
def progress(
    size: int | None, *, unit: str, items: int | None = None, shown: bool = True
) -> Iterator[Progress]:
    """Show progress, rate and time left on standard error if it is a terminal.

    Args:
        size: The bytes to read; None if unknown.
        unit: What the items are called.
        items: How many there are, if the size is unknown.
        shown: Whether to show anything, on a terminal.
    """
    if not (shown and sys.stderr.isatty()):
        yield Progress()
        return
    unknown: Iterator[None] = (None for _ in ())
    with click.progressbar(
        None if size or items else unknown,
        length=size or items,
        file=sys.stderr,
        item_show_func=lambda text: text,
    ) as bar:
        done = Progress(bar, unit=unit, sized=bool(size))
        yield done
        done.show()


@contextmanager
def stages() -> Iterator[None]:
    """Show the stages of learning and their seconds on standard error if it is a terminal."""
    logger = logging.getLogger("topicclf")
    handler = _Stages()
    logger.addHandler(handler)
    before = logger.level
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


class _Stages(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._start = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        if sys.stderr.isatty():
            seconds = time.monotonic() - self._start
            click.echo(f"{seconds:6.0f} s  {record.getMessage()}", err=True)


@contextmanager
def printed_warnings() -> Iterator[None]:
    """Print warnings for users as lines on standard error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield
    for message in dict.fromkeys(str(warning.message) for warning in caught):
        click.echo(message, err=True)
