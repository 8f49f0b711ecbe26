"""Show what suggestions save: learning curves with suggested, uncertain and random articles.

    python benchmarks/suggest.py --corpus FOLDER

The pool is annotated.jsonl.gz, its labels hidden until an article is picked; a model starts from
250 random ones, and is measured on dev.jsonl.gz, with the thresholds that it chose for itself.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from topicclf import TopicClassifier, TopicModel
from topicclf.evaluation.answers import answer, known_labels, log_odds
from topicclf.evaluation.measures import measure
from topicclf.labelled.reading import LabelledArticle, read_labelled
from topicclf.labelling.suggest import suggest
from topicclf.render.figures import svg
from topicclf.writing.beside import write_beside
from training.corpus_stories import corpus_story

TOPICS = ("defence", "energy", "trade", "disaster")
STEPS = tuple(range(250, 2001, 125))
RANDOM_STEPS = (250, 500, 1000, 2000, 3000)
_TARGET = 3000

#: From a model, the articles left, how many to pick and a seed to places among the articles left.
Picker = Callable[[TopicModel, Sequence[LabelledArticle], int, int], list[int]]


def at_random(model: TopicModel, left: Sequence[LabelledArticle], n: int, seed: int) -> list[int]:
    """Any articles."""
    picked: list[int] = np.random.default_rng(seed).permutation(len(left))[:n].tolist()
    return picked


def most_uncertain(
    model: TopicModel, left: Sequence[LabelledArticle], n: int, seed: int
) -> list[int]:
    """Those nearest to a threshold: uncertainty sampling, Lewis and Gale (1994)."""
    probability = model.predict_proba([item.fields for item in left])
    margin = np.abs(log_odds(probability) - log_odds(model.thresholds)).min(1)
    picked: list[int] = np.argsort(margin)[:n].tolist()
    return picked


def suggested(model: TopicModel, left: Sequence[LabelledArticle], n: int, seed: int) -> list[int]:
    """What topicclf suggests."""
    found = suggest(model, [item.fields for item in left], n=n, random_state=seed)
    return [one.number for one in found]


@dataclass(frozen=True, eq=False)
class Curve:
    """What a number of labels gives.

    Attributes:
        labels: How many, shape (n_steps,).
        f1: Macro-F1 of each seed, shape (n_seeds, n_steps).
        average_precision: Its mean over the topics, likewise.
    """

    labels: NDArray[np.int64]
    f1: NDArray[np.float64]
    average_precision: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Setting:
    """The articles to pick from, and those to measure on."""

    pool: list[LabelledArticle]
    dev: list[LabelledArticle]
    jobs: int

    def curve(self, pick: Picker, steps: Sequence[int], seeds: int) -> Curve:
        """Pick, learn and measure, again and again."""
        found = np.array([self._run(pick, steps, seed) for seed in range(seeds)])
        return Curve(np.array(steps), found[:, :, 0], found[:, :, 1])

    def _run(self, pick: Picker, steps: Sequence[int], seed: int) -> list[tuple[float, float]]:
        rows = np.random.default_rng(seed).permutation(len(self.pool))[: steps[0]].tolist()
        measured = []
        model = self._fit([self.pool[row] for row in rows])
        for step in steps:
            if step > len(rows):
                left = sorted(set(range(len(self.pool))) - set(rows))
                items = [self.pool[row] for row in left]
                rows += [left[i] for i in pick(model, items, step - len(rows), seed * 100 + step)]
                model = self._fit([self.pool[row] for row in rows])
            found = measure(answer(model, self.dev))
            measured.append((found.macro_f1[0], found.macro_average_precision[0]))
        return measured

    def _fit(self, items: Sequence[LabelledArticle]) -> TopicModel:
        classifier = TopicClassifier(topics=TOPICS, n_jobs=self.jobs)
        classifier.fit(
            [item.fields for item in items],
            known_labels(items, TOPICS),
            groups=[corpus_story(item.fields) for item in items],
        )
        return classifier.model_


def labels_needed(curve: Curve, values: NDArray[np.float64], target: float) -> float:
    """Where the mean over seeds first reaches a value, between steps by a straight line."""
    mean = np.maximum.accumulate(values.mean(0))
    if mean[-1] < target:
        return float("nan")
    return float(np.interp(target, mean, curve.labels))


def picture(curves: dict[str, Curve], target: float) -> Figure:
    """The curves of F1 and of average precision side by side, with the range over seeds."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    styles = zip(("#666666", "#D55E00", "#0072B2"), ("s", "^", "o"), strict=True)
    for (name, curve), (colour, marker) in zip(curves.items(), styles, strict=True):
        for axes, values in ((left, curve.f1), (right, curve.average_precision)):
            axes.fill_between(curve.labels, values.min(0), values.max(0), color=colour, alpha=0.15)
            axes.plot(curve.labels, values.mean(0), marker=marker, color=colour, label=name)
    left.axhline(target, color="black", linestyle=":", linewidth=1)
    left.annotate(
        f"random picks at {_TARGET:,}: {target:.3f}", (250, target), xytext=(0, 4),
        textcoords="offset points", va="bottom", fontsize=9,
    )  # fmt: skip
    left.set_ylabel("macro-F1")
    right.set_ylabel("mean average precision")
    for axes in (left, right):
        axes.set_xlabel("labelled articles")
        axes.grid(color="#e0e0e0", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    right.legend(loc="lower right", frameon=False)
    return figure


@click.command(help=__doc__)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False),
              required=True, help="Folder of the full corpora.")  # fmt: skip
@click.option("--seeds", default=5, show_default=True, help="How many runs of each kind.")
@click.option("--jobs", default=1, show_default=True, help="How many processes learn.")
@click.option("--picture", "out", type=click.Path(path_type=Path), help="An SVG to write.")
def main(corpus: Path, seeds: int, jobs: int, out: Path | None) -> None:
    """Run the command line."""
    pool, dev = (
        read_labelled(corpus / f"{name}.jsonl.gz", topics=TOPICS)[0]
        for name in ("annotated", "dev")
    )
    setting = Setting(pool, dev, jobs)
    kinds: dict[str, tuple[Picker, Sequence[int]]] = {
        "random": (at_random, RANDOM_STEPS),
        "most uncertain": (most_uncertain, STEPS),
        "topicclf suggest": (suggested, STEPS),
    }
    curves = {}
    for name, (pick, steps) in kinds.items():
        curves[name] = curve = setting.curve(pick, steps, seeds)
        click.echo(f"{name}, {seeds} seeds: labels, macro-F1 and its spread, mean AP")
        for i, labels in enumerate(steps):
            f1 = curve.f1[:, i]
            click.echo(
                f"  {labels:5}  {f1.mean():.4f}  {f1.std():.4f}  "
                f"{curve.average_precision[:, i].mean():.4f}"
            )
    random = curves["random"]
    target = float(random.f1[:, -1].mean())
    average = float(random.average_precision[:, -1].mean())
    for name, curve in curves.items():
        click.echo(
            f"{name}: {labels_needed(curve, curve.f1, target):.0f} labels for the macro-F1 of "
            f"{_TARGET} random ones ({target:.4f}), "
            f"{labels_needed(curve, curve.average_precision, average):.0f} for their mean AP"
        )
    if out:
        write_beside(out, svg(picture(curves, target)))


if __name__ == "__main__":
    main()
