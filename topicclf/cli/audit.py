"""``topicclf audit``."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import click

from topicclf import TopicModel
from topicclf.cli.label_options import label_options, read_sources
from topicclf.cli.terminal import coloured, stages, warnings_told
from topicclf.evaluation.mistakes import evidence_for
from topicclf.labelled.line import training_line
from topicclf.labelled.reading import Labelled
from topicclf.labelled.schemes import LabelOptions
from topicclf.labelled.stories import stories
from topicclf.labelling.audit import audit as find
from topicclf.labelling.doubts import Doubt
from topicclf.render import highlight
from topicclf.training.dataset import gather
from topicclf.writing.jsonl import encoded

__all__ = ["audit"]

_SHOWN_CHARACTERS = 80


@click.command()
@click.argument("data", nargs=-1, required=True)
@click.option("-n", "count", default=20, show_default=True, metavar="N",
              type=click.IntRange(1), help="How many labels to show, the worst first.")  # fmt: skip
@click.option("--group", metavar="FIELD",
              help="Articles that share FIELD tell one story: none is judged by a model that has "
              "seen another; 'near-duplicates' tells by the texts (needs the extra [train])."
              )  # fmt: skip
@click.option("--json", "as_json", is_flag=True,
              help="Print JSON lines: each article with its topics, to correct and train on, and "
              "its 'doubts'.")  # fmt: skip
@click.option("--skip-bad", is_flag=True, help="Leave bad records out instead of stopping.")
@click.option("--jobs", metavar="N", type=click.IntRange(1),
              help="How many processes learn; one by default.")  # fmt: skip
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

    Models learn from most of the articles at a time and judge the others. What they say
    against a label is shown with the sentences that speak for the topic most. Read them: the
    label may be right, and the article hard. DATA is what train takes.

    \b
    Examples:
      topicclf audit my.jsonl -n 50
      topicclf audit my.jsonl --json > corrected.jsonl
      topicclf train my.jsonl corrected.jsonl:2 --out my-model
    """  # noqa: D301
    made, items, problems = gather(read_sources(data, labels), skip_bad=skip_bad)
    for problem in problems:
        click.echo(f"left out: {problem}", err=True)
    if group is not None:
        with warnings_told():
            made = replace(made, stories=stories(items, group))
    with warnings_told(), stages():
        found, model = find(made, n_jobs=jobs)
    report = _Report(found[:count], items, model)
    if as_json:
        for line in report.lines(labels):
            click.echo(encoded(line))
    else:
        for text in report.readable():
            click.echo(text, color=coloured(sys.stdout))
    click.echo(_summary(found, items), err=True)


@dataclass(frozen=True)
class _Report:
    """What is shown.

    Attributes:
        found: The doubts.
        items: The articles.
        model: A model of all of them, to show evidence with.
    """

    found: Sequence[Doubt]
    items: Sequence[Labelled]
    model: TopicModel

    def lines(self, options: LabelOptions) -> Iterator[dict[str, Any]]:
        """Each article once, where its first doubt stands, so that it is corrected once."""
        first: dict[int, int] = {}
        for place, doubt in enumerate(self.found):
            first.setdefault(doubt.row, place)
        by_article = sorted(self.found, key=lambda doubt: first[doubt.row])
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

    def _described(self, doubt: Doubt) -> dict[str, Any]:
        item = self.items[doubt.row]
        sentences = evidence_for(self.model, item, doubt.topic).sentences
        return {
            "topic": doubt.topic,
            "labelled": doubt.labelled,
            "probability": round(doubt.probability, 4),
            "confident": doubt.confident,
            "place": item.place,
            "evidence": [sentence.text for sentence in sentences],
        }

    def readable(self) -> Iterator[str]:
        """For people to read."""
        for doubt in self.found:
            item = self.items[doubt.row]
            label = "labelled" if doubt.labelled else "not labelled"
            start = " ".join((item.title or item.text).split())[:_SHOWN_CHARACTERS]
            yield f"{doubt.topic}: {label}, yet {doubt.probability:.1%} probable  {item.place}"
            yield f"  {highlight.ansi(start, ())}"
            for sentence in evidence_for(self.model, item, doubt.topic).sentences:
                yield f"    {highlight.ansi(sentence.text, sentence.terms, offset=sentence.start)}"
            yield ""


def _summary(found: Sequence[Doubt], items: Sequence[Labelled]) -> str:
    confident = sum(doubt.confident for doubt in found)
    return (
        f"of the labels of {len(items)} articles {len(found)} are less probable than their "
        f"opposite, and {confident} count as wrong by confident learning"
    )
