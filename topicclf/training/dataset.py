"""Training data: articles of several sources as one set, and what was understood of them."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import DataError, did_you_mean
from topicclf.evaluation.answers import known_labels, listed
from topicclf.labelled.reading import LabelledArticle, Problem, Reading, merge, refusal
from topicclf.learning.groups import number_groups
from topicclf.learning.text_file import TextFile
from topicclf.render.wording import counted
from topicclf.text.topic_names import clean_name, look_alikes
from topicclf.text.words import words

if TYPE_CHECKING:
    from topicclf.estimator import TopicClassifier

__all__ = [
    "TrainingSet",
    "gather",
    "known_of",
    "occurring",
    "refuse_nothing",
    "summary_of",
    "topics_of",
    "understood",
]

_RARE = 10
# What people put between several topics, besides what is looked for.
_JOINING = "/+&\uff0c\u3001\uff1b;|"
_SHOWN_TOPICS = 30
# Longer names stick out of the column, instead of making all rows as long.
_WIDEST = 40


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """What `topicclf.TopicClassifier` is fitted on, one entry per example in each.

    Attributes:
        texts: Titles and texts, joined; in memory or in a file.
        labels: 1 yes, 0 no, -1 unknown; shape (n_examples, n_topics).
        weight: How much each counts, shape (n_examples,).
        trusted: Whether labels hold for passages and calibration, likewise.
        measured: Whether thresholds and measures are computed on it, likewise.
        stories: Examples of the same story share a name; those with the same words always do;
            None if only these are known.
        sources: The number of the source that each comes from, shape (n_examples,).
        topics: The topics' names.
        summary: What it was made of, for the model card, as JSON can hold it.
    """

    texts: Sequence[str]
    labels: NDArray[np.int8]
    weight: NDArray[np.float64]
    trusted: NDArray[np.bool_]
    measured: NDArray[np.bool_]
    stories: list[str] | None
    sources: NDArray[np.int64]
    topics: tuple[str, ...]
    summary: dict[str, Any] = field(default_factory=dict)

    def of(self, rows: NDArray[np.int64]) -> "TrainingSet":
        """Some of the examples."""
        chosen = rows.tolist()
        texts = self.texts
        return replace(
            self,
            texts=texts.of(rows) if isinstance(texts, TextFile) else [texts[i] for i in chosen],
            labels=self.labels[rows],
            weight=self.weight[rows],
            trusted=self.trusted[rows],
            measured=self.measured[rows],
            stories=None if self.stories is None else [self.stories[row] for row in chosen],
            sources=self.sources[rows],
        )

    def on(self, columns: NDArray[np.int64]) -> "TrainingSet":
        """The same examples with some of the topics."""
        topics = tuple(self.topics[column] for column in columns.tolist())
        return replace(self, labels=self.labels[:, columns], topics=topics)

    def fitted(
        self, settings: Mapping[str, Any], *, n_jobs: int | None = None
    ) -> "TopicClassifier":
        """Fit the estimator on them."""
        # Imported here: reading data and looking at it goes without.
        from topicclf.estimator import TopicClassifier

        settings = {"memory": self.memory, **settings}
        classifier = TopicClassifier(topics=self.topics, n_jobs=n_jobs, **settings)
        classifier.fit(
            self.texts,
            self.labels,
            sample_weight=self.weight,
            groups=self.stories,
            trusted=self.trusted,
            measured=self.measured,
            sources=self.sources,
        )
        return classifier

    @property
    def memory(self) -> int | None:
        """How many bytes of memory learning may take; None for as many as it likes."""
        return self.texts.scratch.memory if isinstance(self.texts, TextFile) else None

    @property
    def carried(self) -> list[list[str]]:
        """The topics that each example carries, as far as is known."""
        return [
            [topic for topic, label in zip(self.topics, row, strict=True) if label == 1]
            for row in self.labels.tolist()
        ]

    @property
    def story_numbers(self) -> NDArray[np.int64]:
        """Examples that share their story's name or all their words share a number, from 0 on."""
        named = [] if self.stories is None else [self.stories]
        return number_groups((b" ".join(words(text)) for text in self.texts), *named)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of all that is learnt from."""
        digest = hashlib.sha256()
        for text, story in zip(self.texts, self.stories or self.texts, strict=True):
            for part in (text, story):
                digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
        arrays = self.labels, self.weight, self.trusted, self.measured, self.sources
        for array in arrays:
            digest.update(np.ascontiguousarray(array).tobytes())
        digest.update(json.dumps(self.topics).encode())
        return digest.hexdigest()


def gather(
    readings: Sequence[Reading], *, topics: Sequence[str] | None = None, skip_bad: bool = False
) -> tuple[TrainingSet, list[LabelledArticle], list[Problem]]:
    """Make one set of several sources, without duplicates.

    Where a source has a column for each topic, topics without one are unknown there.

    Args:
        readings: What the sources hold.
        topics: The topics to learn; None takes all that occur.
        skip_bad: Leave bad records and contradictions out, instead of refusing them.

    Returns:
        The set, its articles, and what was left out.

    Raises:
        DataError: There is nothing to learn from, or a record is bad, or labels contradict each
            other.
    """
    problems = [problem for reading in readings for problem in reading.problems]
    names = topics_of(readings, topics)
    items = [known_of(reading, names) for reading in readings]
    every = [item for its in items for item in its]
    sources = np.repeat(np.arange(len(readings)), [len(its) for its in items])
    weight = np.array([reading.source.weight for reading in readings], float)[sources]
    kept, contradictions = merge(every, weight.tolist())
    problems += contradictions.values()
    if problems and not skip_bad:
        raise DataError(refusal(problems))
    refuse_nothing(readings, kept, names)
    rows = np.array(list(kept), np.int64)
    articles = list(kept.values())
    counts = np.bincount(sources[rows], minlength=len(readings)).tolist()
    data = TrainingSet(
        texts=[item.joined for item in articles],
        labels=known_labels(articles, names),
        weight=weight[rows],
        trusted=np.ones(len(rows), bool),
        measured=np.ones(len(rows), bool),
        stories=None,
        sources=sources[rows],
        topics=names,
        summary=summary_of(readings, names, counts)
        | {"duplicates": len(every) - len(kept), "contradictions": len(contradictions)},
    )
    return data, articles, problems


def occurring(readings: Iterable[Reading]) -> set[str]:
    """The topics that some article has a label for."""
    topics: set[str] = set()
    for reading in readings:
        topics |= reading.topics or set()
        for item in reading.items:
            topics |= item.topics | item.unknown
    return topics


def topics_of(readings: Iterable[Reading], asked: Sequence[str] | None) -> tuple[str, ...]:
    """The topics asked for, or all that occur."""
    return tuple(map(clean_name, asked)) if asked else tuple(sorted(occurring(readings)))


def known_of(reading: Reading, topics: Sequence[str]) -> list[LabelledArticle]:
    """A source's articles with what is known of some topics alone.

    Duplicates may differ on a topic that nobody asked for.
    """
    every = frozenset(topics)
    asked = cache(every.intersection)
    return [
        item
        if item.topics <= every and item.unknown <= every
        else replace(item, topics=asked(item.topics), unknown=asked(item.unknown))
        for item in reading.items_on(topics)
    ]


def summary_of(
    readings: Sequence[Reading], topics: Sequence[str], counts: Sequence[int]
) -> dict[str, Any]:
    """What sources are, for the model card, with the number of articles kept of each."""
    return {
        "corpora": [_corpus(*each) for each in zip(readings, counts, strict=True)],
        "notes": [f"{_name(each.source.path)}: {n}" for each in readings for n in each.notes],
        "passed_over": sorted(occurring(readings) - set(topics)),
    }


def refuse_nothing(readings: Sequence[Reading], kept: Sized, topics: Sequence[str]) -> None:
    """Refuse to learn from nothing.

    Raises:
        DataError: There is no article, none has a topic, or none has a label for one of the topics.
    """
    if not len(kept):
        places = ", ".join(str(reading.source.path) for reading in readings)
        msg = f"no labelled article in {places or 'no data at all'}"
        raise DataError(msg)
    if not topics:
        msg = "no article carries a topic; is the right field read? See --topics-field"
        raise DataError(msg)
    labelled = occurring(readings)
    for name in topics:
        if name not in labelled:
            hint = did_you_mean(name, labelled, otherwise=f"there are {listed(sorted(labelled))}")
            msg = f"no article has a label for {name!r}; {hint}"
            raise DataError(msg)


def _corpus(reading: Reading, n_articles: int) -> dict[str, Any]:
    return {
        "file": _name(reading.source.path),
        "about": reading.about,
        "articles": n_articles,
        "weight": reading.source.weight,
        "trusted": True,
        "measured": True,
    }


def _name(path: Path) -> str:
    """A file's own name, also of the current folder, as any text can hold it."""
    name = (path if path.name.strip(".") else path.resolve()).name
    return name.encode("utf-8", "backslashreplace").decode()


def understood(data: TrainingSet) -> Iterator[str]:
    """What the data holds, line by line, to be looked at before anything is learnt."""
    summary = data.summary
    for corpus in summary.get("corpora", ()):
        weight = f", weight {corpus['weight']:g}" if corpus["weight"] != 1 else ""
        articles = counted(corpus["articles"], "article")
        yield f"{corpus['file']}: {articles}{weight}; {corpus['about']}"
    yield from summary.get("notes", ())
    yield (
        f"{counted(len(data.texts), 'article')}, {counted(len(data.topics), 'topic')}; "
        f"{(data.labels == 0).all(1).sum():,} without a topic, "
        f"{((data.labels == 1).sum(1) > 1).sum():,} with several; "
        f"{counted(int((data.labels < 0).sum()), 'unknown label')}"
    )
    if n_duplicates := summary.get("duplicates"):
        yield (
            f"left out: {counted(n_duplicates, 'duplicate')}, "
            f"{summary['contradictions']:,} with other labels than the article kept"
        )
    if others := summary.get("passed_over"):
        yield f"not learnt: {_some(others)}"
    yield from _topics_table(data)


def _topics_table(data: TrainingSet) -> Iterator[str]:
    counts, unknown = (data.labels == 1).sum(0), (data.labels < 0).sum(0)
    order = np.argsort(-counts, kind="stable").tolist()
    width = min(max(map(len, data.topics)), _WIDEST)
    for place in order[:_SHOWN_TOPICS]:
        aside = f", {unknown[place]:,} unknown" if unknown[place] else ""
        yield f"  {data.topics[place]:{width}} {counts[place]:7,}{aside}"
    if len(order) > _SHOWN_TOPICS:
        yield f"  and {len(order) - _SHOWN_TOPICS:,} more"
    if rare := [data.topics[place] for place in order if counts[place] < _RARE]:
        yield f"very rare, fewer than {_RARE} articles: {_some(rare)}; expect little of them"
    for name, sign in _joined(data.topics):
        yield f"does {name!r} mean several topics? --separator {sign} parts them"
    for alike in look_alikes(data.topics):
        yield f"the same but for capitals or the like: {', '.join(alike)}; are they one topic?"


def _joined(topics: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The names of which a part, between signs, is another name; and the sign."""
    known = set(topics)
    for name in topics:
        for sign in _JOINING:
            parts = [part.strip() for part in name.split(sign)]
            if len(parts) > 1 and not known.isdisjoint(parts):
                yield name, sign
                break


def _some(topics: Sequence[str]) -> str:
    return ", ".join(topics[:_SHOWN_TOPICS]) + (", ..." if len(topics) > _SHOWN_TOPICS else "")
