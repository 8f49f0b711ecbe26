"""Thresholds: the best F1, promises that hold, and curves."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest

from tests.conftest import LABELS, TEXTS
from topicclf import TopicClassifier
from topicclf.learning.precision_recall_bounds import (
    Curve,
    OutOfFoldPredictions,
    curves,
    lower_bound,
)
from topicclf.learning.thresholds import Objective, best_thresholds, choose


def _drawn(n: int, rare: float, seed: int) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Calibrated probabilities of two topics, a common and a rare one, and labels to match."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(-2, 2.5, (n, 2)) + np.array([0, np.log(rare)])
    probability = 1 / (1 + np.exp(-odds))
    return probability, (rng.random((n, 2)) < probability).astype(np.int8)


def _judged(
    probability: NDArray[np.float64], labels: NDArray[np.int8], *clusters: NDArray[np.int64]
) -> OutOfFoldPredictions:
    """In one fold, so that nothing is looked at without one."""
    return OutOfFoldPredictions(probability, labels, np.zeros(len(labels), np.int64), clusters)


def test_the_bound_is_clopper_and_pearsons() -> None:
    """As scipy's exact binomial test has it."""
    hits, tries = np.array([0, 1, 50, 100]), np.array([10, 1, 60, 100])
    for hit, total, found in zip(hits, tries, lower_bound(hits, tries), strict=True):
        exact = binomtest(int(hit), int(total), alternative="greater").proportion_ci(0.9)
        assert found == pytest.approx(exact.low)


def test_the_best_threshold_of_a_common_topic_is_near_half_its_f1() -> None:
    """As it must be where probabilities are calibrated (Lipton et al., 2014)."""
    probability, labels = _drawn(20_000, 0.5, seed=1)
    found = best_thresholds(probability, labels)[0]
    tagged, yes = probability[:, 0] >= found, labels[:, 0] == 1
    f1 = 2 * (tagged & yes).sum() / (tagged.sum() + yes.sum())
    assert found == pytest.approx(f1 / 2, abs=0.06)


def test_a_topic_with_one_article_goes_by_the_others() -> None:
    """Its raw peak would be wherever that article stands."""
    probability, labels = _drawn(4000, 0.5, seed=2)
    labels[:, 1] = 0
    # Far down the list, where the raw peak would tag hundreds.
    labels[np.argsort(-probability[:, 1])[400], 1] = 1
    found = best_thresholds(probability, labels)[1]
    assert (probability[:, 1] >= found).sum() <= 5


def test_caution_takes_a_higher_threshold_for_little_f1() -> None:
    """And none above 0.65."""
    probability, labels = _drawn(4000, 0.5, seed=3)
    careless = best_thresholds(probability, labels)
    careful = best_thresholds(probability, labels, caution=0.02)
    assert (careful >= careless).all()
    assert careful[0] > careless[0]
    assert best_thresholds(probability, labels, caution=1.0).max() <= max(0.65, careless.max())


def test_a_promised_precision_holds_on_new_articles() -> None:
    """At 90 % confidence: in at least that many of fifty draws, up to the luck of fifty draws."""
    kept = []
    for seed in range(50):
        probability, labels = _drawn(3000, 0.5, seed)
        thresholds, bounds = choose(_judged(probability, labels), Objective(precision=0.8))
        assert bounds[0] >= 0.8
        odds = np.random.default_rng(seed + 1000).normal(-2, 2.5, 100_000)
        p = 1 / (1 + np.exp(-odds))
        kept.append(p[p >= thresholds[0]].mean() >= 0.8)
    assert np.mean(kept) >= 0.8


def test_a_promised_recall_takes_the_highest_threshold_that_keeps_it() -> None:
    """A lower one would tag more for nothing."""
    probability, labels = _drawn(3000, 0.5, seed=4)
    threshold, bound = (
        each[0] for each in choose(_judged(probability, labels), Objective(recall=0.9))
    )
    recall = (probability[labels[:, 0] == 1, 0] >= threshold).mean()
    assert recall > bound >= 0.9
    assert recall < 0.95


def test_a_curve_tells_what_its_thresholds_are_worth() -> None:
    """Ascending thresholds, falling recall, bounds below what was measured."""
    probability, labels = _drawn(3000, 0.1, seed=5)
    for topic, found in enumerate(curves(_judged(probability, labels))):
        yes = labels[:, topic] == 1
        assert (np.diff(found.threshold) > 0).all()
        assert (np.diff(found.recall) <= 0).all()
        for threshold, bound in zip(found.threshold, found.precision, strict=True):
            assert bound < yes[probability[:, topic] >= threshold].mean()


def test_a_promise_adds_no_tags_that_find_nothing() -> None:
    """Where all are told apart, a threshold in the gap finds them all; a lower one only errs."""
    probability = np.concatenate([np.linspace(0.001, 0.01, 300), np.linspace(0.9, 0.99, 100)])
    labels = (np.arange(400) >= 300).astype(np.int8)
    judged = _judged(probability[:, np.newaxis], labels[:, np.newaxis])
    for promise in (Objective(precision=0.5), Objective(precision=0.9), Objective(recall=0.9)):
        assert 0.01 < choose(judged, promise)[0][0] <= 0.96


def test_tellings_of_one_story_count_for_less_than_as_many_stories() -> None:
    """The bound is as wide as the number of stories says, not that of articles."""
    probability, labels = _drawn(600, 1.0, seed=6)
    ten_times = np.repeat(probability, 10, axis=0), np.repeat(labels, 10, axis=0)
    story = np.repeat(np.arange(600), 10)
    objective = Objective(precision=0.8)
    threshold, _ = choose(_judged(probability, labels), objective)
    careless, _ = choose(_judged(*ten_times), objective)
    careful, _ = choose(_judged(*ten_times, story), objective)
    assert careless[0] < careful[0]
    assert careful[0] == pytest.approx(threshold[0], abs=0.05)


def test_sources_that_differ_make_promises_more_careful() -> None:
    """A source that flatters says little about the next one; sources that are alike cost little."""
    probability, labels = _drawn(6000, 1.0, seed=7)
    source = np.arange(6000) % 4
    objective = Objective(precision=0.8)
    # In the first source all that is likely is right, in the others some of it is wrong.
    flattered = np.where((source == 0)[:, None] & (probability > 0.3), 1, labels).astype(np.int8)
    flattered[(np.arange(6000) % 10 == 1) & (source != 0)] = 0
    more = []
    for known in (labels, flattered):
        careless, _ = choose(_judged(probability, known), objective)
        careful, _ = choose(_judged(probability, known, source), objective)
        more.append(careful[0] - careless[0])
    assert 0 <= more[0] < 0.05
    assert more[1] > 2 * more[0] + 0.02


@pytest.mark.parametrize(
    ("promise", "message"),
    [
        ({"precision": 0.9, "recall": 0.9}, "not both"),
        ({"precision": 90.0}, "a promised precision must be between 0 and 1, not 90"),
    ],
)
def test_promises_that_make_no_sense_are_refused(promise: dict[str, float], message: str) -> None:
    """Before anything is learnt."""
    with pytest.raises(ValueError, match=message):
        TopicClassifier(**promise).fit(TEXTS, LABELS)  # type: ignore[arg-type]


def test_a_promise_that_the_data_can_not_support_is_said() -> None:
    """By topic, with the best that can be promised."""
    with pytest.warns(UserWarning, match="can't support") as said:
        found = TopicClassifier(precision=0.99).fit(TEXTS, LABELS)
    messages = [str(warning.message) for warning in said]
    assert len(messages) == 2
    assert "a precision of 0.99 for topic 'disaster': at best 0.8" in messages[1]
    assert 0.8 < found.out_of_fold_["defence"]["bound"] < 0.99


def test_models_carry_their_curves(small: TopicClassifier) -> None:
    """For those who choose a precision when they predict."""
    found = small.model_.provenance["curves"]["defence"]
    assert len(found["threshold"]) == len(found["precision"]) == len(found["recall"]) > 1


def test_a_promise_that_nothing_keeps_tags_least() -> None:
    """Where all bounds are zero the highest threshold is the careful one, not the first."""
    zeros = np.zeros(3)
    curve = Curve(np.array([0.01, 0.3, 0.9]), zeros, np.array([1.0, 0.5, 0.1]), zeros)
    assert curve.keeping_precision(0.9) == (0.9, 0.0)
    assert curve.keeping_recall(0.9) == (0.9, 0.0)
    assert curve.keeping_precision(0.9, otherwise=0.95) == (0.95, 0.0)


def test_what_holds_at_best_is_said_of_articles_that_all_look_alike() -> None:
    """The usual threshold lies between two probabilities, and no cut of the curve above it."""
    probability = np.array([[0.99]] * 60 + [[0.01]] * 60)
    labels = np.array([[1]] * 60 + [[0]] * 60, np.int8)
    judged = OutOfFoldPredictions(probability, labels, np.arange(120) % 3, ())
    [threshold], [bound] = choose(judged, Objective(precision=0.99))
    assert threshold == choose(judged, Objective())[0][0]
    assert 0.9 < bound < 0.99


def test_a_promise_that_fails_tags_no_more_than_none() -> None:
    """What comes closest may be a low threshold."""
    probability, labels = _drawn(300, 0.02, seed=8)
    judged = _judged(probability, labels)
    usual, _ = choose(judged, Objective())
    promised, bounds = choose(judged, Objective(precision=0.99))
    assert (bounds < 0.99).all()
    assert (promised >= usual).all()


def test_no_threshold_is_below_how_common_its_topic_is() -> None:
    """Where probabilities say nothing, F1 is best with all tagged."""
    rng = np.random.default_rng(0)
    labels = (rng.random((500, 1)) < 0.3).astype(np.int8)
    judged = _judged(0.3 + 0.01 * rng.random((500, 1)) * (1 - labels), labels)
    assert choose(judged, Objective())[0][0] > labels.mean()
