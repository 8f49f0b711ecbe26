"""Measure the shipped model, and its peers on the same data, and print every number.

    python training/evaluate.py --corpus FOLDER

The world's outlets come first, as they are what users read. Without the full corpora only the
articles of our own that are kept out of training are measured. The last table sets the numbers that
we aim for beside those that were measured.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
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
from topicclf.installation.extras import how_to_install
from topicclf.labelled.reading import LabelledArticle, read_labelled
from topicclf.render.card import add_numbers
from topicclf.render.tables import evaluation_table
from topicclf.training.dataset import TrainingSet
from training.recipe import REPOSITORY, Recipe
from training.train import RECIPE, SHIPPED, gather
from training.tuned_peers import TUNED_PEERS

# Where users are comes first: outlets of which nothing else was seen.
_CORPORA = ("dev-world", "dev-modern", "dev")


def _measured(answers: Answers) -> Evaluation:
    return evaluate(answers, bootstrap=Bootstrap(n_draws=0))


def _row(name: str, answers: Answers) -> str:
    evaluation = _measured(answers)
    each = " ".join(f"{topic.f1.value:6.3f}" for topic in evaluation.topics.values())
    tagged = round(evaluation.false_tags.value * evaluation.n_none) if evaluation.n_none else 0
    return (
        f"{name:34} {evaluation.n_articles:5} {evaluation.macro_f1.value:6.3f}  {each}  "
        f"{evaluation.macro_average_precision.value:6.3f}  {tagged:3}/{evaluation.n_none:<3} "
        f"{evaluation.false_tags.value:6.1%}"
    )


def _header(topics: Sequence[str]) -> str:
    names = " ".join(f"{topic[:6]:>6}" for topic in topics)
    return f"{'':34} {'n':>5} {'F1':>6}  {names}  {'AP':>6}  false tags"


def _pointed_right(model: TopicModel, items: Sequence[LabelledArticle]) -> tuple[int, int]:
    """How many first evidence sentences are in a paragraph that carries the topic.

    Returns:
        How many do, and of how many: the topics that articles carry and get, but for those whose
        first sentence is the title.
    """
    right = total = 0
    for item, prediction in zip(items, model.predict_many([i.fields for i in items]), strict=True):
        for topic in item.topics & set(prediction.topics):
            first = prediction.evidence[topic].sentences[0]
            if first.where == "text":
                paragraph = item.text[: first.start].count("\n\n")
                total += 1
                right += topic in item.fields["passages"][paragraph]
    return right, total


@dataclass(frozen=True, eq=False)
class EvaluationSets:
    """What the shipped model says of the sets that are measured.

    Attributes:
        model: The model.
        articles: The sets by name; ``held-out`` is always there.
        answers: What the model says of each.
    """

    model: TopicModel
    articles: dict[str, list[LabelledArticle]]
    answers: dict[str, Answers]

    @classmethod
    def read(cls, model: TopicModel, corpus: Path | None) -> "EvaluationSets":
        """Read the sets, and ask the model."""
        paths = {"held-out": REPOSITORY / "held-out.jsonl"}
        if corpus:
            full = {name: corpus / f"{name}.jsonl.gz" for name in _CORPORA}
            paths = {name: path for name, path in full.items() if path.exists()} | paths
        articles = {
            name: read_labelled(path, topics=model.topics)[0] for name, path in paths.items()
        }
        return cls(model, articles, {name: answer(model, a) for name, a in articles.items()})

    @property
    def texts(self) -> list[str]:
        """The texts of all sets, end to end."""
        return [item.joined for items in self.articles.values() for item in items]

    @property
    def long(self) -> NDArray[np.bool_]:
        """Which of the held-out articles are long."""
        return np.array([item.fields["length"] == "long" for item in self.articles["held-out"]])


def quality(sets: EvaluationSets) -> Iterator[str]:
    """How good the model is, with each set's parts, its calibration and its evidence."""
    for name, answers in sets.answers.items():
        field = "length" if name == "held-out" else "source"
        parts = {field: slices(sets.articles[name], field)}
        yield f"{name}, {len(answers.labels)} articles"
        yield from evaluation_table(evaluate(answers, slices=parts)).splitlines()
        yield ""
    held = sets.articles["held-out"]
    right, total = _pointed_right(sets.model, [held[row] for row in np.flatnonzero(sets.long)])
    yield (
        f"evidence: of the first sentences in long held-out articles, {right} of {total} "
        f"({right / total:.1%})"
    )
    yield "are in a paragraph that carries the topic"


def peers(sets: EvaluationSets, data: TrainingSet) -> Iterator[str]:
    """How good peers are at their best, on the same carefully labelled articles."""
    yield ""
    yield "beside peers that learn from the same carefully labelled articles"
    yield _header(sets.model.topics)
    for name, answers in sets.answers.items():
        yield _row(f"topicclf: {name}", answers)
    part = data.of(np.flatnonzero(data.trusted & (data.labels >= 0).any(1)))
    for peer in TUNED_PEERS:
        if peer.installed:
            probability = 0.5 + 0.5 * np.tanh(peer.tag(part, sets.texts))
            yield from _peer_rows(peer.name, probability, sets)
        else:
            yield f"{peer.name:34} not installed: {how_to_install('peers')}"


def _peer_rows(name: str, probability: NDArray[np.float64], sets: EvaluationSets) -> Iterator[str]:
    end = 0
    for part, answers in sets.answers.items():
        start, end = end, end + len(answers.labels)
        its = replace(
            answers,
            probability=probability[start:end],
            thresholds=np.full(len(answers.topics), 0.5),
        )
        yield _row(f"{name}: {part}", its)
        if part == "held-out":
            yield _row(f"{name}: long", its.of(sets.long))


def aims(sets: EvaluationSets, path: Path) -> Iterator[str]:
    """The numbers that we aim for beside those that were measured."""
    measured = {name: _measured(answers) for name, answers in sets.answers.items()}
    yield ""
    yield "number                                  measured   floor     aim"
    for name, floor, aim in (("dev-world", 0.89, 0.93), ("dev-modern", 0.957, 0.97),
                             ("dev", 0.922, 0.95)):  # fmt: skip
        if name in measured:
            its = measured[name]
            yield _aim(f"macro-F1, {name}", its.macro_f1.value, floor, aim)
            yield _aim("  false tags", its.false_tags.value, 0.035, 0.015)
            error = max(topic.calibration_error for topic in its.topics.values())
            yield _aim("  calibration error, worst topic", error, 0.03, 0.015)
    long = _measured(sets.answers["held-out"].of(sets.long))
    yield _aim("macro-F1, held-out, long", long.macro_f1.value, 0.88, 0.95)
    yield _aim("false tags, held-out", measured["held-out"].false_tags.value, 0.10, 0.03)
    yield _aim("model.npz, MB", (path / "model.npz").stat().st_size / 1e6, 8, 4)


def _aim(name: str, value: float, floor: float, aim: float) -> str:
    # Where less is better, the aim is below the floor.
    sign = 1 if aim > floor else -1
    reached = [sign * value >= sign * limit for limit in (aim, floor)]
    verdict = "aim" if reached[0] else "floor" if reached[1] else "MISSED"
    return f"{name:38} {value:9.3f} {floor:7.3f} {aim:7.3f}  {verdict}"


@click.command(help=__doc__)
@click.option("--model", type=click.Path(path_type=Path), default=SHIPPED, show_default=True)
@click.option("--corpus", type=click.Path(path_type=Path, exists=True, file_okay=False),
              default=None, help="Folder of the full corpora.")  # fmt: skip
@click.option("--card", is_flag=True, help="Put the numbers into the model's card as well.")
@click.option("--peers/--no-peers", "with_peers", default=True,
              help="Train and measure the peers as well.")  # fmt: skip
def main(model: Path, corpus: Path | None, card: bool, with_peers: bool) -> None:
    """Run the command line."""
    if not corpus:
        click.echo("no full corpora: only our own articles are measured (see --corpus)", err=True)
    sets = EvaluationSets.read(topicclf.load(model), corpus)
    for name in _CORPORA if corpus else ():
        if name not in sets.articles:
            click.echo(f"{corpus} has no {name}.jsonl.gz: it is not measured", err=True)
    said: list[str] = []
    others: Iterator[str] = iter(())
    if with_peers:
        recipe = Recipe.load(RECIPE) if corpus else Recipe.load(RECIPE).from_repository()
        data, _ = gather(recipe, corpus, skip_bad=True)
        others = peers(sets, data)
    for line in chain(quality(sets), others, aims(sets, model)):
        said.append(line)
        click.echo(line)
    if card:
        add_numbers(model, said)


if __name__ == "__main__":
    main()
