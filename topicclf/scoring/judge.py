"""Articles to probabilities: in the compiled kernel, or with NumPy where that is not there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from topicclf import kernel
from topicclf.features.batch import known_words, read
from topicclf.lazy import lazy
from topicclf.scoring.join import Join
from topicclf.scoring.scores import Weights
from topicclf.text.article import Article, Item

__all__ = ["Chunk", "Judge", "Judgement", "chunks"]

# Enough to spread what a chunk costs, few enough to stay in the processor's cache.
_CHUNK_ARTICLES = 256
_CHUNK_CHARACTERS = 1 << 17


class Chunk(NamedTuple):
    """Articles that are judged together.

    Attributes:
        texts: Their texts.
        titles: Their titles, as many; empty where there is none.
    """

    texts: list[str]
    titles: list[str]


class Judgement(NamedTuple):
    """What predictions are made of.

    Attributes:
        probabilities: Shape (n_articles, n_topics), float64.
        known: How many words of each article the model knows, shape (n_articles,), int64.
        lengths: How many it has, likewise.
    """

    probabilities: NDArray[np.float64]
    known: NDArray[np.int64]
    lengths: NDArray[np.int64]


def chunks(items: Iterable[Item]) -> Iterator[Chunk]:
    """Put items together, in order.

    Raises:
        TypeError: An item is no article; what came before it has been given.
        Exception: Whatever `items` raised, likewise.
    """
    texts: list[str] = []
    titles: list[str] = []
    size = 0
    try:
        for number, item in enumerate(items):
            if type(item) is str:
                text, title = item, ""
            else:
                article = Article.of(item, number=number)
                text, title = article.text, article.title
            texts.append(text)
            titles.append(title)
            size += len(text) + len(title)
            if len(texts) == _CHUNK_ARTICLES or size >= _CHUNK_CHARACTERS:
                yield Chunk(texts, titles)
                texts, titles, size = [], [], 0
    except Exception:
        if texts:
            yield Chunk(texts, titles)
        raise
    if texts:
        yield Chunk(texts, titles)


@dataclass(frozen=True, eq=False)
class Judge:
    """Finds the probability of each topic. Any thread may use it.

    Attributes:
        weights: The linear classifier.
        join: How the scores become a probability.
    """

    weights: Weights
    join: Join

    def __getstate__(self) -> dict[str, Any]:
        # The kernel's tables are quicker made than stored.
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def many(self, chunk: Chunk) -> Judgement:
        """Judge the articles of a chunk."""
        if self._scorer is None:
            return self._with_numpy(chunk)
        n_articles = len(chunk.texts)
        judgement = Judgement(
            np.empty((n_articles, len(self.join.prevalence))),
            np.empty(n_articles, np.int64),
            np.empty(n_articles, np.int64),
        )
        self._scorer.judge(chunk.texts, chunk.titles, *judgement)
        return judgement

    def one(self, text: str, title: str) -> tuple[list[float], int, int]:
        """Judge an article: its probabilities, its known words, and its words."""
        if self._scorer is not None:
            return self._scorer.judge_one(text, title)
        probabilities, known, lengths = self._with_numpy(Chunk([text], [title]))
        return probabilities[0].tolist(), int(known[0]), int(lengths[0])

    @lazy
    def _scorer(self) -> "kernel.Scorer | None":
        lexicon = self.weights.vocabulary.lexicon
        if lexicon is None:
            return None
        return kernel.Scorer(
            lexicon,
            np.ascontiguousarray(self.weights.coef, np.float32),
            np.ascontiguousarray(self.weights.vocabulary.idf, np.float32),
            np.ascontiguousarray(self.weights.intercept, np.float64),
            np.ascontiguousarray(self.join.coef, np.float64),
            np.ascontiguousarray(self.join.intercept, np.float64),
            np.ascontiguousarray(self.join.prevalence, np.float64),
        )

    def _with_numpy(self, chunk: Chunk) -> Judgement:
        vocabulary = self.weights.vocabulary
        batch = read(map(_joined, chunk.texts, chunk.titles), vocabulary)
        known = known_words(batch, vocabulary)
        probabilities = self.join.probabilities(self.weights.score(batch), known > 0)
        return Judgement(probabilities, known, batch.lengths)


def _joined(text: str, title: str) -> str:
    return f"{title}\n{text}" if title else text
