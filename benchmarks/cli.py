"""Time `topicclf predict` on JSON lines against predict_many on the same articles, and the start.

    python benchmarks/cli.py

Each round runs all of them in turn; the medians and their ratios are printed. What the command
takes includes its start and the loading of the model.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

import topicclf  # noqa: E402
from benchmarks.feed import make_feed  # noqa: E402
from benchmarks.timing import medians  # noqa: E402

COMMAND = str(Path(sys.executable).with_name("topicclf"))


def _run(*command: str) -> Callable[[], object]:
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _table(medians: dict[str, float]) -> None:
    base = next(iter(medians.values()))
    for name, seconds in medians.items():
        click.echo(f"  {name:36} {seconds * 1e3:10.1f} ms  x{seconds / base:.2f}")


@click.command(help=__doc__)
@click.option("--copies", default=40, show_default=True, help="How often the corpus is repeated.")
@click.option("--rounds", default=7, show_default=True)
def main(copies: int, rounds: int) -> None:
    """Run the command line."""
    model = topicclf.load()
    with tempfile.TemporaryDirectory() as folder:
        feed, tagged = f"{folder}/feed.jsonl", f"{folder}/tagged.jsonl"
        records = make_feed(Path(feed), copies=copies)
        tasks = {
            "predict_many on a list": lambda: [None for _ in model.predict_many(records)],
            "topicclf predict feed -o tagged": _run(COMMAND, "predict", feed, "-o", tagged),
            "topicclf predict < feed > pipe": _run("sh", "-c", f"{COMMAND} predict < {feed} | cat"),
        }
        _table(medians(tasks, rounds=rounds, unmeasured=0))
    starts = {
        "python -c pass": _run(sys.executable, "-c", "pass"),
        "topicclf --version": _run(COMMAND, "--version"),
        "topicclf --help": _run(COMMAND, "--help"),
        "topicclf predict, one article": _run(COMMAND, "predict", "examples/article.txt"),
    }
    click.echo("starts")
    _table(medians(starts, rounds=5 * rounds, unmeasured=0))


if __name__ == "__main__":
    main()
