"""``topicclf predict``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from topicclf import load
from topicclf.cli.options import model_option

if TYPE_CHECKING:
    from topicclf.prediction import Prediction

__all__ = ["predict"]

# Of real English articles 99 in 100 have more than 0.88; other languages have less.
_FOREIGN = 0.8


@click.command()
@click.argument("article", type=click.File(encoding="utf-8", errors="replace"))
@click.option("--title", help="The headline, if it is not in the text.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@model_option
def predict(article: TextIO, title: str | None, as_json: bool, model: Path | None) -> None:
    """Print the topics of ARTICLE, a text file or - for standard input, and why.

    \b
    Examples:
      topicclf predict article.txt
      curl -s https://example.org/story.txt | topicclf predict - --json
    """  # noqa: D301
    found = load(model).predict(article.read(), title=title)
    if as_json:
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False))
    else:
        click.echo(_readable(found))


def _readable(found: "Prediction") -> str:
    lines = [", ".join(found.topics) or "none of the topics"]
    for topic, probability in found.probabilities.items():
        lines.append(f"  {topic:10} {probability:6.1%}{' *' if topic in found.topics else ''}")
    for topic, evidence in found.evidence.items():
        lines += ["", f"{topic}: {', '.join(evidence.terms)}"]
        lines += [f'  "{sentence.text}"' for sentence in evidence.sentences]
    if found.n_words and found.known_share < _FOREIGN:
        lines += ["", f"Only {found.known_share:.0%} of the words are known: take it with care."]
    return "\n".join(lines)
