"""The options for labelled data on the command line, and reading it."""

import functools
import glob
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import click

from topicclf.cli.terminal import progress
from topicclf.errors import DataError
from topicclf.labelled.reading import Reading, Source, read_source
from topicclf.labelled.schemes import LabelOptions
from topicclf.records import ReadOptions
from topicclf.records.options import FORMATS
from topicclf.records.sources import total_size

__all__ = ["bytes_read", "label_options", "read_sources", "require_sources"]


def label_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options for labelled data, as one argument ``labels``."""

    @click.option("--text-field", metavar="FIELD", help="Field with the text.")
    @click.option("--title-field", metavar="FIELD", help="Field with the title.")
    @click.option("--topics-field", metavar="FIELD", help="Field with the topics.")
    @click.option("--separator", metavar="SIGN",
                  help="What separates the topics in that field; by default the bar, semicolon or "
                  "comma that occurs.")  # fmt: skip
    @click.option("--topic-columns", metavar="FIELD,...", multiple=True,
                  help="Fields that hold 1, 0 or nothing for one topic each. A name with a comma "
                  "is put in quotes, or given with an option of its own.")  # fmt: skip
    @click.option("--empty", type=click.Choice(["none", "unknown"]),
                  help="What empty cells, and 'nan', '-' and the like, mean: none of the topics, "
                  "or that nobody looked. Default: none in a field of topics, unknown in a "
                  "topic's own column.")  # fmt: skip
    @click.option("--from", "format_", type=click.Choice(list(FORMATS)),
                  help="Format of all files; by default their names decide.")  # fmt: skip
    @click.option("--encoding", metavar="NAME", help="Encoding of all files.")
    @click.option("--delimiter", metavar="CHAR",
                  help="Character between the fields of CSV; by default the header decides."
                  )  # fmt: skip
    @functools.wraps(command)
    def wrapped(
        text_field: str | None,
        title_field: str | None,
        topics_field: str | None,
        separator: str | None,
        topic_columns: tuple[str, ...],
        empty: Literal["none", "unknown"] | None,
        format_: str | None,
        encoding: str | None,
        delimiter: str | None,
        **others: Any,
    ) -> None:
        read = ReadOptions(
            format=format_,
            text_field=text_field,
            title_field=title_field,
            encoding=encoding,
            delimiter=delimiter,
        )
        labels = LabelOptions(
            topics_field=topics_field,
            separator=separator,
            topic_columns=topic_columns or None,
            empty=empty,
            read=read,
        )
        command(labels=labels, **others)

    return wrapped


def require_sources(data: Iterable[str]) -> None:
    """Check that files exist, before anything slow is imported or done.

    Raises:
        DataError: One doesn't.
    """
    for path in (Source.parse(each).path for each in data):
        if not path.exists() and not glob.has_magic(str(path)):
            msg = f"no such file: {path}"
            raise DataError(msg)


@contextmanager
def bytes_read(data: Iterable[str]) -> Iterator[Callable[[int], object]]:
    """Show the progress of reading sources; gives what to call with each number of bytes."""
    paths = [str(Source.parse(each).path) for each in data]
    with progress(total_size(paths), unit="articles read") as bar:
        yield bar.add_bytes


def read_sources(data: Iterable[str], options: LabelOptions) -> list[Reading]:
    """Read files of labelled articles, such as ``my.jsonl:30`` with a weight; show progress.

    Raises:
        FileNotFoundError: There is no such file.
        DataError: A file as a whole can't be used.
        MissingExtraError: The format needs a library that is not installed.
    """
    sources = [Source.parse(each) for each in data]
    readings: list[Reading] = []
    with progress(total_size(str(each.path) for each in sources), unit="articles read") as bar:
        for each in sources:
            read = read_source(each, options=options, on_bytes=bar.add_bytes)
            bar.add_items(len(read.items))
            readings.append(read)
    return readings
