"""``topicclf explain``."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path

import click

from topicclf import load
from topicclf.cli.options import model_option
from topicclf.cli.terminal import coloured
from topicclf.errors import DataError
from topicclf.evidence.explanation import Explanation, TopicChange
from topicclf.records.read import read_records
from topicclf.records.record import BadRecord, Record
from topicclf.render import highlight
from topicclf.writing.beside import write_beside

__all__ = ["explain"]

_CHANGES_SHOWN = 8


@click.command()
@click.argument("article")
@click.option("--title", help="The headline, if the file has none.")
@model_option
@click.option("--against", type=click.Path(path_type=Path), metavar="MODEL",
              help="Another model: show where its answer differs, and by which words.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write a page with the article highlighted for each topic.")  # fmt: skip
def explain(
    *,
    article: str,
    title: str | None,
    model: Path | None,
    against: Path | None,
    as_json: bool,
    page: Path | None,
) -> None:
    """Explain the topics of ARTICLE, a file with one article or - for standard input.

    Each topic's log-odds are shown as a sum over words and passages that adds up exactly, with the
    words without which the article would not carry the topic.

    \b
    Examples:
      topicclf explain article.txt
      topicclf explain page.html --html explained.html
      topicclf explain article.txt --model new --against old
    """  # noqa: D301
    if against and page:
        msg = "--html shows one model; leave out --against, or ask for --json"
        raise click.UsageError(msg)
    record = _one(article)
    title = record.title if title is None else title
    explanation = load(model).explain(record.text, title=title)
    if page:
        write_beside(page, explanation.to_html().encode(errors="replace"))
        click.echo(f"wrote {page}", err=True)
    if against:
        other = load(against).explain(record.text, title=title)
        # The model that is explained is the later one.
        changes = other.against(explanation)
        if as_json:
            click.echo(json.dumps({name: asdict(each) for name, each in changes.items()}))
        else:
            click.echo("\n\n".join(map(_change, changes.values())) or "no topic in common")
    elif as_json:
        click.echo(explanation.to_json())
    elif not page:
        click.echo("\n".join(_readable(explanation)))


def _one(name: str) -> Record:
    records = list(islice(read_records([name]), 2))
    if len(records) != 1:
        problem = "no article" if not records else "more than one article: pick one, or use predict"
        msg = f"{name} holds {problem}"
        raise DataError(msg)
    if isinstance(records[0], BadRecord):
        raise DataError(str(records[0]))
    return records[0]


def _readable(explanation: Explanation) -> Iterator[str]:
    yield str(explanation)
    if coloured(sys.stdout):
        for topic in explanation.prediction.topics:
            yield f"\n{topic}:\n{highlight.ansi(explanation.text, explanation.topics[topic].marks)}"


def _change(change: TopicChange) -> str:
    before, after = change.before, change.after
    lines = [
        f"{change.topic}: {before.probability:.1%} -> {after.probability:.1%}, "
        f"{_verdict(before.carried)} -> {_verdict(after.carried)}; "
        f"log-odds {before.log_odds:+.3f} -> {after.log_odds:+.3f}"
    ]
    for each in change.changes[:_CHANGES_SHOWN]:
        lines.append(
            f"  {each.after - each.before:+8.3f}  {each.description} "
            f"({each.before:+.3f} -> {each.after:+.3f})"
        )
    if rest := change.changes[_CHANGES_SHOWN:]:
        total = sum(each.after - each.before for each in rest)
        lines.append(f"  {total:+8.3f}  {len(rest)} others")
    return "\n".join(lines)


def _verdict(carried: bool) -> str:
    return "carried" if carried else "not carried"
