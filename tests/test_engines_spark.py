"""Topics in Apache Spark, with two of its own workers."""

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import topicclf
from tests.conftest import HELD_OUT
from topicclf import TopicClassifier, TopicModel
from topicclf.errors import DataError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytest.importorskip("pyspark", reason="Spark is not installed: extra [spark]")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java 17 or later", allow_module_level=True)

from pyspark.errors import PythonException

pytestmark = [
    pytest.mark.slow,
    # Spark's own, at versions of pandas that it doesn't know yet, and at its sockets.
    pytest.mark.filterwarnings("ignore::FutureWarning:pyspark"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
NAVY = "The navy ordered two frigates."


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator["SparkSession"]:
    """A small session; workers find topicclf where this process does."""
    from pyspark.sql import SparkSession

    folder = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "512m",
        # Queries are small here, and the start of Java is what takes long.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.codegen.wholeStage": "false",
        "spark.local.dir": str(folder),
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("PYTHONPATH", str(Path(topicclf.__file__).parent.parent))
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()


@pytest.fixture(scope="module")
def frame(spark: "SparkSession", articles: list[dict[str, Any]]) -> "DataFrame":
    """Articles in four partitions; one without a title, and one without a text."""
    rows = [
        (number, None if number == 7 else each["text"], each.get("title") if number != 3 else None)
        for number, each in enumerate(articles[:60])
    ]
    return spark.createDataFrame(rows, "id int, text string, title string").repartition(4)


def test_a_frame_is_tagged_as_predict_tags(
    frame: "DataFrame", shipped: TopicModel, articles: list[dict[str, Any]]
) -> None:
    """Each row once, whatever the partitions."""
    rows = topicclf.spark.tag(frame, text="text", title="title").orderBy("id").collect()
    assert [row.id for row in rows] == list(range(60))
    for row, article in zip(rows, articles, strict=False):
        if row.id == 7:
            assert (row.topics, row.probabilities, row.language) == (None, None, None)
            assert row.error == "the text is null"
            continue
        plain = shipped.predict(article["text"], title=article.get("title") if row.id != 3 else "")
        assert tuple(row.topics) == plain.topics
        assert row.probabilities.asDict() == pytest.approx(plain.probabilities, abs=1e-9)
        assert (row.language, row.error) == (plain.language, None)


def test_nothing_runs_before_spark_runs_it(frame: "DataFrame") -> None:
    """Tagging adds columns of known types; an article is answered once though it is filtered."""
    jobs = frame.sparkSession.sparkContext.statusTracker()
    before = jobs.getJobIdsForGroup(None)
    tagged = topicclf.spark.tag(frame)
    assert tagged.columns == [
        "id", "text", "title", "topics", "probabilities", "language", "error",
    ]  # fmt: skip
    assert tagged.schema["topics"].dataType.simpleString() == "array<string>"
    assert tagged.schema["probabilities"].dataType.simpleString() == (
        "struct<defence:double,energy:double,trade:double,disaster:double>"
    )
    assert jobs.getJobIdsForGroup(None) == before
    chosen = tagged.filter("array_contains(topics, 'energy')").select("id", "topics")
    query: Any = chosen._jdf
    plan = query.queryExecution().executedPlan().toString()
    assert plan.count("ArrowEvalPython") == 1
    assert all("energy" in row.topics for row in chosen.collect())


def test_sql_has_a_function(frame: "DataFrame", shipped: TopicModel) -> None:
    """Of the text, or of text and title; of several models under several names."""
    spark = frame.sparkSession
    topicclf.spark.register(spark)
    topicclf.spark.register(spark, name="why", evidence=True)
    title = "Earthquake brings down a bridge"
    query = f"""SELECT topicclf('{NAVY}').topics AS plain, topicclf('{NAVY}', '{title}') AS titled,
                why('{NAVY}').evidence[0] AS evidence"""
    [row] = spark.sql(query).collect()
    assert row.plain == ["defence"]
    assert tuple(row.titled.topics) == shipped.predict(NAVY, title=title).topics
    assert row.evidence.topic == "defence"
    assert row.evidence.sentences[0].text == NAVY


def test_a_model_is_brought_to_the_workers(
    frame: "DataFrame", small: TopicClassifier, tmp_path: Path
) -> None:
    """So that its file may be gone from the driver, and models of one file name don't clash."""
    (tmp_path / "mine").mkdir()
    small.model_.save(tmp_path / "mine")
    tagged = topicclf.spark.tag(frame, model=tmp_path / "mine")
    shutil.copytree(tmp_path / "mine", tmp_path / "other")
    topicclf.load().save(tmp_path / "other")
    other = topicclf.spark.tag(frame, model=tmp_path / "other")
    in_memory = topicclf.spark.tag(frame, model=small.model_)
    shutil.rmtree(tmp_path / "mine")
    first = tagged.select("probabilities").filter("id = 1").collect()
    assert set(first[0].probabilities.asDict()) == {"defence", "disaster"}
    assert in_memory.select("probabilities").filter("id = 1").collect() == first
    assert len(other.select("probabilities").first().probabilities) == 4


def test_a_model_that_is_missing_stops_the_job_before_it_starts(
    frame: "DataFrame", small: TopicClassifier, tmp_path: Path
) -> None:
    """Or, where workers have files of their own, with a message that names it."""
    with pytest.raises(FileNotFoundError, match="no model at"):
        topicclf.spark.tag(frame, model=tmp_path)
    loose = replace(small.model_, thresholds=np.array([0.25, 0.75]))
    loose.save(tmp_path)
    tagged = topicclf.spark.tag(frame, model=tmp_path, ship=False)
    (tmp_path / "model.npz").unlink()
    with pytest.raises(PythonException, match="no model at"):
        tagged.collect()


def test_frames_that_cannot_be_read_are_refused(frame: "DataFrame") -> None:
    """Before any job starts."""
    with pytest.raises(DataError, match="no column 'txt'; did you mean 'text'"):
        topicclf.spark.tag(frame, text="txt")
    with pytest.raises(DataError, match="column 'id' is of int, not of strings; cast it"):
        topicclf.spark.tag(frame, text="id")
    with pytest.raises(DataError, match="column 'text' is of binary, not of strings; decode it"):
        topicclf.spark.tag(frame.selectExpr("encode(text, 'utf-8') AS text"))


def test_odd_rows_and_names_keep_their_place(spark: "SparkSession") -> None:
    """Bytes that aren't UTF-8 are an error of their row; columns of our names are renamed."""
    rows = spark.sql(
        f"""SELECT 1 AS `a.b``c`, '{NAVY}' AS text, 'x' AS topics UNION ALL
            SELECT 2, cast(unhex('61FF62') AS string), 'y'"""
    )
    first, second = topicclf.spark.tag(rows).orderBy("`a.b``c`").collect()
    assert (first["a.b`c"], first.input_topics, first.topics) == (1, "x", ["defence"])
    assert (second.topics, second.error) == (None, "the text isn't UTF-8 at byte 1")


def test_a_stream_goes_on_where_it_was(spark: "SparkSession", tmp_path: Path) -> None:
    """With a checkpoint: each article is answered once, over two runs."""
    (tmp_path / "in").mkdir()
    lines = HELD_OUT.read_text("utf-8").splitlines()

    def run() -> int:
        stream = spark.readStream.schema("text string, title string").json(str(tmp_path / "in"))
        query = (
            topicclf.spark.tag(stream)
            .writeStream.format("parquet")
            .option("checkpointLocation", str(tmp_path / "checkpoint"))
            .trigger(availableNow=True)
            .start(str(tmp_path / "out"))
        )
        assert query.awaitTermination(120)
        return int(spark.read.parquet(str(tmp_path / "out")).count())

    (tmp_path / "in" / "1.json").write_text("\n".join(lines[:20]), "utf-8")
    assert run() == 20
    (tmp_path / "in" / "2.json").write_text("\n".join(lines[20:30]), "utf-8")
    assert run() == 30
    answered = spark.read.parquet(str(tmp_path / "out"))
    assert answered.filter("topics IS NULL OR error IS NOT NULL").count() == 0


_THROUGH_CONNECT = """
import sys
import topicclf
from pyspark.sql import SparkSession

session = SparkSession.builder.remote("local[2]").config("spark.driver.memory", "512m")
spark = session.config("spark.driver.host", "127.0.0.1").getOrCreate()
assert "connect" in type(spark).__module__
frame = spark.createDataFrame([(1, sys.argv[2]), (2, None)], "id int, text string")
rows = topicclf.spark.tag(frame).orderBy("id").collect()
assert (rows[0].topics, rows[1].topics) == (["defence"], None), rows
assert rows[1].error == "the text is null"
tagged = topicclf.spark.tag(frame, model=sys.argv[1]).orderBy("id").collect()
assert set(tagged[0].probabilities.asDict()) == {"defence", "disaster"}, tagged
topicclf.spark.register(spark, model=sys.argv[1])
[row] = spark.sql(f"SELECT topicclf('{sys.argv[2]}').topics AS topics").collect()
assert row.topics == ["defence"], row
spark.stop()
print("answered")
"""


def test_a_client_of_spark_connect_tags_as_well(small: TopicClassifier, tmp_path: Path) -> None:
    """With a server that has a process of its own, to which a model's file goes as an artifact."""
    pytest.importorskip("grpc", reason="Spark Connect is not installed: pyspark[connect]")
    small.model_.save(tmp_path)
    root = str(Path(topicclf.__file__).parent.parent)
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _THROUGH_CONNECT, str(tmp_path), NAVY],
        env=os.environ | {"PYSPARK_PYTHON": sys.executable, "PYTHONPATH": root},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.stdout.endswith("answered\n"), run.stderr
