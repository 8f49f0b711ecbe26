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

__all__ = ["LOSSES", "LinearSettings", "fit_linear"]

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


def fit_linear(
    features: sparse.csr_matrix,
    yes: NDArray[np.bool_],
    weight: NDArray[np.float64],
    settings: LinearSettings,
) -> tuple[NDArray[np.float64], float]:
    """Learn one linear classifier, by coordinate descent in the dual.

    Features are first scaled by the root of how far they tell yes from no by themselves, so that
    those that don't are held down more; a tempered form of NBSVM, Wang and Manning (2012),
    "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification", ACL. The scale is
    folded into the weights.

    Args:
        features: Shape (n_examples, n_features); its values are scaled in place.
        yes: Whether each example carries the topic, shape (n_examples,).
        weight: How much each counts, likewise.
        settings: How.

    Returns:
        The weights, shape (n_features,), and the intercept.
    """
    sums = weight[yes].sum(), weight[~yes].sum()
    if not all(sums):
        # Without an example of either kind there is nothing to tell apart.
        return np.zeros(features.shape[1]), 1.0 if sums[0] else -1.0
    balanced = weight / np.where(yes, *sums) * len(weight) / 2
    scale = _discrimination(features, yes, balanced)
    features.data = features.data * scale[features.indices]
    kind, keywords = LOSSES[settings.loss]
    machine = kind(C=settings.C, tol=0.1, random_state=settings.random_state, **keywords)
    even = weight * (len(weight) / weight.sum())
    with warnings.catch_warnings(), config_context(assume_finite=True):
        # Scores this close to the best ones rank articles alike.
        warnings.simplefilter("ignore", ConvergenceWarning)
        machine.fit(features, yes, sample_weight=balanced if settings.class_weight else even)
    coef: NDArray[np.float64] = machine.coef_[0] * scale
    return coef, float(machine.intercept_[0])


def _discrimination(
    features: sparse.csr_matrix, yes: NDArray[np.bool_], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The root of each feature's absolute log-count ratio, with a mean square of 1."""
    # Those with the topic are few: from their rows and the sum of all the rest follows.
    with_topic = features[yes].T @ weight[yes]
    without = features.T @ weight - with_topic
    count = [_PRIOR + with_topic, _PRIOR + np.maximum(without, 0)]
    ratio = np.abs(np.log(count[0] / count[0].sum()) - np.log(count[1] / count[1].sum()))
    if not ratio.any():
        return np.ones(len(ratio))
    scale: NDArray[np.float64] = np.sqrt(ratio / ratio.mean())
    return scale
