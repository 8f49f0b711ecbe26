"""Training on more than memory holds: peak memory, time, and what it changes.

    python benchmarks/past_memory.py --corpus FOLDER --size 2000 --memory 500MB

The labelled articles of FOLDER are repeated with noise, each time without a tenth of their words
and with a twentieth of the others replaced, up to so many megabytes of text. `topicclf train`
learns from them in a process of its own, with --memory and, up to --in-memory megabytes, without.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import click
import numpy as np

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

import topicclf  # noqa: E402
from benchmarks.timing import machine  # noqa: E402

CORPORA = ("annotated", "annotated-2")
_DROPPED, _REPLACED = 0.1, 0.05
_JUDGED = 3000


def noisy(corpus: Path) -> Iterator[tuple[str, list[str]]]:
    """Articles without end: first as they are, then with noise."""
    records = []
    for name in CORPORA:
        with gzip.open(corpus / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            records += [json.loads(line) for line in lines]
    articles = [(np.array(each["text"].split(), object), each["topics"]) for each in records]
    pool = np.concatenate([words for words, _ in articles[:2000]])
    random = np.random.default_rng(0)
    yield from ((" ".join(words), topics) for words, topics in articles)
    for words, topics in cycle(articles):
        kept = words[random.random(len(words)) >= _DROPPED]
        swapped = random.random(len(kept)) < _REPLACED
        kept[swapped] = pool[random.integers(0, len(pool), swapped.sum())]
        yield " ".join(kept), topics


def write(corpus: Path, size: int, path: Path) -> int:
    """Write so many bytes of text as JSON lines, and say how many articles these are."""
    left, count = size, 0
    with path.open("w", encoding="utf-8") as file:
        for text, topics in noisy(corpus):
            file.write(json.dumps({"text": text, "topics": topics}) + "\n")
            left -= len(text.encode())
            count += 1
            if left <= 0:
                return count
    return count


def train(data: Path, out: Path, *options: str) -> tuple[float, float]:
    """Run the command, and say how many seconds it took and the most memory it held, in MB."""
    command = [sys.executable, "-m", "topicclf", "train", str(data), "--out", str(out), *options]
    start = time.perf_counter()
    run = subprocess.Popen(
        [*command, "--skip-bad"], cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=sys.stderr
    )
    _, status, usage = os.wait4(run.pid, 0)
    if status:
        msg = f"training failed with status {status}"
        raise click.ClickException(msg)
    return time.perf_counter() - start, usage.ru_maxrss * 1024 / 1e6


def difference(first: Path, second: Path, data: Path) -> tuple[float, float]:
    """The greatest and the mean difference of a probability, over some of the articles."""
    with data.open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line, _ in zip(lines, range(_JUDGED), strict=False)]
    gap = np.abs(
        topicclf.load(first).predict_proba(texts) - topicclf.load(second).predict_proba(texts)
    )
    return float(gap.max()), float(gap.mean())


@click.command(help=__doc__)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False),
              required=True, help="Folder of the full corpora.")  # fmt: skip
@click.option("--size", type=int, multiple=True, default=(15, 60), show_default=True,
              help="Megabytes of text; may be given several times.")  # fmt: skip
@click.option("--memory", default="500MB", show_default=True)
@click.option("--in-memory", type=int, default=100, show_default=True,
              help="Up to how many megabytes of text to train in memory as well.")  # fmt: skip
def main(corpus: Path, size: tuple[int, ...], memory: str, in_memory: int) -> None:
    """Run the command line."""
    click.echo(f"{machine()}; one process, start and reading included.")
    for megabytes in size:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            data = folder / "data.jsonl"
            count = write(corpus, megabytes * 10**6, data)
            seconds, peak = train(data, folder / "bounded", "--memory", memory)
            click.echo(f"{megabytes:,} MB, {count:,} articles, --memory {memory}: {seconds:.0f} s, "
                       f"{peak:.0f} MB at the peak")  # fmt: skip
            if megabytes <= in_memory:
                plain, most = train(data, folder / "plain")
                gap, mean = difference(folder / "bounded", folder / "plain", data)
                click.echo(f"    in memory: {plain:.0f} s, {most:.0f} MB; probabilities differ by "
                           f"{gap:.2g} at most, {mean:.2g} on average")  # fmt: skip


if __name__ == "__main__":
    main()
