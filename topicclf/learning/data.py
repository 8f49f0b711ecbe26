"""Labelled articles from JSON lines, with every problem named by file and line."""

import gzip
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from topicclf.article import Article
from topicclf.errors import DataError

__all__ = ["Labelled", "Problem", "listing", "merge", "read_labelled"]

_SHOWN = 10


@dataclass(frozen=True)
class Labelled:
    """An article and what is known of its topics.

    Attributes:
        text: The text.
        title: The title, or nothing.
        topics: The topics that it carries.
        unknown: The topics of which nothing is known.
        fields: Everything that the line holds.
        place: The file and line, for messages.
    """

    text: str
    title: str
    topics: frozenset[str]
    unknown: frozenset[str]
    fields: dict[str, Any]
    place: str

    @property
    def joined(self) -> str:
        """Title and text as prediction reads them."""
        return Article(self.text, self.title).joined


@dataclass(frozen=True)
class Problem:
    """A line that can't be used.

    Attributes:
        place: The file and line.
        message: What is wrong, and what to do.
    """

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def read_labelled(
    path: str | os.PathLike[str], *, topics: Sequence[str] | None = None, skip_bad: bool = False
) -> tuple[list[Labelled], list[Problem]]:
    """Read JSON lines with ``text``, ``topics``, and perhaps ``title`` and ``unknown``.

    Args:
        path: The file; gzip if its name ends in ``.gz``.
        topics: The topics that there are; None takes any.
        skip_bad: Leave bad lines out, and report them, instead of refusing the file.

    Returns:
        The articles, and the lines that were left out.

    Raises:
        FileNotFoundError: There is no such file.
        DataError: A line is bad; the message names file and line of up to ten, and what to do.
    """
    items: list[Labelled] = []
    problems: list[Problem] = []
    for place, raw in _lines(Path(path)):
        found = _parse(raw, place, topics)
        if isinstance(found, Labelled):
            items.append(found)
        else:
            problems.append(found)
    if problems and not skip_bad:
        raise DataError(listing(problems))
    if not items:
        msg = f"{path} holds no labelled article"
        raise DataError(msg)
    return items, problems


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    number = 0
    opened: IO[bytes] = gzip.open(path) if path.suffix == ".gz" else path.open("rb")  # type: ignore[assignment]  # noqa: SIM115
    try:
        with opened as file:
            for number, raw in enumerate(file, 1):
                if raw.strip():
                    yield f"{path}:{number}", raw
    except (EOFError, gzip.BadGzipFile) as error:
        msg = f"{path}:{number + 1}: the gzip file is damaged ({error}); fetch or pack it again"
        raise DataError(msg) from error


def _parse(raw: bytes, place: str, topics: Sequence[str] | None) -> Labelled | Problem:
    try:
        fields = json.loads(raw)
    except UnicodeDecodeError as error:
        return Problem(place, f"not UTF-8 ({error.reason}); save the file as UTF-8")
    except ValueError as error:
        return Problem(place, f"not JSON ({error}); put one JSON object on each line")
    if not isinstance(fields, dict):
        return Problem(place, f"a JSON {type(fields).__name__}; put one object on each line")
    text, title = fields.get("text"), fields.get("title") or ""
    if not isinstance(text, str):
        return Problem(place, "no 'text', or it is no string; give each article its text")
    if not isinstance(title, str):
        return Problem(place, "'title' is no string")
    if "topics" not in fields:
        return Problem(place, "no 'topics'; give a list of names, empty for an article with none")
    if fields["topics"] is None:
        return Problem(place, "'topics' is not filled in; give a list of names, [] for none")
    carried, unknown = fields["topics"], fields.get("unknown") or []
    for name, value in (("topics", carried), ("unknown", unknown)):
        if not isinstance(value, list) or not all(isinstance(topic, str) for topic in value):
            return Problem(place, f"{name!r} must be a list of names")
        if topics is not None and (strange := sorted(set(value) - set(topics))):
            known = ", ".join(topics)
            return Problem(place, f"unknown topic {strange[0]!r}; the topics are {known}")
    if both := sorted(set(carried) & set(unknown)):
        return Problem(place, f"{both[0]!r} stands in 'topics' and in 'unknown'; keep one")
    return Labelled(text, title, frozenset(carried), frozenset(unknown), fields, place)


def listing(problems: Sequence[Problem]) -> str:
    """Problems as a message, a line each, ten at most."""
    lines = [str(problem) for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append(f"... and {len(problems) - _SHOWN} more")
    return "\n".join(lines)


def merge(
    items: Sequence[Labelled], weights: Sequence[float]
) -> tuple[dict[int, Labelled], dict[int, Problem]]:
    """Find articles that stand twice.

    Of articles with the same title and text the one with the greatest weight is kept, of equal
    ones the first. Where equals contradict each other on a topic, it counts as unknown.

    Args:
        items: The articles.
        weights: How much each counts.

    Returns:
        The articles to keep and the contradictions, both by their number among the items.
    """
    first: dict[tuple[str, str], int] = {}
    kept: dict[int, Labelled] = {}
    contradictions: dict[int, Problem] = {}
    for number in sorted(range(len(items)), key=lambda i: -weights[i]):
        item = items[number]
        other = first.setdefault((item.title, item.text), number)
        if other == number:
            kept[number] = item
        elif weights[number] == weights[other]:
            twin = kept[other]
            if clash := (twin.topics ^ item.topics) - twin.unknown - item.unknown:
                message = (
                    f"the same article as {twin.place}, but they differ on {min(clash)!r}; "
                    f"correct one, or put the topic under 'unknown'"
                )
                contradictions[number] = Problem(item.place, message)
                kept[other] = replace(
                    twin, topics=twin.topics - clash, unknown=twin.unknown | clash
                )
    return dict(sorted(kept.items())), contradictions
