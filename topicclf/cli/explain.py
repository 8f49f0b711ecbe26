"""``topicclf explain``."""

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import click

from topicclf import load
from topicclf.cli.inputs import files_read
from topicclf.cli.options import made_today, model_option
from topicclf.cli.terminal import coloured
from topicclf.errors import DataError
from topicclf.evidence.explanation import Explanation, TopicChange, TopicExplanation
from topicclf.records import BadRecord, ReadOptions, Record, read_records
from topicclf.records.options import FORMATS
from topicclf.render.highlight import ansi
from topicclf.render.wording import printable
from topicclf.text.json_text import encoded
from topicclf.writing.apart import require_apart
from topicclf.writing.beside import write_beside

__all__ = ["explain"]

_CHANGES_SHOWN = 8
_WORDS_NAMED = 3


@click.command()
@click.argument("article")
@click.option("--record", type=click.IntRange(1), metavar="N",
              help="Explain the Nth record of ARTICLE, counted from 1.")  # fmt: skip
@click.option("--id", "identity", metavar="[FIELD=]VALUE",
              help="Explain the first record whose field 'id', or FIELD, is VALUE.")  # fmt: skip
@click.option("--title", help="The headline, if the file has none.")
@click.option("--text-field", metavar="NAME", help="The field of the text, if not text or body.")
@click.option("--title-field", metavar="NAME", help="The field of the title, if not title.")
@click.option("--from", "from_", type=click.Choice(tuple(FORMATS)),
              help="The format of ARTICLE. Default: by its name or its beginning.")  # fmt: skip
@click.option("--encoding", metavar="NAME", help="The encoding of ARTICLE, if not Unicode.")
@model_option
@click.option("--against", type=click.Path(path_type=Path), metavar="MODEL",
              help="Another model: show where its answer differs, and by which words.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write a page with the article highlighted for each topic.")  # fmt: skip
def explain(
    *,
    article: str,
    record: int | None,
    identity: str | None,
    title: str | None,
    text_field: str | None,
    title_field: str | None,
    from_: str | None,
    encoding: str | None,
    model: Path | None,
    against: Path | None,
    as_json: bool,
    page: Path | None,
) -> None:
    """Explain the topics of ARTICLE, a file with one article or - for standard input.

    Of a file with several, --record or --id picks one. Each topic's log-odds are shown as a sum
    over words and passages that adds up exactly, with the words without which the article would not
    carry the topic.

    \b
    Examples:
      topicclf explain article.txt
      topicclf explain feed.jsonl --record 17
      topicclf explain articles.csv --text-field story --id url=https://example.org/a
      topicclf explain page.html --html explained.html
      topicclf explain article.txt --model new --against old
    """  # noqa: D301
    if against and page:
        msg = "--html shows one model; leave out --against, or ask for --json"
        raise click.UsageError(msg)
    if record is not None and identity is not None:
        msg = "pick by --record or by --id, not by both"
        raise click.UsageError(msg)
    if page:
        require_apart(page, reads=[*files_read(models=[model] if model else []), article])
    options = ReadOptions(
        format=from_, text_field=text_field, title_field=title_field, encoding=encoding
    )
    picked = _Pick(article, record, identity).read(options)
    title = picked.title if title is None else title
    explanation = load(model).explain(picked.text, title=title)
    if page:
        write_beside(
            page,
            explanation.to_html(about=made_today(model or Path("shipped"))).encode(
                errors="replace"
            ),
        )
        click.echo(f"wrote {page}", err=True)
    if against:
        other = load(against).explain(picked.text, title=title)
        # The model that is explained is the later one.
        changes = other.against(explanation)
        if as_json:
            click.echo(encoded({name: asdict(each) for name, each in changes.items()}))
        else:
            text = "\n\n".join(map(_change, changes.values())) or "no topic in common"
            click.echo(printable(text, keep="\n"))
    elif as_json:
        click.echo(explanation.to_json().encode())
    elif not page:
        for line in _readable(explanation):
            click.echo(line)


@dataclass(frozen=True)
class _Pick:
    """Which record of a file is meant.

    Attributes:
        source: The file.
        number: Which one it is, from 1.
        identity: The value of its field ``id``, or ``field=value``.
    """

    source: str
    number: int | None
    identity: str | None

    def read(self, options: ReadOptions) -> Record:
        """Read it.

        Raises:
            DataError: It isn't there, is bad, or there are several and none was picked.
        """
        records = read_records([self.source], options=options)
        if self.number is not None:
            chosen = list(islice(records, self.number - 1, self.number))
        elif self.identity is not None:
            chosen = list(islice(filter(self._fits, records), 1))
        else:
            chosen = list(islice(records, 2))
        if len(chosen) != 1:
            raise DataError(self._problem(several=bool(chosen)))
        if isinstance(chosen[0], BadRecord):
            raise DataError(str(chosen[0]))
        return chosen[0]

    def _fits(self, record: Record | BadRecord) -> bool:
        if isinstance(record, BadRecord) or self.identity is None:
            return False
        name, equals, value = self.identity.partition("=")
        if equals and name in record.fields:
            return str(record.fields[name]) == value
        return "id" in record.fields and str(record.fields["id"]) == self.identity

    def _problem(self, *, several: bool) -> str:
        if several:
            return f"{self.source} holds more than one article: pick one by --record N or --id ID"
        if self.number is not None:
            return f"{self.source} has no record {self.number}"
        if self.identity is not None:
            return f"{self.source} has no record with the id {self.identity!r}"
        return f"{self.source} holds no article"


def _readable(explanation: Explanation) -> Iterator[str]:
    yield printable(_sentence(explanation), keep="\n")
    yield ""
    yield printable(str(explanation), keep="\n")
    if coloured(sys.stdout):
        for topic in explanation.prediction.topics:
            yield f"\n{printable(topic)}:"
            yield ansi(explanation.text, explanation.topics[topic].marks)


def _sentence(explanation: Explanation) -> str:
    """The answer in words: the topics, and what says so."""
    if explanation.prediction.topics:
        parts = [_because(explanation.topics[topic]) for topic in explanation.prediction.topics]
        return f"This article carries {_listed(parts)}."
    nearest = max(explanation.topics.values(), key=lambda topic: topic.margin)
    return (
        f"This article carries none of the topics. The nearest is {nearest.topic}: "
        f"{nearest.probability:.1%} probable, and its threshold is {nearest.threshold:.0%}."
    )


def _because(topic: TopicExplanation) -> str:
    words = [
        each.description for each in topic.contributions if each.kind == "term" and each.value > 0
    ][:_WORDS_NAMED]
    reason = f", mostly for {_listed(words)}" if words else ""
    return f"{topic.topic} ({topic.probability:.1%} probable{reason})"


def _listed(parts: list[str]) -> str:
    """Parts as an English list.

    >>> _listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


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
