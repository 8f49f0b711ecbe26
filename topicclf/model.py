"""A trained model: from articles to predictions with NumPy alone."""

import os
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from topicclf.artifact.parts import Parts, model_bytes, read_model
from topicclf.evidence.finder import find_evidence
from topicclf.evidence.prediction import Prediction
from topicclf.features.read_only import ReadOnlyArrays
from topicclf.lazy import lazy
from topicclf.scoring.join import Join
from topicclf.scoring.judge import Answer, Chunk, Judge, chunks
from topicclf.scoring.scores import Weights
from topicclf.scoring.thresholds import Thresholds, adjusted
from topicclf.text.article import Article, Item, refuse_one
from topicclf.text.language import WELL_KNOWN, foreign_language, function_words, languages_of
from topicclf.writing.beside import write_beside

if TYPE_CHECKING:
    from topicclf.evidence.explanation import Explanation

__all__ = ["TopicModel", "model_file"]

_Judged = tuple[Chunk, list[Answer]]


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

    def __getstate__(self) -> dict[str, Any]:
        # What is computed when it is asked for is quicker computed than stored.
        return {field.name: getattr(self, field.name) for field in fields(self)}

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
        if isinstance(text, str) and title is None:
            article = Article.of(text)
        else:
            article = Article.of({"text": text, "title": title})
        judge = self._judge_by(thresholds)
        answer = judge.one(article.text, article.title)
        return self._prediction(article.text, article.title, article, answer)

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
        return replace(self, thresholds=adjusted(self.thresholds, self.topics, thresholds))

    def adapted(self, texts: Iterable[Item], *, precision: float | None = None) -> "TopicModel":
        """The same model, corrected for the mix of topics in articles without labels.

        Needs the extra ``[train]``. `topicclf.training.adaptation.adapt` gives the estimates, too.

        Args:
            texts: Articles drawn at random from what the model will read; some hundreds.
            precision: Choose thresholds that promise each topic this precision there.

        Raises:
            DataError: There are fewer than 50 articles, or most are in other languages.
            MissingExtraError: A library is missing.

        Warns:
            UserWarning: The estimate may be off, or a promise can't be kept; the message says why.
        """
        from topicclf.training.adaptation import adapt

        adaptation = adapt(self, texts, precision=precision)
        for message in adaptation.warnings:
            warnings.warn(message, UserWarning, stacklevel=2)
        return adaptation.model

    def _judge_by(self, thresholds: Thresholds | None) -> Judge:
        if thresholds is None:
            return self._judge
        asked = adjusted(self.thresholds, self.topics, thresholds)
        return replace(self._judge, thresholds=asked)

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
        prediction = self.predict(text, title=title)
        explanation = attribute(article, prediction, judge=self._judge)
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
            workers: How many threads predict; None or 1 for this one alone. More are of use with
                the compiled kernel only.
            thresholds: As for `with_thresholds`, for these articles alone.

        Raises:
            TypeError: An item is neither; the message gives its number, from 0. The articles before
                it have been answered.
            ValueError: `workers` is less than 1, or as for `with_thresholds`.
        """
        return self._predictions(
            self._judged(items, workers, self._judge_by(thresholds), named=True)
        )

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
        """
        return self._tags(self._judged(items, workers, self._judge_by(thresholds), named=False))

    def _judged(
        self, items: Iterable[Item], workers: int | None, judge: Judge, *, named: bool
    ) -> Iterator[_Judged]:
        refuse_one(items)
        if workers is not None and workers < 1:
            msg = f"workers must be 1 or more, not {workers}"
            raise ValueError(msg)
        return judge.stream(chunks(items), workers=workers or 1, named=named)

    def predict_proba(self, items: Iterable[Item]) -> NDArray[np.float64]:
        """The calibrated probability of each topic for each article.

        Args:
            items: As for `predict_many`.

        Returns:
            Shape (n_articles, n_topics), float64, always.

        Raises:
            TypeError: An item is neither a text nor a mapping with one.
        """
        refuse_one(items)
        rows = [self._judge.probabilities(chunk) for chunk in chunks(items)]
        return np.concatenate(rows) if rows else np.empty((0, len(self.topics)))

    @lazy
    def _abbreviations(self) -> frozenset[str]:
        return frozenset(self.abbreviations)

    @lazy
    def _judge(self) -> Judge:
        return Judge(self.topics, self.thresholds, self.weights, self.join)

    def _predictions(self, judged: Iterable[_Judged]) -> Iterator[Prediction]:
        for chunk, answers in judged:
            yield from map(self._prediction, *chunk, answers)

    def _prediction(self, text: str, title: str, item: str | Article, answer: Answer) -> Prediction:
        topics, probabilities, known, n_words = answer
        return Prediction(
            topics,
            probabilities,
            known / n_words if n_words else 0.0,
            n_words,
            # Nearly all articles are told here, for nothing.
            None if known >= WELL_KNOWN * n_words else self._language(text, title, known / n_words),
            partial(self._evidence, item, topics),
        )

    def _tags(
        self, judged: Iterable[_Judged]
    ) -> Iterator[tuple[tuple[str, ...], list[float], str | None]]:
        for chunk, answers in judged:
            for text, title, _, (topics, row, known, n_words) in zip(*chunk, answers, strict=True):
                well_known = known >= WELL_KNOWN * n_words
                yield (
                    topics,
                    row,
                    None if well_known else self._language(text, title, known / n_words),
                )

    @lazy
    def languages(self) -> frozenset[str]:
        """The languages that the model is of, as ISO 639 codes; learnt, not declared."""
        vocabulary = self.weights.vocabulary
        return languages_of(lambda text: (vocabulary.terms(text) != vocabulary.unknown).mean())

    def _language(self, text: str, title: str, known_share: float) -> str | None:
        joined = Article(text, title).joined
        return foreign_language(joined, known_share=known_share, own=self.languages)

    def _evidence(self, item: str | Article, topics: tuple[str, ...]) -> dict[str, Any]:
        columns = {topic: self.topics.index(topic) for topic in topics}
        return find_evidence(
            Article.of(item),
            columns,
            weights=self.weights,
            abbreviations=self._abbreviations,
            stop_words=function_words(self.languages),
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
