"""Labelled articles, with every problem named by file and line."""

import hashlib
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from topicclf.errors import DataError
from topicclf.labelled.schemes import (
    LabelOptions,
    Labels,
    Scheme,
    find_scheme,
)
from topicclf.records import BadRecord, Record, read_records
from topicclf.text.article import Article
from topicclf.text.topic_names import clean_name

__all__ = [
    "LabelledArticle",
    "Problem",
    "Reading",
    "Source",
    "article_key",
    "labelled_article",
    "listing",
    "merge",
    "origin",
    "read_labelled",
    "read_source",
    "refusal",
    "spellings",
]

_SHOWN = 10
# Beyond it a single article weighs more than all others ever could.
_HEAVIEST = 1e6


@dataclass(frozen=True)
class LabelledArticle:
    """An article and what is known of its topics.

    Attributes:
        text: The text.
        title: The title, or nothing.
        topics: The topics that it carries.
        unknown: The topics of which nothing is known.
        fields: Everything that the record holds.
        place: The file and line, for messages.
        unlabelled: Whether nothing is known of any topic.
    """

    text: str
    title: str
    topics: frozenset[str]
    unknown: frozenset[str]
    fields: dict[str, Any]
    place: str
    unlabelled: bool = False

    @property
    def joined(self) -> str:
        """Title and text as prediction reads them."""
        return Article(self.text, self.title).joined


@dataclass(frozen=True)
class Problem:
    """A record that can't be used.

    Attributes:
        place: The file and line.
        message: What is wrong, and what to do.
    """

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass(frozen=True)
class Source:
    """Labelled data to read.

    Attributes:
        path: A file, a folder, or a pattern for several.
        weight: How much one of its articles counts.
    """

    path: Path
    weight: float = 1.0

    @classmethod
    def parse(cls, text: str) -> "Source":
        """Take ``corrections.jsonl:30`` for a file and the weight of its articles.

        Raises:
            DataError: The name is empty, or the weight isn't a number from a millionth to a
                million.

        >>> Source.parse("corrections.jsonl:30")
        Source(path=PosixPath('corrections.jsonl'), weight=30.0)
        """
        if not text.strip():
            msg = "the name of a file is empty"
            raise DataError(msg)
        path, colon, weight = text.rpartition(":")
        if not colon or not path or Path(text).exists():
            return cls(Path(text))
        try:
            number = float(weight)
        except ValueError:
            # The colon may belong to the name, as after a drive's letter.
            if not Path(path).exists():
                return cls(Path(text))
            number = 0
        if not 1 / _HEAVIEST <= number <= _HEAVIEST:
            msg = (
                f"{text}: a weight is a number from a millionth to a million, not {weight!r}; "
                f"write for example {path}:30"
            )
            raise DataError(msg)
        return cls(Path(path), number)


@dataclass(frozen=True)
class Reading:
    """What a source holds.

    Attributes:
        source: The source.
        items: Its articles.
        problems: The records that can't be used.
        about: How its records give their topics, in words.
        topics: The topics that its records have a column for, if there is one for each.
        notes: What to know about how they were read.
    """

    source: Source
    items: list[LabelledArticle]
    problems: list[Problem]
    about: str
    topics: frozenset[str] | None = None
    notes: tuple[str, ...] = ()

    def items_on(self, topics: Collection[str]) -> list[LabelledArticle]:
        """Its articles; of these topics, those without a column of their own are unknown."""
        every = frozenset(topics)
        silent = every - (self.topics or every)
        return [_not_knowing(item, every if item.unlabelled else silent) for item in self.items]

    def refuse_bad(self) -> None:
        """Refuse a source that isn't whole.

        Raises:
            DataError: Some records are bad, or there are none; the message names the lines of up
                to ten, and what to do.
        """
        if self.problems:
            raise DataError(listing(self.problems))
        if not self.items:
            msg = f"{self.source.path} holds no labelled article"
            raise DataError(msg)


def read_labelled(
    path: str | os.PathLike[str],
    *,
    topics: Sequence[str] | None = None,
    skip_bad: bool = False,
    options: LabelOptions | None = None,
) -> tuple[list[LabelledArticle], list[Problem]]:
    """Read labelled articles: JSON lines, CSV, TSV, Parquet, or a folder for each topic.

    Args:
        path: The file or folder; gzip is unpacked.
        topics: The topics that there are; None takes any.
        skip_bad: Leave bad records out, and report them, instead of refusing the file.
        options: Where the text and the topics are, if their names don't say it.

    Returns:
        The articles, and the records that were left out.

    Raises:
        FileNotFoundError: The file doesn't exist.
        DataError: A record is bad; the message names file and line of up to ten, and what to do.
        MissingExtraError: The format needs a library that is not installed.
    """
    reading = read_source(Source(Path(path)), topics=topics, options=options)
    (replace(reading, problems=[]) if skip_bad else reading).refuse_bad()
    return reading.items, reading.problems


def read_source(
    source: Source,
    *,
    topics: Sequence[str] | None = None,
    options: LabelOptions | None = None,
    on_bytes: Callable[[int], object] | None = None,
) -> Reading:
    """Read a source, with its problems.

    Args:
        source: The source.
        topics: The topics that there are; None takes any.
        options: Where the text and the topics are, if their names don't say it.
        on_bytes: Called with the number of bytes whenever some have been read from a disk.

    Raises:
        FileNotFoundError: The file doesn't exist.
        DataError: A file as a whole can't be used.
        MissingExtraError: The format needs a library that is not installed.
    """
    options = options or LabelOptions()
    items: list[LabelledArticle] = []
    problems: list[Problem] = []
    abouts: dict[str, None] = {}
    notes: tuple[str, ...] = ()
    every: frozenset[str] | None = frozenset()
    known: dict[Labels, Labels | str] = {}
    one_each: list[int] = []
    records = read_records([source.path], options=options.read, on_bytes=on_bytes)
    for _, group in groupby(records, lambda record: origin(source.path, record)):
        together = [_lean(each) if isinstance(each, Record) else each for each in group]
        good = [record for record in together if isinstance(record, Record)]
        scheme = find_scheme(good, options, root=source.path)
        abouts[scheme.about] = None
        notes += scheme.notes
        every = None if every is None or scheme.topics is None else every | scheme.topics
        start = len(items)
        for record in together:
            item = labelled_article(record, scheme, topics, known)
            if isinstance(item, Problem):
                problems.append(item)
            else:
                items.append(item)
        one_each += range(start, len(items)) if scheme.one_each else ()
    _unite(items, one_each)
    notes = *dict.fromkeys(notes), *spellings(known)
    reading = Reading(source, items, problems, "; ".join(abouts), every, notes)
    return replace(reading, items=reading.items_on({name for i in items for name in i.topics}))


def _not_knowing(item: LabelledArticle, topics: frozenset[str]) -> LabelledArticle:
    return item if topics <= item.unknown else replace(item, unknown=item.unknown | topics)


def spellings(known: Mapping[Labels, Labels | str]) -> Iterator[str]:
    """Which names were written in several ways that look the same."""
    written: defaultdict[str, set[str]] = defaultdict(set)
    for labels, cleaned in known.items():
        if isinstance(cleaned, Labels):
            for name in labels.topics | labels.unknown:
                written[clean_name(name)].add(name)
    if several := sorted(name for name, ways in written.items() if len(ways) > 1):
        yield f"written in several ways that look alike, and read as one: {', '.join(several)}"


def _unite(items: list[LabelledArticle], rows: Sequence[int]) -> None:
    """Give each article that carries something the topics of all its copies; in place."""
    keys = [article_key(items[row]) for row in rows]
    carried: dict[bytes, frozenset[str]] = {}
    for key, row in zip(keys, rows, strict=True):
        carried[key] = carried.get(key, frozenset()) | items[row].topics
    for key, row in zip(keys, rows, strict=True):
        if items[row].topics:
            items[row] = replace(items[row], topics=carried[key])


def _lean(record: Record) -> Record:
    """The record without its bytes, which nobody writes back, and with one string for each name."""
    fields = {sys.intern(name): value for name, value in record.fields.items()}
    return replace(record, fields=fields, json=b"")


def origin(path: Path, record: Record | BadRecord) -> str:
    """The file, or for the files of a folder with one text each the folder."""
    document = isinstance(record, BadRecord) or set(record.fields) <= {"file", "title", "text"}
    return str(path) if document and path.is_dir() else record.file


def labelled_article(
    record: Record | BadRecord,
    scheme: Scheme,
    topics: Sequence[str] | None,
    known: dict[Labels, Labels | str],
) -> LabelledArticle | Problem:
    """A record's article, or what is wrong with it.

    Args:
        record: The record.
        scheme: How it gives its topics.
        topics: The topics that there are; None takes any.
        known: The labels met so far, each once; added to.
    """
    place = f"{record.file}:{record.line}"
    if isinstance(record, BadRecord):
        return Problem(place, record.problem)
    labels = scheme.labels(record)
    if isinstance(labels, str):
        return Problem(place, labels)
    # Sets take much room, and few differ.
    if labels not in known:
        known[labels] = labels.cleaned()
    labels = known[labels]
    if isinstance(labels, str):
        return Problem(place, labels)
    if topics is not None and (strange := sorted((labels.topics | labels.unknown) - set(topics))):
        message = f"unknown topic {strange[0]!r}; the topics are {', '.join(topics)}"
        return Problem(place, message)
    return LabelledArticle(
        record.text, record.title, labels.topics, labels.unknown, record.fields, place,
        unlabelled=labels.unlabelled,
    )  # fmt: skip


def listing(problems: Sequence[Problem]) -> str:
    """Problems as a message, a line each, ten at most."""
    lines = [str(problem) for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append(f"... and {len(problems) - _SHOWN} more")
    return "\n".join(lines)


def refusal(problems: Sequence[Problem]) -> str:
    """What a command prints that stops at bad records."""
    return f"{listing(problems)}\n(--skip-bad leaves them out)"


def merge(
    items: Sequence[LabelledArticle], weights: Sequence[float]
) -> tuple[dict[int, LabelledArticle], dict[int, Problem]]:
    """Merge duplicates.

    Of articles with the same title and text, white space aside, the one with the greatest weight
    is kept, of equal ones the first, with what is known of any. Where equals contradict each other
    on a topic, it counts as unknown.

    Args:
        items: The articles.
        weights: How much each counts.

    Returns:
        The articles to keep and the contradictions, both by their number among the items.
    """
    first: dict[bytes, int] = {}
    kept: dict[int, LabelledArticle] = {}
    contradictions: dict[int, Problem] = {}
    for number in sorted(range(len(items)), key=lambda i: -weights[i]):
        item = items[number]
        other = first.setdefault(article_key(item), number)
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
            learnt = twin.unknown - item.unknown
            kept[other] = replace(
                twin,
                topics=(twin.topics | (item.topics & learnt)) - clash,
                unknown=(twin.unknown - learnt) | clash,
                unlabelled=twin.unlabelled and item.unlabelled,
            )
    return dict(sorted(kept.items())), contradictions


def article_key(item: LabelledArticle) -> bytes:
    """What is the same for the same title and text, white space aside."""
    parts = (" ".join(part.split()) for part in (item.title, item.text))
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).digest()
