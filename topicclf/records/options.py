"""How to read: the format, and which fields are the text and the title."""

import codecs
from dataclasses import dataclass

from topicclf.errors import DataError

__all__ = ["FORMATS", "ReadOptions"]

#: The formats, and the ends of file names that mean them (before ``.gz``, if it is packed).
FORMATS = {
    "text": (".txt", ".text"),
    "jsonl": (".jsonl", ".ndjson", ".json"),
    "csv": (".csv",),
    "tsv": (".tsv", ".tab"),
    "parquet": (".parquet", ".pq"),
    "html": (".html", ".htm", ".xhtml"),
}


@dataclass(frozen=True)
class ReadOptions:
    """How to read records.

    Attributes:
        format: One of `FORMATS`; None goes by each file's name, and for names that say nothing,
            such as standard input's, by how it begins.
        text_field: The field that holds the text; None finds it by its name.
        title_field: The field that holds the title; None finds it by its name.
        encoding: What the bytes of text mean, such as ``"windows-1252"``; None finds out.
        skip_blank: Leave blank lines of JSON lines out; otherwise each is a bad record, so that
            there are as many records as lines.

    Raises:
        DataError: There is no such format or encoding.
    """

    format: str | None = None
    text_field: str | None = None
    title_field: str | None = None
    encoding: str | None = None
    skip_blank: bool = False

    def __post_init__(self) -> None:
        if self.format not in (None, *FORMATS):
            msg = f"there is no format {self.format!r}; there are {', '.join(FORMATS)}"
            raise DataError(msg)
        try:
            codecs.lookup(self.encoding or "utf-8")
        except LookupError as error:
            msg = f"there is no encoding {self.encoding!r}; utf-8 and windows-1252 are two"
            raise DataError(msg) from error
