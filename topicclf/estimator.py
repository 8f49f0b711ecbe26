"""The scikit-learn estimator: learns a topic model from labelled articles."""

# First: it raises MissingExtraError, with what to install, if a library is missing.
import topicclf.learning  # noqa: F401

# isort: split
import hashlib
import logging
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from topicclf.api import load
from topicclf.evaluation.answers import log_odds
from topicclf.features.vocabulary import Vocabulary
from topicclf.labelled.label_array import label_array
from topicclf.learning.abbreviations import learn_abbreviations
from topicclf.learning.corpus import Corpus, evenly
from topicclf.learning.folds import assign_folds
from topicclf.learning.groups import number_groups
from topicclf.learning.labels import check_topics
from topicclf.learning.linear import LinearSettings
from topicclf.learning.out_of_fold import measure
from topicclf.learning.precision_recall_bounds import OutOfFoldPredictions, curves
from topicclf.learning.readability import check_words
from topicclf.learning.scratch import Scratch
from topicclf.learning.start import Start, start_from
from topicclf.learning.text_file import TextFile
from topicclf.learning.thresholds import Objective
from topicclf.learning.vocabulary import learn_vocabulary
from topicclf.learning.weights import LearningSettings, Supervision, learn_weights
from topicclf.model import TopicModel
from topicclf.text.article import Item, articles_of

__all__ = ["TopicClassifier"]

_LOG = logging.getLogger("topicclf")

# Passages multiply the time, and with many topics an article is mostly about what it carries.
_MANY_TOPICS = 20


class TopicClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Learns which topics articles carry: several, or none.

    TF-IDF of words and word pairs and a linear support vector machine per topic, for the article
    and for its passages, joined out of fold into one calibrated probability. `model_` is what is
    shipped, needs no scikit-learn, and predicts for the estimator, too.

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
        min_form_frequency: Words of one stem are one term, but for forms in as many articles: with
            thousands of labelled articles "trading" may mean other than "trade".
        min_pair_frequency: Word pairs in fewer articles are left out.
        max_pairs: How many word pairs to keep, the most useful ones; 0 learns from words alone.
        n_folds: How many folds the out-of-fold scores come from; None for 5, or 3 where there are
            more than 20 topics.
        base: A `topicclf.TopicModel`, or the path of one (``"shipped"`` for the one that comes with
            topicclf), to start from where labelled articles are few: its vocabulary and document
            frequencies are taken, the weights of topics that it has are pulled to its own, and new
            topics lean on features and views that its topics needed. None starts from nothing.
        random_state: Seed of the folds and of the learning.
        n_jobs: How many processes learn; None for one, or for what `joblib.parallel_config` says.
        memory: How many bytes of memory learning may take in all, from some 300 MB on; words and
            features are kept in files of the system's temporary folder. What doesn't fit is learnt
            block by block, to the same optimum; no more word pairs are weighed, and articles judged
            out of fold, than fit. Not with the loss ``"log"``. None keeps all in memory.

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
        min_form_frequency: int = 1000,
        min_pair_frequency: int = 3,
        max_pairs: int = 120_000,
        n_folds: int | None = None,
        base: TopicModel | str | os.PathLike[str] | None = None,
        random_state: int = 0,
        n_jobs: int | None = None,
        memory: int | None = None,
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
        self.min_form_frequency = min_form_frequency
        self.min_pair_frequency = min_pair_frequency
        self.max_pairs = max_pairs
        self.n_folds = n_folds
        self.base = base
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.memory = memory

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
        groups: ArrayLike | Sequence[object] | None = None,
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
            groups: Articles of the same story share a value and stay on one side of every
                split, as do those with the same words; None, NaN or an empty string is a story of
                its own. Shape (n_articles,).
            trusted: Which articles' labels hold for their passages and for calibration, shape
                (n_articles,), bool; all by default. The others only help the weights. Trusted
                articles of which no label is known are learnt from with the labels that a first
                model is sure of.
            measured: Which of the trusted articles thresholds and `out_of_fold_` are computed on,
                shape (n_articles,), bool; all by default. Articles written for training flatter a
                model that will read others: for probabilities they count half.
            sources: Where each article comes from, a value for each source; shape (n_articles,).
                The more they differ in how often a threshold is right, the more careful are
                promised bounds. One source by default.

        Raises:
            TypeError: An item of `X` is not an article.
            ValueError: Labels, weights or groups don't fit, or a topic has no positives.

        Warns:
            UserWarning: A topic has few positives, or the data can't support the promise.
        """
        self._check_settings()
        objective = Objective(
            precision=self.precision,
            recall=self.recall,
            caution=self.caution,
            believed=self.base is not None,
        )
        linear = LinearSettings(self.C, self.loss, self.class_weight, self.random_state)
        scratch = None if self.memory is None else Scratch.of(self.memory)
        texts = _texts(X, scratch)
        if not len(texts):
            msg = "there is no article to learn from"
            raise ValueError(msg)
        labels, topics = label_array(Y, self.topics, n_articles=len(texts))
        about = _About.of(
            len(texts), sample_weight=sample_weight, groups=groups, trusted=trusted,
            measured=measured, sources=sources,
        )  # fmt: skip
        if scratch is not None:
            about = about.trusting(scratch.most_judged)
        check_topics(labels[about.measured], topics)

        _LOG.info("reading %d articles", len(texts))
        corpus = Corpus(texts, scratch=scratch)
        group = number_groups(_fingerprints(corpus), *about.names)
        folds = self._folds(labels, group)
        learning = LearningSettings(
            linear,
            max_pairs=self.max_pairs,
            learn_passages=(
                len(topics) <= _MANY_TOPICS if self.learn_passages is None else self.learn_passages
            ),
            n_jobs=self.n_jobs,
        )
        vocabulary, start = self._beginning(corpus, topics)
        check_words(corpus, vocabulary)
        supervision = Supervision(labels, about.weight, about.trusted, about.measured, folds, start)
        result = learn_weights(corpus, vocabulary, supervision, learning)

        trusted_articles = OutOfFoldPredictions(
            result.probability,
            labels[about.trusted],
            folds[about.trusted],
            (group[about.trusted], about.source[about.trusted]),
        )
        predictions = trusted_articles.of(about.measured[about.trusted])
        thresholds, self.out_of_fold_ = measure(predictions, topics, objective)
        share = result.join.prevalence
        self.out_of_fold_proba_ = result.probability
        self.topics_ = topics
        # No and yes for each topic: scorers look here for what kind of classifier it is.
        self.classes_ = np.tile([0, 1], (len(topics), 1))
        self.model_ = TopicModel(
            topics=topics,
            thresholds=thresholds,
            weights=result.weights,
            # An article without a known word must come out with no topic, however common one is.
            join=replace(
                result.join, prevalence=np.where(share < thresholds, share, 0.99 * thresholds)
            ),
            abbreviations=learn_abbreviations(texts[row] for row in about.heaviest_first),
            provenance={
                "out_of_fold": self.out_of_fold_,
                "curves": {
                    topic: curve.to_dict()
                    for topic, curve in zip(topics, curves(predictions), strict=True)
                },
            },
        )
        return self

    def _check_settings(self) -> None:
        if self.memory is not None and self.loss == "log":
            msg = "within a bound on memory the loss must be 'squared_hinge' or 'hinge', not 'log'"
            raise ValueError(msg)
        for name, least in (("n_folds", 2), ("max_pairs", 0)):
            value = getattr(self, name)
            if value is not None and value < least:
                msg = f"{name} must be {least} or more, not {value}"
                raise ValueError(msg)

    def _beginning(
        self, corpus: Corpus, topics: tuple[str, ...]
    ) -> tuple[Vocabulary, Start | None]:
        if self.base is None:
            vocabulary = learn_vocabulary(
                corpus,
                min_document_frequency=self.min_document_frequency,
                min_form_frequency=self.min_form_frequency,
                min_pair_frequency=self.min_pair_frequency,
            )
            return vocabulary, None
        base = self.base if isinstance(self.base, TopicModel) else load(self.base)
        return start_from(base, topics, corpus, min_document_frequency=self.min_document_frequency)

    def _folds(self, labels: NDArray[np.int8], group: NDArray[np.int64]) -> NDArray[np.int64]:
        n_groups = int(group.max(initial=0)) + 1
        if n_groups < 2:
            msg = "all articles are of one group; out-of-fold scores need two at least"
            raise ValueError(msg)
        n_folds = self.n_folds or (5 if labels.shape[1] <= _MANY_TOPICS else 3)
        return assign_folds(labels, group, n_folds=min(n_folds, n_groups), seed=self.random_state)

    def __getstate__(self) -> dict[str, Any]:
        state: dict[str, Any] = super().__getstate__()
        return {name: value for name, value in state.items() if name != "out_of_fold_proba_"}

    def decision_function(self, X: Iterable[Item]) -> NDArray[np.float64]:
        """How far each article's log-odds are above the topic's threshold.

        Returns:
            Shape (n_articles, n_topics); zero and above is a yes.
        """
        return log_odds(self.predict_proba(X)) - log_odds(self.model_.thresholds)

    def predict(self, X: Iterable[Item]) -> NDArray[np.int64]:
        """Which topics each article carries: 1 or 0, shape (n_articles, n_topics)."""
        return (self.predict_proba(X) >= self.model_.thresholds).astype(np.int64)

    def score(self, X: Iterable[Item], Y: Any, sample_weight: ArrayLike | None = None) -> float:
        """The share of articles of which every known label is right.

        Args:
            X: Articles.
            Y: Their labels, in any form that `fit` takes. Unknown ones, and articles without any
                known one, are left out; a name that is no topic of the model is a miss.
            sample_weight: How much each article counts, shape (n_articles,).

        Raises:
            ValueError: No label is known, or the labels don't fit.
        """
        check_is_fitted(self, "model_")
        items = list(articles_of(X))
        labels, _ = label_array(Y, self.topics_, n_articles=len(items), strict=False)
        answers = np.zeros_like(labels)
        answers[:, : len(self.topics_)] = self.predict(items)
        known = labels >= 0
        if not known.any():
            msg = "there is no known label to score on"
            raise ValueError(msg)
        right = ((answers == labels) | ~known).all(1)
        weight = np.ones(len(items)) if sample_weight is None else np.asarray(sample_weight, float)
        return float(np.average(right[known.any(1)], weights=weight[known.any(1)]))

    def predict_proba(self, X: Iterable[Item]) -> NDArray[np.float64]:
        """The calibrated probability of each topic, shape (n_articles, n_topics), always."""
        check_is_fitted(self, "model_")
        return self.model_.predict_proba(X)


def _texts(X: Iterable[Item], scratch: Scratch | None) -> Sequence[str]:
    if isinstance(X, TextFile):
        return X
    texts = (article.joined for article in articles_of(X))
    if scratch is None:
        return list(texts)
    file = TextFile(scratch)
    file.extend(texts)
    return file


def _fingerprints(corpus: Corpus) -> NDArray[np.uint64]:
    """A number for the words of each article, the same for the same words."""
    digests = (hashlib.blake2b(article.tobytes(), digest_size=8).digest() for article in corpus)
    return np.frombuffer(b"".join(digests), np.uint64)


@dataclass(frozen=True, eq=False)
class _About:
    """What is known about each article beside its labels; shape (n_articles,) each.

    Attributes:
        weight: How much it counts.
        trusted: Whether its labels hold for its passages and for calibration.
        measured: Whether thresholds are computed on it, too.
        source: The number of its source.
        names: Ways of naming the group that it belongs to; one or none.
    """

    weight: NDArray[np.float64]
    trusted: NDArray[np.bool_]
    measured: NDArray[np.bool_]
    source: NDArray[np.int64]
    names: list[list[Any]]

    @classmethod
    def of(cls, n: int, **given: ArrayLike | Sequence[object] | None) -> Self:
        def column(name: str, kind: Any = None) -> NDArray[Any]:
            values = np.ones(n, bool) if given[name] is None else np.asarray(given[name], kind)
            if values.shape != (n,):
                msg = f"{name} must have one value per article, shape {(n,)}, not {values.shape}"
                raise ValueError(msg)
            return values

        weight = column("sample_weight").astype(float)
        if not (weight >= 0).all() or not 0 < weight.sum() < np.inf:
            msg = "sample_weight must be zero or above, and not zero for all"
            raise ValueError(msg)
        trust = column("trusted").astype(bool)
        return cls(
            weight=weight,
            trusted=trust,
            measured=trust & column("measured").astype(bool),
            source=_numbered(column("sources", object).tolist()),
            # As objects: among strings NumPy would make a name of what is missing.
            names=[] if given["groups"] is None else [column("groups", object).tolist()],
        )

    def trusting(self, most: int) -> Self:
        """The same with so many articles trusted at most, drawn evenly."""
        trusted = np.flatnonzero(self.trusted)
        if len(trusted) <= most:
            return self
        kept = np.zeros(len(self.trusted), bool)
        kept[trusted[evenly(len(trusted), most)]] = True
        return replace(self, trusted=kept, measured=self.measured & kept)

    @property
    def heaviest_first(self) -> NDArray[np.int64]:
        """The numbers of the articles, by falling weight."""
        return np.argsort(-self.weight, kind="stable")


def _numbered(names: Sequence[Any]) -> NDArray[np.int64]:
    """The number of each name; those that are missing share one."""
    place: dict[str, int] = {}
    return np.array([place.setdefault(str(name), len(place)) for name in names], np.int64)
