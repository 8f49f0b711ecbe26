"""The weights: learnt topic by topic, from articles and, if wanted, from their passages too."""

import logging
import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations, islice
from multiprocessing.util import Finalize
from typing import Any

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from topicclf.features.passages import Passages
from topicclf.features.vocabulary import Vocabulary
from topicclf.learning.calibration import learn_join, relearn_join
from topicclf.learning.corpus import Corpus
from topicclf.learning.linear import Linear, LinearSettings, fit_several
from topicclf.learning.matrices import numbered_articles, numbered_material
from topicclf.learning.matrix_file import Matrix, products, upper_rows
from topicclf.learning.start import Start
from topicclf.learning.term_vectors import MOST_ARTICLES, learn_term_vectors
from topicclf.learning.vocabulary import prune
from topicclf.scoring.join import Join, views
from topicclf.scoring.scores import Scores, Weights

__all__ = ["LearningResult", "LearningSettings", "Supervision", "learn_weights"]

_LOG = logging.getLogger("topicclf")

_UNKNOWN = np.int8(-1)

# A passage of an article with a topic is taken to carry it from this score on.
_CLEAR_SCORE = 0.5
# An unlabelled article is taken to carry a topic, or not, where its probability is this far up or
# down.
_SURE = 0.8
# Articles that are not measured on flatter a join that will judge others; but what they show, such
# as topics that hide, may be rare elsewhere.
_UNMEASURED_WEIGHT = 0.5
# All passages of a long article together weigh at most this many times as much as the article.
_PASSAGES_WEIGHT = 3.0
# Passages of more articles than these teach little more, and take most of the time and memory.
_ARTICLES_WITH_PASSAGES = 20_000
# The most topics that one job learns, and how many jobs each process gets, if there are topics.
_MOST_TOPICS = 8
_JOBS_EACH = 4
# Jobs of each of several processes between two signs of progress, in memory at once.
_JOBS_AT_ONCE = 8


@dataclass(frozen=True, eq=False)
class Supervision:
    """What is known about the articles, one entry for each.

    Attributes:
        labels: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics).
        weight: How much each counts, shape (n_articles,).
        trusted: Whether its labels hold for its passages, likewise.
        measured: Whether the join is learnt from it in full, if it is trusted; likewise.
        folds: Likewise.
        start: What a base knows of the features and topics; None without a base.
    """

    labels: NDArray[np.int8]
    weight: NDArray[np.float64]
    trusted: NDArray[np.bool_]
    measured: NDArray[np.bool_]
    folds: NDArray[np.int64]
    start: Start | None = None

    @property
    def unlabelled(self) -> NDArray[np.bool_]:
        """Which articles are trusted, but have no known label; shape (n_articles,)."""
        unlabelled: NDArray[np.bool_] = self.trusted & (self.labels == _UNKNOWN).all(1)
        return unlabelled

    @property
    def n_folds(self) -> int:
        """How many folds there are."""
        return int(self.folds.max(initial=-1)) + 1

    def of(self, topics: slice) -> "Supervision":
        """What is known about some topics."""
        start = None if self.start is None else self.start.of(topics)
        return replace(self, labels=self.labels[:, topics], start=start)

    def without(self, *folds: int) -> "Supervision":
        """What is known outside of some folds."""
        held = np.isin(self.folds, folds)[:, np.newaxis]
        return replace(self, labels=np.where(held, _UNKNOWN, self.labels))


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
class LearningResult:
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
        features: Those of the articles and, below, of the trusted ones' passages; shape
            (n_articles + n_passages, n_features), float32.
        cut: Where the passages are.
    """

    features: Matrix
    cut: Passages


@dataclass(frozen=True, eq=False)
class _Block:
    """What is learnt of some topics: as in `LearningResult`, for these topics alone."""

    coef: NDArray[np.float16]
    intercept: NDArray[np.float64]
    join: Join
    probability: NDArray[np.float64]


def learn_weights(
    corpus: Corpus, vocabulary: Vocabulary, known: Supervision, settings: LearningSettings
) -> LearningResult:
    """Learn the weights and the join, and judge the trusted articles out of fold."""
    n_topics = known.labels.shape[1]
    # The products are small, and threads that wait for their part burn a core each.
    with threadpool_limits(1), Parallel(n_jobs=settings.n_jobs) as parallel:
        n_jobs = effective_n_jobs(settings.n_jobs)
        if n_jobs > 1 and multiprocessing.parent_process() is not None:
            Finalize(None, _end_workers, exitpriority=1)
        blocks = _blocks(n_topics, n_jobs)
        at_once = _JOBS_AT_ONCE * n_jobs if n_jobs > 1 else 1
        in_turn = partial(_in_turn, parallel, blocks, at_once)
        # A base's pairs have been chosen.
        if len(vocabulary.pairs) > settings.max_pairs and known.start is None:
            articles = numbered_articles(corpus, vocabulary)
            usefulness = np.zeros(vocabulary.n_features, np.float32)
            jobs = (
                delayed(_usefulness)(articles, known.of(topics), settings.linear)
                for topics in blocks
            )
            for of_block in in_turn(jobs, "weighing word pairs"):
                np.maximum(usefulness, of_block, out=usefulness)
            usefulness *= vocabulary.idf
            vocabulary = prune(vocabulary, usefulness, max_pairs=settings.max_pairs)
            del articles
        trusted = np.flatnonzero(known.trusted)
        material = _Material(*numbered_material(corpus, vocabulary, trusted))
        if known.start is None:
            heaviest = np.sort(np.argsort(-known.weight, kind="stable")[:MOST_ARTICLES])
            vocabulary = replace(
                vocabulary,
                term_vectors=learn_term_vectors(
                    material.features[heaviest], vocabulary, seed=settings.linear.random_state
                ),
            )
        unlabelled = known.unlabelled
        jobs = (
            delayed(_learn)(material, known.of(topics), unlabelled, settings) for topics in blocks
        )
        coef = np.empty((n_topics, vocabulary.n_features), np.float16)
        intercept = np.empty(n_topics)
        probability = np.empty((len(trusted), n_topics))
        joins: list[Join] = []
        for topics, block in zip(blocks, in_turn(jobs, "learning"), strict=True):
            coef[topics] = block.coef
            intercept[topics] = block.intercept
            probability[:, topics] = block.probability
            joins.append(block.join)
    return LearningResult(
        weights=Weights(
            # Rounded as the model file keeps them, so that the saved model is the learnt one.
            coef=np.ascontiguousarray(coef.T).astype(np.float32),
            intercept=intercept,
            vocabulary=vocabulary,
        ),
        join=Join(
            coef=np.concatenate([join.coef for join in joins]),
            intercept=np.concatenate([join.intercept for join in joins]),
            prevalence=np.concatenate([join.prevalence for join in joins]),
        ),
        probability=probability,
    )


def _end_workers() -> None:
    """End joblib's workers with the process that they work for.

    They wait for more work for minutes, and multiprocessing waits for them at a process's end.
    """
    for process in multiprocessing.active_children():
        if type(process).__module__.startswith("joblib."):
            process.terminate()


def _blocks(n_topics: int, n_jobs: int) -> list[slice]:
    """Topics that are learnt by one job: several share what it costs to take a fold's articles."""
    size = min(max(n_topics // (_JOBS_EACH * n_jobs), 1), _MOST_TOPICS)
    return [slice(start, min(start + size, n_topics)) for start in range(0, n_topics, size)]


def _in_turn(
    parallel: Parallel, blocks: Sequence[slice], at_once: int, jobs: Iterator[Any], stage: str
) -> Iterator[Any]:
    for start in range(0, len(blocks), at_once):
        _LOG.info("%s: topic %d of %d", stage, blocks[start].start + 1, blocks[-1].stop)
        yield from parallel(islice(jobs, at_once))


def _usefulness(
    articles: Matrix, known: Supervision, settings: LinearSettings
) -> NDArray[np.float32]:
    """How much each feature weighs for its best topic, in the fold that values it least.

    A pair that a single story made useful is of no use to the fold that has not seen that story,
    and must not flatter its scores.
    """
    least = np.full((known.labels.shape[1], articles.shape[1]), np.inf, np.float32)
    by_fold = (known.without(fold) for fold in range(known.n_folds))
    for linear in _fits(articles, by_fold, settings, known.start):
        np.minimum(least, np.abs(linear.coef), out=least, casting="same_kind")
    best: NDArray[np.float32] = least.max(0)
    return best


def _fits(
    features: Matrix, several: Iterable[Supervision], settings: LinearSettings, start: Start | None
) -> Iterator[Linear]:
    """The classifiers of some topics, from each of several states of knowledge."""
    about = ((known.labels, known.weight) for known in several)
    return fit_several(features, about, settings, start)


def _learn(
    material: _Material,
    known: Supervision,
    unlabelled: NDArray[np.bool_],
    settings: LearningSettings,
) -> _Block:
    passage_scores = None
    if settings.learn_passages:
        articles = upper_rows(material.features, len(known.labels))
        passage_scores = _passage_scores(material, articles, known, settings.linear)
    by_fold = [known.without(fold) for fold in range(known.n_folds)]
    fitted = _fit_folds(material, by_fold, unlabelled, passage_scores, settings.linear)
    join, probability = _judge(material, known, fitted)
    if unlabelled.any():
        by_fold = [
            _taught(material, without, unlabelled & (known.folds != fold), linear, join)
            for fold, (without, linear) in enumerate(zip(by_fold, fitted, strict=True))
        ]
        fitted = _fit_folds(material, by_fold, unlabelled, passage_scores, settings.linear)
        join, probability = _judge(material, known, fitted)
    return _Block(
        # The mean of linear classifiers is one.
        coef=np.mean([each.coef for each in fitted], axis=0).astype(np.float16),
        intercept=np.mean([each.intercept for each in fitted], axis=0),
        join=join,
        probability=probability,
    )


def _fit_folds(
    material: _Material,
    by_fold: Sequence[Supervision],
    unlabelled: NDArray[np.bool_],
    passage_scores: NDArray[np.float32] | None,
    settings: LinearSettings,
) -> list[Linear]:
    """The classifiers of some topics, each from what is known without a fold."""
    if passage_scores is None:
        articles = upper_rows(material.features, len(by_fold[0].labels))
        return list(_fits(articles, by_fold, settings, by_fold[0].start))
    examples = (
        _with_passages(known, unlabelled, score, material.cut)
        for known, score in zip(by_fold, passage_scores, strict=True)
    )
    return list(fit_several(material.features, examples, settings, by_fold[0].start))


def _judge(
    material: _Material, known: Supervision, fitted: Sequence[Linear]
) -> tuple[Join, NDArray[np.float64]]:
    """The join, and the probabilities of the trusted articles, out of fold."""
    scores = _out_of_fold(material, known, fitted)
    trusted = known.trusted
    weight = np.where(known.measured, 1.0, _UNMEASURED_WEIGHT)[trusted]
    readable = np.diff(material.features.indptr[: len(trusted) + 1])[trusted] > 0
    about = (views(scores), known.labels[trusted], known.folds[trusted], weight, readable)
    if known.start is None:
        return learn_join(*about)
    return relearn_join(known.start.join, *about, rescaled=True)


def _taught(
    material: _Material,
    known: Supervision,
    unlabelled: NDArray[np.bool_],
    linear: Linear,
    join: Join,
) -> Supervision:
    """What is known once unlabelled articles have the labels that a classifier is sure of.

    Self-training after Scudder (1965), "Probability of Error of Some Adaptive Pattern-Recognition
    Machines", IEEE Transactions on Information Theory 11.
    """
    chosen = unlabelled[known.trusted]
    parts = np.flatnonzero(np.repeat(chosen, material.cut.counts))
    counts = material.cut.counts[chosen]
    scores = Scores(
        articles=_score(material.features, np.flatnonzero(unlabelled), linear),
        passages=_score(material.features, len(known.labels) + parts, linear),
        cut=Passages(
            starts=material.cut.starts[parts],
            ends=material.cut.ends[parts],
            first=np.cumsum(counts) - counts,
            counts=counts,
        ),
    )
    probability = join.probabilities(scores, np.ones(len(counts), bool))
    labels = known.labels.copy()
    labels[unlabelled] = np.select([probability >= _SURE, probability <= 1 - _SURE], [1, 0], -1)
    return replace(known, labels=labels)


def _passage_scores(
    material: _Material, articles: Matrix, known: Supervision, settings: LinearSettings
) -> NDArray[np.float32]:
    """The scores of passages, for each fold that is held out, by classifiers that saw neither.

    The classifier has seen neither the passage's article, which it would flatter, nor the fold that
    is held out, whose labels would leak into what is learnt for it.

    Returns:
        Shape (n_folds, n_passages, n_topics); zero for passages of the fold itself.
    """
    counts = material.cut.counts
    folds = np.repeat(known.folds[known.trusted], counts)
    passage_scores = np.zeros((known.n_folds, len(folds), known.labels.shape[1]), np.float32)
    pairs = list(combinations(range(known.n_folds), 2))
    # Of two folds there is nothing left without both: the second has to do.
    without = (known.without(*pair[: known.n_folds - 1]) for pair in pairs)
    fitted = _fits(articles, without, settings, known.start)
    for pair, linear in zip(pairs, fitted, strict=True):
        for fold, held in (pair, pair[::-1]):
            rows = np.flatnonzero(folds == fold)
            passage_scores[held, rows] = _score(material.features, len(known.folds) + rows, linear)
    return passage_scores


def _score(features: Matrix, rows: NDArray[np.int64], linear: Linear) -> NDArray[np.float64]:
    # As precise as the features, at half the cost.
    coef = np.ascontiguousarray(linear.coef.T, np.float32)
    score: NDArray[np.float64] = products(features, rows, coef) + linear.intercept
    return score


def _out_of_fold(material: _Material, known: Supervision, fitted: Sequence[Linear]) -> Scores:
    """The scores of the trusted articles and their passages."""
    trusted = np.flatnonzero(known.trusted)
    folds = known.folds[trusted]
    part_folds = np.repeat(folds, material.cut.counts)
    n_topics = known.labels.shape[1]
    articles = np.empty((len(folds), n_topics))
    passages = np.empty((len(part_folds), n_topics))
    for fold, linear in enumerate(fitted):
        held = np.flatnonzero(folds == fold)
        articles[held] = _score(material.features, trusted[held], linear)
        held = np.flatnonzero(part_folds == fold)
        passages[held] = _score(material.features, len(known.folds) + held, linear)
    return Scores(articles=articles, passages=passages, cut=material.cut)


def _with_several(counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which articles give their passages: those with several, or as many of them as are enough."""
    chosen = counts > 1
    several = np.flatnonzero(chosen)
    share = min(_ARTICLES_WITH_PASSAGES / max(len(several), 1), 1.0)
    # Spread evenly.
    steps = np.floor(np.arange(len(several) + 1) * share)
    chosen[several[np.diff(steps) == 0]] = False
    return chosen


def _with_passages(
    known: Supervision, unlabelled: NDArray[np.bool_], score: NDArray[np.float32], cut: Passages
) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Take the passages of trusted articles as examples of their own, of up to 20,000 of them.

    Those of an article without a topic don't carry it. Of an article with it, the best passage
    and those that speak clearly do, and of the others nothing is known; as in mi-SVM, Andrews
    et al. (2002), "Support Vector Machines for Multiple-Instance Learning", NIPS.

    Args:
        known: What is known of the articles; all of a fold that is held out is unknown.
        unlabelled: The articles whose labels are only inferred, shape (n_articles,): what is taken
            to carry no topic may hide one in a passage.
        score: What each passage scores, shape (n_passages, n_topics).
        cut: Where the passages are.

    Returns:
        The labels of the articles and, end to end, of the passages; and how much each counts.
    """
    counts = cut.counts
    article = np.repeat(np.flatnonzero(known.trusted), counts)
    best = np.repeat(np.maximum.reduceat(score, cut.first), counts, axis=0)
    many = np.repeat(counts, counts)
    labels = known.labels[article]
    labels[(labels == 1) & (score < _CLEAR_SCORE) & (score != best)] = _UNKNOWN
    labels[unlabelled[article]] = _UNKNOWN
    # The only passage of an article adds nothing.
    labels[~np.repeat(_with_several(counts), counts)] = _UNKNOWN
    weight = known.weight[article] * np.minimum(_PASSAGES_WEIGHT / many, 1)
    return np.concatenate([known.labels, labels]), np.concatenate([known.weight, weight])
