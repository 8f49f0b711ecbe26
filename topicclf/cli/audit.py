"""``topicclf audit``."""

import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from topicclf import TopicModel, highlight
from topicclf.cli.label_options import label_options
from topicclf.cli.terminal import coloured
from topicclf.evaluation.mistakes import evidence_for
from topicclf.labelling.audit import audit as find
from topicclf.labelling.doubts import Doubt
from topicclf.learning.data import Labelled, read_labelled
from topicclf.learning.label_fields import LabelOptions
from topicclf.workshop.groups import story_numbers

__all__ = ["audit"]

_SHOWN_CHARACTERS = 80


@click.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-n", "count", default=20, show_default=True, metavar="N",
              type=click.IntRange(1), help="How many labels to show, the worst first.")  # fmt: skip
@click.option("--group", metavar="FIELD",
              help="Articles that share FIELD tell one story: none is judged by a model that has "
              "seen another.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True,
              help="Print JSON lines: each article with its fields and 'doubt'.")  # fmt: skip
@click.option("--jobs", metavar="N", type=int, help="How many processes learn; one by default.")
@label_options
def audit(
    *,
    data: tuple[Path, ...],
    labels: LabelOptions,
    count: int,
    group: str | None,
    as_json: bool,
    jobs: int | None,
) -> None:
    """Find the labels in DATA that are most likely wrong.

    Models learn from four fifths of the articles at a time and judge the others. What they say
    against a label is shown with the sentences that speak for the topic most. Read them: the
    label may be right, and the article hard.

    \b
    Examples:
      topicclf audit my.jsonl -n 50
      topicclf audit my.jsonl --json > look-at-these.jsonl
    """  # noqa: D301
    items = [item for path in data for item in read_labelled(path, options=labels)[0]]
    groups = None if group is None else story_numbers(items, group)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", UserWarning)
        found, model = find(items, groups=groups, n_jobs=jobs)
    for warning in said:
        click.echo(str(warning.message), err=True)
    for doubt in found[:count]:
        item = items[doubt.row]
        if as_json:
            click.echo(json.dumps(_described(doubt, item, model), ensure_ascii=False))
        else:
            lines = _readable(doubt, item, model)
            click.echo("\n".join(lines), color=coloured(sys.stdout))
    click.echo(_summary(found, items), err=True)


def _described(doubt: Doubt, item: Labelled, model: TopicModel) -> dict[str, Any]:
    sentences = evidence_for(model, item, doubt.topic).sentences
    about = {
        "topic": doubt.topic,
        "labelled": doubt.labelled,
        "probability": round(doubt.probability, 4),
        "confident": doubt.confident,
        "place": item.place,
        "evidence": [sentence.text for sentence in sentences],
    }
    return {**item.fields, "doubt": about}


def _readable(doubt: Doubt, item: Labelled, model: TopicModel) -> Iterator[str]:
    label = "labelled" if doubt.labelled else "not labelled"
    start = " ".join((item.title or item.text).split())[:_SHOWN_CHARACTERS]
    yield f"{doubt.topic}: {label}, yet {doubt.probability:.1%} probable  {item.place}"
    yield f"  {highlight.ansi(start, ())}"
    for sentence in evidence_for(model, item, doubt.topic).sentences:
        yield f"    {highlight.ansi(sentence.text, sentence.terms, offset=sentence.start)}"
    yield ""


def _summary(found: Sequence[Doubt], items: Sequence[Labelled]) -> str:
    confident = sum(doubt.confident for doubt in found)
    return (
        f"of the labels of {len(items)} articles {len(found)} are less probable than their "
        f"opposite, and {confident} count as wrong by confident learning"
    )
