"""The linear classifiers: one per topic and fold, on the articles whose label is known."""

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from topicclf.learning.matrix_file import Matrix, MatrixFile, column_sums
from topicclf.learning.start import Start
from topicclf.learning.streamed import Examples, at_once, solve

__all__ = ["LOSSES", "Linear", "LinearSettings", "fit_linear", "fit_several"]

#: The losses, and liblinear's machines for them; the dual ones, quick also for rare topics.
LOSSES: Mapping[str, tuple[Any, dict[str, Any]]] = MappingProxyType(
    {
        "squared_hinge": (LinearSVC, {"dual": True, "loss": "squared_hinge"}),
        "hinge": (LinearSVC, {"dual": True, "loss": "hinge"}),
        "log": (LogisticRegression, {"dual": True, "solver": "liblinear"}),
    }
)

# The weights of the features, and the intercept.
_Weights = tuple[NDArray[np.float64], float]

# Of 2,200 articles, probabilities are less than 0.0001 away from what they tend to, at 0.01 up to
# 0.04. Of more, single ones are farther: a passage's score decides whether it is learnt from.
_TOLERANCE = 0.001

# Added to the weighted count of a feature on either side, so that rare ones look undecided.
_PRIOR = 5.0

# A cell of what a classifier learns from, with the copies that scikit-learn and liblinear make.
_CELL = 28

# Of the examples without a topic so many at least, and so many for each with it, are learnt from
# in full if they look like it; of the others one in so many, but no more than of those.
_HARD = 500
_HARD_EACH = 4
_EVERY = 5

# How cheap a base's own score is to the regularisation, beside the corrections to its weights.
_BASE = 2.0

# How much the vectors of terms weigh, beside the terms.
_VECTORS = 1.0


@dataclass(frozen=True)
class LinearSettings:
    """How a classifier learns.

    Attributes:
        C: Inverse strength of the regularisation; weights are scaled to a mean of 1 first.
        loss: One of `LOSSES`.
        class_weight: ``"balanced"`` lets yes and no weigh the same in sum; None changes nothing.
        random_state: Seed of the order in which examples are visited.
    """

    C: float
    loss: str = "squared_hinge"
    class_weight: str | None = None
    random_state: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.C < float("inf"):
            msg = f"C must be above 0, not {self.C}"
            raise ValueError(msg)
        if self.loss not in LOSSES:
            msg = f"loss must be one of {', '.join(LOSSES)}, not {self.loss!r}"
            raise ValueError(msg)
        if self.class_weight not in (None, "balanced"):
            msg = f"class_weight must be 'balanced' or None, not {self.class_weight!r}"
            raise ValueError(msg)


@dataclass(frozen=True, eq=False)
class Linear:
    """Linear classifiers, one per topic.

    Attributes:
        coef: Shape (n_topics, n_features), float64.
        intercept: Shape (n_topics,), float64.
    """

    coef: NDArray[np.float64]
    intercept: NDArray[np.float64]


def fit_linear(
    features: Matrix,
    labels: NDArray[np.int8],
    weight: NDArray[np.float64],
    settings: LinearSettings,
    start: Start | None = None,
) -> Linear:
    """Learn one linear classifier per topic, by coordinate descent in the dual.

    Features are first scaled by the root of how well each separates yes from no alone, so that
    those that don't are held down more; a tempered form of NBSVM, Wang and Manning (2012),
    "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification", ACL. The scale is
    folded into the weights.

    Args:
        features: Shape (n_examples, n_features).
        labels: 1 yes, 0 no, -1 unknown; shape (n_examples, n_topics).
        weight: How much each example counts, shape (n_examples,).
        settings: How.
        start: What is known before, if anything: the weights of its topics are pulled to a multiple
            of the base's, as those are what the regularisation leaves free.
    """
    [linear] = fit_several(features, [(labels, weight)], settings, start)
    return linear


def fit_several(
    features: Matrix,
    several: Iterable[tuple[NDArray[np.int8], NDArray[np.float64]]],
    settings: LinearSettings,
    start: Start | None = None,
) -> Iterator[Linear]:
    """Learn classifiers of the same topics from several labels and weights of the same examples.

    Those of examples in a file that memory can't hold are learnt several at a time: they share the
    reading. Otherwise as `fit_linear`.
    """
    left = iter(several)
    size = at_once(features) if isinstance(features, MatrixFile) else 1
    while group := list(islice(left, size)):
        n_topics = group[0][0].shape[1]
        found = [
            each
            for labels, weight in group
            for each in _examples(features, labels, weight, settings, start)
        ]
        fitted = iter(_fitted(features, found, settings))
        for _ in group:
            each_topic = list(islice(fitted, n_topics))
            yield Linear(
                np.array([coef for coef, _ in each_topic]),
                np.array([intercept for _, intercept in each_topic]),
            )


def _examples(
    features: Matrix,
    labels: NDArray[np.int8],
    weight: NDArray[np.float64],
    settings: LinearSettings,
    start: Start | None,
) -> Iterator[Examples | _Weights]:
    """What each topic is learnt from, or its weights where there is nothing to learn."""
    # As precise as the features: scipy would make doubles of them all for a double.
    single = weight.astype(np.float32)
    known = np.zeros(len(weight), bool)
    sums: NDArray[np.float32] = np.zeros(features.shape[1], np.float32)
    for topic in range(labels.shape[1]):
        if not np.array_equal(known, labels[:, topic] >= 0):
            known = labels[:, topic] >= 0
            sums = features.T @ (single * known)
        of_topic = None if start is None else start.of(slice(topic, topic + 1))
        yield _examples_of_one(features, labels[:, topic], single, sums, settings, of_topic)


def _examples_of_one(
    features: Matrix,
    label: NDArray[np.int8],
    weight: NDArray[np.float32],
    sums: NDArray[np.float32],
    settings: LinearSettings,
    start: Start | None,
) -> Examples | _Weights:
    yes, no = np.flatnonzero(label == 1), np.flatnonzero(label == 0)
    totals = weight[yes].sum(dtype=np.float64), weight[no].sum(dtype=np.float64)
    pulled = start is not None and bool(start.known[0])
    if not all(totals):
        if start is not None and pulled:
            return start.coef[:, 0].astype(np.float64), float(start.intercept[0])
        # Without an example of either kind there is nothing to separate.
        return np.zeros(features.shape[1]), 1.0 if totals[0] else -1.0
    # Those with the topic are few: from their rows and the sum of all the rest follows.
    carried = column_sums(features, yes, weight).astype(np.float64)
    half = (len(yes) + len(no)) / 2
    ratio = _log_count_ratio(
        carried * (half / totals[0]), np.maximum(sums - carried, 0) * (half / totals[1])
    )
    scale = np.sqrt(np.abs(ratio) / np.abs(ratio).mean()) if ratio.any() else np.ones(len(ratio))
    if start is not None:
        scale = scale * start.scale
    rows, times = _chosen(features, label, ratio)
    carries = label[rows] == 1
    per_class = totals if settings.class_weight else (sum(totals) / 2,) * 2
    return Examples(
        rows=rows,
        carries=carries,
        counts=weight[rows] * times * np.where(carries, half / per_class[0], half / per_class[1]),
        scale=scale,
        base=_BASE * start.coef if start is not None and pulled else None,
        term_vectors=None if start is None else start.term_vectors,
    )


def _fitted(
    features: Matrix, several: Sequence[Examples | _Weights], settings: LinearSettings
) -> list[_Weights]:
    """The weights from each of several sets of examples."""
    found: dict[int, _Weights] = {}
    large: dict[int, Examples] = {}
    for place, each in enumerate(several):
        if not isinstance(each, Examples):
            found[place] = each
        elif isinstance(features, MatrixFile) and not _fits(features, each.rows):
            large[place] = each
        else:
            found[place] = _descend(features, each, settings)
    if isinstance(features, MatrixFile):
        places = iter(large)
        while group := list(islice(places, at_once(features))):
            examples = [large[place] for place in group]
            solved = solve(
                features,
                examples,
                C=settings.C,
                linear=settings.loss == "hinge",
                tolerance=_TOLERANCE,
                seed=settings.random_state,
            )
            found |= zip(group, solved, strict=True)
    return [found[place] for place in range(len(several))]


def _fits(features: MatrixFile, rows: NDArray[np.int64]) -> bool:
    n_cells = int((features.indptr[rows + 1] - features.indptr[rows]).sum())
    return n_cells * _CELL <= features.most_bytes


def _descend(features: Matrix, examples: Examples, settings: LinearSettings) -> _Weights:
    """Learn from examples in memory, whose features are scaled first."""
    every = not isinstance(features, MatrixFile) and len(examples.rows) == features.shape[0]
    kept: Any = features if every else features[examples.rows]
    values = examples.scale[kept.indices]
    values *= kept.data
    scaled = sparse.csr_matrix((values, kept.indices, kept.indptr), shape=kept.shape)
    added = _added(kept, scaled, examples)
    if added:
        seen = [sparse.csr_matrix(kept[:, each.rows] @ each.weights) for each in added]
        scaled = sparse.hstack([scaled, *seen], format="csr")
    kind, keywords = LOSSES[settings.loss]
    machine = kind(C=settings.C, tol=_TOLERANCE, random_state=settings.random_state, **keywords)
    trusting = config_context(assume_finite=True, skip_parameter_validation=True)
    with warnings.catch_warnings(), trusting:
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(scaled, examples.carries, sample_weight=examples.counts)
    learnt: NDArray[np.float64] = machine.coef_[0]
    coef, rest = np.split(learnt, [len(examples.scale)])
    coef *= examples.scale
    for each in added:
        its, rest = np.split(rest, [each.weights.shape[1]])
        coef[each.rows] += each.weights @ its
    return coef, float(machine.intercept_[0])


@dataclass(frozen=True, eq=False)
class _Added:
    """Columns that a base adds to the features, each a weighted sum of some of them.

    Attributes:
        rows: The features, shape (n,) if not all.
        weights: Shape (n, n_columns).
    """

    rows: Any
    weights: NDArray[np.floating]


def _added(kept: sparse.csr_matrix, scaled: sparse.csr_matrix, examples: Examples) -> list[_Added]:
    """The base's own score, if it has the topic, and the sums of its terms' vectors."""
    added = []
    if examples.base is not None:
        added.append(_Added(slice(None), examples.base))
    if examples.term_vectors is not None:
        terms, vectors = examples.term_vectors
        size = np.linalg.norm(kept[:, terms] @ vectors)
        if size > 0:
            added.append(_Added(terms, vectors * (_VECTORS * np.linalg.norm(scaled.data) / size)))
    return added


def _log_count_ratio(
    with_topic: NDArray[np.float64], without: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far each feature speaks for the topic by itself, as Wang and Manning (2012) have it.

    Args:
        with_topic: The weighted count of each feature in examples with the topic; those with it
            and those without have the same weight in sum. Shape (n_features,).
        without: Likewise in those without.
    """
    count = _PRIOR + with_topic, _PRIOR + without
    ratio: NDArray[np.float64] = np.log(count[0] / count[1])
    ratio -= np.log(count[0].sum() / count[1].sum())
    return ratio


def _chosen(
    features: Matrix, label: NDArray[np.int8], ratio: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Which examples to learn a topic from, and how often each counts.

    Where those without the topic are many, most of them are alike: those that log-count ratios
    alone take for the topic are kept, and a fifth or less of the others, each for several. After
    Fithian and Hastie (2014), "Local Case-Control Sampling: Efficient Subsampling in Imbalanced
    Data Sets", Annals of Statistics 42.

    Args:
        features: Shape (n_examples, n_features).
        label: 1 yes, 0 no, -1 unknown; shape (n_examples,).
        ratio: The log-count ratio of each feature, shape (n_features,).

    Returns:
        The numbers of the examples, and how often each counts, likewise.
    """
    times = (label >= 0).astype(float)
    without = np.flatnonzero(label == 0)
    n_hard = max(_HARD, _HARD_EACH * int((label == 1).sum()))
    if len(without) > 2 * n_hard:
        score = features @ ratio.astype(np.float32)
        without = without[np.argsort(-score[without], kind="stable")]
        easy = without[n_hard:]
        step = max(_EVERY, -(-len(easy) // n_hard))
        times[easy] = 0
        # Evenly from those that nearly look like it to those that least do.
        times[easy[step // 2 :: step]] = step
    rows = np.flatnonzero(times)
    return rows, times[rows]
