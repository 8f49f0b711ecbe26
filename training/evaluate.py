"""Measure the shipped model, and its peers on the same data, and print every number.

    python training/evaluate.py --corpus FOLDER

Without the full corpora only the articles of our own that are kept out of training are measured.
The last table sets the numbers that we aim for beside those that were measured.
"""

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, f1_score

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import topicclf
from topicclf import TopicModel
from topicclf.learning.calibration import expected_calibration_error
from topicclf.learning.data import Labelled, read_labelled
from training.card import add_numbers
from training.peers import fasttext_peer, recipe_peer
from training.recipe import REPOSITORY, Recipe
from training.train import RECIPE, SHIPPED, gather

_RUNS = 7


@dataclass(frozen=True, eq=False)
class Answers:
    """What one model says of some articles.

    Attributes:
        labels: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics).
        carried: Whether the model tags each topic, likewise, bool.
        probability: Likewise, where the model gives any.
    """

    labels: NDArray[np.int8]
    carried: NDArray[np.bool_]
    probability: NDArray[np.float64] | None = None

    def of(self, rows: NDArray[np.bool_]) -> "Answers":
        """The answers for some of the articles."""
        probability = None if self.probability is None else self.probability[rows]
        return Answers(self.labels[rows], self.carried[rows], probability)

    def _known(self) -> Iterator[tuple[int, NDArray[np.bool_]]]:
        for topic in range(self.labels.shape[1]):
            yield topic, self.labels[:, topic] >= 0

    def _each(self, score: Callable[..., float], answers: NDArray[Any]) -> list[float]:
        """A score per topic on the known cells; NaN without any positive."""
        return [
            float(score(self.labels[known, t] == 1, answers[known, t]))
            if (self.labels[known, t] == 1).any()
            else float("nan")
            for t, known in self._known()
        ]

    @property
    def f1(self) -> list[float]:
        """F1 per topic, unknown cells left out; NaN without any positive."""
        return self._each(partial(f1_score, zero_division=0), self.carried)

    @property
    def average_precision(self) -> list[float]:
        """Average precision per topic."""
        if self.probability is None:
            return [float("nan")] * self.labels.shape[1]
        return self._each(average_precision_score, self.probability)

    @property
    def calibration_error(self) -> list[float]:
        """Expected calibration error per topic, 15 bins of equal mass."""
        if self.probability is None:
            return [float("nan")] * self.labels.shape[1]
        return [
            expected_calibration_error(self.probability[known, t], self.labels[known, t] == 1)
            for t, known in self._known()
        ]

    @property
    def false_tags(self) -> tuple[int, int]:
        """Of the articles that carry nothing for certain, how many get a tag; and how many are."""
        none = (self.labels == 0).all(1)
        return int(self.carried[none].any(1).sum()), int(none.sum())


def _mean(values: Sequence[float]) -> float:
    return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")


def _label_array(items: Sequence[Labelled], topics: Sequence[str]) -> NDArray[np.int8]:
    return np.array(
        [[1 if t in i.topics else -1 if t in i.unknown else 0 for t in topics] for i in items],
        np.int8,
    )


def _row(name: str, answers: Answers) -> str:
    tagged, none = answers.false_tags
    each = " ".join(f"{value:6.3f}" for value in answers.f1)
    return (
        f"{name:34} {len(answers.labels):5} {_mean(answers.f1):6.3f}  {each}  "
        f"{_mean(answers.average_precision):6.3f}  {tagged:3}/{none:<3} "
        f"{tagged / none if none else float('nan'):6.1%}"
    )


def _header(topics: Sequence[str]) -> str:
    names = " ".join(f"{topic[:6]:>6}" for topic in topics)
    return f"{'':34} {'n':>5} {'F1':>6}  {names}  {'AP':>6}  false tags"


def _seconds(code: str) -> float:
    """The median of what a fresh interpreter prints, over runs."""
    runs = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(_RUNS)
    ]
    return statistics.median(runs)


def _timed(setup: str, statement: str) -> str:
    return (
        f"import time\n{setup}\nstart = time.perf_counter()\n{statement}\n"
        "print(time.perf_counter() - start)"
    )


def _pointed_right(model: TopicModel, items: Sequence[Labelled]) -> tuple[int, int]:
    """How many first evidence sentences stand in a paragraph that carries the topic.

    Returns:
        How many do, and of how many: the topics that articles carry and get, but for those whose
        first sentence is the title.
    """
    right = total = 0
    for item, found in zip(items, model.predict_many([i.fields for i in items]), strict=True):
        for topic in item.topics & set(found.topics):
            first = found.evidence[topic].sentences[0]
            if first.where == "text":
                paragraph = item.text[: first.start].count("\n\n")
                total += 1
                right += topic in item.fields["passages"][paragraph]
    return right, total


@click.command(help=__doc__)
@click.option("--model", type=click.Path(path_type=Path), default=SHIPPED, show_default=True)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False),
              default=None, help="Folder of the full corpora.")  # fmt: skip
@click.option("--card", is_flag=True, help="Put the numbers into the model's card as well.")
@click.option("--peers/--no-peers", default=True, help="Train and measure the peers as well.")
def main(model: Path, corpus: Path | None, card: bool, peers: bool) -> None:
    """Run the command line."""
    if corpus is None:
        beside = SHIPPED.parent.parent.parent / "shared" / "data" / "corpus"
        corpus = beside if beside.is_dir() else None
    said: list[str] = []

    def say(text: str) -> None:
        said.extend(text.split("\n"))
        click.echo(text)

    loaded = topicclf.load(model)
    topics = loaded.topics
    sets = {"held-out": REPOSITORY / "held-out.jsonl"}
    if corpus:
        sets = {
            "dev": corpus / "dev.jsonl.gz",
            "dev-modern": corpus / "dev-modern.jsonl.gz",
        } | sets
    else:
        click.echo("no full corpora: dev and dev-modern are not measured (see --corpus)", err=True)
    articles = {name: read_labelled(path, topics=topics)[0] for name, path in sets.items()}
    labels = {name: _label_array(items, topics) for name, items in articles.items()}

    def ours(name: str) -> Answers:
        probability = loaded.predict_proba([item.fields for item in articles[name]])
        return Answers(labels[name], probability >= loaded.thresholds, probability)

    answers = {name: ours(name) for name in articles}
    long = np.array([item.fields["length"] == "long" for item in articles["held-out"]])

    say("topicclf\n" + _header(topics))
    for name, found in answers.items():
        say(_row(name, found))
        field = "length" if name == "held-out" else "source"
        values = np.array([item.fields[field] for item in articles[name]])
        for value in sorted(set(values.tolist())):
            say(_row(f"  {value}", found.of(values == value)))
    say("\nexpected calibration error, 15 bins of equal mass")
    for name, found in answers.items():
        each = "  ".join(
            f"{topic} {error:.3f}"
            for topic, error in zip(topics, found.calibration_error, strict=True)
        )
        say(f"{name:34} {each}")

    right, total = _pointed_right(
        loaded, [i for i in articles["held-out"] if i.fields["length"] == "long"]
    )
    share = f"{right} of {total} ({right / total:.1%})"
    say(f"\nevidence: of the first sentences in long held-out articles, {share}")
    say("stand in a paragraph that carries the topic")

    if peers:
        recipe = Recipe.load(RECIPE) if corpus else Recipe.load(RECIPE).from_repository()
        data, _ = gather(recipe, corpus, skip_bad=True)
        held = {name: [item.joined for item in items] for name, items in articles.items()}
        trained: dict[str, Callable[[Sequence[str]], NDArray[np.bool_]] | str] = {}
        for part, rows in (("all data", np.ones(len(data.texts), bool)), ("trusted", data.trusted)):
            trained[f"scikit-learn recipe, {part}"] = recipe_peer(data, rows)
            trained[f"fastText, {part}"] = fasttext_peer(data, rows)
        say("\npeers, trained on the same data, threshold 0.5, unknown taken for no")
        say(_header(topics))
        for peer, predict in trained.items():
            if isinstance(predict, str):
                say(f"{peer:34} {predict}")
                continue
            for name, texts in held.items():
                found = Answers(labels[name], predict(texts))
                say(_row(f"{peer}: {name}", found))
                if name == "held-out":
                    say(_row(f"{peer}: long", found.of(long)))

    size = (model / "model.npz").stat().st_size / 1e6
    numpy_seconds = _seconds(_timed("", "import numpy"))
    load_seconds = _seconds(
        _timed(f"import topicclf.model as m\np = {str(model)!r}", "m.TopicModel.load(p)")
    )
    say("\nnumber                                  measured   floor     aim")

    def line(name: str, value: float, floor: float, aim: float, *, low: bool = False) -> None:
        verdict = (
            "aim"
            if (value <= aim if low else value >= aim)
            else ("floor" if (value <= floor if low else value >= floor) else "MISSED")
        )
        say(f"{name:38} {value:9.3f} {floor:7.3f} {aim:7.3f}  {verdict}")

    if corpus:
        dev, modern = answers["dev"], answers["dev-modern"]
        tagged = [sum(pair) for pair in zip(dev.false_tags, modern.false_tags, strict=True)]
        line("macro-F1, dev", _mean(dev.f1), 0.925, 0.95)
        line("worst topic's F1, dev", min(dev.f1), 0.89, 0.92)
        line("macro-F1, dev-modern", _mean(modern.f1), 0.94, 0.97)
        line("false tags, dev and dev-modern", tagged[0] / tagged[1], 0.05, 0.02, low=True)
        line(
            "calibration error, dev, worst topic", max(dev.calibration_error), 0.04, 0.02, low=True
        )
        line("  dev-modern, worst topic", max(modern.calibration_error), 0.04, 0.02, low=True)
    kept = answers["held-out"]
    line("macro-F1, held-out, long", _mean(kept.of(long).f1), 0.88, 0.95)
    line("false tags, held-out", kept.false_tags[0] / kept.false_tags[1], 0.10, 0.03, low=True)
    line("model.npz, MB", size, 8, 4, low=True)
    line("loading / import numpy", load_seconds / numpy_seconds, 1, 1 / 3, low=True)
    say(f"loading {load_seconds * 1e3:.0f} ms, import numpy {numpy_seconds * 1e3:.0f} ms")

    if card:
        add_numbers(model, said)


if __name__ == "__main__":
    main()
