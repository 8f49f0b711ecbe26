"""``topicclf compare``."""

from pathlib import Path
from typing import Any

import click

from topicclf.cli.measuring import Measured, load_model, measuring_options
from topicclf.errors import DataError
from topicclf.evaluation.answers import listed
from topicclf.evaluation.comparison import Comparison
from topicclf.evaluation.comparison import compare as difference
from topicclf.evaluation.jsonable import jsonable
from topicclf.labelled.reading import Labelled
from topicclf.render.tables import comparison_table
from topicclf.writing.jsonl import encoded

__all__ = ["compare"]


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@measuring_options
@click.option("--flips", default=10, show_default=True, metavar="N", type=click.IntRange(0),
              help="How many flipped tags the table shows; JSON has them all.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def compare(*, a: Path, b: Path, measured: Measured, flips: int, as_json: bool) -> None:
    """Tell what changes from model A to model B on labelled articles: DATA, one file or several.

    Topics that only one of them knows are passed over. Each topic gets McNemar's exact test, and
    the changes get intervals by a paired bootstrap. "shipped" is the model that topicclf brings
    along.

    \b
    Examples:
      topicclf compare shipped my-model test.jsonl
      topicclf compare old new test.jsonl --json
    """  # noqa: D301
    first, second = load_model(a), load_model(b)
    topics = measured.asked({a: first, b: second})
    if not topics:
        msg = f"{a} and {b} have no topic in common: nothing can be compared"
        raise DataError(msg)
    every = dict.fromkeys((*first.topics, *second.topics))
    if measured.topics is None and len(topics) < len(every):
        passed = [topic for topic in every if topic not in topics]
        click.echo(f"only one of the models knows {listed(passed)}: passed over", err=True)
    items = measured.read(topics, known=every)
    groups = measured.groups(items)
    answers = [measured.ask(model, items, topics) for model in (first, second)]
    with measured.drawing(items, times=len(answers)) as bar:
        found = difference(
            *answers, bootstrap=measured.bootstrap, groups=groups, on_drawn=bar.add_items
        )
    if as_json:
        click.echo(encoded(_described(found, items)))
    else:
        click.echo(comparison_table(found, items, n_flips=flips))


def _described(found: Comparison, items: list[Labelled]) -> dict[str, object]:
    """The comparison with the articles that flipped named by place, id and title."""
    described: dict[str, Any] = jsonable(found)
    changes = described.pop("changes")
    described |= {f"{name}_change": change for name, change in changes.items()}
    described["flips"] = [
        {
            **jsonable(flip),
            "place": items[flip.row].place,
            "id": items[flip.row].fields.get("id"),
            "title": items[flip.row].title,
        }
        for flip in found.flips
    ]
    return described
