"""Articles to topics: in the compiled kernel, or with NumPy where that is not there."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import compress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import topicclf.kernel as kernel
from topicclf.features.batch import Batch, known_words, read
from topicclf.lazy import lazy
from topicclf.scoring.join import Join
from topicclf.scoring.scores import Weights
from topicclf.text.article import Article, Item
from topicclf.text.prose import prose

__all__ = ["Answer", "Chunk", "Judge", "chunks"]

# Enough to spread what a chunk costs, few enough to stay in the processor's cache.
_CHUNK_ARTICLES = 256
_CHUNK_CHARACTERS = 1 << 17


class Chunk(NamedTuple):
    """Articles that are judged together.

    Attributes:
        texts: Their texts, as they are read.
        titles: Their titles, as many; empty where there is none.
        items: The articles as they were given.
    """

    texts: list[str]
    titles: list[str]
    items: "list[str | Article]"


class Answer(NamedTuple):
    """What a prediction is made of.

    Attributes:
        topics: The topics that the article carries, most probable first.
        probabilities: The probability of every topic, by name or in the topics' order.
        known: How many words of the article the model knows.
        n_words: How many it has.
    """

    topics: tuple[str, ...]
    probabilities: Any
    known: int
    n_words: int


def chunks(items: Iterable[Item]) -> Iterator[Chunk]:
    """Put items together, in order.

    Raises:
        TypeError: An item is no article; what came before it has been given.
        Exception: Whatever `items` raised, likewise.
    """
    texts: list[str] = []
    titles: list[str] = []
    given: list[str | Article] = []
    size = 0
    try:
        for number, item in enumerate(items):
            if isinstance(item, str):
                text, title = prose(item), ""
                given.append(item)
            else:
                article = Article.of(item, number=number)
                text, title = article.text, article.title
                given.append(article)
            texts.append(text)
            titles.append(title)
            size += len(text) + len(title)
            if len(texts) == _CHUNK_ARTICLES or size >= _CHUNK_CHARACTERS:
                yield Chunk(texts, titles, given)
                texts, titles, given, size = [], [], [], 0
    except Exception:
        if texts:
            yield Chunk(texts, titles, given)
        raise
    if texts:
        yield Chunk(texts, titles, given)


@dataclass(frozen=True, eq=False)
class Judge:
    """Finds topics and their probabilities. Any thread may use it.

    Attributes:
        topics: The topics' names.
        thresholds: An article carries a topic from this probability on, shape (n_topics,).
        weights: The linear classifier.
        join: How the scores become a probability.
    """

    topics: tuple[str, ...]
    thresholds: NDArray[np.float64]
    weights: Weights
    join: Join

    def named(self, chunk: Chunk) -> list[Answer]:
        """Judge articles, with the probabilities as dictionaries."""
        if self._kernel is not None:
            return self._kernel.answer(chunk.texts, chunk.titles, True)  # type: ignore[return-value]
        return [
            answer._replace(probabilities=dict(zip(self.topics, answer.probabilities, strict=True)))
            for answer in self._with_numpy(chunk)
        ]

    def unnamed(self, chunk: Chunk) -> list[Answer]:
        """Judge articles, with the probabilities as lists."""
        if self._kernel is not None:
            return self._kernel.answer(chunk.texts, chunk.titles, False)  # type: ignore[return-value]
        return self._with_numpy(chunk)

    def stream(
        self, parts: Iterator[Chunk], *, workers: int, named: bool
    ) -> Iterator[tuple[Chunk, list[Answer]]]:
        """Judge the chunks of a stream, in order; each is given with its answers.

        Args:
            parts: The chunks, taken one by one, a few more than there are workers.
            workers: How many threads judge, this one among them. Without the kernel it is alone.
            named: Whether probabilities are dictionaries.

        Raises:
            Exception: Whatever `parts` raised, once the chunks before have been given.
        """
        if workers > 1 and self._kernel is not None:
            yield from _judged_by(kernel.Crew(self._kernel, workers), parts, named=named)
            return
        judge = self.named if named else self.unnamed
        for chunk in parts:
            yield chunk, judge(chunk)

    def one(self, text: str, title: str) -> Answer:
        """Judge an article, with the probabilities as a dictionary."""
        if self._kernel is not None:
            return self._kernel.answer_one(text, title)  # type: ignore[return-value]
        return self.named(Chunk([text], [title], [text]))[0]

    def probabilities(self, chunk: Chunk) -> NDArray[np.float64]:
        """The probability of each topic, shape (n_articles, n_topics)."""
        if self._kernel is None:
            return self._measured(chunk)[0]
        found = np.empty((len(chunk.texts), len(self.topics)))
        known, lengths = np.empty((2, len(chunk.texts)), np.int64)
        self._kernel.measure(chunk.texts, chunk.titles, found, known, lengths)
        return found

    def without(self, terms: NDArray[np.int64], kept: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Judge one article again and again, each time as if some words had never been written.

        Args:
            terms: The article's words, numbered; shape (n_words,).
            kept: Which words are left each time, shape (n_times, n_words).

        Returns:
            The probability of each topic each time, shape (n_times, n_topics).
        """
        probabilities = np.empty((len(kept), len(self.topics)))
        if self._kernel is not None:
            self._kernel.without(terms, kept, probabilities)
            return probabilities
        vocabulary = self.weights.vocabulary
        for row, left in zip(probabilities, kept, strict=True):
            row[:] = self._of_batch(Batch.joining([terms[left]], vocabulary))[0][0]
        return probabilities

    @lazy
    def _kernel(self) -> "kernel.Judge | None":
        rows = self.weights.rows
        if rows is None:
            return None
        return kernel.Judge(
            rows,
            np.ascontiguousarray(self.join.coef, np.float64),
            np.ascontiguousarray(self.join.intercept, np.float64),
            np.ascontiguousarray(self.join.prevalence, np.float64),
            np.ascontiguousarray(self.thresholds, np.float64),
            self.topics,
        )

    def _with_numpy(self, chunk: Chunk) -> list[Answer]:
        probabilities, known, lengths = self._measured(chunk)
        passed = (probabilities >= self.thresholds).tolist()
        rows = probabilities.tolist()
        topics = map(self._carried, rows, passed)
        return list(map(Answer, topics, rows, known.tolist(), lengths.tolist()))

    def _measured(
        self, chunk: Chunk
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
        batch = read(map(_joined, chunk.texts, chunk.titles), self.weights.vocabulary)
        return *self._of_batch(batch), batch.lengths

    def _of_batch(self, batch: Batch) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The probability of each topic, and how many words are known."""
        known = known_words(batch, self.weights.vocabulary)
        return self.join.probabilities(self.weights.score(batch), known > 0), known

    def _carried(self, row: list[float], passed: list[bool]) -> tuple[str, ...]:
        carried = list(compress(range(len(row)), passed))
        carried.sort(key=row.__getitem__, reverse=True)
        return tuple([self.topics[i] for i in carried])


def _judged_by(
    crew: "kernel.Crew", parts: Iterator[Chunk], *, named: bool
) -> Iterator[tuple[Chunk, list[Answer]]]:
    waiting: deque[Chunk] = deque()
    ended: Exception | None = None
    try:
        while waiting or ended is None:
            has_room = True
            while has_room and ended is None:
                try:
                    chunk = next(parts)
                except Exception as error:
                    ended = error
                else:
                    has_room = crew.put(chunk.texts, chunk.titles)
                    waiting.append(chunk)
            if waiting:
                yield waiting.popleft(), crew.take(named)  # type: ignore[misc]
    finally:
        crew.close()
    if not isinstance(ended, StopIteration):
        raise ended


def _joined(text: str, title: str) -> str:
    return f"{title}\n{text}" if title else text
