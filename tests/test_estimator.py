"""TopicClassifier, the scikit-learn estimator."""

import multiprocessing
import pickle
import warnings
from pathlib import Path
from threading import Thread
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, KFold, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import topicclf
from tests.conftest import LABELS, TEXTS
from tests.reference import Reference
from topicclf import TopicClassifier
from topicclf.features.fingerprints import FoldedWords
from topicclf.labelling.suggest import suggest
from topicclf.learning.corpus import Corpus
from topicclf.learning.groups import number_groups
from topicclf.learning.vocabulary import extend_vocabulary, learn_vocabulary

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


def _fit_in_two_processes() -> None:
    TopicClassifier(n_jobs=2).fit(TEXTS, LABELS)


def test_a_process_that_fits_ends_with_its_work() -> None:
    """It would wait for joblib's workers, which wait minutes for more."""
    process = multiprocessing.get_context("spawn").Process(target=_fit_in_two_processes)
    process.start()
    process.join(timeout=120)
    process.kill()
    assert process.exitcode == 0


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


def test_no_article_at_all_is_refused() -> None:
    """In words about articles."""
    with pytest.raises(ValueError, match="there is no article to learn from"):
        TopicClassifier().fit([], [])


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


def test_words_of_indic_scripts_are_learnt_and_kept(tmp_path: Any) -> None:
    """With their vowel signs, in a model file that can be read again."""
    texts = [f"{text} {number}" for number in range(12) for text in ("हिन्दी नीति", "मानक भाषा")]
    found = TopicClassifier(topics=["t"]).fit(texts, [[1], [0]] * 12)
    found.model_.save(tmp_path)
    again = topicclf.load(tmp_path)
    assert np.array_equal(again.predict_proba(texts), found.predict_proba(texts))
    assert again.predict("नीति").topics == ("t",)


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


@pytest.mark.parametrize("texts_of", [list, np.array])
def test_labels_of_every_form_can_be_scored(small: TopicClassifier, texts_of: Any) -> None:
    """What fit takes, score takes, too; unknown labels are left out."""
    unknown = INDICATOR.astype(float)
    unknown[::5, 1] = np.nan
    forms = (LABELS, INDICATOR, csr_array(INDICATOR), unknown, np.nan_to_num(unknown, nan=-1),
             pd.DataFrame(INDICATOR, columns=["defence", "disaster"]))  # fmt: skip
    for labels in forms:
        assert small.score(texts_of(TEXTS), labels) == 1.0
    wrong = 1 - INDICATOR
    wrong[5:] = -1
    assert small.score(TEXTS, wrong) == 0.0
    assert small.score(TEXTS[:2], [{"defence"}, {"defence", "sport"}]) == 0.5
    assert small.score(TEXTS[:2], [{"defence"}, set()], sample_weight=[3, 1]) == 0.75
    with pytest.raises(ValueError, match="there is no known label to score on"):
        small.score(TEXTS, np.full_like(INDICATOR, -1))


def _twice() -> tuple[list[str], list[set[str]]]:
    return [*TEXTS, *(f"Again: {text}" for text in TEXTS)], LABELS * 2


@pytest.mark.parametrize("scoring", [None, topicclf.scorer("macro_f1")])
@pytest.mark.parametrize("unknown", [None, -1, np.nan])
def test_searches_work_with_names_and_with_unknown_labels(unknown: Any, scoring: Any) -> None:
    """And don't take the first candidate because all have no score."""
    texts, names = _twice()
    labels: Any = names
    if unknown is not None:
        labels = np.array([["defence" in row, "disaster" in row] for row in names], float)
        labels[::9, 0] = unknown
    search = GridSearchCV(
        TopicClassifier(learn_passages=False),
        {"C": [1e-9, 0.5]},
        cv=KFold(2, shuffle=True, random_state=0),
        scoring=scoring,
        error_score="raise",
    )
    assert search.fit(texts, labels).best_score_ > 0.9
    assert search.best_params_ == {"C": 0.5}


@pytest.mark.parametrize(
    "scoring", ["roc_auc", "average_precision", "f1", "accuracy", "neg_log_loss", "neg_brier_score"]
)
def test_one_topic_is_scored_right_side_up(scoring: str) -> None:
    """scikit-learn looks at classes_ for which column means yes."""
    texts, names = _twice()
    labels = np.array([["defence" in row] for row in names], int)
    scores = cross_val_score(
        TopicClassifier(learn_passages=False), texts, labels, scoring=scoring,
        cv=KFold(2, shuffle=True, random_state=0), error_score="raise",
    )  # fmt: skip
    assert scores.min() > (-0.3 if scoring.startswith("neg") else 0.9)


def test_a_scorer_says_where_there_is_nothing_to_score() -> None:
    """Instead of giving NaN; and which measures there are."""
    with pytest.raises(ValueError, match="no measure 'f1' to score by; there are exact_match"):
        topicclf.scorer("f1")
    fitted = TopicClassifier().fit(TEXTS, INDICATOR)
    with pytest.raises(ValueError, match="no article of this part carries a topic"):
        topicclf.scorer()(fitted, TEXTS[4:6], INDICATOR[4:6])


@pytest.mark.parametrize("nothing", [None, np.nan, "", " ", pd.NA, pd.NaT])
def test_articles_without_a_group_stand_alone(nothing: Any) -> None:
    """As with --group; they are not one story."""
    assert number_groups(["a", nothing, nothing, "a"]).tolist() == [0, 1, 2, 0]


def test_missing_groups_change_nothing() -> None:
    """In a list of strings NumPy would write them out as a name."""
    one, other = (
        TopicClassifier().fit(TEXTS, LABELS, groups=groups)
        for groups in (None, ["story", float("nan")] + [None, ""] * (len(TEXTS) // 2 - 1))
    )
    assert one.out_of_fold_ == other.out_of_fold_


def test_words_that_are_not_separated_are_told_of() -> None:
    """Nothing can be learnt of them, and the numbers say what prediction does."""
    rng = np.random.default_rng(0)
    signs = [chr(code) for code in range(0x4E00, 0x4E40)]
    texts = [
        "\uff0c".join("".join(rng.choice(signs, 12)) for _ in range(8)) + f" {n % 3}"
        for n in range(60)
    ]
    labels = [[int(n < 20)] for n in range(60)]
    with pytest.warns(UserWarning, match="put spaces between the words first"):
        found = TopicClassifier(topics=["t"]).fit(texts, labels)
    assert found.predict_proba(["??"])[0, 0] == pytest.approx(1 / 3)
    assert found.model_.thresholds[0] > 1 / 3


def test_articles_without_a_known_word_are_judged_as_in_prediction() -> None:
    """By how common the topic is in the other folds; and they get no tag."""
    texts = [*TEXTS, *(f"x{n}y z{n}w" for n in range(40))]
    labels = [*LABELS, *([{"defence"}] * 10), *([set()] * 30)]
    found = TopicClassifier().fit(texts, labels)
    stated = found.out_of_fold_proba_[len(TEXTS) :, 0]
    share = found.model_.join.prevalence[0]
    assert np.abs(stated - share).max() < 0.1
    assert len(np.unique(stated)) <= 5
    assert share == pytest.approx(28 / 82)
    assert found.predict(texts[len(TEXTS) :]).sum() == 0


def test_a_handful_of_articles_tags_nothing_without_a_sign() -> None:
    """Where nothing tells topics apart out of fold, F1 would be best with a threshold of 0."""
    texts = [
        "The navy ordered frigates and missiles.",
        "Oil and gas prices rose on supply fears.",
        "Tariffs on steel imports were raised.",
        "An earthquake killed dozens in the town.",
    ]
    names = [{"defence"}, {"energy"}, {"trade"}, {"disaster"}]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = TopicClassifier(min_document_frequency=1).fit(texts, names)
    others = ["A new opera opens tonight", "The town has a new school on the hill"]
    assert found.predict(others).sum() == 0


def test_of_two_words_with_one_fingerprint_the_rarer_is_not_learnt(tmp_path: Path) -> None:
    """Anyone can make up such a word; the other is known as ever, in whatever order they come."""
    twin = "bulyworsizmwdeth"
    both = FoldedWords.of(f"frigates {twin}".encode()).fingerprints()
    assert both[0] == both[1]
    texts = [
        text + (f" {twin} ship" if number % 8 == 0 else "") for number, text in enumerate(TEXTS)
    ]
    models = []
    for order in (1, -1):
        classifier = TopicClassifier(min_pair_frequency=2)
        models.append(classifier.fit(texts[::order], LABELS[::order]).model_)
    for model in models:
        known = model.weights.vocabulary.surfaces.split()
        assert b"frigates" in known
        assert b"ship" in known
        assert twin.encode() not in known
        model.save(tmp_path / "model.npz")
        assert topicclf.load(tmp_path / "model.npz").predict("frigates").topics == ("defence",)
        assert suggest(model, texts, n=3)
    assert models[0].weights.vocabulary.surfaces == models[1].weights.vocabulary.surfaces


def test_a_word_with_the_fingerprint_of_a_known_one_does_not_extend_a_vocabulary() -> None:
    """However frequent it is; of two new ones the more frequent is taken."""
    base = learn_vocabulary(
        Corpus(["frigates"]), min_document_frequency=1, min_form_frequency=1, min_pair_frequency=1
    )
    texts = ["bulyworsizmwdeth war", "bulyworsizmwdeth war gtdvksamepgjaapw"]
    found = extend_vocabulary(base, Corpus(texts), min_document_frequency=1)
    assert found.surfaces.split() == [b"frigates", b"war"]
    assert found.terms(b"frigates war bulyworsizmwdeth").tolist() == [0, 1, found.unknown]
