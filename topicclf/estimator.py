"""The scikit-learn estimator: learns a topic model and predicts with it the readable way."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
from joblib import delayed
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from topicclf.features.batch import known_words
from topicclf.features.passages import passages
from topicclf.features.plain import read_plainly
from topicclf.learning.abbreviations import enough, learn_abbreviations
from topicclf.learning.folds import assign_folds
from topicclf.learning.labels import check_topics, label_array
from topicclf.learning.linear import LinearSettings
from topicclf.learning.matrices import article_matrix, passage_matrix
from topicclf.learning.meanwhile import meanwhile
from topicclf.learning.out_of_fold import measure
from topicclf.learning.precision_recall_bounds import Judged, curves
from topicclf.learning.stories import number_stories
from topicclf.learning.thresholds import Objective
from topicclf.learning.vocabulary import Corpus, learn_vocabulary
from topicclf.learning.weights import LearningSettings, Supervision, learn_weights
from topicclf.model import TopicModel
from topicclf.scoring.scores import Scores
from topicclf.text.article import Article, Item

__all__ = ["TopicClassifier"]

_LOG = logging.getLogger("topicclf")

# Passages multiply the time, and with many topics an article is mostly about what it carries.
_MANY_TOPICS = 20


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
        loss: ``"squared_hinge"``, ``"hinge"`` or ``"log"``.
        class_weight: ``"balanced"`` lets the articles with a topic weigh as much as those without;
            None changes nothing.
        learn_passages: Whether to learn from the passages of articles too, which finds topics that
            have one paragraph; None does so where there are up to 20 topics, as it takes long.
        precision: Choose thresholds that promise each topic at least this precision, instead of the
            best F1: its lower bound out of fold, at 90 % confidence (Clopper and Pearson, 1934).
        recall: The same for recall.
        caution: How much F1 may be given up for higher thresholds, up to 0.65.
        min_document_frequency: Words in fewer articles are left out.
        min_pair_frequency: Word pairs in fewer articles are left out.
        max_pairs: How many word pairs to keep, the most useful ones; 0 learns from words alone.
        n_folds: How many folds the out-of-fold scores come from; None for 5, or 3 where there are
            more than 20 topics.
        random_state: Seed of the folds and of the learning.
        n_jobs: How many processes learn; None for one, or for what `joblib.parallel_config` says.

    Attributes:
        topics_: The topics' names, a tuple.
        model_: The `topicclf.model.TopicModel`.
        out_of_fold_: Per topic, what was measured out of fold: ``f1``, ``average_precision``,
            ``calibration_error``, ``threshold`` and ``fold_thresholds`` (chosen without each fold),
            ``positives``, ``negatives``, and with a promise its ``bound``.
        out_of_fold_proba_: What each trusted article gets from classifiers that have not seen it,
            in their order, shape (n_trusted, n_topics). It is left out of pickles.

    >>> news = ["The navy ordered frigates", "Quake rescuers dig on", "A new opera opens"]
    >>> texts = [f"{text}, day {day}" for day in range(20) for text in news]
    >>> labels = [{"defence"}, {"disaster"}, set()] * 20
    >>> classifier = TopicClassifier().fit(texts, labels)
    >>> classifier.topics_
    ('defence', 'disaster')
    >>> classifier.predict(["More frigates for the navy"]).tolist()
    [[1, 0]]
    """

    def __init__(
        self,
        *,
        topics: Sequence[str] | None = None,
        C: float = 0.5,
        loss: str = "squared_hinge",
        class_weight: str | None = None,
        learn_passages: bool | None = None,
        precision: float | None = None,
        recall: float | None = None,
        caution: float = 0.0,
        min_document_frequency: int = 2,
        min_pair_frequency: int = 3,
        max_pairs: int = 120_000,
        n_folds: int | None = None,
        random_state: int = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.topics = topics
        self.C = C
        self.loss = loss
        self.class_weight = class_weight
        self.learn_passages = learn_passages
        self.precision = precision
        self.recall = recall
        self.caution = caution
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
        measured: ArrayLike | None = None,
        sources: ArrayLike | None = None,
    ) -> Self:
        """Learn from labelled articles.

        Args:
            X: Texts, or mappings with a ``text`` and perhaps a ``title``.
            Y: 1 yes, 0 no, -1 or NaN unknown, shape (n_articles, n_topics); or a sequence with the
                names of each article's topics.
            sample_weight: How much each article counts, shape (n_articles,).
            groups: Articles that tell the same story share a value and stay on one side of every
                split, as do those with the same words; shape (n_articles,).
            trusted: Which articles' labels hold for their passages and for calibration, shape
                (n_articles,), bool; all by default. The others only help the weights.
            measured: Which of the trusted articles thresholds and `out_of_fold_` go by, shape
                (n_articles,), bool; all by default. Articles that were written for training, say,
                flatter a model that will read others.
            sources: Where each article comes from, a value for each source; shape (n_articles,).
                The more they differ in how often a threshold is right, the more careful is what
                thresholds promise. One source by default.

        Raises:
            TypeError: An item of `X` is no article.
            ValueError: Labels, weights or groups don't fit, or a topic has no positives.

        Warns:
            UserWarning: A topic has a handful of positives, or the data can't support the promise.
        """
        if self.n_folds is not None and self.n_folds < 2:
            msg = f"n_folds must be 2 or more, not {self.n_folds}"
            raise ValueError(msg)
        if self.max_pairs < 0:
            msg = f"max_pairs must be 0 or more, not {self.max_pairs}"
            raise ValueError(msg)
        objective = Objective(precision=self.precision, recall=self.recall, caution=self.caution)
        linear = LinearSettings(self.C, self.loss, self.class_weight, self.random_state)
        texts = [Article.of(item, number=n).joined for n, item in enumerate(_listed(X))]
        labels, names = label_array(Y, self.topics, n_articles=len(texts))
        weight = _column(sample_weight, np.ones(len(texts)), "sample_weight").astype(float)
        if not (weight >= 0).all() or not 0 < weight.sum() < np.inf:
            msg = "sample_weight must be zero or above, and not zero for all"
            raise ValueError(msg)
        trust = _column(trusted, np.ones(len(texts), bool), "trusted").astype(bool)
        counted = trust & _column(measured, np.ones(len(texts), bool), "measured").astype(bool)
        source = np.unique(_column(sources, np.zeros(len(texts)), "sources"), return_inverse=True)[
            1
        ]
        check_topics(labels[counted], names)

        _LOG.info("reading %d articles", len(texts))
        heaviest = (texts[row] for row in np.argsort(-weight, kind="stable").tolist())
        abbreviations = delayed(learn_abbreviations)(enough(heaviest))
        with meanwhile(abbreviations, n_jobs=self.n_jobs) as found:
            corpus = Corpus(texts)
            named = [] if groups is None else [_column(groups, weight, "groups").tolist()]
            group = number_stories((article.tobytes() for article in corpus), *named)
            if not group.max(initial=0):
                msg = "all articles are of one group; out-of-fold scores need two at least"
                raise ValueError(msg)
            many = len(names) > _MANY_TOPICS
            n_folds = min(self.n_folds or (3 if many else 5), int(group.max()) + 1)
            folds = assign_folds(labels, group, n_folds=n_folds, seed=self.random_state)
            vocabulary = learn_vocabulary(
                corpus,
                min_document_frequency=self.min_document_frequency,
                min_pair_frequency=self.min_pair_frequency,
            )
            settings = LearningSettings(
                linear,
                max_pairs=self.max_pairs,
                learn_passages=not many if self.learn_passages is None else self.learn_passages,
                n_jobs=self.n_jobs,
            )
            # The products are small, and threads that wait for their part burn a core each.
            with threadpool_limits(1):
                learnt = learn_weights(
                    corpus, vocabulary, Supervision(labels, weight, trust, folds), settings
                )

        self.out_of_fold_proba_ = learnt.probability
        clusters = group[trust], source[trust]
        judged = Judged(learnt.probability, labels[trust], folds[trust], clusters).of(
            counted[trust]
        )
        thresholds, self.out_of_fold_ = measure(judged, names, objective)
        # An article without a known word must come out with no topic, however common one is.
        join = replace(
            learnt.join, prevalence=np.minimum(learnt.join.prevalence, 0.99 * thresholds)
        )
        self.topics_ = names
        self.classes_ = np.arange(len(names))
        self.model_ = TopicModel(
            topics=names,
            thresholds=thresholds,
            weights=learnt.weights,
            join=join,
            abbreviations=found[0],
            provenance={
                "out_of_fold": self.out_of_fold_,
                "curves": {
                    name: each.to_dict() for name, each in zip(names, curves(judged), strict=True)
                },
            },
        )
        return self

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "out_of_fold_proba_"}

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
        batch = read_plainly(texts, weights.vocabulary)
        cut = passages(batch.lengths)
        articles = article_matrix(batch, weights.vocabulary)
        parts = passage_matrix(batch, cut, weights.vocabulary)
        coef = weights.coef.astype(np.float64)
        scores = Scores(
            articles=articles @ coef + weights.intercept,
            passages=parts @ coef + weights.intercept,
            cut=cut,
        )
        known = known_words(batch, weights.vocabulary)
        return self.model_.join.probabilities(scores, known > 0)


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


def _logit(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    odds: NDArray[np.float64] = np.log(probability) - np.log1p(-probability)
    return odds
