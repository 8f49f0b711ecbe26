"""Data frames in, data frames out."""

from typing import Any

import pandas as pd
import polars as pl
import pytest

import topicclf
from topicclf import TopicModel, predict_frame
from topicclf.errors import DataError

DATA: dict[str, list[Any]] = {
    "id": [7, 8, 9],
    "headline": ["Navy orders frigates", None, "Premiere"],
    "Text": ["The yard is pleased.", None, "A new opera opens."],
}
FRAMES = [pd.DataFrame, pl.DataFrame]


@pytest.mark.parametrize("make", FRAMES)
def test_each_row_gets_what_predict_gives(make: Any) -> None:
    """In a frame of the same kind, with every column kept; no text, no answer."""
    found = predict_frame(make(DATA))
    assert isinstance(found, make)
    assert list(found.columns)[:4] == ["id", "headline", "Text", "topics"]
    first = topicclf.predict("The yard is pleased.", title="Navy orders frigates")
    assert [topics and list(topics) for topics in found["topics"].to_list()] == [
        ["defence"],
        None,
        [],
    ]
    for topic, probability in first.probabilities.items():
        column = found[f"probability_{topic}"].to_list()
        assert column[0] == pytest.approx(probability)
        assert column[1] is None or column[1] != column[1]
        assert 0 < column[2] < 0.5


def test_the_index_is_kept_and_the_frame_as_it_was() -> None:
    """Also an index that is out of order and not unique."""
    frame = pd.DataFrame(DATA, index=["b", "a", "a"])
    before = frame.copy()
    found = predict_frame(frame)
    assert list(found.index) == ["b", "a", "a"]
    assert found["topics"].iloc[0] == ["defence"]
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("make", FRAMES)
def test_columns_may_be_named(make: Any) -> None:
    """And a column with a name that is needed makes room."""
    found = predict_frame(
        make({"topics": ["The navy sails."], "text": ["An opera."]}), text="topics"
    )
    assert list(found["topics"].to_list()[0]) == ["defence"]
    assert found["input_topics"].to_list() == ["The navy sails."]


@pytest.mark.parametrize("make", FRAMES)
def test_an_empty_frame_stays_empty(make: Any) -> None:
    """With the columns that it would have."""
    found = predict_frame(make({"text": []}))
    assert len(found) == 0
    assert "probability_energy" in found.columns


@pytest.mark.parametrize("make", FRAMES)
def test_another_language_is_told(make: Any) -> None:
    """In a column of its own."""
    texts = [
        "Le prix du gaz a progressé mardi, et les négociants en sont étonnés.",
        "The navy sails.",
    ]
    languages = predict_frame(make({"text": texts}))["language"].to_list()
    assert languages[0] == "fr"
    assert languages[1] is None or languages[1] != languages[1]


def test_a_model_of_ones_own_predicts(small: topicclf.TopicClassifier) -> None:
    """With its own topics."""
    model: TopicModel = small.model_
    found = predict_frame(pl.DataFrame({"text": ["The navy sails."]}), model=model)
    assert found.columns == [
        "text",
        "topics",
        *(f"probability_{t}" for t in model.topics),
        "language",
    ]


@pytest.mark.parametrize(
    ("frame", "keywords", "message"),
    [
        (pd.DataFrame({"a": ["x"]}), {}, "no column looks like the text; name one of a"),
        (pd.DataFrame({"text": ["x"]}), {"title": "b"}, "no column 'b'; it has text"),
    ],
)
def test_a_missing_column_is_an_error(frame: Any, keywords: Any, message: str) -> None:
    """Which tells what there is."""
    with pytest.raises(DataError, match=message):
        predict_frame(frame, **keywords)


def test_a_cell_that_is_no_text_is_named_by_its_row() -> None:
    """Counted from 0."""
    with pytest.raises(TypeError, match="the text of item 1 must be a str, not int"):
        predict_frame(pd.DataFrame({"text": ["The navy.", 3]}))


def test_what_is_no_frame_is_a_type_error() -> None:
    """From narwhals."""
    with pytest.raises(TypeError):
        predict_frame(["The navy sails."])


def test_a_column_and_names_that_are_there_twice_are_refused() -> None:
    """With the way to go."""
    frame = pd.DataFrame({"text": ["The navy fired."]})
    with pytest.raises(TypeError, match=r"not one column; topicclf\.predict_many"):
        predict_frame(frame["text"])
    with pytest.raises(DataError, match="two columns are called 'text'; rename one"):
        predict_frame(pd.concat([frame, frame], axis=1))
