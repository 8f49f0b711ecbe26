"""How exactly an explanation's summands add up, and what it and `.evidence` cost.

    python benchmarks/explanation.py training/corpus/held-out.jsonl --before b8637de

With --before the times are compared with those of an earlier commit, which takes turns in processes
of its own. The crafted texts have 100,000 characters and a sentence in every few.
"""

import io
import json
import math
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

REPOSITORY = Path(__file__).resolve().parent.parent
_LENGTH = 2000
_LONG = 100_000
_CRAFTED = ("ab. ", "Ab. ", "war\n", "War. Oil! ")

Article = dict[str, str]


def _times(root: Path, articles: list[Article]) -> dict[str, float]:
    """Median seconds of the CPU; for the package of that root."""
    sys.path.insert(0, str(root))
    import topicclf

    model = topicclf.load()
    longest = sorted((article["text"] for article in articles), key=len, reverse=True)
    texts = [text[:_LENGTH] for text in longest[:100]]

    def median(task: Callable[[str], object]) -> float:
        seconds = []
        for text in texts:
            start = time.process_time()
            task(text)
            seconds.append(time.process_time() - start)
        return statistics.median(seconds)

    def evidence(text: str) -> float:
        prediction = model.predict(text)
        start = time.process_time()
        assert prediction.evidence is not None
        return time.process_time() - start

    def least(text: str) -> float:
        return min(evidence(text) for _ in range(3))

    ordinary = " ".join(article["text"] for article in articles)
    known = "The navy ordered frigates to guard the gas pipeline after tariffs and an earthquake. "
    long = [(known + piece * (_LONG // len(piece) + 1))[:_LONG] for piece in (ordinary, *_CRAFTED)]
    evidence(long[0])
    return {
        "explain": median(model.explain),
        "explain, all topics looked at": median(lambda t: list(model.explain(t).topics.values())),
        ".evidence": statistics.median(map(evidence, texts)),
        "evidence of ordinary text": least(long[0]),
        "evidence of crafted text": max(map(least, long[1:])),
    }


def _exactness(articles: list[Article]) -> None:
    import topicclf

    model = topicclf.load()
    by_terms = by_views = by_answer = 0.0
    for article in articles:
        for each in model.explain(article["text"], title=article.get("title")).topics.values():
            terms = math.fsum(part.value for part in each.contributions)
            by_terms = max(by_terms, abs(terms - each.log_odds))
            by_views = max(by_views, abs(math.fsum(each.views.values()) - each.log_odds))
            answer = 1 / (1 + math.exp(-terms))
            by_answer = max(by_answer, abs(answer - each.probability))
    click.echo(f"{len(articles)} articles, greatest difference:")
    click.echo(f"  summands of terms to log-odds: {by_terms:.1e}")
    click.echo(f"  summands of views to log-odds: {by_views:.1e}")
    click.echo(f"  probability of the sum to predict's: {by_answer:.1e}")


def _timed(root: Path, corpora: tuple[Path, ...]) -> dict[str, float]:
    """The times of the package of that root, in a process of its own."""
    command = [sys.executable, __file__, *map(str, corpora), "--root", str(root)]
    run = subprocess.run(command, capture_output=True, check=True, cwd=root)
    times: dict[str, float] = json.loads(run.stdout)
    return times


def _compared(corpora: tuple[Path, ...], before: str | None, rounds: int) -> list[str]:
    """The lines of a table."""
    with tempfile.TemporaryDirectory() as folder:
        roots = {"now": REPOSITORY}
        if before:
            command = ["git", "-C", str(REPOSITORY), "archive", before]
            packed = subprocess.run(command, capture_output=True, check=True).stdout
            with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
                archive.extractall(folder, filter="data")
            roots[before] = Path(folder)
        runs = [
            {name: _timed(root, corpora) for name, root in roots.items()} for _ in range(rounds)
        ]
    lines = [f"| of {_LENGTH:,} or {_LONG:,} characters | ms | times as fast as {before} |"]
    lines.append("|---|---|---|")
    for what in runs[0]["now"]:
        now = statistics.median(run["now"][what] for run in runs)
        ratios = [run[before][what] / run["now"][what] for run in runs] if before else []
        ratio = f"{statistics.median(ratios):.1f}" if ratios else ""
        lines.append(f"| {what} | {now * 1e3:.3f} | {ratio} |")
    crafted = [
        run["now"]["evidence of crafted text"] / run["now"]["evidence of ordinary text"]
        for run in runs
    ]
    ratio = f"{statistics.median(crafted):.1f}"
    return [
        *lines,
        "",
        f"Evidence of crafted text takes {ratio} times as long as of ordinary text.",
    ]


@click.command(help=__doc__)
@click.argument(
    "corpora", nargs=-1, type=click.Path(path_type=Path, exists=True, resolve_path=True)
)
@click.option("--before", metavar="COMMIT", help="An earlier commit to compare the times with.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--write", is_flag=True, help="Write docs/performance.md's table.")
@click.option("--root", hidden=True, type=click.Path(path_type=Path))
def main(
    corpora: tuple[Path, ...], before: str | None, rounds: int, write: bool, root: Path | None
) -> None:
    """Run the command line."""
    lines = [line for path in corpora for line in path.read_text("utf-8").splitlines()]
    articles = [json.loads(line) for line in lines]
    if root:
        click.echo(json.dumps(_times(root, articles)))
        return
    sys.path.insert(0, str(REPOSITORY))
    from benchmarks.pictures import put
    from benchmarks.timing import machine

    result = "\n".join([f"{machine()}.", "", *_compared(corpora, before, rounds)])
    click.echo(result)
    if write:
        put(REPOSITORY / "docs" / "performance.md", "explanation", result)
    _exactness(articles)


if __name__ == "__main__":
    main()
