"""Log-odds to summands: what each word adds to a prediction, exactly.

The log-odds are linear in the views of `topicclf.scoring.join`. The scores of the article, of its
best passage and the passages' mean are linear in the features in turn, and so is the crowd but for
one part: with `s` the scores of `n` passages, `q = softmax(2 s)` and its entropy `H(q)`,

    ln(mean(exp(2 s))) = 2 sum(q s) - (ln n - H(q)),

the second part being zero where all passages speak alike. So the log-odds are a constant, plus one
summand per feature, plus that unevenness, the share and the count.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from topicclf.evidence.counterfactual import CounterfactualSearch
from topicclf.evidence.explanation import Contribution, Explanation, Passage, Tip, TopicExplanation
from topicclf.features.batch import (
    Batch,
    Triplets,
    article_features,
    known_words,
    passage_features,
    read,
)
from topicclf.scoring.join import VIEWS, Join, views
from topicclf.scoring.scores import Scores, Weights
from topicclf.text.article import Article
from topicclf.text.words import word_spans, words

if TYPE_CHECKING:
    from topicclf.evidence.prediction import Prediction
    from topicclf.features.vocabulary import Vocabulary

__all__ = ["attribute"]


def attribute(
    article: Article,
    prediction: "Prediction",
    *,
    weights: Weights,
    join: Join,
    thresholds: NDArray[np.float64],
) -> Explanation:
    """Explain a prediction.

    Args:
        article: The article.
        prediction: The model's answer for it.
        weights: The linear classifier.
        join: How its scores become a probability.
        thresholds: The minimum probability for each topic, shape (n_topics,).
    """
    text = article.joined
    batch = read([text], weights.vocabulary)
    if not known_words(batch, weights.vocabulary)[0]:
        topics = {
            topic: _prevalence(topic, prediction, float(threshold))
            for topic, threshold in zip(prediction.probabilities, thresholds, strict=True)
        }
        return Explanation(text=text, prediction=prediction, topics=topics, passages=())
    attribution = _Attribution.of(text, batch, weights, join)
    return Explanation(
        text=text,
        prediction=prediction,
        topics={
            topic: attribution.topic(column, topic, prediction, float(thresholds[column]))
            for column, topic in enumerate(prediction.probabilities)
        },
        passages=tuple(attribution.passages(tuple(prediction.probabilities))),
    )


@dataclass(frozen=True, eq=False)
class _Features:
    """The known features of one article, each once.

    Attributes:
        numbers: Their numbers, ascending, shape (n_known,).
        names: Each in the form that the article has most often.
        spans: The places of each.
        places: The place of each word of the article.
        terms: The terms of each: one, or the two of a pair; shape (n_known, 2), the second -1 for
            a single one.
    """

    numbers: NDArray[np.int64]
    names: list[str]
    spans: list[tuple[tuple[int, int], ...]]
    places: list[tuple[int, int]]
    terms: NDArray[np.int64]

    @classmethod
    def of(cls, text: str, batch: Batch, vocabulary: "Vocabulary") -> "_Features":
        surfaces = [word.decode() for word in words(text)]
        places = word_spans(text)
        occurrences: dict[int, list[tuple[int, int]]] = {}
        for features, width in ((batch.terms, 1), (batch.pairs, 2)):
            for first, feature in enumerate(features.tolist()):
                if feature != vocabulary.unknown:
                    occurrences.setdefault(feature, []).append((first, first + width))
        numbers = sorted(occurrences)
        terms = np.full((len(numbers), 2), -1)
        for row, number in enumerate(numbers):
            first, end = occurrences[number][0]
            terms[row, : end - first] = batch.terms[first:end]
        forms = [Counter(" ".join(surfaces[a:b]) for a, b in occurrences[n]) for n in numbers]
        return cls(
            numbers=np.array(numbers, np.int64),
            names=[counts.most_common(1)[0][0] for counts in forms],
            spans=[
                tuple((places[a][0], places[b - 1][1]) for a, b in occurrences[number])
                for number in numbers
            ],
            places=places,
            terms=terms,
        )

    def sums(self, features: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of the values of each known feature, shape (n_known,)."""
        rows = np.searchsorted(self.numbers, features).clip(max=len(self.numbers) - 1)
        ours = self.numbers[rows] == features
        sums = np.zeros(len(self.numbers))
        np.add.at(sums, rows[ours], values[ours])
        return sums


@dataclass(frozen=True, eq=False)
class _Attribution:
    """What the summands of each topic of one article are made of.

    Attributes:
        weights: The linear classifier.
        join: How its scores become a probability.
        scores: The scores of the article and its passages.
        views: What the join looks at, shape (n_topics, n_views).
        log_odds: Shape (n_topics,).
        features: The article's known features.
        in_article: The value of each in the article's vector, shape (n_known,).
        in_passages: The values in the passages' vectors; a row for each passage.
        counterfactuals: Predicts the article without some of its words.
    """

    weights: Weights
    join: Join
    scores: Scores
    views: NDArray[np.float64]
    log_odds: NDArray[np.float64]
    features: _Features
    in_article: NDArray[np.float64]
    in_passages: Triplets
    counterfactuals: CounterfactualSearch

    @classmethod
    def of(cls, text: str, batch: Batch, weights: Weights, join: Join) -> "_Attribution":
        vocabulary = weights.vocabulary
        features = _Features.of(text, batch, vocabulary)
        scores = weights.score(batch)
        whole = article_features(batch, vocabulary)
        return cls(
            weights=weights,
            join=join,
            scores=scores,
            views=views(scores)[0],
            log_odds=join.log_odds(scores)[0],
            features=features,
            in_article=features.sums(whole.features, whole.values),
            in_passages=passage_features(batch, scores.cut, vocabulary),
            counterfactuals=CounterfactualSearch(batch.terms[:-1], weights, join),
        )

    def topic(
        self, column: int, topic: str, prediction: "Prediction", threshold: float
    ) -> TopicExplanation:
        coef = dict(zip(VIEWS, self.join.coef[column].tolist(), strict=True))
        view = dict(zip(VIEWS, self.views[column].tolist(), strict=True))
        gains, parts = self._summands(column, coef, view)
        terms = zip(self.features.names, gains.tolist(), self.features.spans, strict=True)
        parts += [Contribution(name, "term", gain, spans) for name, gain, spans in terms]
        carried = topic in prediction.topics
        return TopicExplanation(
            topic=topic,
            carried=carried,
            probability=prediction.probabilities[topic],
            threshold=threshold,
            log_odds=float(self.log_odds[column]),
            contributions=tuple(sorted(parts, key=lambda part: -abs(part.value))),
            views={
                "intercept": float(self.join.intercept[column]),
                **{name: coef[name] * view[name] for name in VIEWS},
            },
            tip=self._tip(gains, column, threshold) if carried else None,
        )

    def _summands(
        self, column: int, coef: dict[str, float], view: dict[str, float]
    ) -> tuple[NDArray[np.float64], list[Contribution]]:
        """What each feature adds, and what else does."""
        passages = self.scores.passages[:, column]
        crowd = _softmax(2 * passages)
        # How much a passage's score adds to the log-odds, through all views together.
        slopes = coef["mean"] / len(passages) + 2 * coef["crowd"] * crowd
        slopes[passages.argmax()] += coef["best"]
        inner = self.in_passages
        values = coef["article"] * self.in_article
        values += self.features.sums(inner.features, inner.values * slopes[inner.rows])
        bias = float(self.weights.intercept[column])
        start = float(self.join.intercept[column]) + bias * (coef["article"] + float(slopes.sum()))
        unevenness = view["crowd"] - 2 * float(crowd @ passages)
        return values * self.weights.coef[self.features.numbers, column], [
            Contribution("intercept", "start", start),
            Contribution("unevenness", "passages", coef["crowd"] * unevenness),
            Contribution("share", "passages", coef["share"] * view["share"]),
            Contribution("count", "passages", coef["count"] * view["count"]),
        ]

    def _tip(self, gains: NDArray[np.float64], column: int, threshold: float) -> Tip | None:
        gain_of: Counter[int] = Counter()
        for terms, gain in zip(self.features.terms.tolist(), gains.tolist(), strict=True):
            for term in {*terms} - {-1}:
                gain_of[term] += gain
        ranked = [term for term, gain in gain_of.most_common() if gain > 0]
        fewest = self.counterfactuals.search(ranked, column=column, threshold=threshold)
        if fewest is None:
            return None
        names = dict(zip(self.features.numbers.tolist(), self.features.names, strict=True))
        return Tip(tuple(names[term] for term in fewest.terms), fewest.probability)

    def passages(self, topics: tuple[str, ...]) -> Iterator[Passage]:
        places, cut = self.features.places, self.scores.cut
        for start, end, scores in zip(
            cut.starts.tolist(), cut.ends.tolist(), self.scores.passages.tolist(), strict=True
        ):
            by_topic = dict(zip(topics, scores, strict=True))
            yield Passage(start=places[start][0], end=places[end - 1][1], scores=by_topic)


def _prevalence(topic: str, prediction: "Prediction", threshold: float) -> TopicExplanation:
    """The base rate, which an article without a known word gets."""
    probability = prediction.probabilities[topic]
    with np.errstate(divide="ignore"):
        log_odds = float(np.log(probability) - np.log1p(-probability))
    return TopicExplanation(
        topic=topic,
        carried=topic in prediction.topics,
        probability=probability,
        threshold=threshold,
        log_odds=log_odds,
        contributions=(Contribution("prevalence", "start", log_odds),),
        views={},
        tip=None,
    )


def _softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(values - values.max())
    shares: NDArray[np.float64] = powers / powers.sum()
    return shares
