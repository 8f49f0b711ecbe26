"""Labelled articles of any number: texts to a file, labels to arrays."""

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby, islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import DataError
from topicclf.evaluation.answers import known_labels
from topicclf.labelled.reading import (
    LabelledArticle,
    Problem,
    Reading,
    Source,
    article_key,
    labelled_article,
    origin,
    refusal,
    spellings,
)
from topicclf.labelled.schemes import LabelOptions, Labels, Scheme, find_scheme
from topicclf.learning.scratch import Scratch
from topicclf.learning.text_file import TextFile
from topicclf.records import BadRecord, Record, read_records
from topicclf.training.dataset import (
    TrainingSet,
    known_of,
    refuse_nothing,
    summary_of,
    topics_of,
)

__all__ = ["spool"]

# Records that are read to find out how they give their topics.
_PROBED = 10_000
_DIGEST = 16


def spool(
    sources: Sequence[Source],
    options: LabelOptions,
    scratch: Scratch,
    *,
    topics: Sequence[str] | None = None,
    fields: Sequence[str] = (),
    skip_bad: bool = False,
    on_bytes: Callable[[int], object] | None = None,
) -> tuple[TrainingSet, Sequence[LabelledArticle], list[Problem]]:
    """Read sources as `topicclf.training.dataset.gather` does, past memory.

    How the records of a file give their topics is found out from the first 10,000. An article takes
    some 60 bytes of memory, and the name of its file where it has one of its own.

    Args:
        sources: As there.
        options: Where the text and the topics are.
        scratch: Where to put the texts.
        topics: The topics to learn; None takes all that occur.
        fields: Those that the articles are to have, as `topicclf.labelled.fields` names them.
        skip_bad: Leave bad records and contradictions out, instead of refusing them.
        on_bytes: Called with the number of bytes whenever some have been read.

    Returns:
        The set, its articles with these fields alone, and what was left out.

    Raises:
        DataError: There is nothing to learn from, or a record is bad, or labels contradict each
            other.
    """
    spooled = _Spool(TextFile(scratch), TextFile(scratch, name="fields"), fields)
    readings = [spooled.read(each, options, on_bytes) for each in sources]
    problems = [problem for reading in readings for problem in reading.problems]
    names = topics_of(readings, topics)
    distinct = [item for reading in readings for item in known_of(reading, names)]
    origins = np.array(spooled.origins, np.int64)
    weight = np.array([each.weight for each in sources], float)[origins]
    first = _first_of_each(bytes(spooled.keys), weight)
    kept = np.flatnonzero(first == np.arange(len(first)))
    number = np.array(spooled.labels, np.int64)
    labels = known_labels(distinct, names)[number]
    carrying = np.array([bool(i.topics) for each in readings for i in each.items], bool)[number]
    _unite(labels, carrying & np.array(spooled.one_each, bool)[origins], (first, origins))
    contradictions = _merge_labels(labels, spooled, first, weight, names)
    problems += contradictions
    if problems and not skip_bad:
        raise DataError(refusal(problems))
    refuse_nothing(readings, kept, names)
    counts = np.bincount(origins[kept], minlength=len(sources)).tolist()
    data = TrainingSet(
        texts=spooled.texts.of(kept),
        labels=labels[kept],
        weight=weight[kept],
        trusted=np.ones(len(kept), bool),
        measured=np.ones(len(kept), bool),
        stories=None,
        sources=origins[kept],
        topics=names,
        summary=summary_of(readings, names, counts)
        | {"duplicates": len(first) - len(kept), "contradictions": len(contradictions)},
    )
    return data, _Items(spooled, kept), problems


@dataclass
class _Spool:
    """What has been read: texts in a file, the rest in arrays with an entry for each article.

    Attributes:
        texts: Titles and texts, joined.
        fields: The fields that are asked for, as JSON; nothing where none are.
        asked: Their names.
        waiting: Fields that are not in the file yet.
        field_names: The names of all fields that there are.
        one_each: Whether an article with several topics is there once for each, source by source.
        keys: A digest of what is the same for the same article, 16 bytes each.
        labels: The number of the article's labels among all that differ, source by source.
        origins: The number of its source.
        files: The number of its file among `names`.
        lines: Its line there.
        names: The files.
        n_labels: How many labels differ so far.
    """

    texts: TextFile
    fields: TextFile
    asked: Sequence[str]
    waiting: list[str] = field(default_factory=list)
    field_names: dict[str, None] = field(default_factory=dict)
    one_each: list[bool] = field(default_factory=list)
    keys: bytearray = field(default_factory=bytearray)
    labels: "array[int]" = field(default_factory=lambda: array("i"))
    origins: "array[int]" = field(default_factory=lambda: array("i"))
    files: "array[int]" = field(default_factory=lambda: array("i"))
    lines: "array[int]" = field(default_factory=lambda: array("q"))
    names: list[str] = field(default_factory=list)
    n_labels: int = 0

    def read(
        self, source: Source, options: LabelOptions, on_bytes: Callable[[int], object] | None
    ) -> Reading:
        """Read a source; its items are the labels that differ, with no text."""
        known: dict[Labels, Labels | str] = {}
        numbers: dict[Labels, int] = {}
        notes: dict[str, None] = {}
        problems: list[Problem] = []
        abouts: dict[str, None] = {}
        every: frozenset[str] | None = frozenset()
        self.one_each.append(False)

        def articles(records: Iterable[Record | BadRecord], scheme: Scheme) -> Iterator[str]:
            for record in records:
                item = labelled_article(record, scheme, None, known)
                if isinstance(item, Problem):
                    problems.append(item)
                    continue
                its = Labels(item.topics, item.unknown, unlabelled=item.unlabelled)
                labels = numbers.setdefault(its, len(numbers))
                self._add(item, self.n_labels + labels, record)
                yield item.joined

        found = read_records([source.path], options=options.read, on_bytes=on_bytes)
        for _, records in groupby(found, lambda record: origin(source.path, record)):
            probe = list(islice(records, _PROBED))
            good = [record for record in probe if isinstance(record, Record)]
            scheme = find_scheme(good, options, root=source.path)
            self.one_each[-1] |= scheme.one_each
            abouts[scheme.about] = None
            notes |= dict.fromkeys(scheme.notes)
            every = None if every is None or scheme.topics is None else every | scheme.topics
            # The rest of the group follows what was probed of it.
            rest = chain(probe, records)  # noqa: B031
            self.texts.extend(articles(rest, scheme))
        self._write_fields()
        self.n_labels += len(numbers)
        items = [
            LabelledArticle("", "", each.topics, each.unknown, {}, "", unlabelled=each.unlabelled)
            for each in numbers
        ]
        every_note = *notes, *spellings(known)
        reading = Reading(source, items, problems, "; ".join(abouts), every, every_note)
        return replace(reading, items=reading.items_on({name for i in items for name in i.topics}))

    def _add(self, item: LabelledArticle, labels: int, record: Record | BadRecord) -> None:
        if not self.names or self.names[-1] != record.file:
            self.names.append(record.file)
        self.keys += article_key(item)[:_DIGEST]
        self.labels.append(labels)
        self.origins.append(len(self.one_each) - 1)
        self.files.append(len(self.names) - 1)
        self.lines.append(record.line)
        if self.asked:
            self.field_names |= dict.fromkeys(item.fields)
            kept = {name: value for name, value in item.fields.items() if self._asks_for(name)}
            self.waiting.append(json.dumps(kept, default=str))
            if len(self.waiting) >= _PROBED:
                self._write_fields()

    def _write_fields(self) -> None:
        self.fields.extend(self.waiting)
        self.waiting = []

    def _asks_for(self, name: str) -> bool:
        return any(f"{asked}.".startswith((f"{name}.", f"{name}:")) for asked in self.asked)

    def place(self, row: int) -> str:
        """An article's file and line."""
        return f"{self.names[self.files[row]]}:{self.lines[row]}"


@dataclass(frozen=True)
class _Items(Sequence[LabelledArticle]):
    """Articles without texts and labels, with the fields that were asked for."""

    spooled: _Spool
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[LabelledArticle]:
        return map(self._item, self.rows.tolist(), self.spooled.fields.of(self.rows))

    def __getitem__(self, place: Any) -> Any:
        row = int(self.rows[place])
        return self._item(row, self.spooled.fields[row])

    def _item(self, row: int, content: str) -> LabelledArticle:
        fields = json.loads(content)
        if row == self.rows[0]:
            # Who asks for a field that isn't there is told which ones are.
            fields = dict.fromkeys(self.spooled.field_names) | fields
        nothing: frozenset[str] = frozenset()
        return LabelledArticle("", "", nothing, nothing, fields, self.spooled.place(row))


def _unite(
    labels: NDArray[np.int8],
    rows: NDArray[np.bool_],
    alike: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    """Give articles the topics of all their copies; in place.

    Args:
        labels: Shape (n_articles, n_topics).
        rows: Which articles.
        alike: Numbers that are the same for copies, shape (n_articles,) each.
    """
    chosen = np.flatnonzero(rows)
    _, group = np.unique(np.column_stack(alike)[chosen], axis=0, return_inverse=True)
    carried = np.zeros((len(chosen), labels.shape[1]), np.int8)
    np.maximum.at(carried, group.ravel(), labels[chosen])
    labels[chosen] = np.maximum(labels[chosen], carried[group.ravel()])


def _first_of_each(keys: bytes, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each article the one that is kept of its duplicates: the heaviest, or the first.

    Args:
        keys: What is the same for duplicates, 16 bytes each.
        weight: Shape (n_articles,).

    Returns:
        Numbers of articles, shape (n_articles,).
    """
    halves = np.frombuffer(keys, np.uint64).reshape(-1, 2)
    order = np.lexsort((np.arange(len(weight)), -weight, halves[:, 1], halves[:, 0]))
    ordered = halves[order]
    starts = np.ones(len(order), bool)
    starts[1:] = (ordered[1:] != ordered[:-1]).any(1)
    first = np.empty(len(order), np.int64)
    first[order] = order[np.flatnonzero(starts)[np.cumsum(starts) - 1]]
    return first


def _merge_labels(
    labels: NDArray[np.int8],
    spooled: _Spool,
    first: NDArray[np.int64],
    weight: NDArray[np.float64],
    topics: Sequence[str],
) -> list[Problem]:
    """Keep what is known of any of the duplicates of one weight; contradictions become unknown."""
    problems = []
    for row in np.flatnonzero(first != np.arange(len(first))).tolist():
        twin = int(first[row])
        if weight[row] != weight[twin]:
            continue
        clash = (labels[row] != labels[twin]) & (labels[row] >= 0) & (labels[twin] >= 0)
        learnt = (labels[twin] < 0) & (labels[row] >= 0)
        labels[twin, learnt] = labels[row, learnt]
        if clash.any():
            name = min(topics[column] for column in np.flatnonzero(clash).tolist())
            labels[twin, clash] = -1
            message = (
                f"the same article as {spooled.place(twin)}, but they differ on {name!r}; "
                f"correct one, or put the topic under 'unknown'"
            )
            problems.append(Problem(spooled.place(row), message))
    return problems
