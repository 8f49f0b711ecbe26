"""Topics to evidence: the sentences that speak for a topic, and the terms in them that do."""

from collections.abc import Collection, Mapping
from itertools import accumulate
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from topicclf.evidence.prediction import Evidence, Sentence, Term
from topicclf.features.batch import Batch
from topicclf.scoring.scores import Weights
from topicclf.text.article import Article
from topicclf.text.sentences import sentence_spans
from topicclf.text.words import fold, word_spans, words

__all__ = ["find_evidence"]

_SENTENCES = 3
_TERMS = 5
# A sentence with less than half of the best one's score is left out.
_RELATIVE = 0.5
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
) -> dict[str, Evidence]:
    """Find the sentences that speak for topics, and the terms in them that do.

    Args:
        article: The article.
        topics: The topics asked for, and the column of each in the weights.
        weights: The linear classifier.
        abbreviations: Words whose full stop doesn't end a sentence.

    Returns:
        Evidence by topic, with at least one sentence if the article has a known word.
    """
    if not topics:
        return {}
    joined = article.joined
    spans = sentence_spans(joined, abbreviations=abbreviations)
    texts = [joined[start:end] for start, end in spans]
    numbered = [weights.vocabulary.terms(fold(text)) for text in texts]
    batch = Batch.joining([np.concatenate(numbered)] if numbered else [], weights.vocabulary)
    bounds = np.array([0, *accumulate(map(len, numbered))])
    loudness = weights.windows(batch, bounds[:-1], bounds[1:], smoothing=_SMOOTHING)
    scores = loudness - _RIVALRY * _loudest_other(loudness)

    def sentence(index: int, column: int) -> Sentence:
        text_start = len(joined) - len(article.text)
        start, end = spans[index]
        where: Literal["text", "title"] = "title" if start < text_start else "text"
        shift = text_start if where == "text" else 0
        places = word_spans(texts[index])
        first = bounds[index]
        candidates = []
        for features, width in ((batch.terms, 1), (batch.pairs, 2)):
            ours = features[first : first + max(len(places) - width + 1, 0)]
            gains = weights.contributions[ours, column].tolist()
            for place, gain in enumerate(gains):
                a, b = places[place][0], places[place + width - 1][1]
                candidates.append(
                    Term(texts[index][a:b], start - shift + a, start - shift + b, gain)
                )
        candidates.sort(key=lambda term: -term.weight)
        return Sentence(
            text=article.shown[start:end],
            start=start - shift,
            end=end - shift,
            score=float(scores[index, column]),
            terms=tuple(term for term in candidates[:_TERMS] if term.weight > 0),
            where=where,
        )

    def evidence(column: int) -> Evidence:
        order = np.argsort(-scores[:, column], kind="stable")[:_SENTENCES].tolist()
        best = scores[order[0], column] if order else 0.0
        kept = [i for i in order if scores[i, column] >= _RELATIVE * best or i == order[0]]
        chosen = tuple(sentence(i, column) for i in kept)
        weight: dict[str, float] = {}
        for term in (term for each in chosen for term in each.terms):
            name = " ".join(word.decode() for word in words(term.text))
            weight[name] = max(weight.get(name, 0.0), term.weight)
        ranked = sorted(weight, key=lambda name: -weight[name])
        return Evidence(sentences=chosen, terms=tuple(ranked[:_TERMS]))

    return {topic: evidence(column) for topic, column in topics.items()}


def _loudest_other(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each sentence and topic the greatest score of the other topics, or zero."""
    others = np.zeros_like(scores)
    for column in range(scores.shape[1]):
        rest = np.delete(scores, column, axis=1)
        others[:, column] = rest.max(1, initial=0.0)
    return others
