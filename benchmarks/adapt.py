"""Show what adapting to a mix does: calibration error and kept promises, before and after.

    python benchmarks/adapt.py --corpus FOLDER

A model learns from annotated.jsonl.gz. Each other set of articles, from outlets or years that it
has not seen, is weighted so that each topic has a share of 1, 3, 10 or 30 %; the rest weighs as in
the natural mix of its outlets. From one half a sample is drawn to adapt to, without labels or with
them; the other half is measured.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from topicclf import TopicClassifier, TopicModel
from topicclf.evaluation.answers import known_labels
from topicclf.labelled.reading import LabelledArticle, read_labelled
from topicclf.learning.prior_shift import estimate_mix
from topicclf.training.adaptation import adapt
from training.corpus_stories import corpus_story

TOPICS = ("defence", "energy", "trade", "disaster")
SHARES = (0.01, 0.03, 0.1, 0.3)
SETS = ("annotated-2", "annotated-world")
PROMISE = 0.9
_BINS = 10
_STEPS = 300
_FEWEST = 60


@dataclass(frozen=True, eq=False)
class Pool:
    """Labelled articles to make mixes of.

    Attributes:
        items: The articles.
        labels: 1 yes, 0 no; shape (n_articles, n_topics).
        natural: How many articles of its outlets each stands for, shape (n_articles,).
    """

    items: list[LabelledArticle]
    labels: NDArray[np.int8]
    natural: NDArray[np.float64]

    @classmethod
    def read(cls, path: Path) -> "Pool":
        """Read the articles whose labels are all known."""
        items = [item for item in read_labelled(path, topics=TOPICS)[0] if not item.unknown]
        natural = np.array([float(item.fields.get("stands_for") or 1) for item in items])
        return cls(items, known_labels(items, TOPICS), natural)

    def weights(self, rows: NDArray[np.int64], share: float) -> NDArray[np.float64]:
        """How much some articles weigh, so that each topic has a share; they sum up to 1.

        By iterative proportional fitting, Deming and Stephan (1940), Annals of Mathematical
        Statistics 11.
        """
        yes = self.labels[rows] == 1
        weights: NDArray[np.float64] = self.natural[rows] / self.natural[rows].sum()
        for _ in range(_STEPS):
            for column in yes.T:
                carried = weights[column].sum()
                weights = np.where(
                    column, weights * share / carried, weights * (1 - share) / (1 - carried)
                )
        return weights


def calibration_error(
    probability: NDArray[np.float64], yes: NDArray[np.bool_], weights: NDArray[np.float64]
) -> float:
    """Expected calibration error of weighted articles, in ten bins of equal width."""
    number = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    return float(np.abs(np.bincount(number, weights * (probability - yes))).sum())


def precision_and_recall(
    tagged: NDArray[np.bool_], yes: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[float, float]:
    """Of weighted articles; the precision of no tag is NaN."""
    hit = weights[tagged & yes].sum()
    every = weights[tagged].sum()
    return float(hit / every) if every else float("nan"), float(hit / weights[yes].sum())


def _fit(corpus: Path) -> TopicModel:
    items = read_labelled(corpus / "annotated.jsonl.gz", topics=TOPICS)[0]
    classifier = TopicClassifier(
        topics=TOPICS, C=0.3, class_weight="balanced", caution=0.03, precision=PROMISE
    )
    classifier.fit(
        [item.fields for item in items],
        known_labels(items, TOPICS),
        groups=[corpus_story(item.fields) for item in items],
        sources=[item.fields["source"] for item in items],
    )
    provenance = {**classifier.model_.provenance, "training": {"settings": {"precision": PROMISE}}}
    return TopicModel(**{**vars(classifier.model_), "provenance": provenance})


@dataclass(frozen=True, eq=False)
class Run:
    """A mix of a pool, adapted to and measured.

    Attributes:
        pool: The articles.
        share: Of each topic in the mix.
        size: How many articles the sample has.
    """

    pool: Pool
    share: float
    size: int

    def numbers(self, model: TopicModel, seed: int) -> Iterator[tuple[str, int, list[float]]]:
        """Measure each model on each topic.

        Returns:
            The model, the topic's column, and: calibration error, precision, recall, whether the
            interval of the estimate holds the share, and how far its logarithm is off.
        """
        random = np.random.default_rng(seed)
        halves = np.array_split(random.permutation(len(self.pool.items)), 2)
        drawn = random.choice(halves[0], self.size, p=self.pool.weights(halves[0], self.share))
        sample = [self.pool.items[row].fields for row in drawn.tolist()]
        held = [self.pool.items[row].fields for row in halves[1].tolist()]
        weights = self.pool.weights(halves[1], self.share)
        without = adapt(model, sample)
        models = {
            "before": model,
            "after": without.model,
            "after, with labels": adapt(model, sample, labels=self.pool.labels[drawn]).model,
        }
        for name, each in models.items():
            probability = each.predict_proba(held)
            tagged = probability >= each.thresholds
            for column, topic in enumerate(TOPICS):
                yes = self.pool.labels[halves[1], column] == 1
                mix = without.mix[topic]
                yield (
                    name,
                    column,
                    [
                        calibration_error(probability[:, column], yes, weights),
                        *precision_and_recall(tagged[:, column], yes, weights),
                        mix.low <= self.share <= mix.high,
                        np.abs(np.log(mix.share / self.share)),
                    ],
                )


def _table(run: Run, model: TopicModel, seeds: int) -> Iterator[str]:
    found: dict[str, list[list[list[float]]]] = {}
    for seed in range(seeds):
        for name, column, numbers in run.numbers(model, seed):
            found.setdefault(name, [[] for _ in TOPICS])[column].append(numbers)
    first = float(np.mean(np.array(found["before"])[:, :, 0]))
    for name, of_topics in found.items():
        each = np.array(of_topics)
        error = each[:, :, 0].mean()
        precision = np.nanmean(each[:, :, 1], axis=1)
        yield (
            f"  {name:20} ECE {error:.4f} ({error / first:4.2f})  promise kept "
            f"{(np.nan_to_num(each[:, :, 1], nan=1) >= PROMISE).mean():4.0%}, precision "
            f"{' '.join(f'{p:.2f}' for p in precision)}, recall {each[:, :, 2].mean():.2f}"
        )
    yield (
        f"  interval holds the share in {each[:, :, 3].mean():.0%} of the samples; the estimate is "
        f"off by a factor of {np.exp(np.median(each[:, :, 4])):.2f} (median)"
    )


def _outlets(model: TopicModel, pools: Sequence[Pool]) -> str:
    """How far the estimates of single outlets are off, beside what sampling explains."""
    beyond = []
    covered = []
    for pool in pools:
        sources = np.array([str(item.fields["source"]) for item in pool.items])
        for source in np.unique(sources):
            rows = np.flatnonzero(sources == source)
            if len(rows) < _FEWEST:
                continue
            probability = model.predict_proba([pool.items[row].fields for row in rows.tolist()])
            mix = estimate_mix(probability, model.join.prevalence)
            positives = (pool.labels[rows] == 1).sum(0)
            for column in np.flatnonzero(positives >= 10).tolist():
                share = positives[column] / len(rows)
                off = np.log(mix.share[column] / (1 - mix.share[column])) - np.log(
                    share / (1 - share)
                )
                beyond.append(off**2)
                covered.append(mix.low[column] <= share <= mix.high[column])
    return (
        f"single outlets: log-odds are off by {np.sqrt(np.mean(beyond)):.2f} (root mean square of "
        f"{len(beyond)}); intervals hold {np.mean(covered):.0%}"
    )


@click.command(help=__doc__)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False),
              required=True, help="Folder of the full corpora.")  # fmt: skip
@click.option("--size", default=1000, show_default=True, help="Articles of a sample.")
@click.option("--seeds", default=5, show_default=True, help="How many samples of each mix.")
def main(corpus: Path, size: int, seeds: int) -> None:
    """Run the command line."""
    model = _fit(corpus)
    pools = {name: Pool.read(corpus / f"{name}.jsonl.gz") for name in SETS}
    click.echo(_outlets(model, list(pools.values())))
    for name, pool in pools.items():
        for share in SHARES:
            click.echo(f"{name}, each topic {share:.0%}, samples of {size:,}, {seeds} of them:")
            for line in _table(Run(pool, share, size), model, seeds):
                click.echo(line)


if __name__ == "__main__":
    main()
