"""``topicclf predict``."""

import hashlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from topicclf import load
from topicclf.cli.answering import Answering, StrictError
from topicclf.cli.options import model_option, topic_among
from topicclf.cli.tagging import Job
from topicclf.cli.thresholds import with_precision, with_thresholds
from topicclf.records import ReadOptions
from topicclf.records.options import FORMATS
from topicclf.records.sources import STDIN, find_files, is_document

if TYPE_CHECKING:
    from topicclf.model import TopicModel

__all__ = ["predict"]

_WRITTEN = ("jsonl", "csv", "tsv", "parquet")
_SHOWN = "text"


@click.command()
@click.argument("inputs", nargs=-1, type=click.Path(), metavar="[INPUT]...")
@model_option
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write to FILE; it appears when it is whole.")  # fmt: skip
@click.option("--format", "format_", type=click.Choice((_SHOWN, *_WRITTEN)),
              help="The form of the output. Without it FILE's name tells; on a terminal, and for "
              "one text or page, it is text, else jsonl.")  # fmt: skip
@click.option("--json", "format_", flag_value="jsonl", help="Short for --format jsonl.")
@click.option("--from", "from_", type=click.Choice(tuple(FORMATS)),
              help="The form of the input. Without it each file's name tells, or its beginning."
              )  # fmt: skip
@click.option("--text-field", metavar="NAME", help="The field of the text, if not text or body.")
@click.option("--title-field", metavar="NAME", help="The field of the title, if not title.")
@click.option("--title", metavar="TEXT", help="The title of the one article that INPUT is.")
@click.option("--encoding", metavar="NAME", help="The encoding of the input, if not Unicode.")
@click.option("--delimiter", metavar="CHAR",
              help="The character between the fields of CSV; without it the header tells."
              )  # fmt: skip
@click.option("--threshold", "thresholds", multiple=True, metavar="[TOPIC=]P",
              help="The probability from which on an article carries a topic; may be repeated."
              )  # fmt: skip
@click.option("--precision", type=click.FloatRange(0, 1), metavar="P",
              help="Take thresholds that promise at least this precision.")  # fmt: skip
@click.option("--only", multiple=True, metavar="TOPIC",
              help="Leave out articles that don't carry TOPIC, or one of several.")  # fmt: skip
@click.option("--why", is_flag=True, help="Add the evidence: sentences, and the words in them.")
@click.option("--top-terms", is_flag=True, help="Add the words that weigh most for each topic.")
@click.option("--strict", is_flag=True, help="Stop at the first bad record.")
@click.option("--resume", is_flag=True, help="Go on with what an interrupted run left of FILE.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, metavar="N",
              help="Predict in N processes; they pay from some ten thousand articles on."
              )  # fmt: skip
@click.pass_context
def predict(
    ctx: click.Context,
    /,
    *,
    inputs: tuple[str, ...],
    model: Path | None,
    output: Path | None,
    format_: str | None,
    from_: str | None,
    text_field: str | None,
    title_field: str | None,
    encoding: str | None,
    delimiter: str | None,
    title: str | None,
    thresholds: tuple[str, ...],
    precision: float | None,
    resume: bool,
    **asked: Any,
) -> None:
    """Tag the articles of INPUT with the topics that they carry.

    INPUT is plain text, JSON, CSV, TSV, Parquet, web pages, feeds, PDF or Word, packed or not:
    files, folders, archives, globs, or - for standard input, as without any INPUT. The output has a
    record for each of the input, in order, with topics and probabilities added. A bad record is an
    error record in its place; then the exit status is 1.

    \b
    Examples:
      topicclf predict article.txt
      topicclf predict feed.jsonl.gz -o tagged.jsonl
      topicclf predict feed.jsonl.gz -o tagged.jsonl --resume
      topicclf predict articles.csv --text-field story --format csv > tagged.csv
      topicclf predict pages/ --only trade --threshold trade=0.7 --why
      curl -s https://example.org/feed.jsonl | topicclf predict | head
    """  # noqa: D301
    reading = ReadOptions(
        format=from_,
        text_field=text_field,
        title_field=title_field,
        encoding=encoding,
        delimiter=delimiter,
    )
    files = find_files(inputs or [STDIN], options=reading)
    if STDIN in files and sys.stdin.isatty():
        click.echo("reading what you type; end it with Ctrl-D", err=True)
    job = Job(
        files=files,
        reading=reading,
        answering=Answering(_adjusted(load(model), thresholds, precision), **asked),
        document=len(files) == 1 and is_document(files[0], options=reading),
        title=title,
    )
    for topic in job.answering.only:
        topic_among(job.answering.model.topics, topic)
    if title is not None and not job.document:
        msg = "--title is for one text or page; give records theirs in a field"
        raise click.UsageError(msg)
    form = format_ or _usual_form(output, document=job.document)
    if resume and output is None:
        msg = "--resume needs the file to go on with: -o FILE"
        raise click.UsageError(msg)
    if form == _SHOWN and output is not None:
        msg = "-o FILE is for jsonl, csv, tsv and parquet"
        raise click.UsageError(msg)
    try:
        if form == _SHOWN:
            count = job.show()
        else:
            from topicclf.cli.output import Destination

            destination = Destination(
                form,
                output,
                topics=job.answering.model.topics,
                mark=_mark(job),
                filtered=bool(job.answering.only),
            )
            count = job.write(destination, resume=resume)
    except StrictError as error:
        click.echo(f"topicclf: {error}", err=True)
        ctx.exit(1)
    if count.bad:
        click.echo(f"topicclf: {count}", err=True)
        ctx.exit(1)


def _adjusted(
    model: "TopicModel", thresholds: tuple[str, ...], precision: float | None
) -> "TopicModel":
    if precision is not None:
        model = with_precision(model, precision)
    return with_thresholds(model, thresholds)


def _usual_form(output: Path | None, *, document: bool) -> str:
    if output is None:
        return _SHOWN if document or sys.stdout.isatty() else "jsonl"
    ending = output.suffix.lower()
    for form in _WRITTEN:
        if ending in FORMATS[form]:
            return form
    if output.exists() and not output.is_file():
        return "jsonl"
    msg = f"{output} does not tell its format; give --format {', '.join(_WRITTEN)}"
    raise click.UsageError(msg)


def _mark(job: Job) -> str:
    """A mark that is another one for other input, options or models."""
    model = job.answering.model
    facts = (
        job.files,
        job.title,
        asdict(job.reading),
        (job.answering.only, job.answering.why, job.answering.top_terms),
        (model.topics, model.thresholds.tolist(), model.provenance),
        model.weights.intercept.tolist(),
    )
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:8]
