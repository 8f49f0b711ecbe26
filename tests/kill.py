"""Kill commands at random moments, run them again, and look for what is lost, doubled or left.

    python tests/kill.py -n 200

Runs are killed by the signal that nothing can catch, at moments spread over the time that a whole
run takes. At every kill each file that is replaced is the old one or the whole new one. When a run
ends, each is byte by byte what a run without kills writes, and nothing else is left. A model and
its card change together; kills between their two renames are counted: ``topicclf info`` tells.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click

__all__ = ["KINDS", "Outcome", "kill_and_resume"]

_PREDICT = ("predict", "feed.jsonl", "-q", "--resume", "-o")
#: Kinds of runs: the command, of which the last argument is what it writes.
KINDS = {
    "jsonl": (*_PREDICT, "out.jsonl"),
    "csv": (*_PREDICT[:-1], "--why", "-o", "out.csv"),
    "workers": (*_PREDICT[:-1], "--workers", "2", "-o", "out.jsonl"),
    "filtered": (*_PREDICT[:-1], "--only", "defence", "--excel", "-o", "out.csv"),
    "suggest": (
        "suggest",
        "shipped",
        "feed.jsonl",
        "-n",
        "50",
        "--skip-bad",
        "--out",
        "next.jsonl",
    ),
    "train": ("train", "labelled.jsonl", "--out", "model"),
    "adapt": ("adapt", "shipped", "feed.jsonl", "--skip-bad", "--out", "model"),
}
_OLD = b"old\n"
_ROOT = Path(__file__).resolve().parent.parent
_SHIPPED = _ROOT / "models" / "news"
_TEXTS = (
    "The navy ordered two frigates.",
    "Haydn.",
    'Say "\u00e9",\n',
    "An earthquake shook Chile.",
)


@dataclass
class Outcome:
    """What became of the runs.

    Attributes:
        kills: How many were killed.
        ended: How many ended.
        parted: After how many kills a new model stood beside its old card.
    """

    kills: int = 0
    ended: int = 0
    parted: int = 0


def kill_and_resume(folder: Path, kind: str, *, kills: int, seed: int, records: int) -> Outcome:
    """Kill so many runs, and check each time what is there.

    Args:
        folder: An empty folder.
        kind: One of `KINDS`.
        kills: How many runs to kill at least.
        seed: Random seed.
        records: How many records there are.
    """
    _write_data(folder, records)
    out = folder / KINDS[kind][-1]
    start = time.monotonic()
    status = _run(folder, kind).wait()
    seconds = time.monotonic() - start
    whole = _contents(out)
    old = _old(out)
    before = set(folder.iterdir())
    chance = random.Random(seed)
    outcome = Outcome()
    while outcome.kills < kills or not outcome.ended:
        run = _run(folder, kind)
        start = time.monotonic()
        if outcome.kills < kills:
            try:
                run.wait(chance.uniform(0, 1.2 * seconds))
                # The first run may have been slow.
                seconds = min(seconds, time.monotonic() - start)
            except subprocess.TimeoutExpired:
                run.kill()
                outcome.kills += 1
        run.wait()
        found = {name: each for name, each in _contents(out).items() if name in whole}
        assert found.keys() == whole.keys(), f"{kind}: {whole.keys() - found.keys()} is lost"
        news = {name for name, each in found.items() if each == whole[name]}
        olds = {name for name, each in found.items() if each == old[name]}
        assert news | olds == whole.keys(), f"{kind}: half a file after {outcome.kills} kills"
        outcome.parted += bool(news) and bool(olds)
        if run.returncode == status:
            assert _contents(out) == whole, f"{kind}: something is lost, doubled or left"
            left = set(folder.iterdir()) - before
            assert not left, f"{kind}: left behind: {left}"
            outcome.ended += 1
            _write(out, old)
    return outcome


def _run(folder: Path, kind: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "topicclf", *KINDS[kind]]
    quiet = subprocess.DEVNULL
    here = os.environ | {"PYTHONPATH": str(_ROOT)}
    return subprocess.Popen(command, cwd=folder, env=here, stdout=quiet, stderr=quiet)


def _contents(out: Path) -> dict[str, bytes]:
    """What is at a place, a file or a folder, by name."""
    files = out.iterdir() if out.is_dir() else [out]
    return {file.name: file.read_bytes() for file in files}


def _old(out: Path) -> dict[str, bytes]:
    """Put something else in the place of what was written."""
    old = {out.name: _OLD}
    if out.is_dir():
        old = {name: (_SHIPPED / name).read_bytes() for name in ("model.npz", "README.md")}
    _write(out, old)
    return old


def _write(out: Path, contents: dict[str, bytes]) -> None:
    for name, content in contents.items():
        (out / name if out.is_dir() else out).write_bytes(content)


def _write_data(folder: Path, records: int) -> None:
    chance = random.Random(1)
    with (folder / "feed.jsonl").open("w", encoding="utf-8") as file:
        for number in range(records):
            record = {"id": number, "text": f"{chance.choice(_TEXTS)} {number} " * 40}
            if number > records // 2:
                record["late"] = "a column that comes late"
            file.write(f"{json.dumps(record)}\n" if number % 97 else "{\n")
    with (folder / "labelled.jsonl").open("w", encoding="utf-8") as file:
        for number in range(40):
            kind = number % 2
            label = {"text": f"{_TEXTS[kind]} {number}", "topics": ["defence"] * (1 - kind)}
            file.write(f"{json.dumps(label)}\n")


@click.command(help=__doc__)
@click.option("-n", "kills", default=200, show_default=True, help="How many kills of each kind.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), default=list(KINDS))
@click.option("--records", default=8000, show_default=True, help="How many records there are.")
@click.option("--seed", default=0, show_default=True, help="Random seed.")
def main(kills: int, kinds: tuple[str, ...], records: int, seed: int) -> None:
    """Run the command line."""
    for kind in kinds:
        with tempfile.TemporaryDirectory() as folder:
            done = kill_and_resume(Path(folder), kind, kills=kills, seed=seed, records=records)
        click.echo(
            f"{kind}: {done.kills} kills, {done.ended} runs ended, nothing lost, nothing left; "
            f"a model without its card {done.parted} times"
        )


if __name__ == "__main__":
    main()
