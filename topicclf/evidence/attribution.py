"""Log-odds to summands: what each word adds to a prediction, exactly.

The log-odds are linear in the views of `topicclf.scoring.join`. The scores of the article, of its
best passage and the passages' mean are linear in the features in turn, and so is the crowd but for
one part: with `s` the scores of `n` passages, `q = softmax(2 s)` and its entropy `H(q)`,

    ln(mean(exp(2 s))) = 2 sum(q s) - (ln n - H(q)),

the second part being zero where all passages speak alike. So the log-odds are a constant, plus one
summand per feature, plus that unevenness, the share and the count.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from topicclf.evidence.counterfactual import CounterfactualSearch
from topicclf.evidence.explanation import Contribution, Explanation, Passage, Tip, TopicExplanation
from topicclf.features.batch import Batch, known_words, read
from topicclf.features.passages import Passages
from topicclf.scoring.join import VIEWS, views
from topicclf.scoring.judge import Judge
from topicclf.scoring.scores import Scores
from topicclf.text.article import Article
from topicclf.text.places import word_places
from topicclf.text.words import words

if TYPE_CHECKING:
    from topicclf.evidence.prediction import Prediction
    from topicclf.features.vocabulary import Vocabulary

__all__ = ["attribute"]


def attribute(article: Article, prediction: "Prediction", *, judge: Judge) -> Explanation:
    """Explain a prediction.

    Args:
        article: The article.
        prediction: The model's answer for it.
        judge: What gave that answer.
    """
    text = article.joined
    vocabulary = judge.weights.vocabulary
    batch = read([text], vocabulary)
    if not known_words(batch, vocabulary)[0]:
        topics = {
            topic: _prevalence(topic, prediction, float(threshold))
            for topic, threshold in zip(judge.topics, judge.thresholds, strict=True)
        }
        return Explanation(text=text, prediction=prediction, topics=topics, passages=())
    attribution = _Attribution.of(text, batch, judge)
    return Explanation(
        text=text,
        prediction=prediction,
        topics=_Topics(attribution, prediction),
        passages=tuple(attribution.passages()),
    )


@dataclass(frozen=True, eq=False)
class _Features:
    """The known features of one article, each once.

    Attributes:
        numbers: Their numbers, ascending, shape (n_known,).
        names: Each in the form that the article has most often.
        spans: The places of each.
        starts: Where each word of the article starts, shape (n_words,).
        ends: One past its end, likewise.
        places: The word at which each occurrence starts, ordered by feature.
        first: The first of each feature's occurrences, shape (n_known,).
        terms: The terms of each: one, or the two of a pair; shape (n_known, 2), the second -1 for
            a single one.
    """

    numbers: NDArray[np.int64]
    names: list[str]
    spans: list[tuple[tuple[int, int], ...]]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    places: NDArray[np.int64]
    first: NDArray[np.int64]
    terms: NDArray[np.int64]

    @classmethod
    def of(cls, text: str, batch: Batch, vocabulary: "Vocabulary") -> "_Features":
        starts, ends = word_places(text)
        n_words = len(starts)
        # The last word starts no pair, so that a pair always has a second word.
        found = np.concatenate([batch.terms[:n_words], batch.pairs[:n_words]])
        places = np.flatnonzero(found != vocabulary.unknown)
        places = places[np.argsort(found[places], kind="stable")]
        numbers = found[places]
        is_pair = places >= n_words
        places[is_pair] -= n_words
        first = np.flatnonzero(np.diff(numbers, prepend=-1))
        spans = list(zip(starts[places].tolist(), ends[places + is_pair].tolist(), strict=True))
        terms = batch.terms[places[first][:, None] + [0, 1]]
        terms[~is_pair[first], 1] = -1
        bounds = [*first.tolist(), len(places)]
        forms = _forms(words(text), places, is_pair)
        return cls(
            numbers=numbers[first],
            names=[
                forms[a] if b == a + 1 else _most_common(forms[a:b]) for a, b in pairwise(bounds)
            ],
            spans=[tuple(spans[a:b]) for a, b in pairwise(bounds)],
            starts=starts,
            ends=ends,
            places=places,
            first=first,
            terms=terms,
        )

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each occurs, shape (n_known,)."""
        return np.diff(self.first, append=len(self.places))


def _forms(read: list[bytes], places: NDArray[np.int64], is_pair: NDArray[np.bool_]) -> list[str]:
    """The words that are at some places, two where a pair is."""
    decoded = [word.decode() for word in read]
    return [
        f"{decoded[place]} {decoded[place + 1]}" if pair else decoded[place]
        for place, pair in zip(places.tolist(), is_pair.tolist(), strict=True)
    ]


def _most_common(forms: list[str]) -> str:
    # Mostly it is the first, of which nothing can be more common than half of them.
    if forms.count(forms[0]) * 2 >= len(forms):
        return forms[0]
    return Counter(forms).most_common(1)[0][0]


@dataclass(frozen=True, eq=False)
class _Attribution:
    """What the summands of each topic of one article are made of.

    Attributes:
        judge: What gave the answer.
        scores: The scores of the article and its passages.
        views: What the join looks at, shape (n_topics, n_views).
        log_odds: Shape (n_topics,).
        features: The article's known features.
        gains: What each of them adds to each topic, shape (n_known, n_topics).
        others: What else does, for each topic.
        counterfactuals: Judges the article without some of its words.
    """

    judge: Judge
    scores: Scores
    views: NDArray[np.float64]
    log_odds: NDArray[np.float64]
    features: _Features
    gains: NDArray[np.float64]
    others: dict[str, NDArray[np.float64]]
    counterfactuals: CounterfactualSearch

    @classmethod
    def of(cls, text: str, batch: Batch, judge: Judge) -> "_Attribution":
        weights, join = judge.weights, judge.join
        features = _Features.of(text, batch, weights.vocabulary)
        scores = weights.score(batch)
        [seen] = views(scores)
        gains, others = _summands(batch, features, scores, seen, judge)
        return cls(
            judge=judge,
            scores=scores,
            views=seen,
            log_odds=(join.coef * seen).sum(1) + join.intercept,
            features=features,
            gains=gains,
            others=others,
            counterfactuals=CounterfactualSearch(batch.terms[:-1], judge),
        )

    def topic(self, column: int, prediction: "Prediction") -> TopicExplanation:
        topic = self.judge.topics[column]
        carried = topic in prediction.topics
        weighed = self.judge.join.coef[column] * self.views[column]
        return TopicExplanation(
            topic=topic,
            carried=carried,
            probability=prediction.probabilities[topic],
            threshold=float(self.judge.thresholds[column]),
            log_odds=float(self.log_odds[column]),
            contributions=self._contributions(column),
            views={
                "intercept": float(self.judge.join.intercept[column]),
                **dict(zip(VIEWS, weighed.tolist(), strict=True)),
            },
            tip=self._tip(column) if carried else None,
        )

    def _contributions(self, column: int) -> tuple[Contribution, ...]:
        """All summands, greatest first."""
        names, spans = self.features.names, self.features.spans
        gains = self.gains[:, column]
        parts = [
            Contribution(name, "start" if name == "intercept" else "passages", float(each[column]))
            for name, each in self.others.items()
        ]
        parts += [
            Contribution(name, "term", gain, places)
            for name, gain, places in zip(names, gains.tolist(), spans, strict=True)
        ]
        sizes = np.abs([part.value for part in parts[: len(self.others)]] + gains.tolist())
        return tuple([parts[i] for i in np.argsort(-sizes, kind="stable").tolist()])

    def _tip(self, column: int) -> Tip | None:
        gains = self.gains[:, column]
        # A pair counts for both of its terms, or once where these are the same.
        first, second = self.features.terms.T
        other = (second >= 0) & (second != first)
        terms, which = np.unique(np.concatenate([first, second[other]]), return_inverse=True)
        sums = np.bincount(which, np.concatenate([gains, gains[other]]))
        order = np.argsort(-sums, kind="stable")
        ranked = terms[order[sums[order] > 0]].tolist()
        fewest = self.counterfactuals.search(ranked, column=column)
        if fewest is None:
            return None
        rows = np.searchsorted(self.features.numbers, fewest.terms).tolist()
        return Tip(tuple(self.features.names[row] for row in rows), fewest.probability)

    def passages(self) -> Iterator[Passage]:
        cut = self.scores.cut
        starts, ends = self.features.starts[cut.starts], self.features.ends[cut.ends - 1]
        for start, end, scores in zip(
            starts.tolist(), ends.tolist(), self.scores.passages.tolist(), strict=True
        ):
            by_topic = dict(zip(self.judge.topics, scores, strict=True))
            yield Passage(start=start, end=end, scores=by_topic)


class _Topics(Mapping[str, TopicExplanation]):
    """The explanation of each topic, made when it is first asked for: there may be hundreds."""

    def __init__(self, attribution: _Attribution, prediction: "Prediction") -> None:
        self._attribution, self._prediction = attribution, prediction
        self._made: dict[str, TopicExplanation] = {}

    def __getitem__(self, topic: str) -> TopicExplanation:
        if topic not in self._made:
            topics = self._attribution.judge.topics
            if topic not in topics:
                raise KeyError(topic)
            column = topics.index(topic)
            self._made[topic] = self._attribution.topic(column, self._prediction)
        return self._made[topic]

    def __iter__(self) -> Iterator[str]:
        return iter(self._attribution.judge.topics)

    def __len__(self) -> int:
        return len(self._attribution.judge.topics)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[type, tuple[dict[str, TopicExplanation]]]:
        # Pickles have the explanations instead of the model.
        return dict, (dict(self),)


def _summands(
    batch: Batch, features: _Features, scores: Scores, seen: NDArray[np.float64], judge: Judge
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """What each feature adds to each topic, and what else does."""
    weights, join = judge.weights, judge.join
    coef = dict(zip(VIEWS, join.coef.T, strict=True))
    view = dict(zip(VIEWS, seen.T, strict=True))
    passages = scores.passages
    crowd = _softmax(2 * passages)
    # How much a passage's score adds to the log-odds, through all views together.
    slopes = coef["mean"] / len(passages) + 2 * coef["crowd"] * crowd
    slopes[passages.argmax(0), np.arange(passages.shape[1])] += coef["best"]
    idf = weights.vocabulary.idf[features.numbers].astype(np.float64)
    values = _in_article(features, idf)[:, None] * coef["article"]
    values += _in_passages(features, idf[:, None], batch, scores.cut, slopes, weights.vocabulary)
    unevenness = view["crowd"] - 2 * (crowd * passages).sum(0)
    return values * weights.coef[features.numbers], {
        "intercept": join.intercept + weights.intercept * (coef["article"] + slopes.sum(0)),
        "unevenness": coef["crowd"] * unevenness,
        "share": coef["share"] * view["share"],
        "count": coef["count"] * view["count"],
    }


def _in_article(features: _Features, idf: NDArray[np.float64]) -> NDArray[np.float64]:
    """The value of each feature in the article's vector, as `article_features` has it."""
    values: NDArray[np.float64] = (1 + np.log(features.counts)) * idf
    return values / (np.sqrt(values @ values) or 1.0)


def _in_passages(
    features: _Features,
    idf: NDArray[np.float64],
    batch: Batch,
    cut: Passages,
    slopes: NDArray[np.float64],
    vocabulary: "Vocabulary",
) -> NDArray[np.float64]:
    """What the passages' vectors have of each feature, times the slopes, summed for each topic.

    `passage_features` spells the vectors out. Here, what an occurrence counts is the sum over the
    passages around it, which changes only where one starts or ends.
    """
    starts, ends = cut.starts, cut.ends
    # A passage has the pairs that start before its last word.
    last = ends - 1
    squares = 0.0
    for found, stops in ((batch.terms, ends), (batch.pairs, last)):
        sums = np.cumsum(np.append(0, vocabulary.idf[found].astype(np.float64) ** 2))
        squares += sums[stops] - sums[starts]
    shares = slopes / np.sqrt(np.where(squares > 0, squares, 1))[:, None]
    around = []
    for stops in (ends, last):
        changes = np.zeros((len(batch.terms), shares.shape[1]))
        changes[starts] += shares
        changes[stops] -= shares
        around.append(np.cumsum(changes, axis=0))
    is_pair = np.repeat(features.terms[:, 1] >= 0, features.counts)[:, None]
    each = np.where(is_pair, around[1][features.places], around[0][features.places])
    values: NDArray[np.float64] = np.add.reduceat(each, features.first) * idf
    return values


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
    powers = np.exp(values - values.max(0))
    shares: NDArray[np.float64] = powers / powers.sum(0)
    return shares
