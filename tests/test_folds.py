"""Folds: even for every topic, and never through a story."""

import numpy as np
import pytest
from iterstrat.ml_stratifiers import MultilabelStratifiedKFold
from numpy.typing import NDArray

from topicclf.learning.folds import assign_folds


def _labels(n_articles: int, seed: int) -> NDArray[np.int8]:
    """Thirty topics, from every second article to a few in all."""
    rng = np.random.default_rng(seed)
    return (rng.random((n_articles, 30)) < np.geomspace(0.5, 0.004, 30)).astype(np.int8)


def _unevenness(labels: NDArray[np.int8], folds: NDArray[np.int64], n_folds: int) -> float:
    """The most by which a fold's number of a topic's articles is off, in articles."""
    counts = np.stack([(labels[folds == fold] == 1).sum(0) for fold in range(n_folds)])
    return float(np.abs(counts - counts.mean(0)).max())


def _sizes(folds: NDArray[np.int64]) -> int:
    """By how much the greatest fold is greater than the smallest, in articles."""
    sizes = np.bincount(folds)
    return int(sizes.max() - sizes.min())


@pytest.mark.parametrize("n_folds", [2, 3, 5, 10])
def test_folds_are_as_even_as_those_of_iterative_stratification(n_folds: int) -> None:
    """As the library does it, which knows no stories; to one article, and in size as well."""
    labels = _labels(2000, seed=n_folds)
    ours = assign_folds(labels, np.arange(2000), n_folds=n_folds, seed=0)
    library = np.empty(2000, np.int64)
    splitter = MultilabelStratifiedKFold(n_folds, shuffle=True, random_state=0)
    for fold, (_, held) in enumerate(splitter.split(np.zeros(2000), labels)):
        library[held] = fold
    assert _unevenness(labels, ours, n_folds) <= _unevenness(labels, library, n_folds) + 1
    assert _sizes(ours) <= max(_sizes(library), 2)


def test_a_story_is_on_one_side_and_topics_are_even_all_the_same() -> None:
    """With stories of one to nine articles."""
    labels = _labels(2000, seed=1)
    stories = np.repeat(np.arange(600), np.random.default_rng(1).integers(1, 10, 600))[:2000]
    folds = assign_folds(labels, stories, n_folds=5, seed=0)
    assert all(len(set(folds[stories == story])) == 1 for story in np.unique(stories))
    assert _unevenness(labels, folds, 5) <= 0.1 * labels.sum(0).max()
    assert _sizes(folds) <= 20


def test_unknown_labels_count_for_no_fold() -> None:
    """Neither as a yes nor as a no."""
    labels = np.repeat(np.array([[1], [-1]], np.int8), 50, axis=0)
    folds = assign_folds(labels, np.arange(100), n_folds=5, seed=0)
    assert _unevenness(labels, folds, 5) == 0
