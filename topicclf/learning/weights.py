"""The weights: learnt topic by topic, from articles and, if wanted, from their passages too."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse

from topicclf.join import Join, views
from topicclf.learning.calibration import learn_join
from topicclf.learning.linear import LinearSettings, fit_linear
from topicclf.learning.matrices import numbered_articles, numbered_passages
from topicclf.learning.vocabulary import Corpus, prune
from topicclf.passages import Passages
from topicclf.scores import Scores, Weights
from topicclf.vocabulary import Vocabulary

__all__ = ["LearningSettings", "Learnt", "Supervision", "learn_weights"]

_LOG = logging.getLogger("topicclf")

# A passage of an article with a topic is taken to carry it from this score on.
_CLEAR_SCORE = 0.5
# All passages of a long article together weigh at most this many times as much as the article.
_PASSAGES_WEIGHT = 3.0
# Passages of more articles than these say little more, and take most of the time and memory.
_ARTICLES_WITH_PASSAGES = 20_000
# Topics between two signs of progress; what they learn has to be in memory at once.
_BLOCK = 32


@dataclass(frozen=True, eq=False)
class Supervision:
    """What is known of the articles, one entry for each.

    Attributes:
        labels: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics).
        weight: How much each counts, shape (n_articles,).
        trusted: Whether its labels hold for its passages, likewise.
        folds: Likewise.
    """

    labels: NDArray[np.int8]
    weight: NDArray[np.float64]
    trusted: NDArray[np.bool_]
    folds: NDArray[np.int64]


@dataclass(frozen=True)
class LearningSettings:
    """How weights are learnt.

    Attributes:
        linear: How each classifier learns.
        max_pairs: How many word pairs to keep.
        learn_passages: Whether to learn from passages too.
        n_jobs: How many processes; None leaves it to joblib.
    """

    linear: LinearSettings
    max_pairs: int
    learn_passages: bool
    n_jobs: int | None = None


@dataclass(frozen=True, eq=False)
class Learnt:
    """What is learnt of all topics.

    Attributes:
        weights: The linear classifier, with the vocabulary cut down to useful pairs.
        join: How its scores become a probability.
        probability: That of each trusted article by classifiers that have not seen it, shape
            (n_trusted, n_topics).
    """

    weights: Weights
    join: Join
    probability: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Material:
    """What the classifiers of all topics learn from.

    Attributes:
        articles: Features, shape (n_articles, n_features), float32.
        parts: Those of the trusted articles' passages, shape (n_passages, n_features).
        cut: Where the passages stand.
        known: What is known of the articles.
    """

    articles: sparse.csr_matrix
    parts: sparse.csr_matrix
    cut: Passages
    known: Supervision


@dataclass(frozen=True, eq=False)
class _Topic:
    """What is learnt of one topic; the shapes are those of `Learnt` without their last axis."""

    coef: NDArray[np.float16]
    intercept: float
    join: Join
    probability: NDArray[np.float64]


def learn_weights(
    corpus: Corpus, vocabulary: Vocabulary, known: Supervision, settings: LearningSettings
) -> Learnt:
    """Learn the weights and the join, and judge the trusted articles out of fold."""
    n_topics = known.labels.shape[1]
    with Parallel(n_jobs=settings.n_jobs) as parallel:
        if len(vocabulary.pairs) > settings.max_pairs:
            articles = numbered_articles(corpus, vocabulary)
            usefulness = np.zeros(vocabulary.n_features, np.float32)
            jobs = (
                delayed(_usefulness)(articles, known, topic, settings.linear)
                for topic in range(n_topics)
            )
            for found in _in_blocks(parallel, jobs, n_topics, "weighing word pairs"):
                np.maximum(usefulness, found, out=usefulness)
            usefulness *= vocabulary.idf
            vocabulary = prune(vocabulary, usefulness, max_pairs=settings.max_pairs)
            del articles
        parts, cut = numbered_passages(corpus, vocabulary, np.flatnonzero(known.trusted))
        material = _Material(numbered_articles(corpus, vocabulary), parts, cut, known)
        jobs = (delayed(_learn_topic)(material, topic, settings) for topic in range(n_topics))
        coef = np.empty((n_topics, vocabulary.n_features), np.float16)
        topics: list[_Topic] = []
        probability = np.empty((int(known.trusted.sum()), n_topics))
        for number, topic in enumerate(_in_blocks(parallel, jobs, n_topics, "learning")):
            coef[number] = topic.coef
            probability[:, number] = topic.probability
            topics.append(topic)
    return Learnt(
        weights=Weights(
            # Rounded as the model file keeps them, so that the saved model is the learnt one.
            coef=np.ascontiguousarray(coef.T).astype(np.float32),
            intercept=np.array([topic.intercept for topic in topics]),
            vocabulary=vocabulary,
        ),
        join=Join(
            coef=np.concatenate([topic.join.coef for topic in topics]),
            intercept=np.concatenate([topic.join.intercept for topic in topics]),
            prevalence=np.concatenate([topic.join.prevalence for topic in topics]),
        ),
        probability=probability,
    )


def _in_blocks(parallel: Parallel, jobs: Iterator[Any], n_jobs: int, stage: str) -> Iterator[Any]:
    for start in range(0, n_jobs, _BLOCK):
        _LOG.info("%s: topic %d of %d", stage, start + 1, n_jobs)
        yield from parallel(islice(jobs, _BLOCK))


def _usefulness(
    articles: sparse.csr_matrix, known: Supervision, topic: int, settings: LinearSettings
) -> NDArray[np.float32]:
    """How much each feature weighs in the fold that values it least.

    A pair that a single story made useful is of no use to the fold that has not seen that story,
    and must not flatter its scores.
    """
    least = np.full(articles.shape[1], np.inf, np.float32)
    for coef, _ in _per_fold(articles, _only(known, topic), settings):
        np.minimum(least, np.abs(coef), out=least, casting="same_kind")
    return least


def _only(known: Supervision, topic: int) -> Supervision:
    return Supervision(known.labels[:, topic], known.weight, known.trusted, known.folds)


def _per_fold(
    features: sparse.csr_matrix, known: Supervision, settings: LinearSettings
) -> Iterator[tuple[NDArray[np.float64], float]]:
    """The classifiers of one topic, each from all folds but one."""
    for fold in range(int(known.folds.max()) + 1):
        rows = np.flatnonzero((known.labels >= 0) & (known.folds != fold))
        yield fit_linear(features[rows], known.labels[rows] == 1, known.weight[rows], settings)


def _learn_topic(material: _Material, topic: int, settings: LearningSettings) -> _Topic:
    known = _only(material.known, topic)
    fitted = list(_per_fold(material.articles, known, settings.linear))
    if settings.learn_passages:
        seen = _out_of_fold(material, fitted)
        rows, more = _with_passages(material, known, seen)
        both = sparse.vstack([material.articles, material.parts[rows]], format="csr")
        fitted = list(_per_fold(both, more, settings.linear))
        del both
    scores = _out_of_fold(material, fitted)
    # The mean of linear classifiers is one.
    coef = np.zeros(material.articles.shape[1])
    for each, _ in fitted:
        coef += each
    join = learn_join(views(scores), known.labels[known.trusted][:, None])
    everything = np.ones(len(scores.articles), bool)
    return _Topic(
        coef=(coef / len(fitted)).astype(np.float16),
        intercept=float(np.mean([intercept for _, intercept in fitted])),
        join=join,
        probability=join.probabilities(scores, everything)[:, 0],
    )


def _out_of_fold(material: _Material, fitted: list[tuple[NDArray[np.float64], float]]) -> Scores:
    """The scores of the trusted articles and their passages for one topic."""
    trusted = np.flatnonzero(material.known.trusted)
    folds = material.known.folds[trusted]
    part_folds = np.repeat(folds, material.cut.counts)
    articles = np.empty((len(folds), 1))
    passages = np.empty((len(part_folds), 1))
    for fold, (coef, intercept) in enumerate(fitted):
        held = np.flatnonzero(folds == fold)
        articles[held, 0] = material.articles[trusted[held]] @ coef + intercept
        held = np.flatnonzero(part_folds == fold)
        passages[held, 0] = material.parts[held] @ coef + intercept
    return Scores(articles=articles, passages=passages, cut=material.cut)


def _evenly(n_articles: int) -> NDArray[np.bool_]:
    """Which articles give their passages: all, or as many as are enough, spread evenly."""
    share = min(_ARTICLES_WITH_PASSAGES / max(n_articles, 1), 1.0)
    steps = np.floor(np.arange(n_articles + 1) * share)
    chosen: NDArray[np.bool_] = np.diff(steps) > 0
    return chosen


def _with_passages(
    material: _Material, known: Supervision, scores: Scores
) -> tuple[NDArray[np.int64], Supervision]:
    """Take the passages of trusted articles as examples of their own, of up to 20,000 of them.

    Those of an article without a topic don't carry it. Of an article with it, the best passage
    and those that speak clearly do, and of the others nothing is known; as in mi-SVM, Andrews
    et al. (2002), "Support Vector Machines for Multiple-Instance Learning", NIPS.

    Returns:
        Which passages to take, and what is known of the articles and of these, end to end.
    """
    counts = material.cut.counts
    score = scores.passages[:, 0]
    article = np.repeat(np.flatnonzero(known.trusted), counts)
    best = np.repeat(np.maximum.reduceat(score, material.cut.first), counts)
    labels = known.labels[article]
    labels[(labels == 1) & (score < _CLEAR_SCORE) & (score != best)] = -1
    many = np.repeat(counts, counts)
    used = np.flatnonzero((many > 1) & (labels >= 0) & np.repeat(_evenly(len(counts)), counts))
    weight = known.weight[article] * np.minimum(_PASSAGES_WEIGHT / many, 1)
    return used, Supervision(
        labels=np.concatenate([known.labels, labels[used]]),
        weight=np.concatenate([known.weight, weight[used]]),
        trusted=np.concatenate([known.trusted, np.zeros(len(used), bool)]),
        folds=np.concatenate([known.folds, known.folds[article[used]]]),
    )
