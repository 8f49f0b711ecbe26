"""What the estimator takes for labels: tables, series, sparse matrices."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import coo_array, csr_matrix

from tests.conftest import LABELS, TEXTS
from topicclf import TopicClassifier
from topicclf.learning.labels import label_array

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
    """In their order; where a table lacks them, they are its columns' new names."""
    table = pd.DataFrame({"a": [1, 0], "b": [0, 0], "c": [0, 1]})
    assert _understood(table, ["c", "a"]) == ([[0, 1], [1, 0]], ("c", "a"))
    assert _understood(table, ["x", "y", "z"])[1] == ("x", "y", "z")
    with pytest.raises(ValueError, match="2 topics are named, but Y has 3 columns"):
        _understood(table, ["a", "x"])


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
    ],
)
def test_what_is_no_labels_is_refused(Y: Any, topics: list[str] | None, message: str) -> None:
    """With what would be."""
    with pytest.raises(ValueError, match=message):
        label_array(Y, topics, n_articles=1)
