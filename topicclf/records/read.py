"""From sources to records."""

import gzip
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

from topicclf.records.options import ReadOptions
from topicclf.records.record import BadRecord, Record

__all__ = ["read_records"]


def read_records(
    sources: Iterable[str | os.PathLike[str]], *, options: ReadOptions | None = None
) -> Iterator[Record | BadRecord]:
    """Read records, one after another and in order; never more than one is held.

    Args:
        sources: Files, folders (all files in them that have a known format), globs, or ``-`` for
            standard input.
        options: How to read them.

    Yields:
        A `Record` for each article, a `BadRecord` in the place of one that can't be used.

    Raises:
        FileNotFoundError: There is no such file.
        DataError: A file as a whole can't be used.
        MissingExtraError: Its format needs a library that is not installed.
    """
    options = options or ReadOptions()
    for source in sources:
        yield from _jsonl(Path(source), options)


def _jsonl(path: Path, options: ReadOptions) -> Iterator[Record | BadRecord]:
    opened = gzip.open if path.suffix == ".gz" else open
    with cast("IO[bytes]", opened(path, "rb")) as file:
        for line, raw in enumerate(file, 1):
            if not raw.strip():
                if not options.skip_blank:
                    yield BadRecord("a blank line", str(path), line)
                continue
            try:
                fields = json.loads(raw)
            except ValueError as error:
                yield BadRecord(f"not JSON ({error})", str(path), line)
                continue
            text = fields.get(options.text_field or "text")
            title = fields.get(options.title_field or "title") or ""
            if isinstance(text, str) and isinstance(title, str):
                yield Record(text, title, fields, str(path), line)
            else:
                yield BadRecord("no text", str(path), line)
