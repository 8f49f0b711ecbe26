"""``topicclf compare``."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from topicclf.cli.measuring import MeasuringOptions, load_model, measuring_options
from topicclf.errors import DataError
from topicclf.labelled.reading import LabelledArticle
from topicclf.writing.jsonl import encoded

if TYPE_CHECKING:
    from topicclf.evaluation.comparison import Comparison

__all__ = ["compare"]


@click.command()
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@measuring_options
@click.option("--flips", default=10, show_default=True, metavar="N", type=click.IntRange(0),
              help="Flipped tags in the table; JSON has them all.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def compare(*, a: Path, b: Path, measuring: MeasuringOptions, flips: int, as_json: bool) -> None:
    """Show what changes from model A to model B on labelled articles: DATA, one file or several.

    Topics that only one of them knows are ignored. Each topic gets McNemar's exact test, and the
    changes get intervals by a paired bootstrap. "shipped" is the model that comes with topicclf.

    \b
    Examples:
      topicclf compare shipped my-model test.jsonl
      topicclf compare old new test.jsonl --json
    """  # noqa: D301
    from topicclf.evaluation.answers import listed
    from topicclf.evaluation.comparison import compare as compare_answers
    from topicclf.render.tables import comparison_table

    first, second = load_model(a), load_model(b)
    topics = measuring.asked({a: first, b: second})
    if not topics:
        msg = f"{a} and {b} have no topic in common"
        raise DataError(msg)
    every = dict.fromkeys((*first.topics, *second.topics))
    if measuring.topics is None and len(topics) < len(every):
        ignored = [topic for topic in every if topic not in topics]
        click.echo(f"only one of the models knows {listed(ignored)}: ignored", err=True)
    items = measuring.read(topics, known=every)
    groups = measuring.groups(items)
    answers = [measuring.ask(model, items, topics) for model in (first, second)]
    with measuring.drawing(items, times=len(answers)) as bar:
        comparison = compare_answers(
            *answers, bootstrap=measuring.bootstrap, groups=groups, on_drawn=bar.add_items
        )
    if as_json:
        click.echo(encoded(_described(comparison, items)))
    else:
        click.echo(comparison_table(comparison, items, n_flips=flips))


def _described(comparison: "Comparison", items: list[LabelledArticle]) -> dict[str, object]:
    """The comparison, with the place, id and title of the articles that flipped."""
    from topicclf.evaluation.jsonable import jsonable

    described: dict[str, Any] = jsonable(comparison)
    changes = described.pop("changes")
    described |= {f"{name}_change": change for name, change in changes.items()}
    described["flips"] = [
        {
            **jsonable(flip),
            "place": items[flip.row].place,
            "id": items[flip.row].fields.get("id"),
            "title": items[flip.row].title,
        }
        for flip in comparison.flips
    ]
    return described
