"""Topics to evidence: the sentences that speak for a topic, and the terms in them that do."""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from topicclf.evidence.phrases import WeighedWords, phrases
from topicclf.evidence.prediction import Evidence, Sentence, Term
from topicclf.features.batch import read
from topicclf.scoring.scores import Weights
from topicclf.text.article import Article
from topicclf.text.places import word_places
from topicclf.text.prose import prose, without_unseen
from topicclf.text.sentences import sentence_spans
from topicclf.text.words import words

__all__ = ["find_evidence"]

_SENTENCES = 3
_TERMS = 5
# A sentence with less than half of the best one's score is left out.
_RELATIVE = 0.5
# A term with less than this share of the strongest one's weight isn't listed.
_FAINT = 0.15
# In squares of idf, some five words: keeps a two-word line from looking like strong evidence.
_SMOOTHING = 150.0
# How much a sentence loses by speaking for another topic as well: people point to the sentence
# that is about the topic, not to one that is about something else in the topic's words.
_RIVALRY = 0.5


def find_evidence(
    article: Article,
    topics: Mapping[str, int],
    *,
    weights: Weights,
    abbreviations: Collection[str],
    stop_words: Collection[bytes] = frozenset(),
) -> dict[str, Evidence]:
    """Find the sentences that speak for topics, and the terms in them that do.

    Args:
        article: The article.
        topics: The topics asked for, and the column of each in the weights.
        weights: The linear classifier.
        abbreviations: Words whose full stop doesn't end a sentence.
        stop_words: Words of grammar, folded; no term begins or ends with one.

    Returns:
        Evidence by topic, with at least one sentence if the article has a known word.
    """
    if not topics:
        return {}
    joined = article.joined
    shown = article.shown
    text_start = len(joined) - len(article.text)
    # Apart, so that no sentence begins in the title and ends in the text.
    parts = ((0, article.title), (text_start, article.text))
    spans = [
        (shift + start, shift + end)
        for shift, part in parts
        for start, end in sentence_spans(part, abbreviations=abbreviations)
    ]
    # Sentences tear no word, so that the whole is numbered at once.
    batch = read([joined], weights.vocabulary)
    starts, ends = word_places(joined)
    bounds = starts.searchsorted([*(start for start, _ in spans), len(joined)])
    features = np.stack((batch.terms, batch.pairs))
    loudness = weights.windows(batch, bounds[:-1], bounds[1:], smoothing=_SMOOTHING)
    scores = loudness - _RIVALRY * _loudest_other(loudness)

    def sentence(index: int, column: int) -> Sentence:
        start, end = spans[index]
        where: Literal["text", "title"] = "title" if start < text_start else "text"
        shift = text_start if where == "text" else 0
        ours = slice(bounds[index], bounds[index + 1])
        gains, pair_gains = weights.contributions[features[:, ours], column].tolist()
        weighed = WeighedWords(
            text=joined,
            starts=starts[ours].tolist(),
            ends=ends[ours].tolist(),
            words=words(joined[start:end]),
            gains=gains,
            pair_gains=pair_gains[:-1],
        )
        terms = [
            Term(shown[each.start : each.end], each.start - shift, each.end - shift, each.weight)
            for each in phrases(weighed, stop_words=stop_words)[:_TERMS]
        ]
        return Sentence(
            text=shown[start:end],
            start=start - shift,
            end=end - shift,
            score=float(scores[index, column]),
            terms=tuple(terms),
            where=where,
        )

    def evidence(column: int) -> Evidence:
        order = (-scores[:, column]).argsort(kind="stable")[:_SENTENCES].tolist()
        best = scores[order[0], column] if order else 0.0
        kept = [i for i in order if scores[i, column] >= _RELATIVE * best or i == order[0]]
        chosen = tuple(sentence(i, column) for i in kept)
        terms = sorted((term for each in chosen for term in each.terms), key=lambda t: -t.weight)
        return Evidence(sentences=chosen, terms=tuple(_distinct(terms)))

    return {topic: evidence(column) for topic, column in topics.items()}


def _distinct(terms: Iterable[Term]) -> list[str]:
    """The names of the first few terms, each without those that are a part of it."""
    names: list[str] = []
    read: list[bytes] = []
    least = 0.0
    for term in terms:
        least = least or _FAINT * term.weight
        if term.weight < least or len(names) == _TERMS:
            break
        folded = b" %b " % b" ".join(words(term.text))
        if not any(folded in other for other in read):
            names.append(_named(term.text))
            read.append(folded)
    return names


def _named(text: str) -> str:
    """What a term is called in a list: in lower case, without what nobody sees."""
    if text.isalpha():
        return text.lower()
    name = " ".join(without_unseen(prose(text)).lower().split())
    return name.removesuffix("'s").removesuffix("\u2019s")


def _loudest_other(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each sentence and topic the greatest score of the other topics, or zero."""
    if scores.shape[1] < 2:
        return np.zeros_like(scores)
    second, best = np.partition(scores, (-2, -1), axis=1).T[-2:, :, None]
    others: NDArray[np.float64] = np.where(scores == best, second, best)
    return np.maximum(others, 0, out=others)
