"""Log-odds to summands: an exact account of a prediction.

The log-odds are linear in the views of `topicclf.scoring.join`. The scores of the article, of its
best passage and the passages' mean are linear in the features in turn, and so is the crowd but for
one part: with `s` the scores of `n` passages, `q = softmax(2 s)` and its entropy `H(q)`,

    ln(mean(exp(2 s))) = 2 sum(q s) - (ln n - H(q)),

the second part being zero where all passages speak alike. So the log-odds are a constant, plus one
summand per feature, plus that unevenness, the share and the count.
"""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from topicclf.evidence.counterfactual import Tipping
from topicclf.evidence.explanation import Contribution, Explanation, Passage, Tip, TopicExplanation
from topicclf.features.batch import Batch, article_features, known_words, passage_features, read
from topicclf.scoring.join import VIEWS, views
from topicclf.text.article import Article
from topicclf.text.words import word_spans, words

if TYPE_CHECKING:
    from topicclf.evidence.prediction import Prediction
    from topicclf.features.vocabulary import Vocabulary
    from topicclf.model import TopicModel

__all__ = ["account"]


def account(article: Article, model: "TopicModel", prediction: "Prediction") -> Explanation:
    """Explain a prediction.

    Args:
        article: The article.
        model: The model.
        prediction: What the model says of the article.
    """
    vocabulary = model.weights.vocabulary
    text = article.joined
    batch = read([text], vocabulary)
    if not known_words(batch, vocabulary)[0]:
        topics = {topic: _prevalence(model, prediction, topic) for topic in model.topics}
        return Explanation(text=text, prediction=prediction, topics=topics, passages=())
    scores = model.weights.score(batch)
    found = _Features.of(text, batch, vocabulary)
    seen = views(scores)[0]
    log_odds = model.join.log_odds(scores)[0].tolist()
    in_article = article_features(batch, vocabulary)
    in_passages = passage_features(batch, scores.cut, vocabulary)
    article_values = np.zeros(len(found.numbers))
    np.add.at(article_values, *found.lookup(in_article.features, in_article.values))
    tipping = Tipping(batch.terms[:-1], model.weights, model.join)

    def topic_explanation(column: int) -> TopicExplanation:
        topic = model.topics[column]
        coef = dict(zip(VIEWS, model.join.coef[column].tolist(), strict=True))
        view = dict(zip(VIEWS, seen[column].tolist(), strict=True))
        passages = scores.passages[:, column]
        crowd = _softmax(2 * passages)
        # How much a passage's score adds to the log-odds, through all views together.
        slopes = coef["mean"] / len(passages) + 2 * coef["crowd"] * crowd
        slopes[passages.argmax()] += coef["best"]
        values = coef["article"] * article_values
        np.add.at(
            values,
            *found.lookup(in_passages.features, in_passages.values * slopes[in_passages.rows]),
        )
        gains = values * model.weights.coef[found.numbers, column]
        bias = float(model.weights.intercept[column])
        start = float(model.join.intercept[column]) + bias * (coef["article"] + slopes.sum())
        summands = [
            Contribution("intercept", "start", float(start)),
            Contribution(
                "unevenness",
                "passages",
                coef["crowd"] * (view["crowd"] - 2 * float(crowd @ passages)),
            ),
            Contribution("share", "passages", coef["share"] * view["share"]),
            Contribution("count", "passages", coef["count"] * view["count"]),
            *(
                Contribution(name, "term", gain, spans)
                for name, gain, spans in zip(found.names, gains.tolist(), found.spans, strict=True)
            ),
        ]
        summands.sort(key=lambda summand: -abs(summand.value))
        threshold = float(model.thresholds[column])
        carried = topic in prediction.topics
        return TopicExplanation(
            topic=topic,
            carried=carried,
            probability=prediction.probabilities[topic],
            threshold=threshold,
            log_odds=log_odds[column],
            contributions=tuple(summands),
            views={
                "intercept": float(model.join.intercept[column]),
                **{name: coef[name] * view[name] for name in VIEWS},
            },
            tip=_tip(tipping, found, gains, column, threshold) if carried else None,
        )

    explained = [topic_explanation(column) for column in range(len(model.topics))]
    return Explanation(
        text=text,
        prediction=prediction,
        topics={each.topic: each for each in explained},
        passages=tuple(
            Passage(
                start=found.places[start][0],
                end=found.places[end - 1][1],
                scores=dict(zip(model.topics, row, strict=True)),
            )
            for start, end, row in zip(
                scores.cut.starts.tolist(),
                scores.cut.ends.tolist(),
                scores.passages.tolist(),
                strict=True,
            )
        ),
    )


@dataclass(frozen=True, eq=False)
class _Features:
    """The known features of one article, each once.

    Attributes:
        numbers: Their numbers, ascending, shape (n_found,).
        names: Each as the article mostly has it.
        spans: Where each stands.
        places: Where each word of the article stands.
        partners: The terms of each: one, or the two of a pair; shape (n_found, 2), the second -1
            for a single one.
    """

    numbers: NDArray[np.int64]
    names: list[str]
    spans: list[tuple[tuple[int, int], ...]]
    places: list[tuple[int, int]]
    partners: NDArray[np.int64]

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
        partners = np.full((len(numbers), 2), -1)
        for row, number in enumerate(numbers):
            first, end = occurrences[number][0]
            partners[row, : end - first] = batch.terms[first:end]
        return cls(
            numbers=np.array(numbers, np.int64),
            names=[
                Counter(" ".join(surfaces[a:b]) for a, b in occurrences[number]).most_common(1)[0][
                    0
                ]
                for number in numbers
            ],
            spans=[
                tuple((places[a][0], places[b - 1][1]) for a, b in occurrences[number])
                for number in numbers
            ],
            places=places,
            partners=partners,
        )

    def lookup(
        self, features: NDArray[np.int64], values: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The rows of features here and their values, without those of the unknown."""
        rows = np.searchsorted(self.numbers, features).clip(max=len(self.numbers) - 1)
        ours = self.numbers[rows] == features
        return rows[ours], values[ours]


def _tip(
    tipping: Tipping, found: _Features, gains: NDArray[np.float64], column: int, threshold: float
) -> Tip | None:
    gain_of: Counter[int] = Counter()
    for pair, gain in zip(found.partners.tolist(), gains.tolist(), strict=True):
        for term in {*pair} - {-1}:
            gain_of[term] += gain
    ranked = [term for term, gain in gain_of.most_common() if gain > 0]
    tipped = tipping.search(ranked, column=column, threshold=threshold)
    if tipped is None:
        return None
    names = dict(zip(found.numbers.tolist(), found.names, strict=True))
    return Tip(words=tuple(names[term] for term in tipped.terms), probability=tipped.probability)


def _prevalence(model: "TopicModel", prediction: "Prediction", topic: str) -> TopicExplanation:
    """An article without a known word gets the topic's base rate."""
    column = model.topics.index(topic)
    probability = prediction.probabilities[topic]
    with np.errstate(divide="ignore"):
        log_odds = float(np.log(probability) - np.log1p(-probability))
    return TopicExplanation(
        topic=topic,
        carried=topic in prediction.topics,
        probability=probability,
        threshold=float(model.thresholds[column]),
        log_odds=log_odds,
        contributions=(Contribution("prevalence", "start", log_odds),),
        views={},
        tip=None,
    )


def _softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(values - values.max())
    shares: NDArray[np.float64] = powers / powers.sum()
    return shares
