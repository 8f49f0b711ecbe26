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

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from topicclf.evaluation.answers import known_labels
from topicclf.labelling.audit import audit
from topicclf.learning.data import Labelled, read_labelled
from training.recipe import REPOSITORY
from training.stories import story

_OURS = ("articles.jsonl", "contrasts.jsonl", "widening.jsonl")


def turned_round(
    items: list[Labelled], *, n: int, seed: int
) -> tuple[list[Labelled], set[tuple[int, str]]]:
    """Turn labels round, as many yes as no, and as many of each topic.

    Args:
        items: The articles.
        n: How many labels in all.
        seed: Which.

    Returns:
        The articles, and the row and topic of what was turned round.
    """
    topics = sorted({topic for item in items for topic in item.topics})
    labels = known_labels(items, topics)
    rng = np.random.default_rng(seed)
    turned = {
        (int(row), topic)
        for column, topic in enumerate(topics)
        for value in (0, 1)
        for row in rng.choice(
            np.flatnonzero(labels[:, column] == value), n // (2 * len(topics)), replace=False
        )
    }
    wrong = [
        replace(item, topics=item.topics ^ {topic for topic in topics if (row, topic) in turned})
        for row, item in enumerate(items)
    ]
    return wrong, turned


@click.command(help=__doc__)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Folder of the full corpora.")  # fmt: skip
@click.option("--turned", "n", default=400, show_default=True, help="How many labels to turn.")
@click.option("--seed", default=0, show_default=True)
@click.option("--jobs", default=1, show_default=True, help="How many processes learn.")
def main(corpus: Path | None, n: int, seed: int, jobs: int) -> None:
    """Run the command line."""
    paths = [corpus / "annotated.jsonl.gz"] if corpus else [REPOSITORY / name for name in _OURS]
    items = [item for path in paths for item in read_labelled(path)[0]]
    wrong, turned = turned_round(items, n=n, seed=seed)
    groups = np.unique([story(item.fields) for item in items], return_inverse=True)[1]
    found, _ = audit(wrong, groups=groups, n_jobs=jobs)
    hits = np.array([(doubt.row, doubt.topic) in turned for doubt in found])
    click.echo(f"{len(items)} articles, {len(turned)} labels turned round, seed {seed}")
    for k in (50, 100, 200, 400):
        click.echo(f"of the first {k:3} doubts {hits[:k].mean():6.1%} were turned round")
    confident = np.array([doubt.confident for doubt in found])
    click.echo(
        f"{confident.sum()} count as wrong by confident learning: {hits[confident].mean():.1%} of "
        f"them were turned round, {hits[confident].sum() / len(turned):.1%} of what was"
    )
    click.echo(f"among all {len(found)} doubts are {hits.sum() / len(turned):.1%} of them")


if __name__ == "__main__":
    main()
