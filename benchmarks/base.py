"""Show what a base saves: learning curves with and without one, for topics that it has and lacks.

    python benchmarks/base.py --corpus FOLDER

Bases learn from annotated.jsonl.gz: one from all topics, and one for each topic that is left out.
From other outlets some articles are drawn, a quarter of them with the topic, and a model of that
topic alone learns from them: from scratch, from the base without it, and from the base with it.
Others of these outlets are measured, a quarter of them with the topic.
"""

import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from topicclf import TopicClassifier, TopicModel
from topicclf.evaluation.answers import Answers, known_labels
from topicclf.evaluation.measures import measure
from topicclf.labelled.reading import LabelledArticle, read_labelled

TOPICS = ("defence", "energy", "trade", "disaster")
SIZES = (20, 50, 100, 200)
SETS = ("annotated-2", "annotated-world")
_QUARTER = 4


@dataclass(frozen=True, eq=False)
class Setting:
    """Bases, and the articles to learn from and to measure on.

    Attributes:
        full: The base of all topics.
        without: For each topic the base that lacks it.
        items: Articles of outlets that no base has seen.
        labels: Their labels, shape (n_articles, n_topics).
    """

    full: TopicModel
    without: tuple[TopicModel, ...]
    items: list[LabelledArticle]
    labels: NDArray[np.int8]

    @classmethod
    def of(cls, corpus: Path) -> "Setting":
        """Learn the bases, and read the articles."""
        learnt = read_labelled(corpus / "annotated.jsonl.gz", topics=TOPICS)[0]
        items = [
            item
            for name in SETS
            for item in read_labelled(corpus / f"{name}.jsonl.gz", topics=TOPICS)[0]
            if not item.unknown
        ]

        def base(topics: tuple[str, ...]) -> TopicModel:
            classifier = TopicClassifier(topics=topics, C=0.3, class_weight="balanced")
            classifier.fit([item.fields for item in learnt], known_labels(learnt, topics))
            return classifier.model_

        without = tuple(base(tuple(t for t in TOPICS if t != left)) for left in TOPICS)
        return cls(base(TOPICS), without, items, known_labels(items, TOPICS))

    def run(self, size: int, column: int, seed: int) -> Iterator[tuple[str, tuple[float, ...]]]:
        """For each start: F1, average precision and the share of false tags."""
        random = np.random.default_rng(seed)
        shuffled = random.permutation(len(self.items))
        learn, held = np.array_split(shuffled, 2)
        drawn = self._quarter(learn, column, size)
        measured = self._quarter(held, column, len(held))
        texts = [self.items[row].fields for row in drawn]
        starts = {"scratch": None, "a new topic": self.without[column], "its topic": self.full}
        for name, base in starts.items():
            classifier = TopicClassifier(topics=TOPICS[column : column + 1], base=base)
            classifier.fit(texts, self.labels[drawn][:, [column]])
            model = classifier.model_
            answers = Answers(
                model.topics,
                self.labels[measured][:, [column]],
                model.predict_proba([self.items[row].fields for row in measured]),
                model.thresholds,
            )
            found = measure(answers)
            yield (
                name,
                (
                    float(found.macro_f1[0]),
                    float(found.macro_average_precision[0]),
                    float(found.false_tags[0]),
                ),
            )

    def _quarter(self, rows: NDArray[np.int64], column: int, size: int) -> NDArray[np.int64]:
        yes = rows[self.labels[rows, column] == 1]
        no = rows[self.labels[rows, column] == 0]
        n_yes = min(size // _QUARTER, len(yes), len(no) // (_QUARTER - 1))
        n_no = min(size - n_yes, (_QUARTER - 1) * n_yes + _QUARTER)
        return np.concatenate([yes[:n_yes], no[:n_no]])


@click.command(help=__doc__)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False),
              required=True, help="Folder of the full corpora.")  # fmt: skip
@click.option("--seeds", default=3, show_default=True, help="How many draws of each size.")
@click.option("--size", "sizes", type=int, multiple=True, default=SIZES, show_default=True,
              help="How many labelled articles.")  # fmt: skip
def main(corpus: Path, seeds: int, sizes: tuple[int, ...]) -> None:
    """Run the command line."""
    # So few articles are warned about each time.
    warnings.simplefilter("ignore", UserWarning)
    setting = Setting.of(corpus)
    click.echo("labels  start            F1     AP  false tags; means over four topics")
    for size in sizes:
        found: dict[str, list[tuple[float, ...]]] = {}
        for column in range(len(TOPICS)):
            for seed in range(seeds):
                for name, numbers in setting.run(size, column, seed):
                    found.setdefault(name, []).append(numbers)
        for name, of_runs in found.items():
            f1, average_precision, false_tags = np.mean(of_runs, 0)
            click.echo(f"{size:6}  {name:12} {f1:6.3f} {average_precision:6.3f} {false_tags:10.1%}")


if __name__ == "__main__":
    main()
