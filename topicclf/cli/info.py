"""``topicclf info``."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

import topicclf.kernel as kernel
from topicclf.api import shipped_file
from topicclf.cli.options import is_shipped

if TYPE_CHECKING:
    from topicclf.model_info import ModelInformation

__all__ = ["info"]


@click.command()
@click.argument("model", type=click.Path(path_type=Path), default=Path("shipped"))
@click.option("--terms", default=10, show_default=True, metavar="N", type=click.IntRange(0),
              help="Terms to show for and against each topic.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info(*, model: Path, terms: int, as_json: bool) -> None:
    """Show what is in MODEL: topics, measures, strongest terms, training data and size.

    MODEL is a model file or its folder; the default is the model that comes with topicclf.

    \b
    Examples:
      topicclf info
      topicclf info my-model --terms 30
    """  # noqa: D301
    from topicclf.model_info import inform

    information = inform(shipped_file() if is_shipped(model) else model, n_terms=terms)
    if as_json:
        more = {"predicts_with": kernel.described()}
        click.echo(json.dumps(asdict(information) | more, ensure_ascii=False))
    else:
        click.echo("\n".join(_readable(information)))


def _readable(information: "ModelInformation") -> Iterator[str]:
    yield information.file
    yield f"  {information.size:,} bytes, sha256 {information.sha256}"
    if information.card_is_stale:
        yield "  the card beside it belongs to another model: train it again"
    yield f"  language: {', '.join(information.languages) or 'unknown'}"
    words, terms, pairs = information.n_words, information.n_terms, information.n_pairs
    yield f"  {words:,} words as {terms:,} terms, and {pairs:,} pairs"
    for corpus in information.training.get("corpora", []):
        about = corpus.get("about") or corpus["file"]
        yield f"  trained on {corpus['articles']:,} articles: {about}"
    if adapted := information.adapted:
        labels = "with" if adapted["labelled"] else "without"
        yield f"  adapted to the mix of {adapted['articles']:,} articles {labels} labels"
    yield f"  predicts with the {kernel.described()}"
    for topic, each in information.topics.items():
        yield ""
        yield f"{topic}: threshold {each.threshold:.2f}, in {each.prevalence:.1%} of the articles"
        if each.numbers:
            yield (
                f"  out of fold: F1 {each.numbers['f1']:.3f}, average precision "
                f"{each.numbers['average_precision']:.3f}, calibration error "
                f"{each.numbers['calibration_error']:.3f}"
            )
        yield f"  for: {', '.join(each.speaks_for)}"
        yield f"  against: {', '.join(each.speaks_against)}"
