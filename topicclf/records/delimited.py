"""CSV and TSV: a header, then a record a row; a row may span lines."""

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterator
from itertools import chain

from topicclf.errors import DataError
from topicclf.records.decoding import TextLines, Undecodable
from topicclf.records.fields import FieldFinder
from topicclf.records.options import LONGEST_RECORD, ReadOptions
from topicclf.records.record import BadRecord, Record

__all__ = ["read_delimited"]

_DELIMITERS = ",;\t|"
# How Excel is told what delimiter a file has.
_SEPARATOR = re.compile(r"sep=(.)[\r\n]*")
# What a broken quote takes in is read again. So many characters may be, and so many more for each
# that was read well: quotes that never close would take quadratic time.
_AGAIN, _AGAIN_EACH = 1 << 16, 4

_Line = str | Undecodable


def read_delimited(
    file: io.BufferedReader, *, name: str, options: ReadOptions, tabs: bool = False
) -> Iterator[Record | BadRecord]:
    """Read a record from each row; blank lines are none.

    Args:
        file: The file, from its start.
        name: Its name, for messages.
        options: How to read.
        tabs: Whether tabs are between the fields; otherwise the header tells whether commas,
            semicolons, tabs or bars are, if the options don't.

    Raises:
        DataError: The header has no text, or a name twice.
    """
    # The limit is the whole process's; ours is higher than the module's own of 128 kB.
    csv.field_size_limit(LONGEST_RECORD)
    lines = _Lines(_decoded(file, name))
    delimiter = options.delimiter or _delimiter(lines, tabs=tabs)
    # Some write a space before each field; a quote after it would be none.
    rows = _rows(lines, delimiter, spaced=f'{delimiter} "' in lines.first())
    header, finder = _header(rows, name, options)
    if not header:
        return
    for line, row in rows:
        if isinstance(row, str):
            yield BadRecord(row, name, line)
        elif len(row) != len(header):
            problem = f"{len(row)} fields where the header has {len(header)}"
            yield BadRecord(problem, name, line)
        else:
            yield finder.record(dict(zip(header, row, strict=True)), name, line)


def _header(
    rows: Iterator[tuple[int, "_Row"]], name: str, options: ReadOptions
) -> tuple[list[str], FieldFinder]:
    finder = FieldFinder(options)
    number, header = next(rows, (0, []))
    if not header:
        return [], finder
    if isinstance(header, str):
        msg = f"{name}:{number}: the header can't be read: {header}"
        raise DataError(msg)
    if twice := sorted(column for column, count in Counter(header).items() if count > 1):
        msg = f"{name}:{number}: two columns are called {twice[0]!r}; rename one"
        raise DataError(msg)
    if problem := finder.complaint(tuple(header)):
        msg = f"{name}:{number}: {problem}"
        raise DataError(msg)
    return header, finder


def _decoded(file: io.BufferedReader, name: str) -> Iterator[_Line]:
    """The text of each line; where a carriage return alone ends each, as on old Macs, as well."""
    start = file.peek()
    old = b"\r" in start and b"\n" not in start
    lines = TextLines(file, name=name, end=b"\r" if old else b"\n")
    decoded = map(lines.text, lines)
    first = next(decoded, "")
    if isinstance(first, str) and "\r" in first.rstrip("\r\n"):
        old = True
    for line in chain([first], decoded):
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

    def __init__(self, lines: Iterator[_Line]) -> None:
        self._lines = lines
        self._again: deque[_Line] = deque()
        self._length = 0
        self._left = _AGAIN
        self.number = 0
        self.row: list[str | Undecodable] = []
        self.problem = ""

    def first(self) -> str:
        """The first line, which stays where it is."""
        if not self._again:
            self._again.append(next(self._lines, ""))
        line = self._again[0]
        return line.text if isinstance(line, Undecodable) else line

    def skip(self) -> None:
        """Pass over the first line."""
        self._again.popleft()
        self.number += 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        if self.row and self._left <= 0:
            self._again.appendleft(line)
            msg = "a quote that is never closed"
            raise csv.Error(msg)
        self.row.append(line)
        if isinstance(line, Undecodable):
            self.problem = line.problem
            line = line.text
        self._length += len(line)
        if self._length > LONGEST_RECORD:
            msg = "a quote that is never closed, or a row that is too long"
            raise csv.Error(msg)
        return line

    def end_row(self) -> None:
        """Keep the lines of the row."""
        self._left += _AGAIN_EACH * self._length
        self._end(len(self.row))

    def break_row(self) -> None:
        """Keep the first line of the row alone: the quote may be alone among good rows."""
        self._left -= self._length
        self._again.extendleft(reversed(self.row[1:]))
        self._end(1)

    def _end(self, count: int) -> None:
        self.number += count
        self.row, self.problem, self._length = [], "", 0


_Row = list[str] | str


def _rows(lines: _Lines, delimiter: str, *, spaced: bool) -> Iterator[tuple[int, _Row]]:
    """The rows, or what is wrong with each, and the line on which it starts."""

    def reading() -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=spaced)

    reader = reading()
    while True:
        start = lines.number + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield start, lines.problem or f"a broken quote, most likely ({error})"
            lines.break_row()
            reader = reading()
            continue
        problem = lines.problem
        lines.end_row()
        if problem:
            yield start, problem
        elif row:
            yield start, row


def _delimiter(lines: _Lines, *, tabs: bool) -> str:
    header = lines.first()
    if told := _SEPARATOR.fullmatch(header):
        lines.skip()
        return told[1]
    return "\t" if tabs else max(_DELIMITERS, key=header.count)
