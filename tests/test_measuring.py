"""Measuring a model on articles and labels in memory."""

import math

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import topicclf
from tests.conftest import LABELS, TEXTS
from topicclf import TopicClassifier
from topicclf.errors import DataError
from topicclf.evaluation.intervals import Bootstrap
from topicclf.evaluation.jsonable import jsonable

TABLE = pd.DataFrame(
    [{topic: int(topic in row) for topic in ("defence", "disaster")} for row in LABELS]
)
NO_DRAWS = Bootstrap(n_draws=0)


def test_names_arrays_and_tables_are_measured_alike(small: TopicClassifier) -> None:
    """By a model, by a classifier and from answers."""
    evaluations = [
        topicclf.evaluate(small, TEXTS, LABELS, bootstrap=NO_DRAWS),
        topicclf.evaluate(small.model_, TEXTS, TABLE, bootstrap=NO_DRAWS),
        topicclf.evaluate(small.model_, TEXTS, TABLE.to_numpy(), bootstrap=NO_DRAWS),
    ]
    answers = evaluations[0].answers
    assert answers is not None
    evaluations.append(topicclf.evaluate(answers, bootstrap=NO_DRAWS))
    numbers = [jsonable(each) for each in evaluations]
    assert numbers[0]["topics"]["defence"]["f1"]["value"] == 1.0
    assert all(each == numbers[0] for each in numbers)
    assert "answers" not in numbers[0]


def test_unknown_labels_and_other_topics_are_left_out(small: TopicClassifier) -> None:
    """A table's columns say which topics are meant."""
    labels = TABLE[["disaster"]].astype(float)
    labels.iloc[:10] = np.nan
    evaluation = topicclf.evaluate(small, TEXTS, labels, bootstrap=NO_DRAWS)
    assert list(evaluation.topics) == ["disaster"]
    assert evaluation.topics["disaster"].unknown == 10
    pipeline = make_pipeline(FunctionTransformer(list), small)
    assert topicclf.evaluate(pipeline, TEXTS, LABELS, topics=["defence"]).topics.keys() == {
        "defence"
    }


def test_a_topic_that_the_model_lacks_is_refused(small: TopicClassifier) -> None:
    """In a table, among names and where it is asked for."""
    with pytest.raises(DataError, match="the model knows no topic 'sport'"):
        topicclf.evaluate(small, TEXTS, TABLE.rename(columns={"disaster": "sport"}))
    with pytest.raises(DataError, match=r"topics \['sport'\] are not among"):
        topicclf.evaluate(small, TEXTS[:1], [{"sport"}])
    with pytest.raises(DataError, match="did you mean 'defence'"):
        topicclf.evaluate(small, TEXTS, LABELS, topics=["defense"])
    with pytest.raises(TypeError, match="give articles and their labels"):
        topicclf.evaluate(small, TEXTS)


def test_an_evaluation_draws_itself_and_becomes_a_frame(small: TopicClassifier) -> None:
    """A row for each topic, with the ends of intervals."""
    evaluation = topicclf.evaluate(small, TEXTS, LABELS)
    frame = evaluation.to_frame()
    assert list(frame.index) == ["defence", "disaster"]
    assert frame.loc["defence", "f1"] == 1.0
    assert frame.loc["defence", "f1_low"] < 1.0
    assert not math.isnan(frame.loc["disaster", "calibration_error"])
    assert isinstance(evaluation.plot(), Figure)
    assert isinstance(evaluation.plot("defence"), Figure)
    with pytest.raises(DataError, match="'sport' was not measured; 'defence', 'disaster' were"):
        evaluation.plot("sport")
