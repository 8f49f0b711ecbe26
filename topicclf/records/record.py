"""A record of the input, and what takes the place of one that can't be read."""

from dataclasses import dataclass, field
from typing import Any

__all__ = ["BadRecord", "Record"]


# Not frozen: to make one would take six times as long, a good part of what reading takes.
@dataclass(slots=True)
class Record:
    """An article as somebody's file has it.

    Attributes:
        text: The article's text.
        title: Its title, or nothing.
        fields: Everything that the record holds, the text and the title under their own names.
        file: The file, as it was named; ``-`` is standard input.
        line: The line on which it starts, from 1; in formats without lines its number.
        json: The record itself where it is JSON in UTF-8, for whoever passes it on as it is.
    """

    text: str
    title: str
    fields: dict[str, Any]
    file: str
    line: int
    json: bytes = field(default=b"", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that can't be used.

    Attributes:
        problem: What is wrong, and what to do.
        file: The file, as it was named.
        line: The line on which it starts, from 1.
    """

    problem: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}"
