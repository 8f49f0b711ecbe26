"""The company that words keep: how alike terms are, learnt from articles without their labels.

Where labelled articles are few, most words of the articles to come are in none of them. Terms that
turn up in the same articles get similar vectors, by latent semantic analysis (Deerwester et al.
1990, "Indexing by Latent Semantic Analysis", Journal of the American Society for Information
Science 41), found by random projection (Halko, Martinsson and Tropp 2011, "Finding Structure with
Randomness", SIAM Review 53). A model keeps them for those that start from it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from topicclf.features.vocabulary import Vocabulary

__all__ = ["company_of", "learn_company"]

# So many numbers for each of so many terms, the most frequent ones: 0.4 MB of a model file.
_WIDTH = 64
_MOST_TERMS = 12_000
# More articles say little more, and fewer too little.
MOST_ARTICLES = 20_000
_FEWEST_ARTICLES = 500
_SPARE, _ROUNDS = 8, 2
# Four bits for each number: a sign, and the root of its size from 0 to 7, as most are small; those
# beyond this share are cut off.
_LARGEST, _ZERO = 7, 8
_WITHIN = 0.9999


def learn_company(
    articles: sparse.csr_matrix, vocabulary: Vocabulary, *, seed: int
) -> NDArray[np.uint8] | None:
    """Learn which terms keep the same company.

    Args:
        articles: Features of articles, shape (n_articles, n_features).
        vocabulary: What the features are.
        seed: Random seed.

    Returns:
        As in `topicclf.features.vocabulary.Vocabulary`, or None where articles or terms are few.
    """
    n_terms = min(vocabulary.unknown, _MOST_TERMS)
    if articles.shape[0] < _FEWEST_ARTICLES or n_terms < _WIDTH + _SPARE:
        return None
    x = articles[:, _frequent(vocabulary, n_terms)]
    random = np.random.default_rng(seed)
    start = random.standard_normal((x.shape[0], _WIDTH + _SPARE), np.float32)
    basis = np.linalg.qr(x.T @ start)[0]
    for _ in range(_ROUNDS):
        basis = np.linalg.qr(x.T @ (x @ basis))[0]
    seen = x @ basis
    _, turned = np.linalg.eigh(seen.T @ seen)
    vectors = basis @ turned[:, : -_WIDTH - 1 : -1]
    # No column matters more for what its sign is: the same on every machine.
    vectors *= np.where(vectors.sum(0) < 0, -1, 1)
    size = np.abs(vectors)
    roots = np.sqrt(np.minimum(size / max(np.quantile(size, _WITHIN), 1e-9), 1))
    steps = (np.sign(vectors) * np.rint(_LARGEST * roots)).astype(np.int64) + _ZERO
    packed: NDArray[np.uint8] = (steps[:, ::2] << 4 | steps[:, 1::2]).astype(np.uint8)
    return packed


def company_of(vocabulary: Vocabulary) -> tuple[NDArray[np.int64], NDArray[np.float32]] | None:
    """The terms whose company is known, and a vector for each; None where none is.

    Returns:
        Shape (n,), and (n, n_columns).
    """
    packed = vocabulary.company
    if packed is None:
        return None
    steps = np.stack([packed >> 4, packed & 15], axis=2).reshape(len(packed), -1)
    roots = steps.astype(np.float32) - _ZERO
    return _frequent(vocabulary, len(packed)), roots * np.abs(roots)


def _frequent(vocabulary: Vocabulary, n_terms: int) -> NDArray[np.int64]:
    """The most frequent terms, ascending."""
    return np.sort(np.argsort(vocabulary.idf[: vocabulary.unknown], kind="stable")[:n_terms])
