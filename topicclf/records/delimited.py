"""CSV and TSV: a header, then a record a row; a row may span lines."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from itertools import chain

from topicclf.errors import DataError
from topicclf.records.decoding import Undecodable, decoded_lines
from topicclf.records.fields import FieldFinder
from topicclf.records.options import ReadOptions
from topicclf.records.record import BadRecord, Record

__all__ = ["read_delimited"]

_DELIMITERS = ",;\t|"
# A quote that is never closed would take the rest of the file for one field.
_LONGEST_ROW = 1 << 25


def read_delimited(
    file: io.BufferedReader, *, name: str, options: ReadOptions, tabs: bool = False
) -> Iterator[Record | BadRecord]:
    """Read a record from each row; blank lines are none.

    Args:
        file: The file, from its start.
        name: Its name, for messages.
        options: How to read.
        tabs: Whether tabs part the fields; otherwise the header tells whether commas, semicolons,
            tabs or bars do.

    Raises:
        DataError: The header has no text, or a name twice.
    """
    # The limit is the whole process's; ours is higher than the module's own of 128 kB.
    csv.field_size_limit(_LONGEST_ROW)
    decoded = decoded_lines(file, name=name, encoding=options.encoding)
    lines = _Lines(_parted(line for _, line in decoded))
    delimiter = "\t" if tabs else _delimiter(lines.first())
    rows = _rows(lines, delimiter)
    _, header = next(rows, (0, []))
    if not header:
        return
    if isinstance(header, str):
        msg = f"{name}:1: the header can't be read: {header}"
        raise DataError(msg)
    if twice := sorted({column for column in header if header.count(column) > 1}):
        msg = f"{name}:1: two columns are called {twice[0]!r}; rename one"
        raise DataError(msg)
    finder = FieldFinder(options)
    if problem := finder.complaint(tuple(header)):
        msg = f"{name}:1: {problem}"
        raise DataError(msg)
    for line, row in rows:
        if isinstance(row, str):
            yield BadRecord(row, name, line)
        elif len(row) != len(header):
            problem = f"{len(row)} fields where the header has {len(header)}"
            yield BadRecord(problem, name, line)
        else:
            yield finder.record(dict(zip(header, row, strict=True)), name, line)


def _parted(lines: Iterator[str | Undecodable]) -> Iterator[str | Undecodable]:
    """Part what is one line because a carriage return alone ends each, as on old Macs."""
    first = next(lines, "")
    old = isinstance(first, str) and "\r" in first.rstrip("\r\n")
    for line in chain([first], lines):
        if old and isinstance(line, str):
            yield from io.StringIO(line, newline="")
        else:
            yield line


class _Lines:
    """Lines that can be taken back, for a row that turns out broken.

    Attributes:
        number: How many lines have been handed out for good.
        row: The lines of the row that is being read.
        problem: Why the row can't be read, if its lines say so.
    """

    def __init__(self, lines: Iterator[str | Undecodable]) -> None:
        self._lines = lines
        self._again: deque[str | Undecodable] = deque()
        self._length = 0
        self.number = 0
        self.row: list[str | Undecodable] = []
        self.problem = ""

    def first(self) -> str:
        line = next(self._lines, "")
        self._again.append(line)
        return line.text if isinstance(line, Undecodable) else line

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.row.append(line)
        if isinstance(line, Undecodable):
            self.problem = line.problem
            line = line.text
        self._length += len(line)
        if self._length > _LONGEST_ROW:
            msg = "a quote that is never closed, or a row that is too long"
            raise csv.Error(msg)
        return line

    def end_row(self, count: int | None = None) -> None:
        """Keep the row's first lines, by default all; the others are read once more."""
        count = len(self.row) if count is None else count
        self._again.extendleft(reversed(self.row[count:]))
        self.number += count
        self.row, self.problem, self._length = [], "", 0


def _rows(lines: _Lines, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """The rows, or what is wrong with each, and the line on which it starts."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        start = lines.number + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield start, f"a broken quote, most likely ({error})"
            # Only the first line is given up: the quote may stand alone among good rows.
            lines.end_row(1)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        problem = lines.problem
        lines.end_row()
        if problem:
            yield start, problem
        elif row:
            yield start, row


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)
