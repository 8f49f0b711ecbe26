"""``topicclf summary``."""

import csv
import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from topicclf.cli.options import made_today, model_option, require_folder
from topicclf.cli.terminal import progress
from topicclf.errors import DataError
from topicclf.records import BadRecord, ReadOptions, Record, read_records
from topicclf.records.sources import find_files, total_size
from topicclf.writing.apart import require_apart
from topicclf.writing.beside import write_beside
from topicclf.writing.jsonl import encoded
from topicclf.writing.row import PROBABILITY

if TYPE_CHECKING:
    from topicclf.summary.summary import Summary
    from topicclf.summary.tally import Tagged

__all__ = ["summary"]

# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BETWEEN_TOPICS = ";"


@click.command()
@click.argument("tagged", nargs=-1, required=True)
@click.option("--by", metavar="FIELD[:PERIOD]",
              help="Also count each value of FIELD; of dates each day, week, month or year: "
              "date:month. Without a period the dates say what fits. Default: the date."
              )  # fmt: skip
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Write a page with a chart over time and examples.")  # fmt: skip
@click.option("--csv", "as_csv", is_flag=True, help="Print the numbers as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@model_option
def summary(
    *,
    tagged: tuple[str, ...],
    by: str | None,
    page: Path | None,
    as_csv: bool,
    as_json: bool,
    model: Path | None,
) -> None:
    """Sum up what TAGGED holds: counts by topic, topics over time, and examples.

    TAGGED is what predict wrote: JSON lines, CSV, TSV or Parquet. Examples are shown with the
    sentences that speak for their topic, which MODEL finds.

    \b
    Examples:
      topicclf summary tagged.jsonl
      topicclf summary tagged.jsonl --by date:month --html report.html
      topicclf summary tagged.csv --by source --csv > counts.csv
    """  # noqa: D301
    if page:
        require_folder(page)
    files = find_files(tagged, options=ReadOptions())
    if page:
        require_apart(page, reads=files)
    result = _read(files, by, _sentences(model) if page or as_json else None)
    if as_json:
        click.echo(encoded(result.to_dict()))
    elif as_csv:
        click.echo(_csv(result), nl=False)
    else:
        click.echo(_table(result))
    if page:
        from topicclf.render.summary_page import summary_page

        title = f"Topics in {', '.join(Path(name).name for name in files)}"
        text = summary_page(result, title=title, about=made_today())
        write_beside(page, text.encode(errors="replace"))
        click.echo(f"wrote {page}", err=True)
    if result.bad:
        sys.exit(1)


def _read(files: list[str], by: str | None, sentences: Any) -> "Summary":
    from topicclf.summary.tally import By, Tally

    tally = Tally(by=By.parse(by or ""))
    with progress(total_size(files), unit="articles") as bar:
        for record in read_records(files, on_bytes=bar.add_bytes):
            if isinstance(record, BadRecord):
                # What predict could not read stays an error.
                tally.bad += 1
            else:
                bar.add_items(1)
                tally.add(_tagged(record))
    if not tally.n:
        msg = f"no tagged article in {', '.join(files)}"
        raise DataError(msg)
    return tally.summary(sentences)


def _tagged(record: Record) -> "Tagged":
    from topicclf.summary.tally import Tagged

    place = f"{record.file}:{record.line}"
    fields = record.fields
    if "topics" not in fields:
        msg = f"{place}: no field 'topics'; tag the file first: topicclf predict FILE -o TAGGED"
        raise DataError(msg)
    topics = fields["topics"]
    if isinstance(topics, str):
        topics = [topic for topic in topics.split(_BETWEEN_TOPICS) if topic]
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        msg = f"{place}: 'topics' is not a list of names"
        raise DataError(msg)
    return Tagged(topics, _probabilities(fields), record.title, record.text, fields, place)


def _probabilities(fields: Mapping[str, Any]) -> dict[str, float]:
    given = fields.get("probabilities")
    if not isinstance(given, dict):
        given = {
            name.removeprefix(PROBABILITY): value
            for name, value in fields.items()
            if name.startswith(PROBABILITY)
        }
    probabilities = {}
    for topic, value in given.items():
        try:
            probabilities[topic] = float(value)
        except (TypeError, ValueError):
            continue
    return probabilities


def _sentences(path: Path | None) -> Any:
    from topicclf import load
    from topicclf.summary.speaking import speaking_sentences

    return speaking_sentences(load(path))


def _table(result: "Summary") -> str:
    from topicclf.render.wording import one_line, padded, width

    rows = [[one_line(cell) for cell in row] for row in result.rows()]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [
            " " * (wide - width(cell)) + cell for cell, wide in zip(others, widths[1:], strict=True)
        ]
        lines.append("  ".join([padded(first, widths[0]), *cells]).rstrip())
    return "\n".join(lines)


def _csv(result: "Summary") -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([_harmless(cell) for cell in row] for row in result.rows())
    return file.getvalue()


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
