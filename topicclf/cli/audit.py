"""``topicclf audit``."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from topicclf.cli.label_options import label_options, read_sources, require_sources
from topicclf.cli.options import skip_bad_option
from topicclf.cli.terminal import coloured, printed_warnings, stages
from topicclf.labelled.line import training_line
from topicclf.labelled.reading import LabelledArticle
from topicclf.labelled.schemes import LabelOptions
from topicclf.render import highlight
from topicclf.render.wording import counted, shortened
from topicclf.writing.jsonl import encoded

if TYPE_CHECKING:
    from topicclf import Sentence, TopicModel
    from topicclf.labelling.doubts import Doubt

__all__ = ["audit"]

_SHOWN_CHARACTERS = 80


@click.command()
@click.argument("data", nargs=-1, required=True)
@click.option("-n", "count", default=20, show_default=True, metavar="N",
              type=click.IntRange(1), help="Labels to show, the worst first.")  # fmt: skip
@click.option("--group", metavar="FIELD",
              help="Articles with the same FIELD are one story: none is judged by a model that "
              "has seen another; 'near-duplicates' compares the texts (needs the extra [train])."
              )  # fmt: skip
@click.option("--json", "as_json", is_flag=True,
              help="Print JSON lines: each article with its topics, to correct and train on, and "
              "its 'doubts'.")  # fmt: skip
@skip_bad_option
@click.option("--jobs", metavar="N", type=click.IntRange(1),
              help="Processes that learn. Default: 1.")  # fmt: skip
@label_options
def audit(
    *,
    data: tuple[str, ...],
    labels: LabelOptions,
    count: int,
    group: str | None,
    as_json: bool,
    skip_bad: bool,
    jobs: int | None,
) -> None:
    """Find the labels in DATA that are most likely wrong.

    Models learn from most of the articles at a time and judge the others. Where they contradict
    a label, it is shown with the sentences that speak most for the topic. Read them: the label may
    be right, and the article hard. DATA is what train takes.

    \b
    Examples:
      topicclf audit my.jsonl -n 50
      topicclf audit my.jsonl --json > corrected.jsonl
      topicclf train my.jsonl corrected.jsonl:2 --out my-model
    """  # noqa: D301
    require_sources(data)
    from topicclf.labelled.stories import name_stories
    from topicclf.labelling.audit import audit as find_doubts
    from topicclf.training.dataset import gather

    dataset, items, problems = gather(read_sources(data, labels), skip_bad=skip_bad)
    for problem in problems:
        click.echo(f"left out: {problem}", err=True)
    if group is not None:
        with printed_warnings():
            dataset = replace(dataset, stories=name_stories(items, group))
    with printed_warnings(), stages():
        doubts, model = find_doubts(dataset, n_jobs=jobs)
    report = _Report(doubts[:count], items, model)
    if as_json:
        for line in report.lines(labels):
            click.echo(encoded(line))
    else:
        for text in report.readable():
            click.echo(text, color=coloured(sys.stdout))
    click.echo(_summary(doubts, items), err=True)


@dataclass(frozen=True)
class _Report:
    """What is shown.

    Attributes:
        doubts: The doubts.
        items: The articles.
        model: A model of all of them, to show evidence with.
    """

    doubts: "Sequence[Doubt]"
    items: Sequence[LabelledArticle]
    model: "TopicModel"

    def lines(self, options: LabelOptions) -> Iterator[dict[str, Any]]:
        """Each article once, in the order of their first doubts, so that it is corrected once."""
        first: dict[int, int] = {}
        for place, doubt in enumerate(self.doubts):
            first.setdefault(doubt.row, place)
        by_article = sorted(self.doubts, key=lambda doubt: first[doubt.row])
        for row, doubts in groupby(by_article, key=lambda doubt: doubt.row):
            item = self.items[row]
            line = training_line(
                item.fields,
                options,
                text=item.text,
                title=item.title,
                topics=item.topics,
                unknown=item.unknown,
            )
            yield line | {"doubts": [self._described(doubt) for doubt in doubts]}

    def _described(self, doubt: "Doubt") -> dict[str, Any]:
        item = self.items[doubt.row]
        return {
            "topic": doubt.topic,
            "labelled": doubt.labelled,
            "probability": round(doubt.probability, 4),
            "confident": doubt.confident,
            "place": item.place,
            "evidence": [sentence.text for sentence in self._evidence(doubt)],
        }

    def _evidence(self, doubt: "Doubt") -> "tuple[Sentence, ...]":
        from topicclf.evaluation.mistakes import evidence_for

        return evidence_for(self.model, self.items[doubt.row], doubt.topic).sentences

    def readable(self) -> Iterator[str]:
        """For people to read."""
        for doubt in self.doubts:
            item = self.items[doubt.row]
            label = "labelled" if doubt.labelled else "not labelled"
            yield f"{doubt.topic}: {label}, yet {doubt.probability:.1%} probable  {item.place}"
            yield f"  {shortened(item.title or item.text[:500], _SHOWN_CHARACTERS)}"
            for sentence in self._evidence(doubt):
                yield f"    {highlight.ansi(sentence.text, sentence.terms, offset=sentence.start)}"
            yield ""


def _summary(doubts: "Sequence[Doubt]", items: Sequence[LabelledArticle]) -> str:
    confident = sum(doubt.confident for doubt in doubts)
    return (
        f"{counted(len(items), 'article')}: {counted(len(doubts), 'label')} less probable than the "
        f"opposite, {confident:,} of them wrong by confident learning"
    )
