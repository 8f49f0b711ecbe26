"""JSON lines, one object a line; objects over several lines and arrays of objects as well."""

import io
import json
from collections.abc import Iterator
from typing import Any

from topicclf.records.decoding import TextLines, Undecodable
from topicclf.records.fields import FieldFinder
from topicclf.records.json_values import read_json
from topicclf.records.lines import RawLine
from topicclf.records.options import ReadOptions
from topicclf.records.record import BadRecord, Record
from topicclf.records.spread_json import SpreadJson

__all__ = ["read_jsonl"]

# White space, and what JSON text sequences have before each object.
_AROUND = " \t\r\n\x1e"
# What news services and JSON Feed call the list of articles that they answer with.
_LISTS = (
    "articles",
    "items",
    "results",
    "documents",
    "docs",
    "records",
    "entries",
    "stories",
    "news",
    "posts",
    "data",
)


def read_jsonl(
    file: io.BufferedReader, *, name: str, options: ReadOptions
) -> Iterator[Record | BadRecord]:
    """Read a record from each object; blank lines are none."""
    lines = TextLines(file, name=name)
    record = FieldFinder(options).record
    others = _OtherLines(lines, name, options)
    for line in lines:
        others.number += 1
        try:
            fields = read_json(line) if type(line) is bytes else None
        except ValueError:
            fields = None
        if type(fields) is dict and type(line) is bytes:
            lines.unicode += not line.isascii()
            found = record(fields, name, others.number, line)
            if type(found) is Record:
                yield found
            else:
                yield from others.records(fields)
        else:
            yield from others.read(line)


class _OtherLines:
    """Reads what isn't a line of JSON in UTF-8.

    Attributes:
        number: How many lines have been read.
    """

    def __init__(self, lines: TextLines, name: str, options: ReadOptions) -> None:
        self.number = 0
        self._lines = lines
        self._name = name
        self._finder = FieldFinder(options)
        self._in_array = False
        # Lines up to here have been tried as parts of something larger.
        self._tried = 0

    def read(self, line: RawLine) -> Iterator[Record | BadRecord]:
        text = self._lines.text(line)
        if isinstance(text, Undecodable):
            yield self._bad(text.problem)
            return
        # Elements of an array that broke off, and files with a mark put together, too.
        text = text.strip(_AROUND).removeprefix("\ufeff").removesuffix(",")
        if self._in_array and text.endswith("}]"):
            text = text.removesuffix("]")
        if not text or (self._in_array and text == "]"):
            return
        try:
            yield from self._values(read_json(text))
        except ValueError as error:
            if text[0] in "{[" and self.number > self._tried:
                yield from self._spread(text, error)
            else:
                yield self._bad(_complaint(error))

    def _values(self, value: Any) -> Iterator[Record | BadRecord]:
        elements = value if isinstance(value, list) and value else [value]
        if not all(isinstance(each, dict) for each in elements):
            yield self._bad(f"a JSON {type(value).__name__}; put one object on each line")
            return
        for each in elements:
            yield from self.records(each)

    def records(self, fields: dict[str, Any], number: int = 0) -> Iterator[Record | BadRecord]:
        """The record that an object is, or those in the list that it puts around them."""
        inner = [fields]
        if self._finder.complaint(tuple(fields)):
            lists: Iterator[Any] = (fields.get(name) for name in _LISTS)
            inner = next((each for each in lists if self._are_records(each)), inner)
        for each in inner:
            yield self._finder.record(each, self._name, number or self.number)

    def _are_records(self, value: Any) -> bool:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            return False
        return bool(value) and not self._finder.complaint(tuple(value[0]))

    def _spread(self, text: str, error: ValueError) -> Iterator[Record | BadRecord]:
        """Read an object, or the objects of an array, from as many lines as it takes."""
        spread = SpreadJson()
        taken: list[RawLine] = []
        self._in_array = text[0] == "["
        try:
            while True:
                for one in spread.add(text, self.number):
                    yield from self._element(one, spread.start)
                    taken.clear()
                if not spread.open:
                    return
                taken.append(self._next_line())
                text = self._plain(taken[-1])
        except StopIteration:
            if any(map(self._is_record, taken)):
                self._take_back(taken, spread.start, tried=self.number)
            yield self._bad(
                "not JSON (it is never closed); put one JSON object on each line", spread.start
            )
        except ValueError:
            start = spread.start or self.number
            self._take_back(taken, start, tried=self.number - 1)
            yield self._bad(_complaint(error), start)

    def _take_back(self, taken: list[RawLine], start: int, *, tried: int) -> None:
        """Give up one line, and read those after it by themselves."""
        again = min(self.number - start, len(taken))
        self._lines.take_back(taken[len(taken) - again :])
        self._tried = tried
        self.number -= again

    def _is_record(self, line: RawLine) -> bool:
        try:
            value = read_json(line) if isinstance(line, bytes) else None
        except ValueError:
            return False
        return isinstance(value, dict) and not self._finder.complaint(tuple(value))

    def _next_line(self) -> RawLine:
        line = next(iter(self._lines))
        self.number += 1
        return line

    def _plain(self, line: RawLine) -> str:
        text = self._lines.text(line)
        if isinstance(text, Undecodable):
            raise ValueError
        return text

    def _element(self, text: str, number: int) -> Iterator[Record | BadRecord]:
        try:
            fields = read_json(text)
        except ValueError as error:
            yield BadRecord(_complaint(error), self._name, number)
        else:
            yield from self.records(fields, number)

    def _bad(self, problem: str, number: int | None = None) -> BadRecord:
        return BadRecord(problem, self._name, number or self.number)


def _complaint(error: ValueError) -> str:
    # JSON's own message counts lines from the start of this one.
    what = f"{error.msg} at {error.pos}" if isinstance(error, json.JSONDecodeError) else str(error)
    return f"not JSON ({what}); put one JSON object on each line"
