"""Kill ``topicclf predict -o`` at random moments, resume it, and look for what is lost or left.

    python tests/kill.py -n 200

For each kind of output, runs are killed by the signal that nothing can catch, at moments spread
over the time that a whole run takes. At every kill the file that is replaced is the old one or the
whole new one. When a run ends, it is byte by byte what a run without kills writes, and nothing
else is left.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

__all__ = ["KINDS", "kill_and_resume"]

#: Kinds of output: the ending of the file, and options.
KINDS = {
    "jsonl": ("jsonl", ()),
    "csv": ("csv", ("--why",)),
    "workers": ("jsonl", ("--workers", "2")),
    "filtered": ("csv", ("--only", "defence", "--excel")),
}
_OLD = b"old\n"
_TEXTS = ("The navy ordered two frigates.", "Haydn.", 'Say "é",\n', "An earthquake shook Chile.")


def kill_and_resume(folder: Path, kind: str, *, kills: int, seed: int, records: int) -> int:
    """Kill so many runs, and check each time what is there.

    Args:
        folder: An empty folder.
        kind: One of `KINDS`.
        kills: How many runs to kill at least.
        seed: Random seed.
        records: How many records there are.

    Returns:
        How many runs ended.
    """
    ending, options = KINDS[kind]
    feed, whole, out = folder / "feed.jsonl", folder / f"whole.{ending}", folder / f"out.{ending}"
    _write_feed(feed, records)
    command = [sys.executable, "-m", "topicclf", "predict", str(feed), "-q", *options]
    start = time.monotonic()
    subprocess.run([*command, "-o", str(whole)], stderr=subprocess.DEVNULL, check=False)
    seconds = time.monotonic() - start
    expected = whole.read_bytes()
    before = set(folder.iterdir())
    chance = random.Random(seed)
    killed = ended = 0
    out.write_bytes(_OLD)
    while killed < kills or not ended:
        run = subprocess.Popen([*command, "-o", str(out), "--resume"], stderr=subprocess.DEVNULL)
        if killed < kills:
            try:
                run.wait(chance.uniform(0, 1.2 * seconds))
            except subprocess.TimeoutExpired:
                run.kill()
                killed += 1
        run.wait()
        content = out.read_bytes()
        assert content in (_OLD, expected), f"{kind}: half a file after {killed} kills"
        if run.returncode == 1:
            assert content == expected, f"{kind}: records were lost or doubled"
            left = set(folder.iterdir()) - before - {out}
            assert not left, f"{kind}: left behind: {left}"
            ended += 1
            out.write_bytes(_OLD)
    return ended


def _write_feed(path: Path, records: int) -> None:
    chance = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        for number in range(records):
            record = {"id": number, "text": f"{chance.choice(_TEXTS)} {number} " * 40}
            if number > records // 2:
                record["late"] = "a column that comes late"
            file.write(f"{json.dumps(record)}\n" if number % 97 else "{\n")


@click.command(help=__doc__)
@click.option("-n", "kills", default=200, show_default=True, help="How many kills of each kind.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), default=list(KINDS))
@click.option("--records", default=8000, show_default=True, help="How many records to predict.")
@click.option("--seed", default=0, show_default=True, help="Random seed.")
def main(kills: int, kinds: tuple[str, ...], records: int, seed: int) -> None:
    """Run the command line."""
    for kind in kinds:
        with tempfile.TemporaryDirectory() as folder:
            ended = kill_and_resume(Path(folder), kind, kills=kills, seed=seed, records=records)
        click.echo(f"{kind}: {kills} kills, {ended} runs ended, nothing lost, nothing left")


if __name__ == "__main__":
    main()
