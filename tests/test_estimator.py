"""TopicClassifier, the scikit-learn estimator."""

import pickle
from threading import Thread
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from tests.conftest import LABELS, TEXTS
from tests.reference import Reference
from topicclf import TopicClassifier

INDICATOR = np.array([["defence" in row, "disaster" in row] for row in LABELS], int)
GROUPS = np.arange(len(TEXTS))


def test_it_learns_names_or_an_array_alike(small: TopicClassifier) -> None:
    """Sets of names give the columns their names; an array takes those it is told."""
    by_array = TopicClassifier(topics=["defence", "disaster"], min_pair_frequency=2)
    by_array.fit(TEXTS, INDICATOR)
    assert small.topics_ == by_array.topics_ == ("defence", "disaster")
    assert np.array_equal(small.predict_proba(TEXTS), by_array.predict_proba(TEXTS))


def test_predict_proba_and_decision_function_agree(small: TopicClassifier) -> None:
    """A yes is a probability at or above its threshold, or a decision at or above zero."""
    probability = small.predict_proba(TEXTS)
    assert probability.shape == INDICATOR.shape
    assert np.array_equal(small.predict(TEXTS), probability >= small.model_.thresholds)
    assert np.array_equal(small.predict(TEXTS), small.decision_function(TEXTS) >= 0)
    assert np.array_equal(small.predict(TEXTS), INDICATOR)


def test_it_predicts_what_follows_from_the_definitions(small: TopicClassifier) -> None:
    """For short texts and long ones, with words that repeat and words that nobody knows."""
    texts = [*TEXTS, "", "unheard", "navy " * 500 + "earthquake " * 40, "Frigates. " * 90]
    reference = Reference(small.model_)
    expected = [reference.probabilities(text) for text in texts]
    assert np.abs(small.predict_proba(texts) - expected).max() < 1e-6


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:only . articles:UserWarning")
def test_it_clones_searches_and_stands_in_pipelines() -> None:
    """The conventions of scikit-learn, with its own scorers."""
    search = GridSearchCV(
        TopicClassifier(min_pair_frequency=2), {"C": [0.1, 1.0]}, scoring="f1_macro", cv=2
    )
    search.fit(TEXTS, INDICATOR)
    assert search.best_score_ > 0.9
    assert clone(search.best_estimator_).get_params()["C"] == search.best_params_["C"]
    pipeline = make_pipeline(
        FunctionTransformer(lambda texts: [text.upper() for text in texts]),
        TopicClassifier(min_pair_frequency=2),
    )
    assert cross_val_score(pipeline, TEXTS, INDICATOR, cv=2).mean() > 0.9
    for scoring in ("average_precision", "roc_auc"):
        scores = cross_val_score(
            TopicClassifier(), TEXTS, INDICATOR, scoring=scoring, cv=2, error_score="raise"
        )
        assert scores.min() > 0.9


def test_it_travels_by_pickle(small: TopicClassifier) -> None:
    """As joblib does it."""
    again = pickle.loads(pickle.dumps(small))
    assert np.array_equal(again.predict_proba(TEXTS), small.predict_proba(TEXTS))


def test_unknown_labels_teach_nothing_about_their_topic() -> None:
    """A topic is learnt from the articles whose label is known."""
    labels = INDICATOR.astype(float)
    odd = np.array(["earthquake" in text and "navy" not in text for text in TEXTS])
    labels[odd, 1] = np.nan
    found = TopicClassifier(min_pair_frequency=2).fit(TEXTS, labels)
    assert found.out_of_fold_["1"]["positives"] == int((labels[:, 1] == 1).sum())
    assert found.out_of_fold_["1"]["negatives"] == int((labels[:, 1] == 0).sum())
    assert found.out_of_fold_["0"]["positives"] == INDICATOR[:, 0].sum()


def test_untrusted_articles_do_not_calibrate() -> None:
    """They are not among those that are measured."""
    trusted = GROUPS % 3 > 0
    found = TopicClassifier(min_pair_frequency=2).fit(TEXTS, INDICATOR, trusted=trusted)
    numbers = found.out_of_fold_["0"]
    assert numbers["positives"] + numbers["negatives"] == trusted.sum()


@pytest.mark.slow
def test_the_same_fit_gives_the_same_bytes(tmp_path: Any) -> None:
    """Whatever the number of threads."""
    for name, jobs in (("one", None), ("two", 2)):
        classifier = TopicClassifier(n_jobs=jobs).fit(TEXTS, LABELS)
        classifier.model_.save(tmp_path / name)
    first, second = ((tmp_path / name / "model.npz").read_bytes() for name in ("one", "two"))
    assert first == second


@pytest.mark.parametrize("nested", [False, True])
def test_fits_end_under_joblibs_threads(nested: bool) -> None:
    """Both where the threads learn topics, and where each of them fits a classifier."""
    fitted: list[TopicClassifier] = []

    def fit() -> None:
        with joblib.parallel_config(backend="threading", n_jobs=2):
            if nested:
                job = joblib.delayed(TopicClassifier(n_jobs=2).fit)(TEXTS, LABELS)
                fitted.extend(joblib.Parallel()([job, job]))
            else:
                fitted.append(TopicClassifier().fit(TEXTS, LABELS))

    # A daemon, so that a hang fails this test instead of stopping the others.
    thread = Thread(target=fit, daemon=True)
    thread.start()
    thread.join(timeout=120)
    assert len(fitted) == 1 + nested
    assert all(np.array_equal(each.predict(TEXTS), INDICATOR) for each in fitted)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (INDICATOR[:-1], f"{len(TEXTS)} texts, but labels for {len(TEXTS) - 1}"),
        (INDICATOR[:, 0], "Y must be an array"),
        (INDICATOR * 2, "1 for yes, 0 for no"),
        ([{"defence"}] * len(TEXTS), "no article without topic 'defence'"),
        ([set()] * len(TEXTS), "no topic to learn"),
        (INDICATOR * [1, 0], "no article with topic '1'"),
    ],
)
def test_labels_that_can_not_be_learnt_are_refused(labels: Any, message: str) -> None:
    """With the topic's name, where there is one."""
    with pytest.raises(ValueError, match=message):
        TopicClassifier().fit(TEXTS, labels)


def test_a_name_that_is_no_topic_is_refused() -> None:
    """Instead of becoming a new one."""
    with pytest.raises(ValueError, match=r"\['disaster'\] are not among \['defence'\]"):
        TopicClassifier(topics=["defence"]).fit(TEXTS, LABELS)


def test_a_topic_with_a_handful_warns_by_name() -> None:
    """It is learnt all the same."""
    labels = INDICATOR.copy()
    labels[7:, 1] = 0
    with pytest.warns(UserWarning, match="only 3 articles with topic 'disaster'"):
        TopicClassifier(topics=["defence", "disaster"]).fit(TEXTS, labels)


def test_weights_and_groups_must_fit_the_articles() -> None:
    """One for each."""
    with pytest.raises(ValueError, match="sample_weight must have one value per article"):
        TopicClassifier().fit(TEXTS, INDICATOR, sample_weight=[1.0])
    with pytest.raises(ValueError, match="all articles are of one group"):
        TopicClassifier().fit(TEXTS, INDICATOR, groups=np.zeros(len(TEXTS)))


@pytest.mark.parametrize(
    ("settings", "weight", "message"),
    [
        ({"n_folds": 1}, None, "n_folds must be 2 or more, not 1"),
        ({"C": float("nan")}, None, "C must be above 0, not nan"),
        ({"max_pairs": -1}, None, "max_pairs must be 0 or more, not -1"),
        ({}, np.zeros(len(TEXTS)), "sample_weight must be zero or above, and not zero for all"),
        ({}, np.full(len(TEXTS), np.nan), "sample_weight must be zero or above"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: Any, weight: Any, message: str) -> None:
    """Instead of giving a model that tags everything."""
    with pytest.raises(ValueError, match=message):
        TopicClassifier(**settings).fit(TEXTS, INDICATOR, sample_weight=weight)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_it_is_cross_validated_article_by_article(method: str) -> None:
    """In the shape of the labels."""
    texts, labels = [*TEXTS, *(f"Again: {text}" for text in TEXTS)], np.tile(INDICATOR, (2, 1))
    found = cross_val_predict(TopicClassifier(), texts, labels, cv=2, method=method)
    assert found.shape == labels.shape


def test_a_word_of_endless_length_costs_no_more_than_itself() -> None:
    """A million letters once made a table with a million places for each word."""
    texts = [f"{text} {'wood' * 250_000}" for text in TEXTS[:2]] + TEXTS[2:]
    found = TopicClassifier(min_document_frequency=1).fit(texts, LABELS)
    assert found.predict(TEXTS[:1]).tolist() == [[1, 0]]


def test_rare_words_only_is_refused() -> None:
    """There would be nothing to predict from."""
    with pytest.raises(ValueError, match="no word occurs in 99 or more"):
        TopicClassifier(min_document_frequency=99).fit(TEXTS, LABELS)


@pytest.mark.parametrize("apart", [True, False])
def test_forms_of_a_word_are_one_term_until_many_articles_have_them(apart: bool) -> None:
    """Many articles show that trading is not trade; of fewer, all forms show more."""
    texts = [f"{word} goes on in {n}" for n in range(40) for word in ("Trade", "Trading")]
    classifier = TopicClassifier(topics=["trade"], min_form_frequency=40 if apart else 41)
    classifier.fit(texts, [[1], [0]] * 40)
    trade, trading = classifier.predict_proba(["Trade", "Trading"])[:, 0]
    assert (trade > trading) == apart
