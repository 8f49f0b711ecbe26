"""The linear classifiers: one per topic and fold, on the articles whose label is known."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

__all__ = ["LOSSES", "Linear", "LinearSettings", "fit_linear"]

#: The losses, and liblinear's machines for them; the dual ones, quick also for rare topics.
LOSSES: Mapping[str, tuple[Any, dict[str, Any]]] = MappingProxyType(
    {
        "squared_hinge": (LinearSVC, {"dual": True, "loss": "squared_hinge"}),
        "hinge": (LinearSVC, {"dual": True, "loss": "hinge"}),
        "log": (LogisticRegression, {"dual": True, "solver": "liblinear"}),
    }
)

# Added to the weighted count of a feature on either side, so that rare ones look undecided.
_PRIOR = 5.0

# Of the examples without a topic so many at least, and so many for each with it, are learnt from
# in full if they look like it; of the others one in so many, but no more than of those.
_HARD = 500
_HARD_EACH = 4
_EVERY = 5


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
        if self.loss not in LOSSES:
            msg = f"there is no loss {self.loss!r}; there are {', '.join(LOSSES)}"
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
    features: sparse.csr_matrix,
    labels: NDArray[np.int8],
    weight: NDArray[np.float64],
    settings: LinearSettings,
) -> Linear:
    """Learn one linear classifier per topic, by coordinate descent in the dual.

    Features are first scaled by the root of how far they tell yes from no by themselves, so that
    those that don't are held down more; a tempered form of NBSVM, Wang and Manning (2012),
    "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification", ACL. The scale is
    folded into the weights.

    Args:
        features: Shape (n_examples, n_features).
        labels: 1 yes, 0 no, -1 unknown; shape (n_examples, n_topics).
        weight: How much each example counts, shape (n_examples,).
        settings: How.
    """
    n_topics = labels.shape[1]
    coef = np.zeros((n_topics, features.shape[1]))
    intercept = np.zeros(n_topics)
    everything = _Examples(features, weight, features.T @ weight)
    for topic in range(n_topics):
        known = labels[:, topic] >= 0
        examples = everything if known.all() else everything.of(known)
        yes = labels[known, topic] == 1
        coef[topic], intercept[topic] = _fit_one(examples, yes, settings)
    return Linear(coef, intercept)


@dataclass(frozen=True, eq=False)
class _Examples:
    """Examples whose label is known.

    Attributes:
        features: Shape (n_examples, n_features).
        weight: Shape (n_examples,).
        sums: Of each feature, weighted; shape (n_features,).
    """

    features: sparse.csr_matrix
    weight: NDArray[np.float64]
    sums: NDArray[np.float64]

    def of(self, rows: NDArray[np.bool_]) -> "_Examples":
        features, weight = self.features[rows], self.weight[rows]
        return _Examples(features, weight, features.T @ weight)


def _fit_one(
    examples: _Examples, yes: NDArray[np.bool_], settings: LinearSettings
) -> tuple[NDArray[np.float64], float]:
    weight, features = examples.weight, examples.features
    sums = weight[yes].sum(), weight[~yes].sum()
    if not all(sums):
        # Without an example of either kind there is nothing to tell apart.
        return np.zeros(features.shape[1]), 1.0 if sums[0] else -1.0
    # Those with the topic are few: from their rows and the sum of all the rest follows.
    carried = features[yes].T @ weight[yes]
    half = len(weight) / 2
    ratio = _log_count_ratio(
        carried * (half / sums[0]), np.maximum(examples.sums - carried, 0) * (half / sums[1])
    )
    scale = np.sqrt(np.abs(ratio) / np.abs(ratio).mean()) if ratio.any() else np.ones(len(ratio))
    if settings.class_weight:
        weight = weight / np.where(yes, *sums) * half
    weight = weight * (len(weight) / weight.sum())
    rows, times = _telling(features, yes, ratio)
    kept = features[rows] if len(rows) < len(yes) else features
    scaled = sparse.csr_matrix(
        (kept.data * scale[kept.indices], kept.indices, kept.indptr), shape=kept.shape
    )
    kind, keywords = LOSSES[settings.loss]
    machine = kind(C=settings.C, tol=0.1, random_state=settings.random_state, **keywords)
    trusting = config_context(assume_finite=True, skip_parameter_validation=True)
    with warnings.catch_warnings(), trusting:
        # Scores this close to the best ones rank articles alike.
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(scaled, yes[rows], sample_weight=weight[rows] * times)
    return machine.coef_[0] * scale, float(machine.intercept_[0])


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


def _telling(
    features: sparse.csr_matrix, yes: NDArray[np.bool_], ratio: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Which examples to learn a topic from, and how many each stands for.

    Where those without the topic are many, most of them say the same: those that log-count ratios
    alone take for the topic are kept, and a fifth or less of the others, each for several. After
    Fithian and Hastie (2014), "Local Case-Control Sampling: Efficient Subsampling in Imbalanced
    Data Sets", Annals of Statistics 42.

    Args:
        features: Shape (n_examples, n_features).
        yes: Whether each example carries the topic, shape (n_examples,).
        ratio: The log-count ratio of each feature, shape (n_features,).

    Returns:
        The numbers of the examples, and how often each counts, likewise.
    """
    without = np.flatnonzero(~yes)
    n_hard = max(_HARD, _HARD_EACH * (len(yes) - len(without)))
    if len(without) <= 2 * n_hard:
        return np.arange(len(yes)), np.ones(len(yes))
    score = features @ ratio.astype(np.float32)
    without = without[np.argsort(-score[without], kind="stable")]
    times = yes.astype(float)
    hard, easy = without[:n_hard], without[n_hard:]
    step = max(_EVERY, -(-len(easy) // n_hard))
    times[hard] = 1
    # Evenly from those that nearly look like it to those that least do.
    times[easy[step // 2 :: step]] = step
    rows = np.flatnonzero(times)
    return rows, times[rows]
