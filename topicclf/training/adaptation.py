"""Adapting a model to the mix of a sample: from articles to a corrected model."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import DataError
from topicclf.evaluation.answers import log_odds
from topicclf.features.batch import read
from topicclf.learning.calibration import relearn_join
from topicclf.learning.folds import assign_folds
from topicclf.learning.groups import number_groups
from topicclf.learning.out_of_fold import measure
from topicclf.learning.precision_recall_bounds import Curve, OutOfFoldPredictions, curves
from topicclf.learning.prior_shift import (
    Mix,
    counted_mix,
    estimate_mix,
    shifted,
    shifted_curve,
)
from topicclf.learning.thresholds import Objective
from topicclf.scoring.join import views
from topicclf.text.article import Article, Item, articles_of
from topicclf.text.words import words

if TYPE_CHECKING:
    from topicclf.model import TopicModel

__all__ = ["Adaptation", "TopicMix", "adapt"]

# With fewer articles an estimate says nothing; with fewer than the second number it says little.
_FEWEST = 50
_FEW = 200
# In articles of the outlets that were measured, 95 % of the words are known.
_KNOWN_SHARE = 0.8
_MUCH_LEFT_OUT = 0.1
_MOST_LEFT_OUT = 0.5
# A topic with fewer labelled articles keeps its threshold, and the curve that it was promised by.
_ENOUGH_POSITIVES = 30
_FOLDS = 5
_CUT = 0.99
_AT_ONCE = 500


@dataclass(frozen=True)
class TopicMix:
    """How common a topic is.

    Attributes:
        before: The share of articles with it in the mix that the model was calibrated for.
        share: In the sample, as estimated.
        low: The lower end of the estimate's 90 % interval.
        high: Its upper end.
    """

    before: float
    share: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Adaptation:
    """A model for the mix of a sample, and what was found there.

    Attributes:
        model: The adapted model.
        mix: How common each topic is in the sample.
        n_articles: How many articles were used.
        n_left_out: How many were not: those in other languages, and those without a word.
        warnings: Why the estimate may be off, if anything speaks for that.
    """

    model: "TopicModel"
    mix: Mapping[str, TopicMix]
    n_articles: int
    n_left_out: int
    warnings: tuple[str, ...]


def adapt(
    model: "TopicModel",
    items: Iterable[Item],
    *,
    labels: NDArray[np.int8] | None = None,
    precision: float | None = None,
    sources: Sequence[str] = (),
) -> Adaptation:
    """Correct probabilities, thresholds and promises for the mix of topics in a sample.

    Without labels the mix is estimated from the scores (`topicclf.learning.prior_shift`), and the
    join's intercepts move; weights and vocabulary stay. With labels the join is then learnt anew,
    held to the moved one. An article carries a topic from the same probability on as before, unless
    a precision is promised.

    Args:
        model: The model.
        items: The sample, drawn at random from what the model will read.
        labels: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics). None for no labels.
        precision: Choose thresholds that promise each topic this precision; None for what the model
            promised in training, if it did.
        sources: What the sample is called, for the model card.

    Raises:
        DataError: The sample is too small, most of it is in other languages, or the model can't
            promise that precision there.
        TypeError: An item is not an article.
    """
    articles = list(articles_of(items))
    usable, known_share = _usable(model, articles)
    _refuse(usable)
    rows = np.flatnonzero(usable)
    before = _mix_of(model)
    chosen = [articles[row] for row in rows.tolist()]
    mix = estimate_mix(model.predict_proba(chosen), before)
    intercept = model.join.intercept + log_odds(mix.share) - log_odds(before)
    join = replace(model.join, intercept=intercept)
    broken: list[str] = []
    goal = precision or _promised(model, "precision")
    corrected = _with_curves(replace(model, join=join), model, mix)
    if goal is not None:
        corrected, broken = _promising(corrected, goal)
    bounds_hold_at = mix.low
    if labels is not None:
        mix = counted_mix(labels[rows])
        corrected, renewed = _relearnt(corrected, chosen, labels[rows], goal)
        bounds_hold_at = np.where(renewed, mix.share, bounds_hold_at)
    found = {
        topic: TopicMix(*(float(each[column]) for each in (before, mix.share, mix.low, mix.high)))
        for column, topic in enumerate(model.topics)
    }
    about = {
        "articles": len(rows),
        "left_out": int((~usable).sum()),
        "labelled": labels is not None,
        "sources": list(sources),
        "topics": {
            topic: {**vars(each), "bounds_hold_at": float(at)}
            for (topic, each), at in zip(found.items(), bounds_hold_at, strict=True)
        },
    }
    return Adaptation(
        model=_finished(corrected, mix, about),
        mix=found,
        n_articles=len(rows),
        n_left_out=int((~usable).sum()),
        warnings=(*_doubts(usable, known_share), *broken),
    )


def _usable(
    model: "TopicModel", articles: Sequence[Article]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which articles the model can read, and the share of each one's words that it knows."""
    predictions = list(model.predict_many(articles))
    usable = np.array([p.n_words > 0 and p.language is None for p in predictions], bool)
    return usable, np.array([p.known_share for p in predictions])


def _refuse(usable: NDArray[np.bool_]) -> None:
    if len(usable) and usable.mean() < _MOST_LEFT_OUT:
        msg = (
            f"{(~usable).sum():,} of {len(usable):,} articles are empty or in other languages: "
            "this model can't be adapted to them"
        )
        raise DataError(msg)
    if usable.sum() < _FEWEST:
        msg = (
            f"{usable.sum():,} articles are too few to estimate how common topics are: give "
            f"{_FEWEST} at least, better {_FEW} or more"
        )
        raise DataError(msg)


def _doubts(usable: NDArray[np.bool_], known_share: NDArray[np.float64]) -> Iterable[str]:
    if usable.sum() < _FEW:
        yield f"{usable.sum():,} articles say little of rare topics: {_FEW} or more say more"
    if (left_out := 1 - usable.mean()) > _MUCH_LEFT_OUT:
        yield f"{left_out:.0%} of the articles are empty or in other languages, and were left out"
    if (known := known_share[usable].mean()) < _KNOWN_SHARE:
        yield (
            f"the model knows {known:.0%} of the words; in news like what it learnt from it knows "
            "95 %. The estimates may be far off: label some articles and use them instead"
        )


def _mix_of(model: "TopicModel") -> NDArray[np.float64]:
    """How common topics are in the mix that a model is calibrated for, shape (n_topics,)."""
    if "adapted" in model.provenance:
        topics = model.provenance["adapted"]["topics"]
        return np.array([topics[topic]["share"] for topic in model.topics])
    prevalence = model.join.prevalence
    # That of a very common topic is cut to its threshold.
    cut = prevalence >= _CUT * model.thresholds * (1 - 1e-9)
    shares = np.where(cut, _counted(model, prevalence), prevalence)
    return np.clip(shares, 1e-6, 1 - 1e-6)


def _measured_mix(model: "TopicModel") -> NDArray[np.float64]:
    """How common topics are among the articles of the model's curves, shape (n_topics,)."""
    if "adapted" in model.provenance:
        topics = model.provenance["adapted"]["topics"]
        return np.array([topics[topic]["bounds_hold_at"] for topic in model.topics])
    return _counted(model, _mix_of(model))


def _counted(model: "TopicModel", otherwise: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of each topic among the articles that were measured, where the model states it."""
    numbers = model.provenance.get("out_of_fold", {})
    shares = otherwise.copy()
    for column, topic in enumerate(model.topics):
        if topic in numbers:
            yes, no = numbers[topic]["positives"], numbers[topic]["negatives"]
            shares[column] = (yes + 0.5) / (yes + no + 1)
    return shares


def _with_curves(corrected: "TopicModel", model: "TopicModel", mix: Mix) -> "TopicModel":
    """The corrected model with the earlier one's curves and promised recall, in another mix."""
    old = _mix_of(model)
    stated = model.provenance.get("curves", {})
    measured = _measured_mix(model)
    moved = {}
    for column, topic in enumerate(model.topics):
        if topic in stated:
            new = Mix(mix.share[column], mix.low[column], mix.high[column])
            moved[topic] = shifted_curve(_curve(stated[topic]), old[column], measured[column], new)
    provenance = {**model.provenance, "curves": {t: c.to_dict() for t, c in moved.items()}}
    thresholds = model.thresholds
    if _promised(model, "recall") is not None:
        # The same articles pass as before.
        thresholds = shifted(thresholds, old, mix.share)
    return replace(corrected, thresholds=thresholds, provenance=provenance)


def _promising(model: "TopicModel", goal: float) -> tuple["TopicModel", list[str]]:
    """The model with thresholds that promise a precision, and what it can't promise."""
    thresholds = model.thresholds.copy()
    broken = []
    for column, topic in enumerate(model.topics):
        if topic not in model.provenance["curves"]:
            msg = "this model does not know its precision at other thresholds: train it again"
            raise DataError(msg)
        curve = _curve(model.provenance["curves"][topic])
        thresholds[column], bound = curve.keeping_precision(goal)
        if bound < goal:
            broken.append(
                f"a precision of {goal:g} can't be promised for topic {topic!r} in this mix: at "
                f"best {bound:.2f} holds, and its threshold is set for that"
            )
    return replace(model, thresholds=thresholds), broken


def _promised(model: "TopicModel", name: str) -> float | None:
    goal: float | None = model.provenance.get("training", {}).get("settings", {}).get(name)
    return goal


def _curve(stated: Mapping[str, Sequence[float]]) -> Curve:
    threshold, precision, recall = (
        np.array(stated[name], float) for name in ("threshold", "precision", "recall")
    )
    return Curve(threshold, precision, recall, recall_bound=recall)


def _relearnt(
    model: "TopicModel",
    articles: Sequence[Article],
    labels: NDArray[np.int8],
    precision: float | None,
) -> tuple["TopicModel", NDArray[np.bool_]]:
    """The model with its join learnt anew, and for which topics thresholds and curves are, too."""
    vocabulary = model.weights.vocabulary
    seen = np.concatenate(
        [
            views(model.weights.score(read((a.joined for a in some), vocabulary)))
            for some in (articles[at : at + _AT_ONCE] for at in range(0, len(articles), _AT_ONCE))
        ]
    )
    groups = number_groups(b" ".join(words(article.joined)) for article in articles)
    n_folds = min(_FOLDS, int(groups.max()) + 1)
    folds = assign_folds(labels, groups, n_folds=n_folds, seed=0)
    everyone = np.ones(len(articles))
    join, probability = relearn_join(model.join, seen, labels, folds, everyone, everyone > 0)
    model = replace(model, join=join)
    renewed = np.zeros(len(model.topics), bool)
    enough = np.flatnonzero((labels == 1).sum(0) >= _ENOUGH_POSITIVES)
    if not len(enough):
        return model, renewed
    recall = None if precision else _promised(model, "recall")
    objective = Objective(precision, recall, _promised(model, "caution") or 0.0)
    judged = OutOfFoldPredictions(probability[:, enough], labels[:, enough], folds)
    names = [model.topics[column] for column in enough.tolist()]
    with warnings.catch_warnings():
        # Where the sample alone can't support a promise, the earlier curve may.
        warnings.simplefilter("ignore", UserWarning)
        chosen, numbers = measure(judged, names, objective)
    provenance, thresholds = dict(model.provenance), model.thresholds.copy()
    for topic, column, threshold, curve in zip(names, enough, chosen, curves(judged), strict=True):
        if numbers[topic].get("bound", 1.0) >= (precision or recall or 0.0):
            thresholds[column] = threshold
            renewed[column] = True
            provenance["curves"] = {**provenance["curves"], topic: curve.to_dict()}
            provenance["out_of_fold"] = {
                **provenance.get("out_of_fold", {}), topic: numbers[topic]
            }  # fmt: skip
    return replace(model, thresholds=thresholds, provenance=provenance), renewed


def _finished(model: "TopicModel", mix: Mix, about: Mapping[str, Any]) -> "TopicModel":
    # An article without a known word must come out with no topic, however common one is.
    common = mix.share >= model.thresholds
    prevalence = np.where(common, _CUT * model.thresholds, mix.share)
    return replace(
        model,
        join=replace(model.join, prevalence=prevalence),
        provenance={**model.provenance, "adapted": dict(about)},
    )
