"""The weights: learnt from articles first, then from articles and their passages."""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topicclf.features import Batch
from topicclf.learning.linear import Examples, LinearSettings, fold_weights
from topicclf.learning.matrices import article_matrix, passage_matrix
from topicclf.learning.vocabulary import Corpus, number, prune
from topicclf.passages import Passages, passages
from topicclf.scores import Scores, Weights
from topicclf.vocabulary import Vocabulary

__all__ = ["Supervision", "learn_weights"]

_LOG = logging.getLogger("topicclf")

# A passage of an article with a topic is taken to carry it from this score on.
_CLEAR_SCORE = 0.5
# All passages of a long article together weigh at most this many times as much as the article.
_PASSAGES_WEIGHT = 3.0


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


def learn_weights(
    corpus: Corpus, vocabulary: Vocabulary, known: Supervision, settings: LinearSettings
) -> tuple[Weights, Scores]:
    """Learn the weights, and score the trusted articles out of fold.

    Returns:
        The weights, with the vocabulary cut down to useful pairs, and the scores of the trusted
        articles and their passages, by classifiers that have not seen them.
    """
    articles = number(corpus, vocabulary)
    _LOG.info("learning from %d articles", len(articles))
    coef, intercept = fold_weights(_whole(articles, vocabulary, known), settings)
    # By the fold that values a pair least: one that a single story made useful is of no use to
    # the fold that has not seen that story, and must not flatter its scores.
    usefulness = np.abs(coef).min(0).max(1) * vocabulary.idf
    vocabulary, kept = prune(vocabulary, usefulness, max_pairs=settings.max_pairs)
    coef = coef[:, kept]

    whole = _whole(articles, vocabulary, known)
    ours = Batch.joining([articles[i] for i in np.flatnonzero(known.trusted)], vocabulary)
    cut = passages(ours.lengths)
    parts = passage_matrix(ours, cut, vocabulary)
    scores = _out_of_fold(whole, parts, cut, known, coef, intercept)
    both = _with_passages(whole, parts, scores, known)
    _LOG.info("learning from %d articles and passages", both.features.shape[0])
    coef, intercept = fold_weights(both, settings)
    scores = _out_of_fold(whole, parts, cut, known, coef, intercept)
    # The mean of linear classifiers is one; rounded as the model file keeps it.
    mean = coef.mean(0).astype(np.float16).astype(np.float32)
    return Weights(coef=mean, intercept=intercept.mean(0), vocabulary=vocabulary), scores


def _whole(
    articles: list[NDArray[np.int64]], vocabulary: Vocabulary, known: Supervision
) -> Examples:
    return Examples(
        features=article_matrix(Batch.joining(articles, vocabulary), vocabulary),
        labels=known.labels,
        weight=known.weight,
        folds=known.folds,
    )


def _out_of_fold(
    whole: Examples,
    parts: sparse.csr_matrix,
    cut: Passages,
    known: Supervision,
    coef: NDArray[np.float32],
    intercept: NDArray[np.float64],
) -> Scores:
    trusted = np.flatnonzero(known.trusted)
    folds = known.folds[trusted]
    part_folds = np.repeat(folds, cut.counts)
    articles = np.empty((len(trusted), coef.shape[2]))
    of_parts = np.empty((len(part_folds), coef.shape[2]))
    for fold in range(len(coef)):
        held = np.flatnonzero(folds == fold)
        articles[held] = whole.features[trusted[held]] @ coef[fold] + intercept[fold]
        held = np.flatnonzero(part_folds == fold)
        of_parts[held] = parts[held] @ coef[fold] + intercept[fold]
    return Scores(articles=articles, passages=of_parts, cut=cut)


def _with_passages(
    whole: Examples, parts: sparse.csr_matrix, scores: Scores, known: Supervision
) -> Examples:
    """Add the passages of trusted articles as examples of their own.

    Those of an article without a topic don't carry it. Of an article with it, the best passage
    and those that speak clearly do, and of the others nothing is known; as in mi-SVM, Andrews
    et al. (2002), "Support Vector Machines for Multiple-Instance Learning", NIPS.
    """
    counts = scores.cut.counts
    article = np.repeat(np.flatnonzero(known.trusted), counts)
    best = np.maximum.reduceat(scores.passages, scores.cut.first)
    loud = (scores.passages >= _CLEAR_SCORE) | (scores.passages == np.repeat(best, counts, axis=0))
    labels = known.labels[article]
    labels[(labels == 1) & ~loud] = -1
    many = np.repeat(counts, counts)
    used = np.flatnonzero((many > 1) & (labels >= 0).any(1))
    weight = known.weight[article] * np.minimum(_PASSAGES_WEIGHT / many, 1)
    return Examples(
        features=sparse.vstack([whole.features, parts[used]], format="csr"),
        labels=np.concatenate([whole.labels, labels[used]]),
        weight=np.concatenate([whole.weight, weight[used]]),
        folds=np.concatenate([whole.folds, known.folds[article[used]]]),
    )
