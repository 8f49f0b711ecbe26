"""How to read: the format, which fields are the text and the title, and how large things may be."""

from dataclasses import dataclass

from topicclf.errors import DataError

__all__ = [
    "DEEPEST",
    "FORMATS",
    "FREE_GROWTH",
    "GROWTH",
    "LONGEST_RECORD",
    "MOST_ATTRIBUTES",
    "MOST_PAGES",
    "MOST_TAGS",
    "PACKINGS",
    "ReadOptions",
]

#: The formats, and the ends of file names that mean them (before ``.gz``, if it is packed).
FORMATS = {
    "text": (".txt", ".text"),
    "jsonl": (".jsonl", ".ndjson", ".json"),
    "csv": (".csv",),
    "tsv": (".tsv", ".tab"),
    "parquet": (".parquet", ".pq"),
    "html": (".html", ".htm", ".xhtml"),
    "feed": (".rss", ".atom", ".xml", ".rdf"),
    "mhtml": (".mht", ".mhtml", ".eml"),
    "pdf": (".pdf",),
    "docx": (".docx",),
}
#: Ends of the names of packed files and archives.
PACKINGS = (".gz", ".bz2", ".xz", ".lzma", ".zst", ".zip", ".tar", ".tgz", ".tbz2", ".txz")

#: The longest line, row, text, page or document, in bytes.
LONGEST_RECORD = 1 << 26
#: How deep a JSON record may be nested.
DEEPEST = 100
#: What is packed may grow so many times, beyond the first bytes, which are free.
GROWTH = 100
FREE_GROWTH = 1 << 26
#: A page with more tags is read as a whole, as one with tags and little else; of one tag so many
#: attributes are read.
MOST_TAGS = 10_000
MOST_ATTRIBUTES = 500
#: How many pages a PDF file may have.
MOST_PAGES = 2000


@dataclass(frozen=True)
class ReadOptions:
    """How to read records.

    Attributes:
        format: One of `FORMATS`; None goes by each file's name, and for names that say nothing,
            such as standard input's, by how it begins.
        text_field: The field that holds the text; None goes by its name. Capitals matter only
            where two names differ in nothing else.
        title_field: The field that holds the title, likewise.
        encoding: What the bytes of text mean, such as ``"windows-1252"``; None finds out.
        delimiter: The character between the fields of CSV; None goes by the header.

    Raises:
        DataError: There is no such format or encoding, or the delimiter is not one character.
    """

    format: str | None = None
    text_field: str | None = None
    title_field: str | None = None
    encoding: str | None = None
    delimiter: str | None = None

    def __post_init__(self) -> None:
        if self.format not in (None, *FORMATS):
            msg = f"unknown format: {self.format}; the formats are {', '.join(FORMATS)}"
            raise DataError(msg)
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '"\r\n'):
            msg = f"the delimiter must be one character, such as ; or |, not {self.delimiter!r}"
            raise DataError(msg)
        try:
            # Python also knows codecs that don't turn bytes into text, such as rot13.
            "".encode(self.encoding or "utf-8")
        except (LookupError, UnicodeError, ValueError) as error:
            msg = f"no encoding {self.encoding!r}; utf-8, utf-16 and windows-1252 are some"
            raise DataError(msg) from error
