"""``topicclf predict``."""

import csv
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
from topicclf.cli.streams import is_closed, say
from topicclf.cli.tagging import Job
from topicclf.cli.thresholds import with_precision, with_thresholds
from topicclf.installation.version import __version__
from topicclf.records import ReadOptions
from topicclf.records.live import paused_input
from topicclf.records.options import FORMATS
from topicclf.records.sources import STDIN, find_files, is_document, total_size
from topicclf.render.wording import printable
from topicclf.writing.apart import is_same_file, require_apart
from topicclf.writing.part import ENDINGS, resolved
from topicclf.writing.sheet import Sheet
from topicclf.writing.tally import Tally

if TYPE_CHECKING:
    from topicclf.model import TopicModel

__all__ = ["predict"]

_WRITTEN = ("jsonl", "csv", "tsv", "parquet")
_SHOWN = "text"
_DELIMITED = ("csv", "tsv")
_TABLES = (*_DELIMITED, "parquet")


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
@click.option("--resume", is_flag=True, help="Resume an interrupted run that was to write FILE.")
@click.option("--columns", multiple=True, metavar="NAME,...",
              help="Write only these columns of csv, tsv or parquet, in this order: fields, "
              "topics, probabilities, why, probability_TOPIC and the like; error is always last."
              )  # fmt: skip
@click.option("--excel", is_flag=True, help="Begin csv and tsv with the mark that Excel needs.")
@click.option("--safe-cells", is_flag=True,
              help="Put an apostrophe before cells of csv and tsv that a spreadsheet would run as "
              "a formula.")  # fmt: skip
@click.option("-q", "--quiet", is_flag=True, help="No summary at the end.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, metavar="N",
              help="Predict in N threads; of use with the compiled kernel."
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
    columns: tuple[str, ...],
    excel: bool,
    safe_cells: bool,
    quiet: bool,
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
    if output is not None:
        files = _apart(output, files, inputs)
    if STDIN in files and sys.stdin.isatty():
        click.echo("reading what you type; end it with Ctrl-D", err=True)
    answering = Answering(
        _adjusted(load(model), thresholds, precision),
        paused=paused_input() if STDIN in files else None,
        **asked,
    )
    job = Job(
        files=files,
        reading=reading,
        answering=answering,
        document=len(files) == 1 and is_document(files[0], options=reading),
        title=title,
    )
    for topic in answering.only:
        topic_among(answering.model.topics, topic)
    if title is not None and not job.document:
        msg = "--title is for one text or page; give records theirs in a field"
        raise click.UsageError(msg)
    form = format_ or _usual_form(output, document=job.document)
    sheet = Sheet(
        answering.model.topics,
        why=answering.why,
        top_terms=answering.top_terms,
        columns=_names(columns),
        excel=excel,
        safe_cells=safe_cells,
    )
    _check(form, output, sheet, resume=resume)
    try:
        tally = job.show() if form == _SHOWN else _write(job, form, output, sheet, resume=resume)
    except StrictError as error:
        say("; ".join([str(error), *getattr(error, "__notes__", ())]))
        ctx.exit(1)
    if form != _SHOWN and not quiet and (output is not None or form != "jsonl"):
        click.echo(printable(tally.summary()), err=True)
    if tally.bad:
        say(tally.complaint())
        ctx.exit(1)


def _write(job: Job, form: str, output: Path | None, sheet: Sheet, *, resume: bool) -> Tally:
    from topicclf.cli.output import Destination

    destination = Destination(form, output, sheet=sheet, work=_work(job, form, sheet))
    if output is None and destination.is_file:
        require_apart(sys.stdout.fileno(), reads=job.files)
    tally, absent = job.write(destination, resume=resume)
    for name in absent:
        say(f"no record has a field {name!r}, so its column is empty")
    return tally


def _apart(output: Path, files: list[str], named: tuple[str, ...]) -> list[str]:
    """The files without the output, which may be in a folder that is read from an earlier run.

    Raises:
        DataError: The output is a file that was named.
    """
    require_apart(output, reads=[name for name in files if name in named or name == STDIN])
    target = resolved(output)
    own = [target, *(target.with_name(f"{target.name}{ending}") for ending in ENDINGS)]
    return [name for name in files if not any(is_same_file(each, name) for each in own)]


def _names(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that were asked for; a name with a comma in it needs quotes."""
    names = (name.strip() for row in csv.reader(columns, skipinitialspace=True) for name in row)
    return tuple(dict.fromkeys(name for name in names if name))


def _check(form: str, output: Path | None, sheet: Sheet, *, resume: bool) -> None:
    """Check that options fit the form of the output.

    Raises:
        click.UsageError: One doesn't.
    """
    problem = ""
    if output is None and is_closed(sys.stdout):
        problem = "standard output is closed; write with -o FILE"
    elif resume and output is None:
        problem = "--resume needs the file to go on with: -o FILE"
    elif form == _SHOWN and output is not None:
        problem = "-o FILE is for jsonl, csv, tsv and parquet"
    elif sheet.columns and form not in _TABLES:
        problem = "--columns is for csv, tsv and parquet"
    elif (sheet.excel or sheet.safe_cells) and form not in _DELIMITED:
        problem = "--excel and --safe-cells are for csv and tsv"
    elif not sheet.why and {"why", "evidence"} & set(sheet.columns):
        problem = "the columns 'why' and 'evidence' need --why"
    elif not sheet.top_terms and "terms" in sheet.columns:
        problem = "the column 'terms' needs --top-terms"
    if problem:
        raise click.UsageError(problem)


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


def _work(job: Job, form: str, sheet: Sheet) -> dict[str, Any]:
    """What makes this work another one than what an earlier run has left."""
    answering, model = job.answering, job.answering.model
    facts = (model.topics, model.thresholds.tolist(), model.provenance)
    digest = hashlib.sha256(json.dumps(facts, default=str).encode())
    digest.update(model.weights.intercept.tobytes() + model.weights.coef.tobytes())
    return {
        "topicclf": __version__,
        "format": form,
        "options": {
            "title": job.title,
            "reading": asdict(job.reading),
            "only": answering.only,
            "sheet": asdict(sheet),
        },
        "model": digest.hexdigest(),
        "input": [[name, total_size([name])] for name in job.files],
    }
