"""Time what reading and writing JSON lines adds to a model's own time, against orjson alone.

    python benchmarks/jsonl.py

Each round runs all in turn: orjson reads and writes each line of a feed; the model tags the feed's
texts, which are in memory; and ``topicclf predict feed.jsonl -o out.jsonl`` does all of it, in this
process. The medians of the processor's seconds are printed, and how often the time of orjson goes
into what the command takes beyond the model in the same round.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import click
import orjson

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

import topicclf  # noqa: E402
from benchmarks.feed import make_feed  # noqa: E402
from benchmarks.timing import rounds_of  # noqa: E402
from topicclf.cli.group import commands  # noqa: E402


def _copy(feed: Path, out: Path) -> None:
    with feed.open("rb") as source, out.open("wb") as target:
        target.writelines(orjson.dumps(orjson.loads(line)) + b"\n" for line in source)


@click.command(help=__doc__)
@click.option("--copies", default=10, show_default=True, help="How often the corpus is repeated.")
@click.option("--rounds", default=7, show_default=True)
def main(copies: int, rounds: int) -> None:
    """Run the command line."""
    model = topicclf.load()
    with tempfile.TemporaryDirectory() as folder:
        feed, out = Path(folder, "feed.jsonl"), Path(folder, "out.jsonl")
        records = make_feed(feed, copies=copies)
        predict = ["predict", str(feed), "-o", str(out), "--quiet"]
        seconds = rounds_of(
            {
                "orjson": lambda: _copy(feed, Path(folder, "copy.jsonl")),
                "model": lambda: [None for _ in model.tag_many(records)],
                "predict": lambda: commands(predict, standalone_mode=False),
            },
            rounds=rounds,
            now=time.process_time,
        )
    for name, each in zip(seconds, map(statistics.median, seconds.values()), strict=True):
        click.echo(f"  {name:8} {each * 1e3:8.1f} ms  {each / len(records) * 1e6:6.2f} us a record")
    ratios = [
        (predict - model) / alone for alone, model, predict in zip(*seconds.values(), strict=True)
    ]
    click.echo(f"beyond the model: {statistics.median(ratios):.2f} times orjson")


if __name__ == "__main__":
    main()
