"""From sources to records."""

import io
import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Protocol

from topicclf.records.decoding import DAMAGED, DamagedError
from topicclf.records.options import ReadOptions
from topicclf.records.record import BadRecord, Record
from topicclf.records.sources import find_files, format_of, open_file

__all__ = ["read_records"]


class _Reader(Protocol):
    def __call__(
        self, file: io.BufferedReader, *, name: str, options: ReadOptions
    ) -> Iterator[Record | BadRecord]: ...


def _reader(format: str) -> _Reader:  # noqa: A002
    # Imported one by one: together they take as long as many predictions.
    if format == "jsonl":
        from topicclf.records.jsonl import read_jsonl

        return read_jsonl
    if format in {"csv", "tsv"}:
        from topicclf.records.delimited import read_delimited

        return partial(read_delimited, tabs=format == "tsv")
    if format == "parquet":
        from topicclf.records.parquet import read_parquet

        return read_parquet
    from topicclf.records.documents import read_html, read_text

    return read_html if format == "html" else read_text


def read_records(
    sources: Iterable[str | os.PathLike[str]],
    *,
    options: ReadOptions | None = None,
    on_bytes: Callable[[int], object] | None = None,
) -> Iterator[Record | BadRecord]:
    """Read records, lazily and in order.

    Args:
        sources: Files, folders (the files of known formats in them), globs, or ``-`` for standard
            input.
        options: How to read them.
        on_bytes: Called with the number of bytes whenever some have been read from a disk.

    Returns:
        A `Record` for each article, a `BadRecord` in the place of one that can't be used.

    Raises:
        FileNotFoundError: There is no such file; found out before anything is read.
        DataError: A file as a whole can't be used.
        MissingExtraError: Its format needs a library that is not installed.
    """
    options = options or ReadOptions()
    return _read(find_files(sources, options=options), options, on_bytes)


def _read(
    files: list[str], options: ReadOptions, on_bytes: Callable[[int], object] | None
) -> Iterator[Record | BadRecord]:
    for name in files:
        line = 0
        with open_file(name, on_bytes=on_bytes) as file:
            try:
                reader = _reader(format_of(name, file, options=options))
                for record in reader(file, name=name, options=options):
                    line = record.line
                    yield record
            except (DamagedError, *DAMAGED) as error:
                problem = f"the gzip file is damaged ({error}); fetch or pack it again"
                place = error.line if isinstance(error, DamagedError) else line + 1
                yield BadRecord(problem, name, place)
