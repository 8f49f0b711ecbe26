"""Turn labels round on purpose, and count how many an audit finds.

    python benchmarks/audit.py --corpus FOLDER

Without the folder of the full corpora the articles in the repository are used. Labels that were
wrong before count as false alarms here, so that the truth is a little better.
"""

import sys
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from topicclf.labelled.reading import Source, read_source
from topicclf.labelling.audit import audit
from topicclf.training.dataset import gather
from training.corpus_stories import corpus_story
from training.recipe import REPOSITORY

_OURS = ("articles.jsonl", "contrasts.jsonl", "widening.jsonl")


def turned_round(
    labels: NDArray[np.int8], *, n: int, seed: int
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Turn labels round, as many yes as no, and as many of each topic.

    Args:
        labels: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics).
        n: How many labels in all.
        seed: Which.

    Returns:
        The labels, and which of them were turned round.
    """
    rng = np.random.default_rng(seed)
    turned = np.zeros(labels.shape, bool)
    for column, of_topic in enumerate(labels.T):
        for value in (0, 1):
            rows = np.flatnonzero(of_topic == value)
            turned[rng.choice(rows, n // (2 * labels.shape[1]), replace=False), column] = True
    return np.where(turned, 1 - labels, labels), turned


@click.command(help=__doc__)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Folder of the full corpora.")  # fmt: skip
@click.option("--turned", "n", default=400, show_default=True, help="How many labels to turn.")
@click.option("--seed", default=0, show_default=True)
@click.option("--jobs", default=1, show_default=True, help="How many processes learn.")
def main(corpus: Path | None, n: int, seed: int, jobs: int) -> None:
    """Run the command line."""
    paths = [corpus / "annotated.jsonl.gz"] if corpus else [REPOSITORY / name for name in _OURS]
    data, items, _ = gather([read_source(Source(path)) for path in paths], skip_bad=True)
    wrong, turned = turned_round(data.labels, n=n, seed=seed)
    names = [corpus_story(item.fields) for item in items]
    found, _ = audit(replace(data, labels=wrong, stories=names), n_jobs=jobs)
    hits = np.array([turned[doubt.row, data.topics.index(doubt.topic)] for doubt in found])
    total = turned.sum()
    click.echo(f"{len(items)} articles, {total} labels turned round, seed {seed}")
    for k in (50, 100, 200, 400):
        click.echo(f"of the first {k:3} doubts {hits[:k].mean():6.1%} were turned round")
    confident = np.array([doubt.confident for doubt in found])
    click.echo(
        f"{confident.sum()} count as wrong by confident learning: {hits[confident].mean():.1%} of "
        f"them were turned round, {hits[confident].sum() / total:.1%} of what was"
    )
    click.echo(f"among all {len(found)} doubts are {hits.sum() / total:.1%} of them")


if __name__ == "__main__":
    main()
