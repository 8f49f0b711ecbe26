"""Rows a second in engines, from a Parquet file to a Parquet file, against plain threads.

    python benchmarks/engines.py --corpus FOLDER

Articles of 2,000 characters are cut from FOLDER's texts and repeated with a number in front. Each
way reads the same file of eight row groups, adds the topics and writes all columns with the same
compression; the ways come in turn in every round, after one that isn't counted. Nor is the start
of Spark. Each of Spark's masters has rounds of its own, beside two threads.
"""

import gzip
import json
import os
import statistics
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

import topicclf  # noqa: E402
from benchmarks.timing import machine, rounds_of  # noqa: E402
from topicclf import Tagger  # noqa: E402

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LENGTH, _DISTINCT, _GROUPS, _BATCH = 2000, 5000, 8, 2048
_OF_SPARK = ("Spark", "Spark, copying")


def articles(corpus: Path, count: int) -> pa.Table:
    """So many articles of 2,000 characters, no two alike."""
    with gzip.open(corpus / "unlabelled-modern.jsonl.gz", "rt", encoding="utf-8") as lines:
        text = " ".join(json.loads(line)["text"] for line in lines)
    cut = [text[start : start + _LENGTH] for start in range(0, len(text) - _LENGTH, _LENGTH)]
    cut = cut[:_DISTINCT]
    texts = [f"{number} {cut[number % len(cut)]}" for number in range(count)]
    return pa.table({"id": range(count), "text": texts})


def plain(source: Path, target: Path, *, threads: int) -> int:
    """Read batches, answer them in threads, write them in order."""
    tagger = Tagger.of()
    file = pq.ParquetFile(source)
    waiting: deque[Future[Any]] = deque()
    count = 0
    with (
        ThreadPoolExecutor(threads) as pool,
        pq.ParquetWriter(target, tagger.schema_with(file.schema_arrow)) as writer,
    ):
        for batch in file.iter_batches(_BATCH):
            waiting.append(pool.submit(tagger, batch))
            if len(waiting) > 3 * threads:
                answered = waiting.popleft().result()
                writer.write_batch(answered)
                count += answered.num_rows
        for future in waiting:
            writer.write_batch(future.result())
            count += future.result().num_rows
    return count


def in_duckdb(source: Path, target: Path) -> None:
    """Everything in one statement of SQL."""
    connection = duckdb.connect(config={"threads": 2})
    topicclf.duckdb.register(connection)
    connection.execute(
        f"COPY (SELECT *, topicclf(text) AS answer FROM '{source}') TO '{target}' (FORMAT parquet)"
    )


def in_spark(spark: "SparkSession", source: Path, target: Path) -> None:
    """Tag a data frame, lazily, and write it."""
    topicclf.spark.tag(spark.read.parquet(str(source))).write.mode("overwrite").parquet(str(target))


def only_copied(spark: "SparkSession", source: Path, target: Path) -> None:
    """What Spark takes to read and write the same file."""
    spark.read.parquet(str(source)).write.mode("overwrite").parquet(str(target))


def session(master: str, folder: Path) -> "SparkSession":
    """A session whose workers find topicclf where this process does."""
    from pyspark.sql import SparkSession

    os.environ.update(
        PYSPARK_PYTHON=sys.executable, PYTHONPATH=str(REPOSITORY), SPARK_LOCAL_IP="127.0.0.1"
    )
    builder = SparkSession.builder.master(master)
    settings = {
        "spark.driver.memory": "1g",
        "spark.executor.memory": "1g",  # Of local-cluster, where the driver doesn't do the work.
        "spark.local.dir": str(folder),
        "spark.sql.files.maxPartitionBytes": "32m",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


@click.command(help=__doc__)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False),
              required=True, help="Folder of the full corpora.")  # fmt: skip
@click.option("--count", type=int, multiple=True, default=(20_000, 80_000, 320_000),
              show_default=True,
              help="How many articles; may be given several times.")  # fmt: skip
@click.option("--rounds", default=3, show_default=True)
@click.option("--master", multiple=True, default=("local[2]", "local-cluster[2,1,1024]"),
              show_default=True, help="Spark's; may be given several times.")  # fmt: skip
@click.option("--only", multiple=True, help="Ways to take, by their names.")
def main(
    corpus: Path,
    count: tuple[int, ...],
    rounds: int,
    master: tuple[str, ...],
    only: tuple[str, ...],
) -> None:
    """Run the command line."""
    click.echo(f"{machine()}; median of {rounds} rounds, reading and writing included.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in count:
            rows = articles(corpus, each)
            pq.write_table(rows, folder / f"{each}.parquet", row_group_size=-(-each // _GROUPS))
        for number, its_name in enumerate(master):
            spark = session(its_name, folder)
            seconds: dict[str, list[float]] = {}
            for each in count:
                ways = _ways(spark, folder, folder / f"{each}.parquet")
                beside = only or (() if number == 0 else ("two threads", *_OF_SPARK))
                chosen = {name: way for name, way in ways.items() if not beside or name in beside}
                for way, times in rounds_of(chosen, rounds=rounds).items():
                    best, middle = min(times), statistics.median(times)
                    seconds.setdefault(way, []).append(middle)
                    shown = f"{way} {its_name}" if way in _OF_SPARK else way
                    click.echo(
                        f"{each:9,} articles, {shown:32} {middle:7.2f} s "
                        f"{each / middle:9,.0f} rows/s (best {best:.2f} s)"
                    )
            for way, middles in seconds.items():
                growth = ", ".join(f"{b / a:.2f}" for a, b in pairwise(middles))
                if growth:
                    click.echo(f"{way} ({its_name}): from size to size {growth} times the time")
            spark.stop()


def _ways(spark: "SparkSession", folder: Path, source: Path) -> dict[str, Callable[[], object]]:
    """All ways to tag a file, by their names."""
    texts: list[str] = []
    model = topicclf.load()

    def predict_many() -> None:
        # Reading them is the part of others.
        if not texts:
            texts.extend(pq.read_table(source)["text"].to_pylist())
        for _ in model.predict_many(texts):
            pass

    return {
        "one thread": lambda: plain(source, folder / "one", threads=1),
        "two threads": lambda: plain(source, folder / "two", threads=2),
        "Spark": lambda: in_spark(spark, source, folder / "spark"),
        "Spark, copying": lambda: only_copied(spark, source, folder / "copy"),
        "DuckDB": lambda: in_duckdb(source, folder / "duckdb"),
        "predict_many": predict_many,
        "DuckDB, topics alone": lambda: _topics(source),
    }


def _topics(source: Path) -> None:
    connection = duckdb.connect(config={"threads": 1})
    topicclf.duckdb.register(connection)
    connection.execute(f"SELECT sum(len(topicclf_topics(text))) FROM '{source}'").fetchall()


if __name__ == "__main__":
    main()
