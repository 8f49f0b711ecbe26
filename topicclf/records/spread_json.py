"""JSON values that go over several lines, and arrays whose elements are records."""

import re
from collections.abc import Iterator

from topicclf.records.options import DEEPEST, LONGEST_RECORD

__all__ = ["SpreadJson"]

_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},:"]|[^\s"\[\]{},:]++')
_PAIRS = {"}": "{", "]": "["}


class SpreadJson:
    """Objects, on their own or as the elements of an array, put together from lines.

    Attributes:
        start: The line on which the object began that is not whole yet or is being given; or 0.
    """

    def __init__(self) -> None:
        self.start = 0
        self._stack: list[str] = []
        self._base = 0
        self._before = ""
        self._parts: list[str] = []
        self._size = 0

    @property
    def open(self) -> bool:
        """Whether an object or array has begun and not ended."""
        return bool(self._stack)

    @property
    def inside(self) -> bool:
        """Whether an object has begun and not ended."""
        return len(self._stack) > self._base

    def add(self, line: str, number: int) -> Iterator[str]:
        """Take one more line, and give the objects that are whole now.

        Raises:
            ValueError: This can't go on as JSON.
        """
        begin = 0
        for match in _TOKEN.finditer(line):
            token = match[0]
            was_inside = self.inside
            self._step(token)
            if self.inside and not was_inside:
                begin, self.start = match.start(), number
            elif was_inside and not self.inside:
                yield "".join([*self._parts, line[begin : match.end()]])
                self._parts, self._size, self.start = [], 0, 0
            self._before = token
        if self.inside:
            self._keep(line[begin:])

    def _keep(self, part: str) -> None:
        self._parts.append(part)
        self._size += len(part)
        if self._size > LONGEST_RECORD:
            raise ValueError

    def _step(self, token: str) -> None:
        if token in "{[":
            self._opening(token)
        elif token in _PAIRS:
            if not self._stack or self._stack.pop() != _PAIRS[token]:
                raise ValueError
            self._base = min(self._base, len(self._stack))
        elif token == '"' or (token != "," if not self.inside else self._names_nothing(token)):
            # A string without an end, or something between records that is no object.
            raise ValueError

    def _names_nothing(self, token: str) -> bool:
        """Whether it is where a name has to be, and none."""
        return self._stack[-1] == "{" and self._before in "{," and token[0] != '"'

    def _opening(self, token: str) -> None:
        top = self._stack[-1] if self._stack else ""
        # In an object a value has a name before it.
        if (top == "{" and self._before != ":") or len(self._stack) > DEEPEST:
            raise ValueError
        if token == "[" and not self.inside:
            if self._stack:
                raise ValueError
            self._base = 1
        self._stack.append(token)
