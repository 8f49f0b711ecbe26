"""What the estimator takes for labels: tables, series, sparse matrices."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import coo_array, csr_matrix

from tests.conftest import LABELS, TEXTS
from topicclf import TopicClassifier
from topicclf.labelled.label_array import label_array, topic_names

TOPICS = ["defence", "disaster"]
TABLE = pd.DataFrame([{topic: int(topic in row) for topic in TOPICS} for row in LABELS])
LISTS = [sorted(row) for row in LABELS]
OBJECTS = np.empty(len(LABELS), object)
OBJECTS[:] = LISTS


def _understood(Y: Any, topics: list[str] | None = None) -> tuple[list[list[int]], tuple[str, ...]]:
    labels, names = label_array(Y, topics, n_articles=np.shape(Y)[0])
    assert labels.dtype == np.int8
    return labels.tolist(), names


@pytest.mark.parametrize(
    "Y",
    [
        TABLE,
        TABLE.astype(bool),
        TABLE.astype("Int64"),
        TABLE.astype(object),
        pl.DataFrame(TABLE.to_dict("list")),
        pd.Series(LABELS),
        pd.Series(LISTS, index=range(7, 7 + len(LISTS))),
        pl.Series(LISTS),
        OBJECTS,
    ],
)
def test_labels_may_come_in_a_table_or_a_series(Y: Any) -> None:
    """With the topics' names in it."""
    labels, names = label_array(Y, None, n_articles=len(TEXTS))
    assert np.array_equal(labels, TABLE.to_numpy())
    assert names == ("defence", "disaster")


def test_a_classifier_learns_from_a_table(small: TopicClassifier) -> None:
    """As from the names of each article's topics."""
    found = TopicClassifier(min_pair_frequency=2).fit(TEXTS, TABLE)
    assert found.topics_ == small.topics_
    assert np.array_equal(found.predict_proba(TEXTS), small.predict_proba(TEXTS))


def test_what_is_missing_is_unknown() -> None:
    """However it is written."""
    expected = [[1, -1], [-1, 0]]
    for table in (
        pd.DataFrame({"a": [1, None], "b": [None, 0]}),
        pd.DataFrame({"a": [1, None], "b": [None, 0]}).astype("Int64"),
        pd.DataFrame({"a": [True, None], "b": [None, False]}).astype("boolean"),
        pd.DataFrame({"a": [True, None], "b": [None, 0.0]}, dtype=object),
        pl.DataFrame({"a": [1, None], "b": [None, False]}),
    ):
        assert _understood(table) == (expected, ("a", "b"))
    assert _understood([[1, None], [None, False]]) == (expected, ("0", "1"))


def test_topics_name_the_columns_that_are_meant() -> None:
    """In their order; a slip doesn't give a column's labels to another topic."""
    table = pd.DataFrame({"energy": [1, 0], "trade": [0, 0], "sport": [0, 1]})
    assert _understood(table, ["sport", "energy"]) == ([[0, 1], [1, 0]], ("sport", "energy"))
    with pytest.raises(ValueError, match="Y has no column 'trode'; did you mean 'trade'"):
        _understood(table, ["energy", "trode", "sport"])


@pytest.mark.parametrize("table", [pd.DataFrame([[1, 0]]), pl.DataFrame([[1], [0]])])
def test_topics_name_columns_that_are_only_numbered(table: Any) -> None:
    """As libraries number them."""
    assert _understood(table, ["a", "b"])[1] == ("a", "b")
    with pytest.raises(ValueError, match="1 topics are named, but Y has 2 columns"):
        _understood(table, ["a"])


@pytest.mark.parametrize("kind", [csr_matrix, coo_array])
def test_sparse_labels_are_labels(kind: Any) -> None:
    """What is not there is a no."""
    assert _understood(kind(np.array([[1, 0], [0, -1]]))) == ([[1, 0], [0, -1]], ("0", "1"))


@pytest.mark.parametrize(
    ("Y", "topics", "message"),
    [
        ([[1, 0]], ["a", "a"], "topic 'a' is named twice"),
        (pd.DataFrame([[1, 0]], columns=["a", "a"]), None, "topic 'a' is named twice"),
        (pd.DataFrame({"a": ["yes"], "b": [1]}), None, "Y must hold 1 for yes"),
        (np.array([[object()]]), None, "Y must hold 1 for yes"),
        (pd.Series([1, 0]), None, "Y must be an array"),
        (pd.Series([["a"], None]), None, "Y must be an array"),
        ({"a": [1]}, None, "Y must be an array"),
        (None, None, "Y must be an array"),
        ("a", None, "Y must be an array"),
        ([0, 1], None, r"of one topic give Y.reshape\(-1, 1\)"),
        (["trade", ""], None, "split each text into a list of names"),
        ([[1], [0, 1]], None, "the rows differ in length"),
        (np.array([["yes", "no"]]), None, "Y holds 'no', 'yes', not names of topics"),
        ([["1", "0"], ["0", "0"]], ["a", "b"], "Y holds '0', '1', not names of topics"),
        ([{"trade"}, {"nan"}], None, "topic 'nan' looks like a missing value"),
        ([["trade", ""]], None, "the name of a topic is empty"),
        ([{"\u00e9"}, {"e\u0301"}], None, "topic '\u00e9' is named twice"),
        ([{"trade"}, {"trade\u200b"}], None, "topic 'trade' is named twice"),
        ([{"trode"}], ["trade"], "not among .'trade'.; did you mean 'trade'"),
        ([[1, 2, 0]], None, "cross_val_predict numbers labels anew"),
    ],
)
def test_what_is_no_labels_is_refused(Y: Any, topics: list[str] | None, message: str) -> None:
    """With what would be."""
    with pytest.raises(ValueError, match=message):
        label_array(Y, topics, n_articles=1)


@pytest.mark.parametrize(
    "topics", [np.array(["a", "b"]), np.array(["a", "b"], object), pd.Index(["a", "b"]), ("a", "b")]
)
def test_topics_may_come_in_any_sequence(topics: Any) -> None:
    """As a binarizer's classes_, or as a table's columns, which are then Python's own strings."""
    names = topic_names(topics)
    assert names == ("a", "b")
    assert {type(name) for name in names} == {str}


@pytest.mark.parametrize(
    ("topics", "error", "message"),
    [
        ("trade", TypeError, "topics are a list of names"),
        ({"a", "b"}, TypeError, "in the order of the columns"),
        ((name for name in "ab"), TypeError, "in the order of the columns"),
        ([0, 1], ValueError, "a topic's name is text, not 0"),
        ([None, "a"], ValueError, "a topic's name is text, not None"),
        (["", "a"], ValueError, "the name of a topic is empty"),
        (["a\nb"], ValueError, r"holds '\\n', which can't be shown"),
        (["\x1b[2J"], ValueError, r"holds '\\x1b', which can't be shown"),
        (["a", "a\u200b"], ValueError, "topic 'a' is named twice"),
    ],
)
def test_names_that_no_topic_can_have_are_refused(
    topics: Any, error: type[Exception], message: str
) -> None:
    """Before anything is learnt, and not when the model is saved."""
    with pytest.raises(error, match=message):
        TopicClassifier(topics=topics).fit(TEXTS, LABELS)
