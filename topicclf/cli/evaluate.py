"""``topicclf evaluate``."""

from pathlib import Path

import click

from topicclf.cli.inputs import files_read
from topicclf.cli.measuring import MeasuringOptions, load_model, measuring_options
from topicclf.cli.options import made_today, require_folder
from topicclf.cli.terminal import printed_warnings
from topicclf.writing.apart import require_apart
from topicclf.writing.beside import write_beside
from topicclf.writing.jsonl import encoded

__all__ = ["evaluate"]


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@measuring_options
@click.option("--by", "fields", multiple=True, metavar="FIELD",
              help="Also measure each value of FIELD by itself; of dates FIELD:month, :year, :day "
              "or :weekday. May be repeated.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Also write a page with pictures and the worst mistakes (needs the extra "
              "[report]).")  # fmt: skip
@click.option("--mistakes", default=5, show_default=True, metavar="N", type=click.IntRange(0),
              help="False tags and misses of each topic on the page.")  # fmt: skip
def evaluate(
    *,
    model: Path,
    measuring: MeasuringOptions,
    fields: tuple[str, ...],
    as_json: bool,
    page: Path | None,
    mistakes: int,
) -> None:
    """Measure MODEL on labelled articles: DATA, one file or several.

    MODEL is a model file or its folder; "shipped" is the model that comes with topicclf.
    docs/evaluating.md explains the measures.

    \b
    Examples:
      topicclf evaluate my-model test.jsonl
      topicclf evaluate my-model test.jsonl --by source --by date:month
      topicclf evaluate my-model test.jsonl --html report.html
    """  # noqa: D301
    from topicclf.evaluation.evaluation import evaluate as evaluate_answers
    from topicclf.evaluation.jsonable import jsonable
    from topicclf.evaluation.mistakes import worst_mistakes
    from topicclf.evaluation.slices import slices
    from topicclf.render.tables import evaluation_table

    if page:
        require_folder(page)
        require_apart(page, reads=files_read(models=[model], data=measuring.data))
        # Before anything is measured, so that a missing extra is noticed at once.
        from topicclf.render.report import MOST_PICTURES, evaluation_page

    loaded = load_model(model)
    topics = measuring.asked({model: loaded})
    items = measuring.read(topics, known=loaded.topics)
    with printed_warnings():
        parts = {by: slices(items, by) for by in fields}
    groups = measuring.groups(items)
    answers = measuring.ask(loaded, items, topics)
    with measuring.drawing(items, times=1 + len(parts)) as bar:
        evaluation = evaluate_answers(
            answers,
            slices=parts,
            bootstrap=measuring.bootstrap,
            groups=groups,
            on_drawn=bar.add_items,
        )
    # Before the page, so that the numbers are there whatever becomes of it.
    click.echo(encoded(jsonable(evaluation)) if as_json else evaluation_table(evaluation))
    if page:
        worst = worst_mistakes(loaded, items, answers, n=mistakes, n_topics=MOST_PICTURES)
        title = f"{model} on {', '.join(path.name for path in measuring.data)}"
        about = made_today(model)
        text = evaluation_page(evaluation, answers, worst, title=title, about=about)
        write_beside(page, text.encode(errors="replace"))
        click.echo(f"wrote {page}", err=True)
