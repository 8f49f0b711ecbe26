"""Rows as CSV or TSV."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from topicclf.records.record import BadRecord
from topicclf.text.json_text import as_json
from topicclf.writing.row import Tagged, free_names
from topicclf.writing.sheet import ERROR, MORE_FIELDS, Fields, Sheet, printed

__all__ = ["DelimitedWriter", "Header"]

# So many rows, or as many as have so many characters, make the header.
_FIRST_ROWS = 256
_FIRST_CHARACTERS = 1 << 20
# What spreadsheets take for the start of a formula, also in its full width.
_FORMULA = re.compile(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)*([eE][+-]?[0-9]+)?%?")
_LONGEST_CELL = (1 << 31) - 1


@dataclass(frozen=True)
class Header:
    """The columns of a file that has been written in part.

    Attributes:
        fields: The columns of fields.
        first: How many of them are in the file's first line.
        more: Whether a row has fields without a column.
    """

    fields: tuple[str, ...]
    first: int
    more: bool = False


class DelimitedWriter:
    """Writes a header and each row.

    The columns are those of the first 256 rows. A field that first comes later is written behind
    the others; `rewritten` gives it its place in the header. Where that can't be, on a pipe, the
    row keeps its other fields and its answer, and ``error`` names what is left out.

    Args:
        file: Where to.
        sheet: The table.
        delimiter: What is between the fields.
        header: What an earlier run has written.
        streamed: Whether the file can't be written again.
    """

    def __init__(
        self,
        file: IO[bytes],
        sheet: Sheet,
        *,
        delimiter: str = ",",
        header: Header | None = None,
        streamed: bool = True,
    ) -> None:
        self.problems: list[BadRecord] = []
        self._file = file
        self._sheet = sheet
        self._streamed = streamed
        self._answers = sheet.answers
        self._chosen = sheet.chosen
        self._absent = set(self._chosen) - set(self._answers)
        self._fields = Fields(self._answers, header.fields if header else ())
        # How many columns of fields are in the header; None before there is one.
        self._first = header.first if header else None
        self._more = header.more if header else False
        self._lines = _Lines(delimiter)
        self._waiting: list[Tagged | BadRecord] = []
        self._size = 0
        if self._chosen and header is None:
            self._start()

    @property
    def header(self) -> Header | None:
        """The columns so far; None before the first line is written."""
        if self._first is None:
            return None
        return Header(tuple(self._fields.names), self._first, self._more)

    @property
    def absent(self) -> list[str]:
        """Columns that were asked for and that no row had."""
        return [name for name in self._chosen if name in self._absent]

    def write(self, row: Tagged | BadRecord) -> None:
        """Write a row; the first ones wait until they have made the header."""
        if self._first is not None:
            self._write(row)
            return
        self._waiting.append(row)
        if isinstance(row, Tagged):
            self._size += sum(
                len(value) for value in row.record.fields.values() if isinstance(value, str)
            )
        if self._size >= _FIRST_CHARACTERS or len(self._waiting) >= _FIRST_ROWS:
            self._start()

    def flush(self) -> None:
        """Hand on what has been written; the first rows may still wait."""
        self._file.write(self._lines.taken())

    def close(self) -> None:
        """Write what still waits."""
        if self._first is None:
            self._start()
        self.flush()

    def rewritten(self, source: IO[bytes]) -> Iterator[bytes] | None:
        """The file once more, with all columns in the header; None if they are there already.

        Args:
            source: What has been written.
        """
        first = self._first or 0
        late = self._fields.names[first:]
        if self._chosen or not (late or self._more):
            return None
        return self._in_order(source, late, first=first)

    def _in_order(self, source: IO[bytes], late: list[str], *, first: int) -> Iterator[bytes]:
        lines = _Lines(self._lines.delimiter)
        end = first + len(self._answers) + 1
        if self._sheet.excel:
            lines.pieces.append(codecs.BOM_UTF8)
        for number, row in enumerate(_read(source, self._lines.delimiter)):
            behind = row[end:] if number else [MORE_FIELDS, *self._safe(late)]
            behind += [""] * (1 + len(late) - len(behind))
            more, *others = behind
            lines.add([*row[:first], *others, *([more] if self._more else ()), *row[first:end]])
            if lines.size > _FIRST_CHARACTERS:
                yield lines.taken()
        yield lines.taken()

    def _start(self) -> None:
        if not self._chosen:
            for row in self._waiting:
                if isinstance(row, Tagged):
                    self._fields.add(tuple(row.record.fields))
        names = self._fields.names
        self._first = len(names)
        self._fields.fixed = self._streamed
        if self._sheet.excel:
            self._lines.pieces.append(codecs.BOM_UTF8)
        self._lines.add([*self._safe(self._chosen or [*names, *self._answers]), ERROR])
        rows, self._waiting = self._waiting, []
        for row in rows:
            self._write(row)

    def _write(self, row: Tagged | BadRecord) -> None:
        if isinstance(row, BadRecord):
            blank = len(self._chosen) or (self._first or 0) + len(self._answers)
            self._add([None] * blank, [], str(row))
            return
        try:
            cells, behind, problem = self._cells(row)
        except (TypeError, ValueError, RecursionError) as error:
            bad = BadRecord(f"can't be written: {error}", row.record.file, row.record.line)
            self.problems.append(bad)
            self._write(bad)
            return
        if damage := self._add(cells, behind, problem):
            problem = f"{problem}; {damage}" if problem else damage
        if problem:
            self.problems.append(BadRecord(problem, row.record.file, row.record.line))

    def _add(self, cells: list[object], behind: list[object], problem: str) -> str:
        row = [*cells, problem, *behind]
        if self._sheet.safe_cells:
            row = self._safe(row)
        if self._lines.add(row):
            return ""
        # It was written with question marks; now once more with a word about them.
        damage = "lone surrogates, which no file can hold, became question marks"
        row[len(cells)] = f"{problem}; {damage}" if problem else damage
        self._lines.pieces.pop()
        self._lines.add(row)
        return damage

    def _cells(self, row: Tagged) -> tuple[list[object], list[object], str]:
        """The cells under the header, those behind it, and what is left out."""
        answers = self._sheet.cells(row)
        fields = row.record.fields
        if self._chosen:
            return self._picked(fields, answers), [], ""
        assert self._first is not None
        plan, left = self._fields.add(tuple(fields))
        cells = self._fields.spread(list(fields.values()), plan)
        first, behind = cells[: self._first], cells[self._first :]
        if left and self._streamed:
            named = ", ".join(map(repr, left[:3])) + (" ..." if len(left) > 3 else "")
            problem = f"left out {named}, which the header lacks; write with -o FILE to keep all"
            return [*first, *answers], [], problem
        more: object = None
        if left:
            self._more = True
            values = zip(plan, fields.values(), strict=True)
            rest = [value for place, value in values if place < 0]
            more = as_json(dict(zip(left, rest, strict=True)))
        return [*first, *answers], [more, *behind] if more or behind else [], ""

    def _picked(self, fields: dict[str, Any], answers: list[object]) -> list[object]:
        names = free_names(tuple(fields), self._fields.taken)
        there = dict(zip(names, fields.values(), strict=True))
        if self._absent:
            self._absent -= there.keys()
        there.update(zip(self._answers, answers, strict=True))
        return [printed(there.get(name)) for name in self._chosen]

    def _safe(self, cells: Iterable[object]) -> list[object]:
        """Cells that no spreadsheet runs: what looks like a formula gets an apostrophe."""
        if not self._sheet.safe_cells:
            return list(cells)
        return [
            f"'{cell}"
            if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
            else cell
            for cell in cells
        ]


class _Lines:
    """Collects rows as bytes; a carriage return is quoted whatever Python's version."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        self.pieces: list[bytes] = []
        self.size = 0
        self._text = ""
        # Some versions quote only such line ends as are the file's own (gh-67044).
        self._writer = csv.writer(self, delimiter=delimiter, lineterminator="\r\n")

    def write(self, text: str) -> None:
        self._text = text

    def add(self, row: Sequence[object]) -> bool:
        """Add a row.

        Returns:
            Whether all its characters have bytes; the others become question marks.
        """
        self._writer.writerow(row)
        line = f"{self._text[:-2]}\n"
        try:
            content = line.encode()
        except UnicodeEncodeError:
            self.pieces.append(line.encode(errors="replace"))
            return False
        self.pieces.append(content)
        self.size += len(content)
        return True

    def taken(self) -> bytes:
        content = b"".join(self.pieces)
        self.pieces, self.size = [], 0
        return content


def _read(source: IO[bytes], delimiter: str) -> Iterator[list[str]]:
    limit = csv.field_size_limit(_LONGEST_CELL)
    text = io.TextIOWrapper(source, "utf-8-sig", newline="")
    try:
        yield from csv.reader(text, delimiter=delimiter)
    finally:
        csv.field_size_limit(limit)
        text.detach()
