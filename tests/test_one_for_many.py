"""One thing where many articles are expected, and values that say that there is none."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import topicclf
from topicclf import TopicClassifier, TopicModel
from topicclf.labelling.suggest import suggest

TEXT = "Tariffs on steel rose."
COLUMNS = {"title": ["Navy"] * 5, "text": [TEXT] * 5}


@pytest.mark.parametrize(
    "given",
    [
        TEXT,
        b"bytes",
        {"text": TEXT},
        COLUMNS,
        pd.DataFrame(COLUMNS),
        pl.DataFrame(COLUMNS),
        pl.LazyFrame(COLUMNS),
        pa.table(COLUMNS),
        None,
        7,
        {TEXT, "An opera."},
        frozenset({TEXT}),
    ],
    ids=lambda given: type(given).__name__,
)
def test_one_thing_is_refused_at_once(
    given: Any, shipped: TopicModel, small: TopicClassifier
) -> None:
    """Never judged by its letters, keys or column names; a data frame is told the way to go."""
    calls: list[Callable[[], object]] = [
        lambda: topicclf.predict_many(given),
        lambda: shipped.predict_many(given),
        lambda: shipped.tag_many(given),
        lambda: shipped.predict_proba(given),
        lambda: small.predict(given),
        lambda: small.predict_proba(given),
        lambda: small.decision_function(given),
        lambda: TopicClassifier().fit(given, [[1], [0]]),
        lambda: suggest(shipped, given, n=1),
    ]
    message = (
        "predict_frame" if hasattr(type(given), "columns") else "give (an iterable of )?articles"
    )
    for call in calls:
        with pytest.raises(TypeError, match=message):
            call()


@pytest.mark.parametrize("make", [pd.Series, pl.Series, tuple, iter])
def test_many_texts_are_taken_from_whatever_holds_them(make: Any, shipped: TopicModel) -> None:
    """A column of a data frame among them."""
    assert shipped.predict_proba(make([TEXT, "An opera."])).shape == (2, 4)


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_a_missing_title_is_no_title(missing: Any) -> None:
    """However pandas says so."""
    [found] = topicclf.predict_many([{"text": TEXT, "title": missing}])
    assert found == topicclf.predict(TEXT)
    with pytest.raises(TypeError, match=r"the text of item 0 must be a str.*leave out"):
        list(topicclf.predict_many([{"text": missing}]))


@pytest.mark.parametrize(
    "kind", ["string[python]", "string[pyarrow]", pd.ArrowDtype(pa.string()), object]
)
@pytest.mark.parametrize("column", ["text", "title"])
def test_frames_have_missing_cells_of_every_kind(kind: Any, column: str) -> None:
    """Without a text there is no answer, without a title there is one."""
    cells = pd.array([TEXT, pd.NA], dtype=kind)
    frame = pd.DataFrame({"text": [TEXT] * 2, column: cells})
    topics = topicclf.predict_frame(frame)["topics"].tolist()
    assert topics == [["trade"], ["trade"] if column == "title" else None]


def test_of_html_only_the_text_is_read() -> None:
    """Not the addresses in it, nor scripts; offsets are still those of the text as it was given."""
    text = (
        '<p>The choir sang. <a href="https://example.org/oil-gas-pipeline">More</a></p>'
        "<script>var navy = 'missiles'</script><!-- war -->"
        "<p>Tariffs&nbsp;on <b>steel</b> rose.</p>"
    )
    found = topicclf.predict(text)
    assert found.topics == ("trade",)
    sentence = found.evidence["trade"].sentences[0]
    assert sentence.text == "Tariffs&nbsp;on <b>steel</b> rose."
    assert text[sentence.start : sentence.end] == sentence.text
    assert topicclf.explain(text, title="<b>Steel</b>").text == f"<b>Steel</b>\n{text}"
    plain = "The choir sang. More\nTariffs on steel rose."
    assert found.probabilities == pytest.approx(topicclf.predict(plain).probabilities, abs=0.02)


@pytest.mark.parametrize("text", ["if a < b and c > d", "</3", "R&D; AT&T", "<b>Navy"])
def test_text_that_only_looks_like_html_stays(text: str) -> None:
    """Without a closing tag nothing is markup."""
    from topicclf.text.markup import without_markup

    assert without_markup(text) is text


@pytest.mark.parametrize(
    "unit", ["<!--", "<script>", "<", "<a ", "&amp;", "&a", "</b", "<style></style ", "<b></b>"]
)
def test_crafted_html_takes_linear_time(unit: str) -> None:
    """A quadratic step would take minutes; and the length stays."""
    from topicclf.text.markup import without_markup

    text = "</p>" + unit * (1_000_000 // len(unit))
    assert len(without_markup(text)) == len(text)


@pytest.mark.parametrize("unit", ["!", ".'", '"', "\u2026)", ". ", ".!"])
def test_runs_of_stops_take_linear_time(unit: str) -> None:
    """As in the evidence of a text that is made to be slow."""
    found = topicclf.predict("The navy ordered two frigates" + unit * 200_000 + "x")
    assert found.evidence["defence"].sentences[0].text.startswith("The navy")
