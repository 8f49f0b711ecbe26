"""A trained model: from articles to predictions with NumPy alone."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, partial
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from topicclf.artifact.parts import Parts, model_bytes, read_model
from topicclf.evidence.finder import find_evidence
from topicclf.evidence.prediction import Prediction
from topicclf.features.batch import Batch, known_words
from topicclf.features.read_only import ReadOnlyArrays
from topicclf.features.vocabulary import join_folded
from topicclf.scoring.join import Join
from topicclf.scoring.scores import Weights
from topicclf.scoring.thresholds import Thresholds, adjusted
from topicclf.text.article import Article, Item, articles_of
from topicclf.text.language import WELL_KNOWN, foreign_language, languages_of
from topicclf.text.words import fold
from topicclf.writing.beside import write_beside

if TYPE_CHECKING:
    from topicclf.evidence.explanation import Explanation

__all__ = ["TopicModel", "model_file"]

# Enough to spread NumPy's overhead, few enough to stay in the processor's cache.
_BATCH_ARTICLES = 256
_BATCH_CHARACTERS = 1 << 17


class _Judgement(NamedTuple):
    """What predictions are made of: per article its probabilities, known words and words."""

    probabilities: NDArray[np.float64]
    known: NDArray[np.int64]
    lengths: NDArray[np.int64]


_Judged = tuple[list[Article], _Judgement]


@dataclass(frozen=True, eq=False)
class TopicModel(ReadOnlyArrays):
    """Tells which of its topics an article carries. Safe to share between threads.

    Attributes:
        topics: The topics' names, in the order of every array's columns.
        thresholds: An article carries a topic from this probability on, shape (n_topics,).
        weights: The linear classifier.
        join: How the scores become a probability.
        abbreviations: Words whose stop ends no sentence.
        provenance: How the model was made and what was measured, as JSON can hold it.
    """

    topics: tuple[str, ...]
    thresholds: NDArray[np.float64]
    # Not shown: they would fill pages.
    weights: Weights = field(repr=False)
    join: Join = field(repr=False)
    abbreviations: tuple[str, ...] = field(default=(), repr=False)
    provenance: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def predict(
        self, text: str, *, title: str | None = None, thresholds: Thresholds | None = None
    ) -> Prediction:
        """Tell which topics one article carries.

        Args:
            text: The article, as plain text.
            title: Its headline, if that is not in the text.
            thresholds: As for `with_thresholds`, for this article alone.

        Raises:
            TypeError: The text or the title is no `str`, or a threshold is not a number.
            ValueError: As for `with_thresholds`.
        """
        article = Article.of({"text": text, "title": title})
        judged = [([article], self._judge(_folded([article])))]
        return next(self._predictions(judged, self._thresholds(thresholds)))

    def with_thresholds(self, thresholds: Thresholds) -> Self:
        """The same model with other thresholds.

        Args:
            thresholds: One number for all topics; a mapping from some of the topics to theirs; or
                an array with one for each topic, in order.

        Raises:
            TypeError: A threshold is not a number.
            ValueError: There is no such topic, a threshold is not between 0 and 1, or their number
                is not that of the topics.
        """
        return replace(self, thresholds=self._thresholds(thresholds))

    def _thresholds(self, asked: Thresholds | None) -> NDArray[np.float64]:
        return self.thresholds if asked is None else adjusted(self.thresholds, self.topics, asked)

    def explain(self, text: str, *, title: str | None = None) -> "Explanation":
        """Tell all about the answer for one article: each topic's log-odds as a sum, and more.

        Args:
            text: The article, as plain text.
            title: Its headline, if that is not in the text.

        Raises:
            TypeError: The text or the title is no `str`.
        """
        # Imported here, as predicting needs none of it.
        from topicclf.evidence.attribution import attribute

        article = Article.of({"text": text, "title": title})
        explanation = attribute(
            article,
            self.predict(text, title=title),
            weights=self.weights,
            join=self.join,
            thresholds=self.thresholds,
        )
        return replace(explanation, text=article.shown)

    def predict_many(
        self,
        items: Iterable[Item],
        *,
        workers: int | None = None,
        thresholds: Thresholds | None = None,
    ) -> Iterator[Prediction]:
        """Tell which topics each article carries, lazily and in order.

        Args:
            items: Texts, or mappings with a ``text`` and perhaps a ``title``.
            workers: How many processes predict; None or 1 for this one alone. They pay from some
                ten thousand articles on.
            thresholds: As for `with_thresholds`, for these articles alone.

        Raises:
            TypeError: An item is neither; the message gives its number, from 0.
            ValueError: `workers` is less than 1, or as for `with_thresholds`.
            WorkerError: A worker died.
        """
        return self._predictions(self._judged(items, workers), self._thresholds(thresholds))

    def tag_many(
        self,
        items: Iterable[Item],
        *,
        workers: int | None = None,
        thresholds: Thresholds | None = None,
    ) -> Iterator[tuple[tuple[str, ...], list[float], str | None]]:
        """Tell only the topics, probabilities and language: `predict_many` for long streams.

        Args:
            items: As for `predict_many`.
            workers: Likewise.
            thresholds: Likewise.

        Returns:
            For each article the topics that it carries, most probable first, the probability of
            each of the model's topics, in their order, and its language if it is not the model's.

        Raises:
            TypeError: As for `predict_many`.
            ValueError: Likewise.
            WorkerError: Likewise.
        """
        return self._tags(self._judged(items, workers), self._thresholds(thresholds))

    def _judged(self, items: Iterable[Item], workers: int | None) -> Iterator[_Judged]:
        taken = articles_of(items)
        if workers is not None and workers < 1:
            msg = f"workers must be 1 or more, not {workers}"
            raise ValueError(msg)
        return self._stream(taken, workers or 1)

    def _stream(self, articles: Iterator[Article], workers: int) -> Iterator[_Judged]:
        if workers == 1:
            for chunk in _chunks(articles):
                yield chunk, self._judge(_folded(chunk))
            return
        # Imported here, so that a first prediction does not wait for it.
        from topicclf.processes import map_in_processes

        tasks = ((chunk, _folded(chunk)) for chunk in _chunks(articles))
        yield from map_in_processes(self._judge, tasks, workers=workers)

    def predict_proba(self, items: Iterable[Item]) -> NDArray[np.float64]:
        """The calibrated probability of each topic for each article.

        Args:
            items: As for `predict_many`.

        Returns:
            Shape (n_articles, n_topics), float64, always.

        Raises:
            TypeError: An item is neither a text nor a mapping with one.
        """
        rows = [self._judge(_folded(chunk)).probabilities for chunk in _chunks(articles_of(items))]
        return np.concatenate(rows) if rows else np.empty((0, len(self.topics)))

    def _judge(self, folded: bytes) -> _Judgement:
        vocabulary = self.weights.vocabulary
        batch = Batch.of(*vocabulary.read(folded), vocabulary)
        known = known_words(batch, vocabulary)
        probabilities = self.join.probabilities(self.weights.score(batch), known > 0)
        return _Judgement(probabilities, known, batch.lengths)

    def _predictions(
        self, judged: Iterable[_Judged], thresholds: NDArray[np.float64]
    ) -> Iterator[Prediction]:
        for articles, judgement in judged:
            yield from map(
                self._prediction,
                articles,
                judgement.probabilities.tolist(),
                (judgement.probabilities >= thresholds).tolist(),
                judgement.known.tolist(),
                judgement.lengths.tolist(),
            )

    def _prediction(
        self, article: Article, row: list[float], passes: list[bool], known: int, n_words: int
    ) -> Prediction:
        topics = self._carried(row, passes)
        return Prediction(
            topics=topics,
            probabilities=dict(zip(self.topics, row, strict=True)),
            known_share=known / n_words if n_words else 0.0,
            n_words=n_words,
            language=self._language(article, known, n_words),
            _explain=partial(self._evidence, article, topics),
        )

    def _tags(
        self, judged: Iterable[_Judged], thresholds: NDArray[np.float64]
    ) -> Iterator[tuple[tuple[str, ...], list[float], str | None]]:
        for articles, judgement in judged:
            rows = judgement.probabilities.tolist()
            passes = (judgement.probabilities >= thresholds).tolist()
            languages = map(
                self._language, articles, judgement.known.tolist(), judgement.lengths.tolist()
            )
            yield from zip(map(self._carried, rows, passes), rows, languages, strict=True)

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages that the model is of, as ISO 639 codes; learnt, not declared."""
        vocabulary = self.weights.vocabulary
        return languages_of(lambda text: (vocabulary.terms(text) != vocabulary.unknown).mean())

    def _language(self, article: Article, known: int, n_words: int) -> str | None:
        # Nearly all articles are told here, for nothing.
        if known >= WELL_KNOWN * n_words:
            return None
        share = known / n_words
        return foreign_language(article.joined, known_share=share, own=self.languages)

    def _carried(self, row: list[float], passes: list[bool]) -> tuple[str, ...]:
        found = list(compress(range(len(row)), passes))
        if len(found) > 1:
            found.sort(key=row.__getitem__, reverse=True)
        return tuple([self.topics[i] for i in found])

    def _evidence(self, article: Article, topics: tuple[str, ...]) -> dict[str, Any]:
        columns = {topic: self.topics.index(topic) for topic in topics}
        return find_evidence(
            article, columns, weights=self.weights, abbreviations=frozenset(self.abbreviations)
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model file; a folder's name means ``model.npz`` in it.

        The file is written beside its place and renamed, so an earlier model stays whole until the
        new one is. Equal models are equal bytes.

        Raises:
            InvalidModelError: No model with these values could be loaded.
        """
        write_beside(model_file(path), self.to_bytes())

    def to_bytes(self) -> bytes:
        """The bytes of the model file; equal models are equal bytes.

        Raises:
            InvalidModelError: No model with these values could be loaded.
        """
        return model_bytes(Parts(**{each.name: getattr(self, each.name) for each in fields(self)}))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "TopicModel":
        """Read a model file, or the ``model.npz`` in a folder. Nothing in it can run code.

        Raises:
            FileNotFoundError: There is none.
            ModelFileError: It is refused; the subclass says why.
        """
        return cls(**vars(read_model(model_file(path))))


def model_file(path: str | os.PathLike[str]) -> Path:
    """The file that a path means: itself, or the ``model.npz`` in a folder."""
    path = Path(path)
    return path if path.suffix == ".npz" else path / "model.npz"


def _folded(articles: Iterable[Article]) -> bytes:
    return join_folded(fold(article.joined) for article in articles)


def _chunks(articles: Iterator[Article]) -> Iterator[list[Article]]:
    chunk: list[Article] = []
    size = 0
    for article in articles:
        chunk.append(article)
        size += len(article.title) + len(article.text)
        if len(chunk) == _BATCH_ARTICLES or size >= _BATCH_CHARACTERS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
