"""Measure the shipped model, and its peers on the same data, and print every number.

    python training/evaluate.py --corpus FOLDER

Without the full corpora only the articles of our own that are kept out of training are measured.
The last table sets the numbers that we aim for beside those that were measured.
"""

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import topicclf
from topicclf import TopicModel
from topicclf.evaluation.answers import Answers, answer
from topicclf.evaluation.evaluation import Evaluation, evaluate
from topicclf.evaluation.intervals import Bootstrap
from topicclf.evaluation.slices import slices
from topicclf.learning.data import Labelled, read_labelled
from topicclf.workshop.card import add_numbers
from topicclf.workshop.dataset import TrainingSet
from training.peers import PEERS, Peer, Tagger
from training.recipe import REPOSITORY, Recipe
from training.train import RECIPE, SHIPPED, gather

_RUNS = 7


def _measured(answers: Answers) -> Evaluation:
    return evaluate(answers, bootstrap=Bootstrap(n_draws=0))


def _row(name: str, answers: Answers) -> str:
    found = _measured(answers)
    each = " ".join(f"{topic.f1.value:6.3f}" for topic in found.topics.values())
    tagged = round(found.false_tags.value * found.n_none) if found.n_none else 0
    return (
        f"{name:34} {found.n_articles:5} {found.macro_f1.value:6.3f}  {each}  "
        f"{found.macro_average_precision.value:6.3f}  {tagged:3}/{found.n_none:<3} "
        f"{found.false_tags.value:6.1%}"
    )


def _header(topics: Sequence[str]) -> str:
    names = " ".join(f"{topic[:6]:>6}" for topic in topics)
    return f"{'':34} {'n':>5} {'F1':>6}  {names}  {'AP':>6}  false tags"


def _trained(peer: Peer, data: TrainingSet, rows: NDArray[np.bool_]) -> Tagger | str:
    if not peer.installed:
        return "not installed: pip install 'topicclf[peers]'"
    part = data.of(np.flatnonzero(rows))
    with tempfile.TemporaryDirectory() as folder:
        peer.train(part.texts, part.carried, Path(folder) / "model")
        return peer.load(Path(folder) / "model", data.topics)


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
    answers = {name: answer(loaded, items) for name, items in articles.items()}
    long = np.array([item.fields["length"] == "long" for item in articles["held-out"]])

    say("topicclf\n" + _header(topics))
    for name, found in answers.items():
        say(_row(name, found))
        field = "length" if name == "held-out" else "source"
        for value, inside in slices(articles[name], field).items():
            say(_row(f"  {value}", found.of(inside)))
    say("\nexpected calibration error, 15 bins of equal mass")
    measured = {name: _measured(found) for name, found in answers.items()}
    for name, numbers in measured.items():
        each = "  ".join(
            f"{topic} {its.calibration_error:.3f}" for topic, its in numbers.topics.items()
        )
        say(f"{name:34} {each}")

    right, total = _pointed_right(
        loaded, [i for i in articles["held-out"] if i.fields["length"] == "long"]
    )
    said_right = f"{right} of {total} ({right / total:.1%})"
    say(f"\nevidence: of the first sentences in long held-out articles, {said_right}")
    say("stand in a paragraph that carries the topic")

    if peers:
        recipe = Recipe.load(RECIPE) if corpus else Recipe.load(RECIPE).from_repository()
        data, _ = gather(recipe, corpus, skip_bad=True)
        held = {name: [item.joined for item in items] for name, items in articles.items()}
        trained: dict[str, Tagger | str] = {}
        for part, rows in (("all data", np.ones(len(data.texts), bool)), ("trusted", data.trusted)):
            for peer in PEERS[:2]:
                trained[f"{peer.name}, {part}"] = _trained(peer, data, rows)
        say("\npeers, trained on the same data, threshold 0.5, unknown taken for no")
        say(_header(topics))
        for name_of_peer, predict in trained.items():
            if isinstance(predict, str):
                say(f"{name_of_peer:34} {predict}")
                continue
            for name, texts in held.items():
                found = replace(
                    answers[name], probability=predict(texts), thresholds=np.full(len(topics), 0.5)
                )
                say(_row(f"{name_of_peer}: {name}", found))
                if name == "held-out":
                    say(_row(f"{name_of_peer}: long", found.of(long)))

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

    def worst_calibrated(name: str) -> float:
        return max(topic.calibration_error for topic in measured[name].topics.values())

    if corpus:
        dev, modern = measured["dev"], measured["dev-modern"]
        tagged = dev.false_tags.value * dev.n_none + modern.false_tags.value * modern.n_none
        line("macro-F1, dev", dev.macro_f1.value, 0.925, 0.95)
        worst = min(topic.f1.value for topic in dev.topics.values())
        line("worst topic's F1, dev", worst, 0.89, 0.92)
        line("macro-F1, dev-modern", modern.macro_f1.value, 0.94, 0.97)
        share = tagged / (dev.n_none + modern.n_none)
        line("false tags, dev and dev-modern", share, 0.05, 0.02, low=True)
        line("calibration error, dev, worst topic", worst_calibrated("dev"), 0.04, 0.02, low=True)
        line("  dev-modern, worst topic", worst_calibrated("dev-modern"), 0.04, 0.02, low=True)
    kept = _measured(answers["held-out"].of(long))
    line("macro-F1, held-out, long", kept.macro_f1.value, 0.88, 0.95)
    line("false tags, held-out", measured["held-out"].false_tags.value, 0.10, 0.03, low=True)
    line("model.npz, MB", size, 8, 4, low=True)
    line("loading / import numpy", load_seconds / numpy_seconds, 1, 1 / 3, low=True)
    say(f"loading {load_seconds * 1e3:.0f} ms, import numpy {numpy_seconds * 1e3:.0f} ms")

    if card:
        add_numbers(model, said)


if __name__ == "__main__":
    main()
