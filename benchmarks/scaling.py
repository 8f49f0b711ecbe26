"""What training takes in time and memory, and how both grow with the articles.

    python benchmarks/scaling.py --corpus FOLDER

`topicclf train` runs on every labelled corpus of FOLDER, but those that are for testing, and on
every tenth of their articles; each in a process of its own.
"""

import gzip
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import click

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.timing import machine

CORPORA = ("annotated", "nyt", "crs", "reuters", "wikipedia")


def thinned(source: Path, folder: Path, every: int) -> tuple[Path, int]:
    """Write every so-manieth line of a corpus to a folder, and say how many these are."""
    path = folder / f"{every}-{source.name.removesuffix('.gz')}"
    with gzip.open(source, "rb") as lines, path.open("wb") as out:
        count = 0
        for line in islice(lines, 0, None, every):
            out.write(line)
            count += 1
    return path, count


def train(paths: Iterable[Path], out: Path) -> tuple[float, float]:
    """Run the command, and say how many seconds it took and the most memory it held, in GiB."""
    command = [sys.executable, "-m", "topicclf", "train", *map(str, paths), "--skip-bad"]
    start = time.perf_counter()
    run = subprocess.Popen(
        [*command, "--out", str(out)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(run.pid, 0)
    if status:
        msg = f"training failed with status {status}"
        raise click.ClickException(msg)
    return time.perf_counter() - start, usage.ru_maxrss / 2**20


@click.command(help=__doc__)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False),
              required=True, help="Folder of the full corpora.")  # fmt: skip
@click.option("--rounds", default=3, show_default=True, help="How often each is timed, in turn.")
def main(corpus: Path, rounds: int) -> None:
    """Run the command line."""
    click.echo(f"{machine()}; one process, {rounds} rounds in turn, start and reading included.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = {
            every: [thinned(corpus / f"{each}.jsonl.gz", folder, every) for each in CORPORA]
            for every in (10, 1)
        }
        found: dict[int, list[tuple[float, float]]] = {every: [] for every in made}
        for _ in range(rounds):
            for every, parts in made.items():
                found[every].append(train([path for path, _ in parts], folder / "model"))
    for every, parts in made.items():
        seconds, memory = min(found[every])
        count = sum(each for _, each in parts)
        click.echo(f"{count:8,} articles: {seconds:6.1f} s, {memory:.2f} GiB at the peak")
    click.echo(f"all take {min(found[1])[0] / min(found[10])[0]:.1f} times as long as a tenth")


if __name__ == "__main__":
    main()
