"""What is measured out of fold tells the truth, and each thing that is known counts."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from topicclf import TopicClassifier
from topicclf.learning.precision_recall_bounds import OutOfFoldPredictions, curves


def _babble(n: int, *, seed: int) -> list[str]:
    """Articles of a dozen sentences of random words."""
    rng = np.random.default_rng(seed)
    words = [f"w{first}{second}x" for first in "abcdefghijklmnopqrst" for second in "abcdefghijkl"]
    return [
        " ".join(" ".join(rng.choice(words, 10)).capitalize() + "." for _ in range(12))
        for _ in range(n)
    ]


@pytest.mark.parametrize(("learn_passages", "n_folds"), [(True, 5), (True, 2), (False, 5)])
def test_labels_that_are_noise_are_not_foretold(learn_passages: bool, n_folds: int) -> None:
    """Neither the weights, nor the join, nor what is said of passages has seen the fold."""
    n, n_topics = 400, 6
    rng = np.random.default_rng(1)
    labels = np.array([rng.permutation(n) < 40 for _ in range(n_topics)]).T.astype(int)
    learner = TopicClassifier(learn_passages=learn_passages, n_folds=n_folds)
    found = learner.fit(_babble(n, seed=0), labels)
    auc = [
        roc_auc_score(labels[:, topic], found.out_of_fold_proba_[:, topic])
        for topic in range(n_topics)
    ]
    assert np.mean(auc) == pytest.approx(0.5, abs=0.06)


_KINDS = ("Quake rescuers dig on", "Storm rescuers dig on", "The opera opens", "The council met")


def _news(n_each: int) -> tuple[list[str], NDArray[np.int_], NDArray[np.int_]]:
    """Texts of four kinds, which kind each is of, and whether it tells of a disaster."""
    kind = np.tile(np.arange(4), n_each)
    texts = [f"{_KINDS[which]} in town {number}." for number, which in enumerate(kind)]
    return texts, kind, (kind < 2).astype(int)


def test_an_unknown_label_is_no_label_against_the_topic() -> None:
    """Nine in ten quakes are unknown; as counterexamples they would outweigh the others."""
    texts, kind, disaster = _news(30)
    labels = disaster[:, np.newaxis].astype(float)
    labels[(kind == 0) & (np.arange(len(kind)) % 10 > 0)] = np.nan
    found = TopicClassifier().fit(texts, labels, groups=np.arange(len(texts)))
    assert found.predict_proba(["Quake rescuers dig on in the north"])[0, 0] > 0.8


def test_thresholds_go_by_the_articles_that_are_measured_on() -> None:
    """And so does all that is told of them."""
    texts, kind, disaster = _news(30)
    measured = kind != 1
    found = TopicClassifier().fit(texts, disaster[:, np.newaxis], measured=measured)
    assert found.out_of_fold_["0"]["positives"] == 30
    assert found.out_of_fold_["0"]["negatives"] == 60
    assert len(found.out_of_fold_proba_) == 120


def test_probabilities_go_by_the_articles_that_are_measured_on() -> None:
    """Half of the storms in the news are no disasters; all those written to learn from are."""
    texts, kind, disaster = _news(60)
    measured = np.arange(240) < 120
    labels = np.where((kind == 1) & measured & (np.arange(240) % 8 == 1), 0, disaster)
    found = TopicClassifier().fit(texts, labels[:, np.newaxis], measured=measured)
    every = TopicClassifier().fit(texts, labels[:, np.newaxis])
    storm = ["Storm rescuers dig on in the north"]
    assert found.predict_proba(storm)[0, 0] < every.predict_proba(storm)[0, 0]


def test_words_that_only_unlabelled_articles_have_are_learnt() -> None:
    """They have the topic of the words beside them."""
    texts, _, disaster = _news(30)
    pool = [f"Tremors: {text}" if "Quake" in text else f"Encore! {text}" for text in _news(30)[0]]
    labels = np.append(disaster, np.full(len(pool), -1))[:, np.newaxis]
    found = TopicClassifier().fit([*texts, *pool], labels)
    assert found.predict_proba(["Tremors"])[0, 0] > found.predict_proba(["Encore"])[0, 0] + 0.2
    assert found.out_of_fold_["0"]["positives"] + found.out_of_fold_["0"]["negatives"] == 120


def test_unlabelled_articles_do_not_leak_labels_into_their_fold() -> None:
    """What they are taken to carry comes of classifiers that have not seen the fold."""
    labels = np.random.default_rng(1).permutation(300)[:, np.newaxis] < 60
    known = np.vstack([labels.astype(int), np.full((300, 1), -1)])
    found = TopicClassifier().fit(_babble(600, seed=4), known)
    assert roc_auc_score(labels[:, 0], found.out_of_fold_proba_[:300, 0]) < 0.6


def _promise(**clusters: NDArray[np.int_]) -> float:
    """The precision that can be promised where a fifth of the storms are no disasters."""
    texts, kind, disaster = _news(100)
    labels = np.where((kind == 1) & (np.arange(400) % 20 == 1), 0, disaster)[:, np.newaxis]
    found = TopicClassifier(precision=0.7).fit(texts, labels, **clusters)
    return float(found.out_of_fold_["0"]["bound"])


def test_sources_that_differ_make_promises_careful() -> None:
    """All that is wrong is of one source; another source may be like that one."""
    kind = _news(100)[1]
    alike = np.arange(400) // 4
    assert _promise(groups=alike, sources=kind) < _promise(groups=alike)


def test_promises_hold_without_any_one_of_the_folds() -> None:
    """What is right in one fold alone is not promised for others."""
    probability = np.linspace(0.9, 1, 200)[:, np.newaxis]
    folds = np.arange(200) % 2
    labels = (folds == 0).astype(np.int8)[:, np.newaxis]
    together, apart = (
        curves(OutOfFoldPredictions(probability, labels, each))[0].precision.max()
        for each in (np.zeros(200, np.int64), folds)
    )
    assert together > 0.4
    assert apart == 0


def test_articles_with_the_same_words_stay_together_whatever_their_groups() -> None:
    """In capitals too; else labels that are noise would be foretold from their twin's."""
    labels = np.tile((np.random.default_rng(2).permutation(60) < 20).astype(int), 2)[:, np.newaxis]
    texts = _babble(60, seed=3)
    twins = [f"{text.upper()}!" for text in texts]
    found = TopicClassifier().fit([*texts, *twins], labels, groups=np.arange(120))
    assert roc_auc_score(labels[:, 0], found.out_of_fold_proba_[:, 0]) < 0.7
