"""Folds that keep a group of articles together and give every fold its share of each topic."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["assign_folds"]


def assign_folds(
    labels: NDArray[np.int8], groups: NDArray[np.int64], *, n_folds: int, seed: int
) -> NDArray[np.int64]:
    """Assign groups to folds.

    Groups come in random order, those with the most positives first, and each goes to the fold
    that lacks its topics most; after Sechidis et al. (2011), "On the Stratification of Multi-Label
    Data", ECML PKDD, with groups in the place of items, which no library does; without groups the
    folds are as even as those of the package iterative-stratification.

    Args:
        labels: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics).
        groups: Articles of one group share a number; shape (n_articles,).
        n_folds: How many folds.
        seed: Random seed.

    Returns:
        The fold of each article, shape (n_articles,).
    """
    _, group = np.unique(groups, return_inverse=True)
    ones = np.ones(len(group))
    articles = sparse.csr_array((ones, (group, np.arange(len(group)))))
    positives = sparse.csr_array(articles @ sparse.csr_array(labels == 1, dtype=float))
    sizes = np.bincount(group).astype(float)
    shuffled = np.random.default_rng(seed).permutation(len(sizes))
    order = shuffled[np.argsort(-(positives.sum(1) + sizes)[shuffled], kind="stable")]
    scarcity = 1 / np.maximum(positives.sum(0), 1)
    filled = np.zeros((labels.shape[1], n_folds))
    filled_size = np.zeros(n_folds)
    fold_of = np.empty(len(sizes), np.int64)
    for g in order.tolist():
        its = slice(*positives.indptr[g : g + 2].tolist())
        topics = positives.indices[its]
        fold = int(np.argmin(filled[topics].sum(0) + filled_size))
        fold_of[g] = fold
        filled[topics, fold] += positives.data[its] * scarcity[topics]
        filled_size[fold] += sizes[g] / len(group)
    return fold_of[group]
