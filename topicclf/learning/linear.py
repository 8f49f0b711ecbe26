"""The linear classifiers: one per topic and fold, on the articles whose label is known."""

from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy import sparse
from sklearn.svm import LinearSVC

__all__ = ["Examples", "LinearSettings", "fold_weights"]

# Added to the weighted count of a feature on either side, so that rare ones look undecided.
_PRIOR = 5.0


@dataclass(frozen=True, eq=False)
class Examples:
    """What the classifiers learn from.

    Attributes:
        features: Shape (n_examples, n_features), float32.
        labels: 1 yes, 0 no, -1 unknown; shape (n_examples, n_topics).
        weight: How much each counts, shape (n_examples,).
        folds: Shape (n_examples,).
    """

    features: sparse.csr_matrix
    labels: NDArray[np.int8]
    weight: NDArray[np.float64]
    folds: NDArray[np.int64]


@dataclass(frozen=True)
class LinearSettings:
    """How the classifiers learn.

    Attributes:
        C: Inverse strength of the regularisation; weights are scaled to a mean of 1 first.
        max_pairs: How many word pairs to keep.
        n_jobs: How many threads; None for one.
    """

    C: float
    max_pairs: int
    n_jobs: int | None


def fold_weights(
    examples: Examples, settings: LinearSettings
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Learn, for each fold, a linear support vector machine per topic from the other folds.

    The squared hinge loss, with yes and no weighing the same in sum. Features are first scaled by
    the root of how far they tell yes from no by themselves, so that those that don't are held down
    more; a tempered form of NBSVM, Wang and Manning (2012), "Baselines and Bigrams: Simple, Good
    Sentiment and Topic Classification", ACL. The scale is folded into the weights.

    Args:
        examples: What to learn from.
        settings: How.

    Returns:
        Weights, shape (n_folds, n_features, n_topics), and intercepts, (n_folds, n_topics). They
        are rounded as the model file keeps them.
    """
    n_topics = examples.labels.shape[1]
    n_folds = int(examples.folds.max()) + 1
    coef = np.zeros((n_folds, examples.features.shape[1], n_topics), np.float32)
    intercept = np.zeros((n_folds, n_topics))

    def learn(fold: int, topic: int) -> None:
        label = examples.labels[:, topic]
        chosen = np.flatnonzero((label >= 0) & (examples.folds != fold))
        yes = label[chosen] == 1
        weight = examples.weight[chosen]
        sums = weight[yes].sum(), weight[~yes].sum()
        if not all(sums):
            # Without an example of either kind there is nothing to tell apart.
            intercept[fold, topic] = 1.0 if sums[0] else -1.0
            return
        balanced = weight / np.where(yes, *sums) * len(chosen) / 2
        features = examples.features[chosen]
        scale = _discrimination(features, yes, balanced)
        features.data *= scale[features.indices]
        machine = LinearSVC(C=settings.C, dual=False, tol=2e-2, max_iter=1000)
        machine.fit(features, yes, sample_weight=balanced)
        coef[fold, :, topic] = machine.coef_[0] * scale
        intercept[fold, topic] = machine.intercept_[0]

    jobs = [delayed(learn)(fold, topic) for fold in range(n_folds) for topic in range(n_topics)]
    # liblinear lets go of the interpreter's lock, and threads share the one matrix.
    Parallel(n_jobs=settings.n_jobs, require="sharedmem")(jobs)
    return coef, intercept


def _discrimination(
    features: sparse.csr_matrix, yes: NDArray[np.bool_], weight: NDArray[np.float64]
) -> NDArray[np.float32]:
    """The root of each feature's absolute log-count ratio, with a mean square of 1."""
    count = [_PRIOR + features.T @ (weight * side) for side in (yes, ~yes)]
    ratio = np.abs(np.log(count[0] / count[0].sum()) - np.log(count[1] / count[1].sum()))
    if not ratio.any():
        return np.ones(len(ratio), np.float32)
    scale: NDArray[np.float32] = np.sqrt(ratio / ratio.mean()).astype(np.float32)
    return scale
