"""Batches of articles in, batches of answers out: one callable, and what engines make of it."""

import pickle
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from shutil import copyfile
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import topicclf
from topicclf import Tagger, TopicClassifier, TopicModel
from topicclf.errors import DataError, ModelFileError

Articles = list[dict[str, Any]]
NAVY = "The navy ordered two frigates."


@pytest.fixture(scope="module")
def some(articles: list[dict[str, object]]) -> dict[str, list[Any]]:
    """Columns of articles, some of which have no title or no text."""
    texts = [each["text"] for each in articles[:60]]
    titles = [each.get("title") for each in articles[:60]]
    texts[7] = None
    titles[3] = None
    return {"text": texts, "title": titles}


@pytest.fixture(scope="module")
def expected(some: dict[str, list[Any]], shipped: TopicModel) -> list[dict[str, Any] | None]:
    """The plain answers for them."""
    pairs = zip(some["text"], some["title"], strict=True)
    return [text and _plain(shipped.predict(text, title=title)) for text, title in pairs]


def _plain(prediction: topicclf.Prediction) -> dict[str, Any]:
    return {
        "topics": list(prediction.topics),
        "probabilities": dict(prediction.probabilities),
        "language": prediction.language,
        "error": None,
    }


def _same(answers: list[dict[str, Any]], expected: list[dict[str, Any] | None]) -> None:
    """The same answers, in order; a null text has its error alone."""
    assert len(answers) == len(expected)
    for answer, plain in zip(answers, expected, strict=True):
        if plain is None:
            assert answer["error"] == "the text is null"
            assert answer["topics"] is answer["probabilities"] is answer["language"] is None
            continue
        assert answer["topics"] == plain["topics"]
        assert answer["probabilities"] == pytest.approx(plain["probabilities"], abs=1e-9)
        assert (answer["language"], answer["error"]) == (plain["language"], None)


def test_an_arrow_batch_is_answered_with_the_declared_schema(
    some: dict[str, list[Any]], expected: list[dict[str, Any] | None]
) -> None:
    """The columns come first and stay as they are."""
    tagger = Tagger.of()
    batch = pa.record_batch(some)
    answered = tagger(batch)
    assert answered.schema == tagger.schema_with(batch.schema)
    assert answered.select(["text", "title"]) == batch
    _same(answered.to_pylist(), expected)


@pytest.mark.parametrize(
    "kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
)
def test_arrow_has_many_kinds_of_strings(kind: Any, some: dict[str, list[Any]]) -> None:
    """All are read."""
    wide = pa.table({"text": pa.array(some["text"], pa.string()).cast(kind)})
    plain = pa.table({"text": some["text"]})
    answers = Tagger.of().schema.names
    assert Tagger.of()(wide).select(answers) == Tagger.of()(plain).select(answers)


def test_a_frame_of_pandas_keeps_its_index(
    some: dict[str, list[Any]], expected: list[dict[str, Any] | None]
) -> None:
    """And gets columns of Arrow's types."""
    frame = pd.DataFrame(some, index=range(100, 160))
    answered = Tagger.of()(frame)
    assert answered.index.equals(frame.index)
    assert str(answered.dtypes["topics"]) == "list<item: string>[pyarrow]"
    answers = pa.Table.from_pandas(answered[Tagger.of().schema.names], preserve_index=False)
    _same(answers.to_pylist(), expected)


def test_a_frame_of_polars_is_answered(
    some: dict[str, list[Any]], expected: list[dict[str, Any] | None]
) -> None:
    """As one of Polars."""
    answered = Tagger.of()(pl.DataFrame(some))
    assert isinstance(answered, pl.DataFrame)
    _same(answered.to_dicts(), expected)


def test_a_list_is_answered_with_a_list() -> None:
    """Also of texts that no Arrow array could hold."""
    answers = Tagger.of()([NAVY, {"text": "An opera \ud800 opens.", "title": "Music"}])
    assert [answer["topics"] for answer in answers] == [["defence"], []]
    assert [set(answer) for answer in answers] == [set(Tagger.of().schema.names)] * 2
    with pytest.raises(TypeError, match="item 1 must be a str"):
        Tagger.of()([NAVY, None])


@pytest.mark.parametrize("evidence", [False, True])
def test_an_empty_batch_has_the_schema_too(evidence: bool) -> None:
    """Engines send empty partitions."""
    tagger = Tagger.of(evidence=evidence)
    empty = pa.table({"text": pa.array([], pa.string())})
    assert tagger(empty).schema == tagger.schema_with(empty.schema)
    assert tagger(empty.to_batches(1)[0] if empty.to_batches() else empty).num_rows == 0
    assert tagger([]) == []


def test_evidence_comes_when_it_is_asked_for() -> None:
    """The sentences and terms behind each topic."""
    table = Tagger.of(evidence=True)(pa.table({"text": [NAVY, None, "An opera opens."]}))
    first, null, none = table["evidence"].to_pylist()
    assert first[0]["topic"] == "defence"
    assert first[0]["sentences"][0]["text"] == NAVY
    assert "frigates" in first[0]["terms"]
    assert (null, none) == (None, [])


def test_bytes_that_are_not_utf8_are_an_error_of_their_row() -> None:
    """Arrow doesn't check them, and one of them must not cost the others their answers."""
    bad = pa.StringArray.from_buffers(
        2, pa.py_buffer(np.array([0, 30, 33], np.int32)), pa.py_buffer(NAVY.encode() + b"a\xffb")
    )
    fine = pa.array([None, "Title"])
    first, second = Tagger.of().answer(bad).to_pylist()
    assert (first["topics"], first["error"]) == (["defence"], None)
    assert (second["topics"], second["error"]) == (None, "the text isn't UTF-8 at byte 1")
    named = Tagger.of().answer(pa.array([NAVY, NAVY]), bad).to_pylist()
    assert [answer["error"] for answer in named] == [None, "the title isn't UTF-8 at byte 1"]
    assert Tagger.of().answer(bad, fine).to_pylist()[1]["probabilities"] is None


def test_columns_that_are_in_the_way_are_renamed() -> None:
    """Nothing that was there is lost."""
    answered = Tagger.of()(pa.table({"topics": [1], "body": [NAVY]}))
    assert answered.column_names[:3] == ["input_topics", "body", "topics"]


def test_columns_are_named_or_found() -> None:
    """And refused where there are none."""
    batch = pa.table({"lead": [NAVY], "n": [1]})
    assert Tagger.of(text="lead")(batch)["topics"].to_pylist() == [["defence"]]
    with pytest.raises(DataError, match="no column looks like the text; name one of lead, n"):
        Tagger.of()(batch)
    with pytest.raises(DataError, match="no column 'leed'; did you mean 'lead'"):
        Tagger.of(text="leed")(batch)
    with pytest.raises(DataError, match="column 'n' is of int64, not of strings"):
        Tagger.of(text="n")(batch)
    with pytest.raises(DataError, match="column 'n' is of int64, not of strings"):
        Tagger.of(text="n")(pd.DataFrame({"n": [1]}))
    with pytest.raises(DataError, match="column 'n' isn't of strings alone"):
        Tagger.of(text="n")(pd.DataFrame({"n": ["a", 1]}, dtype=object))


def test_a_tagger_travels_light_and_reads_its_model_there() -> None:
    """A pickle of some hundred bytes, answered by another process."""
    packed = pickle.dumps(Tagger.of())
    assert len(packed) < 1000
    code = f"import pickle; print(pickle.loads({packed!r})([{NAVY!r}])[0]['topics'])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['defence']"


def test_a_model_without_a_file_travels_along(small: TopicClassifier) -> None:
    """Its answers are its own."""
    packed = pickle.dumps(Tagger.of(small.model_))
    code = (
        f"import pickle, sys; tagger = pickle.load(sys.stdin.buffer); "
        f"print(tagger.topics, tagger([{NAVY!r}])[0]['topics'])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], input=packed, capture_output=True, check=True
    )
    assert run.stdout.decode().strip() == "('defence', 'disaster') ['defence']"


def test_a_missing_model_is_refused_before_anything_runs(tmp_path: Path) -> None:
    """And so is a file that is none."""
    with pytest.raises(FileNotFoundError, match="no model at"):
        Tagger.of(tmp_path)
    (tmp_path / "model.npz").write_text("no model")
    with pytest.raises(ModelFileError):
        Tagger.of(tmp_path)


def test_a_worker_with_another_model_refuses_to_answer(
    tmp_path: Path, small: TopicClassifier
) -> None:
    """Half of the rows by one model and half by another would look like an answer."""
    small.model_.save(tmp_path)
    packed = pickle.dumps(Tagger.of(tmp_path))
    copyfile(topicclf.api.shipped_file(), tmp_path / "model.npz")
    code = f"import pickle; pickle.loads({packed!r})(['A text.'])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "isn't the model that the job began with" in run.stderr
    (tmp_path / "model.npz").unlink()
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "no model at" in run.stderr


def test_engines_are_modules_of_topicclf() -> None:
    """However they are imported."""
    from topicclf import spark
    from topicclf.engines.spark import tag

    assert import_module("topicclf.spark").tag is topicclf.spark.tag is spark.tag is tag
    assert not {"dask", "duckdb", "polars", "ray", "spark"} & set(topicclf.__all__)


def _duckdb() -> Any:
    return pytest.importorskip("duckdb", reason="DuckDB is not installed: extra [duckdb]")


def test_duckdb_answers_in_sql(
    some: dict[str, list[Any]], expected: list[dict[str, Any] | None]
) -> None:
    """With or without titles, with all of the answer or the topics alone."""
    connection = _duckdb().connect()
    topicclf.duckdb.register(connection)
    articles = pa.table({**some, "id": range(60)})
    rows = connection.sql("SELECT topicclf(text, title) FROM articles ORDER BY id").fetchall()
    _same([row[0] for row in rows], expected)
    topics = connection.sql("SELECT topicclf_topics(text, title) FROM articles ORDER BY id")
    assert [row[0] for row in topics.fetchall()] == [each and each["topics"] for each in expected]
    with pytest.raises(_duckdb().InvalidInputException, match="not of strings"):
        connection.sql("SELECT topicclf(id) FROM articles").fetchall()
    assert len(articles) == 60


def test_duckdb_takes_several_models(small: TopicClassifier) -> None:
    """Each under a name of its own."""
    connection = _duckdb().connect()
    topicclf.duckdb.register(connection)
    topicclf.duckdb.register(connection, name="mine", model=small.model_, evidence=True)
    query = f"SELECT topicclf('{NAVY}').probabilities, mine('{NAVY}')"
    ours, mine = connection.sql(query).fetchall()[0]
    assert set(ours) == {"defence", "energy", "trade", "disaster"}
    assert set(mine["probabilities"]) == {"defence", "disaster"}
    assert mine["evidence"][0]["topic"] == "defence"


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_polars_answers_in_lazy_queries(
    engine: Any, some: dict[str, list[Any]], expected: list[dict[str, Any] | None]
) -> None:
    """As a struct, whose type is known before anything runs."""
    lazy = pl.LazyFrame(some).select(topicclf.polars.tag("text", title=pl.col("title")))
    assert lazy.collect_schema() == lazy.collect(engine=engine).schema
    _same(lazy.collect(engine=engine)["answer"].to_list(), expected)
