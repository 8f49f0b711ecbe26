"""``topicclf evaluate``."""

from pathlib import Path

import click

from topicclf.cli.measuring import Measured, load_model, measuring_options
from topicclf.cli.terminal import warnings_told
from topicclf.errors import DataError
from topicclf.evaluation.evaluation import evaluate as measure
from topicclf.evaluation.jsonable import jsonable
from topicclf.evaluation.mistakes import worst_mistakes
from topicclf.evaluation.slices import slices
from topicclf.render.tables import evaluation_table
from topicclf.writing.beside import write_beside
from topicclf.writing.jsonl import encoded

__all__ = ["evaluate"]


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@measuring_options
@click.option("--by", "fields", multiple=True, metavar="FIELD",
              help="Measure the articles of each value of FIELD apart; of dates FIELD:month, "
              ":year, :day or :weekday. May be given several times.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Also write a page with pictures and the worst mistakes; needs the extra "
              "[report].")  # fmt: skip
@click.option("--mistakes", default=5, show_default=True, metavar="N", type=click.IntRange(0),
              help="How many false tags and misses of each topic the page shows.")  # fmt: skip
def evaluate(
    *,
    model: Path,
    measured: Measured,
    fields: tuple[str, ...],
    as_json: bool,
    page: Path | None,
    mistakes: int,
) -> None:
    """Measure MODEL on labelled articles: DATA, one file or several.

    MODEL is a model file or the folder of one; "shipped" is the one that topicclf brings along.
    What is measured is told in docs/evaluating.md.

    \b
    Examples:
      topicclf evaluate my-model test.jsonl
      topicclf evaluate my-model test.jsonl --by source --by date:month
      topicclf evaluate my-model test.jsonl --html report.html
    """  # noqa: D301
    if page:
        # First of all, so that a missing extra is no surprise at the end.
        from topicclf.render.report import MOST_PICTURES, evaluation_page

        if not page.resolve().parent.is_dir():
            msg = f"{page}: there is no folder {page.parent}"
            raise DataError(msg)
    loaded = load_model(model)
    topics = measured.asked({model: loaded})
    items = measured.read(topics, known=loaded.topics)
    with warnings_told():
        parts = {by: slices(items, by) for by in fields}
    groups = measured.groups(items)
    answers = measured.ask(loaded, items, topics)
    with measured.drawing(items, times=1 + len(parts)) as bar:
        found = measure(
            answers,
            slices=parts,
            bootstrap=measured.bootstrap,
            groups=groups,
            on_drawn=bar.add_items,
        )
    # Whatever becomes of the page, the numbers are there.
    click.echo(encoded(jsonable(found)) if as_json else evaluation_table(found))
    if page:
        worst = worst_mistakes(loaded, items, answers, n=mistakes, n_topics=MOST_PICTURES)
        title = f"{model} on {', '.join(path.name for path in measured.data)}"
        text = evaluation_page(found, answers, worst, title=title)
        write_beside(page, text.encode(errors="replace"))
        click.echo(f"wrote {page}", err=True)
