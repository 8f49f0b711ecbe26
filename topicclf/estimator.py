"""The scikit-learn estimator: learns a topic model and predicts with it the readable way."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import average_precision_score, f1_score
from sklearn.utils.validation import check_is_fitted

from topicclf.article import Article, Item
from topicclf.features import Triplets, article_features, batches, passage_features, read
from topicclf.join import views
from topicclf.learning.abbreviations import learn_abbreviations
from topicclf.learning.calibration import (
    best_threshold,
    expected_calibration_error,
    learn_join,
)
from topicclf.learning.folds import assign_folds
from topicclf.learning.labels import check_topics, label_array
from topicclf.learning.linear import Examples, fold_weights
from topicclf.learning.vocabulary import Corpus, learn_vocabulary, number, prune
from topicclf.model import TopicModel
from topicclf.passages import Passages, passages
from topicclf.scores import Scores, Weights
from topicclf.vocabulary import Vocabulary

__all__ = ["TopicClassifier"]

_LOG = logging.getLogger("topicclf")

# A passage of an article with a topic is taken to carry it from this score on.
_CLEAR_SCORE = 0.5
# All passages of a long article together weigh at most this many times as much as the article.
_PASSAGES_WEIGHT = 3.0


class TopicClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Learns which topics articles carry: several, or none.

    TF-IDF of words and word pairs and a linear support vector machine per topic, for the article
    and for its passages, joined out of fold into one calibrated probability. `model_` is what is
    shipped and predicts fast; the estimator's own predictions go the readable way, through sparse
    matrices, and agree with it.

    Args:
        topics: The topics' names, one per column of the labels; None takes them from the labels,
            or numbers them.
        C: Inverse strength of the regularisation.
        min_document_frequency: Words in fewer articles are left out.
        min_pair_frequency: Word pairs in fewer articles are left out.
        max_pairs: How many word pairs to keep, the most useful ones.
        n_folds: How many folds the out-of-fold scores come from.
        random_state: Seed of the folds.
        n_jobs: How many threads learn; None for one.

    Attributes:
        topics_: The topics' names, a tuple.
        model_: The `topicclf.model.TopicModel`.
        out_of_fold_: Per topic, what was measured out of fold: ``f1``, ``average_precision``,
            ``calibration_error``, ``threshold`` and ``fold_thresholds``, ``positives``,
            ``negatives``.

    >>> texts = ["The navy ordered frigates", "Quake rescuers dig on", "A new opera opens"] * 20
    >>> labels = [{"defence"}, {"disaster"}, set()] * 20
    >>> classifier = TopicClassifier().fit(texts, labels, groups=range(60))
    >>> classifier.topics_
    ('defence', 'disaster')
    >>> classifier.predict(["More frigates for the navy"]).tolist()
    [[1, 0]]
    """

    def __init__(
        self,
        *,
        topics: Sequence[str] | None = None,
        C: float = 0.3,
        min_document_frequency: int = 2,
        min_pair_frequency: int = 3,
        max_pairs: int = 120_000,
        n_folds: int = 5,
        random_state: int = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.topics = topics
        self.C = C
        self.min_document_frequency = min_document_frequency
        self.min_pair_frequency = min_pair_frequency
        self.max_pairs = max_pairs
        self.n_folds = n_folds
        self.random_state = random_state
        self.n_jobs = n_jobs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.target_tags.required = True
        tags.target_tags.multi_output = True
        tags.target_tags.single_output = False
        tags.classifier_tags.multi_class = False
        tags.classifier_tags.multi_label = True
        return tags

    def fit(
        self,
        X: Iterable[Item],
        Y: Any,
        *,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
        trusted: ArrayLike | None = None,
    ) -> Self:
        """Learn from labelled articles.

        Args:
            X: Texts, or mappings with a ``text`` and perhaps a ``title``.
            Y: 1 yes, 0 no, -1 or NaN unknown, shape (n_articles, n_topics); or a sequence with the
                names of each article's topics.
            sample_weight: How much each article counts, shape (n_articles,).
            groups: Articles that tell the same story share a value and stay on one side of every
                split; shape (n_articles,). By default those with the same words.
            trusted: Which articles' labels hold for their passages and for calibration, shape
                (n_articles,), bool; all by default. The others only help the weights.

        Raises:
            TypeError: An item of `X` is no article.
            ValueError: Labels, weights or groups don't fit, or a topic has no positives.

        Warns:
            UserWarning: A topic has a handful of positives.
        """
        texts = [Article.of(item, number=n).joined for n, item in enumerate(_listed(X))]
        labels, names = label_array(Y, self.topics, n_articles=len(texts))
        check_topics(labels, names)
        weight = _column(sample_weight, np.ones(len(texts)), "sample_weight")
        trust = _column(trusted, np.ones(len(texts), bool), "trusted").astype(bool)

        _LOG.info("reading %d articles", len(texts))
        corpus = Corpus(texts)
        if groups is None:
            stories: list[Any] = [article.tobytes() for article in corpus.articles]
        else:
            stories = list(_column(groups, np.zeros(len(texts)), "groups"))
        group = _numbered(stories)
        if len(set(group.tolist())) < 2:
            msg = "all articles are of one group; out-of-fold scores need two at least"
            raise ValueError(msg)
        n_folds = min(self.n_folds, int(group.max()) + 1)
        folds = assign_folds(labels, group, n_folds=n_folds, seed=self.random_state)
        vocabulary = learn_vocabulary(
            corpus,
            min_document_frequency=self.min_document_frequency,
            min_pair_frequency=self.min_pair_frequency,
        )
        learning = _Learning(self, labels=labels, weight=weight, trusted=trust, folds=folds)
        weights, scores = learning.weights(corpus, vocabulary, n_folds=n_folds)

        _LOG.info("calibrating")
        seen = views(scores)
        known = labels[trust]
        join = learn_join(seen, known, np.ones(len(known)))
        probability = join.probabilities(scores, np.ones(len(known), bool))
        self.out_of_fold_ = {
            name: _measure(probability[:, topic], known[:, topic], folds[trust])
            for topic, name in enumerate(names)
        }
        _LOG.info("learning abbreviations")
        self.topics_ = names
        self.classes_ = [np.array([0, 1])] * len(names)
        self.model_ = TopicModel(
            topics=names,
            thresholds=np.array([self.out_of_fold_[name]["threshold"] for name in names]),
            weights=weights,
            join=join,
            abbreviations=learn_abbreviations(
                np.array(texts, object)[np.argsort(-weight, kind="stable")]
            ),
            provenance={"out_of_fold": self.out_of_fold_},
        )
        return self

    def decision_function(self, X: Iterable[Item]) -> NDArray[np.float64]:
        """How far each article's log-odds are above the topic's threshold.

        Returns:
            Shape (n_articles, n_topics); zero and above is a yes.
        """
        probability = np.clip(self.predict_proba(X), 1e-300, 1 - 1e-16)
        threshold = self.model_.thresholds
        odds: NDArray[np.float64] = _logit(probability) - _logit(threshold)
        return odds

    def predict(self, X: Iterable[Item]) -> NDArray[np.int64]:
        """Which topics each article carries: 1 or 0, shape (n_articles, n_topics)."""
        return (self.predict_proba(X) >= self.model_.thresholds).astype(np.int64)

    def predict_proba(self, X: Iterable[Item]) -> NDArray[np.float64]:
        """The calibrated probability of each topic, shape (n_articles, n_topics), always."""
        check_is_fitted(self, "model_")
        texts = [Article.of(item, number=n).joined for n, item in enumerate(_listed(X))]
        weights = self.model_.weights
        batch = read(texts, weights.vocabulary)
        cut = passages(batch.lengths)
        coef = weights.coef.astype(np.float64)
        scores = Scores(
            articles=_matrix(article_features(batch, weights.vocabulary), len(batch), coef.shape[0])
            @ coef
            + weights.intercept,
            passages=_matrix(
                passage_features(batch, cut, weights.vocabulary), len(cut.starts), coef.shape[0]
            )
            @ coef
            + weights.intercept,
            cut=cut,
        )
        known = np.bincount(batch.rows, batch.terms != weights.vocabulary.unknown, len(batch)) > 0
        return self.model_.join.probabilities(scores, known)


@dataclass(frozen=True, eq=False)
class _Learning:
    """The weights' way to be learnt: from articles alone, then from articles and passages."""

    settings: TopicClassifier
    labels: NDArray[np.int8]
    weight: NDArray[np.float64]
    trusted: NDArray[np.bool_]
    folds: NDArray[np.int64]

    def weights(
        self, corpus: Corpus, vocabulary: Vocabulary, *, n_folds: int
    ) -> tuple[Weights, Scores]:
        """Learn the weights, and score the trusted articles out of fold."""
        articles = number(corpus, vocabulary)
        _LOG.info("learning from %d articles", len(articles))
        coef, intercept = self._learn(self._whole(articles, vocabulary), n_folds)
        # By the fold that values a pair least: one that a single story made useful is of no use to
        # the fold that has not seen that story, and must not flatter its scores.
        usefulness = np.abs(coef).min(0).max(1) * vocabulary.idf
        vocabulary, kept = prune(vocabulary, usefulness, max_pairs=self.settings.max_pairs)
        coef = coef[:, kept]

        whole = self._whole(articles, vocabulary)
        ours = batches([articles[i] for i in np.flatnonzero(self.trusted)], vocabulary)
        cut = passages(ours.lengths)
        parts = _matrix(
            passage_features(ours, cut, vocabulary), len(cut.starts), vocabulary.n_features
        )
        scores = self._out_of_fold(whole, parts, cut, coef, intercept)
        both = self._with_passages(whole, parts, scores)
        _LOG.info("learning from %d articles and passages", both.features.shape[0])
        coef, intercept = self._learn(both, n_folds)
        scores = self._out_of_fold(whole, parts, cut, coef, intercept)
        # The mean of linear classifiers is one; rounded as the model file keeps it.
        mean = coef.mean(0).astype(np.float16).astype(np.float32)
        return Weights(coef=mean, intercept=intercept.mean(0), vocabulary=vocabulary), scores

    def _learn(
        self, examples: Examples, n_folds: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        return fold_weights(
            examples, C=self.settings.C, n_folds=n_folds, n_jobs=self.settings.n_jobs
        )

    def _whole(self, articles: list[NDArray[np.int32]], vocabulary: Vocabulary) -> Examples:
        batch = batches(articles, vocabulary)
        return Examples(
            features=_matrix(
                article_features(batch, vocabulary), len(batch), vocabulary.n_features
            ),
            labels=self.labels,
            weight=self.weight,
            folds=self.folds,
        )

    def _out_of_fold(
        self,
        whole: Examples,
        parts: sparse.csr_matrix,
        cut: Passages,
        coef: NDArray[np.float32],
        intercept: NDArray[np.float64],
    ) -> Scores:
        """Score the trusted articles and their passages by the fold that has not seen them."""
        trusted = np.flatnonzero(self.trusted)
        folds = self.folds[trusted]
        part_folds = np.repeat(folds, np.diff(cut.first))
        articles = np.empty((len(trusted), coef.shape[2]))
        of_parts = np.empty((len(part_folds), coef.shape[2]))
        for fold in range(len(coef)):
            held = np.flatnonzero(folds == fold)
            articles[held] = whole.features[trusted[held]] @ coef[fold] + intercept[fold]
            held = np.flatnonzero(part_folds == fold)
            of_parts[held] = parts[held] @ coef[fold] + intercept[fold]
        return Scores(articles=articles, passages=of_parts, cut=cut)

    def _with_passages(self, whole: Examples, parts: sparse.csr_matrix, scores: Scores) -> Examples:
        """Add the passages of trusted articles as examples of their own.

        Those of an article without a topic don't carry it. Of an article with it, the best passage
        and those that speak clearly do, and of the others nothing is known; as in mi-SVM, Andrews
        et al. (2002), "Support Vector Machines for Multiple-Instance Learning", NIPS.
        """
        counts = np.diff(scores.cut.first)
        article = np.repeat(np.flatnonzero(self.trusted), counts)
        best = np.maximum.reduceat(scores.passages, scores.cut.first[:-1])
        loud = (scores.passages >= _CLEAR_SCORE) | (
            scores.passages == np.repeat(best, counts, axis=0)
        )
        labels = self.labels[article]
        labels[(labels == 1) & ~loud] = -1
        many = np.repeat(counts, counts)
        used = np.flatnonzero((many > 1) & (labels >= 0).any(1))
        weight = self.weight[article] * np.minimum(_PASSAGES_WEIGHT / many, 1)
        return Examples(
            features=sparse.vstack([whole.features, parts[used]], format="csr"),
            labels=np.concatenate([whole.labels, labels[used]]),
            weight=np.concatenate([whole.weight, weight[used]]),
            folds=np.concatenate([whole.folds, self.folds[article[used]]]),
        )


def _matrix(found: Triplets, n_rows: int, n_features: int) -> sparse.csr_matrix:
    values = found.values.astype(np.float32)
    matrix = sparse.csr_matrix((values, (found.rows, found.features)), shape=(n_rows, n_features))
    return matrix


def _measure(
    probability: NDArray[np.float64], label: NDArray[np.int8], folds: NDArray[np.int64]
) -> dict[str, Any]:
    known = label >= 0
    probability, yes, folds = probability[known], label[known] == 1, folds[known]
    threshold = best_threshold(probability, yes)
    return {
        "positives": int(yes.sum()),
        "negatives": int((~yes).sum()),
        "threshold": threshold,
        "fold_thresholds": [
            best_threshold(probability[folds == f], yes[folds == f])
            for f in np.unique(folds).tolist()
        ],
        "f1": float(f1_score(yes, probability >= threshold, zero_division=0)),
        "average_precision": float(average_precision_score(yes, probability)) if yes.any() else 0.0,
        "calibration_error": expected_calibration_error(probability, yes),
    }


def _listed(X: Iterable[Item]) -> list[Item]:
    if isinstance(X, str | bytes):
        msg = f"X must be an iterable of articles, not one {type(X).__name__}"
        raise TypeError(msg)
    return list(X)


def _column(given: ArrayLike | None, default: NDArray[Any], name: str) -> NDArray[Any]:
    if given is None:
        return default
    column = np.asarray(given)
    if column.shape != default.shape:
        msg = f"{name} must have one value per article, shape {default.shape}, not {column.shape}"
        raise ValueError(msg)
    return column


def _numbered(names: Sequence[Any]) -> NDArray[np.int64]:
    number: dict[Any, int] = {}
    return np.array([number.setdefault(name, len(number)) for name in names], np.int64)


def _logit(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    odds: NDArray[np.float64] = np.log(probability) - np.log1p(-probability)
    return odds
