"""How to read: the format, and which fields are the text and the title."""

from dataclasses import dataclass

__all__ = ["FORMATS", "ReadOptions"]

#: The formats, and the ends of file names that mean them (with ``.gz`` after them or not).
FORMATS = {
    "text": (".txt", ".text", ".md"),
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
        format: One of `FORMATS`; None goes by each file's name.
        text_field: The field that holds the text; None finds it by its name.
        title_field: The field that holds the title; None finds it by its name.
        skip_blank: Leave blank lines out; otherwise each is a bad record, so that there are as
            many records as lines.
    """

    format: str | None = None
    text_field: str | None = None
    title_field: str | None = None
    skip_blank: bool = False
