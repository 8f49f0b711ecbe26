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

    def scaled(self, scale: NDArray[np.float64]) -> sparse.csr_matrix:
        """The features, each times its scale, float64."""
        indices, indptr = self.features.indices, self.features.indptr
        data = self.features.data * scale[indices]
        return sparse.csr_matrix((data, indices, indptr), shape=self.features.shape)


def _fit_one(
    examples: _Examples, yes: NDArray[np.bool_], settings: LinearSettings
) -> tuple[NDArray[np.float64], float]:
    weight = examples.weight
    sums = weight[yes].sum(), weight[~yes].sum()
    if not all(sums):
        # Without an example of either kind there is nothing to tell apart.
        return np.zeros(examples.features.shape[1]), 1.0 if sums[0] else -1.0
    # Those with the topic are few: from their rows and the sum of all the rest follows.
    carried = examples.features[yes].T @ weight[yes]
    half = len(weight) / 2
    scale = _discrimination(
        carried * (half / sums[0]), np.maximum(examples.sums - carried, 0) * (half / sums[1])
    )
    if settings.class_weight:
        weight = weight / np.where(yes, *sums) * half
    kind, keywords = LOSSES[settings.loss]
    machine = kind(C=settings.C, tol=0.1, random_state=settings.random_state, **keywords)
    with warnings.catch_warnings(), config_context(assume_finite=True):
        # Scores this close to the best ones rank articles alike.
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(
            examples.scaled(scale), yes, sample_weight=weight * (len(weight) / weight.sum())
        )
    return machine.coef_[0] * scale, float(machine.intercept_[0])


def _discrimination(
    with_topic: NDArray[np.float64], without: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The root of each feature's absolute log-count ratio, with a mean square of 1.

    Args:
        with_topic: The weighted count of each feature in examples with the topic; those with it
            and those without have the same weight in sum. Shape (n_features,).
        without: Likewise in those without.
    """
    count = _PRIOR + with_topic, _PRIOR + without
    ratio = np.abs(np.log(count[0] / count[1]) - np.log(count[0].sum() / count[1].sum()))
    if not ratio.any():
        return np.ones(len(ratio))
    scale: NDArray[np.float64] = np.sqrt(ratio / ratio.mean())
    return scale
