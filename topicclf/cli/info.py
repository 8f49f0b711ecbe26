"""``topicclf info``."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from topicclf import kernel
from topicclf.api import shipped_file
from topicclf.cli.options import is_shipped
from topicclf.model_info import ModelInformation, inform

__all__ = ["info"]


@click.command()
@click.argument("model", type=click.Path(path_type=Path), default=Path("shipped"))
@click.option("--terms", default=10, show_default=True, metavar="N", type=click.IntRange(0),
              help="How many terms for and against each topic to show.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def info(*, model: Path, terms: int, as_json: bool) -> None:
    """Tell what is in MODEL: its topics, their numbers and strongest terms, its data and size.

    MODEL is a model file or the folder of one; without it, the one that topicclf brings along.

    \b
    Examples:
      topicclf info
      topicclf info my-model --terms 30
    """  # noqa: D301
    found = inform(shipped_file() if is_shipped(model) else model, n_terms=terms)
    if as_json:
        more = {"predicts_with": kernel.described()}
        click.echo(json.dumps(asdict(found) | more, ensure_ascii=False))
    else:
        click.echo("\n".join(_readable(found)))


def _readable(found: ModelInformation) -> Iterator[str]:
    yield found.file
    yield f"  {found.size:,} bytes, sha256 {found.sha256}"
    yield f"  language: {', '.join(found.languages) or 'not known'}"
    yield f"  knows {found.n_words:,} words as {found.n_terms:,} terms, and {found.n_pairs:,} pairs"
    for corpus in found.training.get("corpora", []):
        yield f"  made of {corpus['articles']:,} articles: {corpus.get('about') or corpus['file']}"
    yield f"  predicts with the {kernel.described()}"
    for topic, each in found.topics.items():
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
