"""Thresholds that a caller asks for; and a model that nobody can change."""

import pickle
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import topicclf
from topicclf import TopicClassifier, TopicModel
from topicclf.cli.group import commands

TEXT = "The navy ordered two frigates."


def test_thresholds_decide_what_an_article_carries(shipped: TopicModel) -> None:
    """From the threshold on it does; probabilities stay as they are."""
    usual = shipped.predict(TEXT)
    exactly = usual.probabilities["defence"]
    assert usual.topics == ("defence",)
    assert shipped.predict(TEXT, thresholds={"defence": exactly}).topics == ("defence",)
    strict = shipped.predict(TEXT, thresholds={"defence": np.nextafter(exactly, 1)})
    assert strict.topics == ()
    assert strict.probabilities == usual.probabilities
    assert set(shipped.predict(TEXT, thresholds=0).topics) == set(shipped.topics)
    assert set(shipped.predict(TEXT, thresholds=0).evidence) == set(shipped.topics)


@pytest.mark.parametrize(
    "asked",
    [0.0, np.float32(0), 0, [0, 0, 0, 0], np.zeros(4), dict.fromkeys(topicclf.load().topics, 0)],
    ids=repr,
)
def test_every_way_to_ask_gives_the_same(shipped: TopicModel, asked: Any) -> None:
    """A number, a mapping or an array; for one article or many, by model or function."""
    own = shipped.with_thresholds(asked)
    expected = own.predict(TEXT).topics
    assert len(expected) == 4
    assert shipped.predict(TEXT, thresholds=asked).topics == expected
    assert topicclf.predict(TEXT, thresholds=asked).topics == expected
    [many] = shipped.predict_many([TEXT], thresholds=asked)
    [function] = topicclf.predict_many([TEXT], thresholds=asked)
    [(tagged, _, _)] = shipped.tag_many([TEXT], thresholds=asked)
    assert many.topics == function.topics == tagged == expected
    assert own.explain(TEXT).topics["trade"].threshold == 0


def test_a_model_with_other_thresholds_is_another(shipped: TopicModel) -> None:
    """Its arrays are shared, and thresholds not asked for stay."""
    before = shipped.thresholds.tolist()
    other = shipped.with_thresholds({"trade": 0.9})
    assert other.thresholds.tolist() == [*before[:2], 0.9, before[3]]
    assert shipped.thresholds.tolist() == before
    assert other.weights is shipped.weights


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"trode": 0.5}, "no topic 'trode'; did you mean 'trade'?"),
        ({"zzz": 0.5}, "no topic 'zzz'; the topics are defence, energy, trade, disaster"),
        ({3: 0.5}, "no topic 3; the topics are"),
        (1.5, "the threshold of 'defence' must be between 0 and 1, not 1.5"),
        ({"trade": -0.1}, "the threshold of 'trade' must be between 0 and 1, not -0.1"),
        (float("nan"), "the threshold of 'defence' must be between 0 and 1, not nan"),
        ([0.5, 0.5], "2 thresholds for 4 topics"),
        ([], "0 thresholds for 4 topics"),
    ],
)
def test_thresholds_that_make_no_sense_are_refused(
    shipped: TopicModel, asked: Any, problem: str
) -> None:
    """Before the first article."""
    ways: list[Callable[[], Any]] = [
        lambda: shipped.with_thresholds(asked),
        lambda: shipped.predict(TEXT, thresholds=asked),
        lambda: shipped.predict_many([], thresholds=asked),
        lambda: shipped.tag_many([], thresholds=asked),
    ]
    for way in ways:
        with pytest.raises(ValueError, match=re.escape(problem)):
            way()


@pytest.mark.parametrize(
    "asked", ["0.5", True, {"trade": "x"}, {"trade": None}, [[0.5] * 4], {0.5}]
)
def test_what_is_not_a_number_is_a_type_error(shipped: TopicModel, asked: Any) -> None:
    """Text and truth values, too."""
    with pytest.raises(TypeError, match="a threshold is a number between 0 and 1, not"):
        shipped.with_thresholds(asked)


def _arrays(model: TopicModel) -> dict[str, Any]:
    weights, join = model.weights, model.join
    return {
        "thresholds": model.thresholds,
        "coef": weights.coef,
        "intercept": weights.intercept,
        "contributions": weights.contributions,
        "idf": weights.vocabulary.idf,
        "pairs": weights.vocabulary.pairs,
        "surface_terms": weights.vocabulary.surface_terms,
        "join's coef": join.coef,
        "join's intercept": join.intercept,
        "prevalence": join.prevalence,
    }


def test_a_models_arrays_cannot_be_written_to(small: TopicClassifier) -> None:
    """Loaded, fitted, pickled or changed: who shares a model can rely on it."""
    fitted = small.model_
    models = [topicclf.load(), fitted, pickle.loads(pickle.dumps(fitted))]
    models.append(fitted.with_thresholds(np.full(2, 0.5)))
    for model in models:
        for name, array in _arrays(model).items():
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0
            assert not array.flags.writeable, name


def test_the_arrays_that_a_model_is_made_of_stay_the_callers(small: TopicClassifier) -> None:
    """Only the model's views of them are read-only."""
    mine = np.full(2, 0.5)
    model = small.model_.with_thresholds(mine)
    mine[0] = 0.9
    assert model.thresholds.tolist() == [0.5, 0.5]


def test_a_topic_that_can_not_promise_costs_the_others_nothing(
    small: TopicClassifier, tmp_path: Path
) -> None:
    """It is named, and tags no more than without the promise."""
    curves = dict(small.model_.provenance["curves"])
    low = {"threshold": [0.1, 0.9], "precision": [0.2, 0.3], "recall": [1.0, 0.5]}
    replace(small.model_, provenance={"curves": {**curves, "disaster": low}}).save(tmp_path)
    (tmp_path / "a.txt").write_text("The navy ordered two frigates.", "utf-8")
    arguments = ["predict", str(tmp_path / "a.txt"), "--model", str(tmp_path), "--precision"]
    run = CliRunner().invoke(commands, [*arguments, "0.5"])
    assert run.exit_code == 0, run.output
    assert "for 'disaster' the model can promise a precision of 0.30 at most" in run.stderr
    assert "'defence'" not in run.stderr
    run = CliRunner().invoke(commands, [*arguments, "0.99"])
    assert run.exit_code == 3
    assert "for 'defence' the model can promise" in run.stderr
