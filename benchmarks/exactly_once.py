"""Every row once, whatever fails: executors killed, a task that fails, the same task run twice.

    python benchmarks/exactly_once.py --runs 20

A cluster of two executor processes on this machine (Spark's local-cluster mode) tags a Parquet file
in 16 tasks and writes another. In each run an executor is killed with SIGKILL while it works,
after one to eight tasks are done; in every second run a task fails by itself at its first attempt;
and slow tasks are speculated on. Then rows are counted: each must be there once, with its topics.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pyarrow as pa
import pyarrow.parquet as pq

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

import topicclf  # noqa: E402

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_TASKS, _PATIENCE = 16, 120
_TEXTS: tuple[tuple[str, list[str]], ...] = (
    ("The navy ordered two frigates from the yard, said officer", ["defence"]),
    ("The orchestra opens its season with Mahler, symphony", []),
    ("The earthquake brought down a bridge and rescuers search house", ["disaster"]),
)


def write(path: Path, count: int) -> None:
    """Numbered articles, a row group for each task."""
    texts = [f"{_TEXTS[number % 3][0]} {number}." for number in range(count)]
    table = pa.table({"id": range(count), "text": texts})
    pq.write_table(table, path, row_group_size=-(-count // _TASKS))


def session(folder: Path) -> "SparkSession":
    """Two executors with a core each, which come back when they are killed."""
    from pyspark.sql import SparkSession

    os.environ.update(
        PYSPARK_PYTHON=sys.executable, PYTHONPATH=str(REPOSITORY), SPARK_LOCAL_IP="127.0.0.1"
    )
    settings = {
        "spark.driver.memory": "512m",
        "spark.executor.memory": "512m",
        "spark.local.dir": str(folder),
        "spark.speculation": "true",
        "spark.speculation.quantile": "0.3",
        "spark.speculation.multiplier": "1.1",
        "spark.speculation.interval": "50ms",
        "spark.task.maxFailures": "8",
        "spark.executor.maxNumFailures": "1000",
        "spark.deploy.maxExecutorRetries": "-1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = SparkSession.builder.master("local-cluster[2,1,512]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def executors() -> list[int]:
    """The processes of this session's executors."""
    run = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True)
    lines = [line.split(None, 2) for line in run.stdout.splitlines()[1:]]
    parents = {int(pid): int(parent) for pid, parent, _ in lines}

    def ours(pid: int) -> bool:
        while pid in parents and pid != os.getpid():
            pid = parents[pid]
        return pid == os.getpid()

    name = "CoarseGrainedExecutorBackend"
    return [int(pid) for pid, _, args in lines if name in args and ours(int(pid))]


def slowed(batches: Iterator[Any], *, failing: Path | None) -> Iterator[Any]:
    """Pass batches on, slowly enough for something to happen; once, fail in the middle."""
    for batch in batches:
        time.sleep(0.5)
        if failing is not None:
            try:
                failing.unlink()
            except FileNotFoundError:
                pass
            else:
                msg = "this task was told to fail at its first attempt"
                raise RuntimeError(msg)
        yield batch


def kill_in_the_middle(spark: "SparkSession", done: int, killed: list[int]) -> threading.Thread:
    """Kill an executor as soon as so many tasks are done and others run."""
    tracker = spark.sparkContext.statusTracker()

    def kill() -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
            if any(s and s.numCompletedTasks >= done and s.numActiveTasks for s in stages):
                break
            time.sleep(0.05)
        else:
            return
        pid = executors()[done % 2]
        os.kill(pid, signal.SIGKILL)
        killed.append(pid)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def run(spark: "SparkSession", source: Path, folder: Path, number: int) -> str:
    """Tag the file while an executor is killed, and say what came of it.

    Raises:
        ClickException: A row is lost, doubled or wrong.
    """
    failing = folder / f"fail-{number}" if number % 2 else None
    if failing is not None:
        failing.touch()
    frame = spark.read.parquet(str(source))
    slow: DataFrame = frame.mapInArrow(
        lambda batches: slowed(batches, failing=failing), frame.schema
    )
    killed: list[int] = []
    thread = kill_in_the_middle(spark, 1 + number % 8, killed)
    target = folder / f"out-{number}"
    topicclf.spark.tag(slow).write.mode("overwrite").parquet(str(target))
    thread.join()
    if not killed:
        msg = f"run {number}: no executor was killed while it worked"
        raise click.ClickException(msg)
    table = pq.read_table(target).sort_by("id")
    count = pq.read_metadata(source).num_rows
    if table["id"].to_pylist() != list(range(count)):
        distinct = len(set(table["id"].to_pylist()))
        msg = f"run {number}: {table.num_rows} rows of {count}, {distinct} of them distinct"
        raise click.ClickException(msg)
    if table["topics"].to_pylist() != [_TEXTS[each % 3][1] for each in range(count)]:
        msg = f"run {number}: answers of other rows"
        raise click.ClickException(msg)
    failed = ", a task failed" if failing is not None and not failing.exists() else ""
    return f"{count:,} rows once; executor {killed[0]} killed{failed}"


@click.command(help=__doc__)
@click.option("--runs", default=20, show_default=True)
@click.option("--count", default=3_200, show_default=True, help="Rows.")
@click.option(
    "--after", default=1.5, show_default=True, help="Seconds until an executor is killed."
)
def main(runs: int, count: int, after: float) -> None:
    """Run the command line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "in.parquet"
        write(source, count)
        spark = session(folder)
        # A task for each row group, though the file is small.
        spark.conf.set("spark.sql.files.maxPartitionBytes", source.stat().st_size // _TASKS)
        spark.conf.set("spark.sql.files.openCostInBytes", 1)
        for number in range(runs):
            start = time.perf_counter()
            said = run(spark, source, folder, number)
            click.echo(f"run {number + 1}: {said} ({time.perf_counter() - start:.1f} s)")
        spark.stop()


if __name__ == "__main__":
    main()
