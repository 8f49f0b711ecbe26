"""What a file is, by its name and by how it begins."""

import io
import re
from collections.abc import Collection
from pathlib import PurePath

from topicclf.records.decoding import in_utf8
from topicclf.records.fields import TEXT_NAMES
from topicclf.records.options import FORMATS, PACKINGS, ReadOptions

__all__ = [
    "by_name",
    "by_start",
    "format_of",
    "is_docx",
    "known_name",
    "refusal",
    "refusal_of_zip",
    "root_is_feed",
    "root_of",
]

_BY_ENDING = {ending: name for name, endings in FORMATS.items() for ending in endings}
_SEPARATORS = re.compile(r"[,;\t|]")
_MARKUP = re.compile(
    r"<(?:!--|!doctype|\?xml|[a-z]\w{0,20}:feed|(?:html|head|body|rss|feed|rdf:rdf|article|main|section|div|p|h1"
    r"|title|meta|svg|table|span|nav|header|link|script|style)\b)"
)
# As well as what is nearly JSON, so that it is refused: Python's own form, and a call around it.
_JSON = re.compile(
    r"(?:[\w.$]{1,99}\(\s*)?(?:\{\s*(?:[\"}]|$)|\[\s*(?:[\[{\]\"]|$)|\{\s*'\w{1,99}'\s*:)"
)
# Two lines of it are hardly prose.
_JSON_TEXT = re.compile(r'"(?:[^"\\]|\\.)*+"')
_COLUMN = re.compile(r'\s*(?:"[^"]*"|[\w.-]+)\s*')
# Comments, instructions and the document type come before the root.
_PROLOG = re.compile(r"\s*+(?:<!--.*?-->|<[?!][^>]*+>)", re.DOTALL)
_LONGEST_PROLOG, _PROLOG_CHARACTERS = 20, 1 << 16
_ROOT = re.compile(r"\s*+<([\w:.-]++)")
# The root elements of RSS and Atom, which may have a prefix of its own.
_FEEDS = {"rss", "feed", "rdf:rdf"}
_ATOM = "http://www.w3.org/2005/atom"
# Header fields that begin a message, as in a saved page; a field may go on on lines with a space.
_HEADER = re.compile(r"(?:[a-z][a-z-]*+:[^\n]*+\n(?:[ \t][^\n]*+\n)*+)++")

# What can't be read, by its first bytes, and what to do about it.
_UNPACK, _CONVERT, _NOTHING = "unpack it first", "save it as plain text or .docx", "leave it out"
_FOREIGN = {
    b"7z\xbc\xaf\x27\x1c": ("a 7-Zip archive", _UNPACK),
    b"Rar!\x1a\x07": ("a RAR archive", _UNPACK),
    b"\x1f\x9d": ("packed with compress", _UNPACK),
    b"\x04\x22\x4d\x18": ("packed with LZ4", _UNPACK),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": ("an old Word, Excel or PowerPoint file", _CONVERT),
    b"{\\rtf": ("a Rich Text file", _CONVERT),
    b"%!PS": ("a PostScript file", "save it as PDF"),
    b"ARROW1\0\0": ("an Arrow file", "save it as Parquet"),
    b"Obj\x01": ("an Avro file", "save it as Parquet"),
    b"SQLite format 3\0": ("an SQLite database", "export its articles as CSV"),
    b"\x93NUMPY": ("a NumPy array", _NOTHING),
    b"\x80\x04\x95": ("a Python pickle", _NOTHING),
    b"\x80\x05\x95": ("a Python pickle", _NOTHING),
    b"\x7fELF": ("a program", _NOTHING),
    b"\x89PNG\r\n": ("an image", _NOTHING),
    b"GIF87a": ("an image", _NOTHING),
    b"GIF89a": ("an image", _NOTHING),
    b"\xff\xd8\xff": ("an image", _NOTHING),
    b"II*\0": ("an image", _NOTHING),
    b"MM\0*": ("an image", _NOTHING),
    b"OggS": ("a sound or film", _NOTHING),
    b"ID3\x03": ("a sound or film", _NOTHING),
    b"ID3\x04": ("a sound or film", _NOTHING),
    b"\x1aE\xdf\xa3": ("a sound or film", _NOTHING),
}
_FOREIGN_LINES = (
    (re.compile(rb"WARC/\d\.\d\r?\n"), ("a web archive", "extract its pages")),
    (re.compile(rb"HTTP/\d(?:\.\d)? \d{3}\b"), ("an HTTP response", "save it without its header")),
    (
        re.compile(rb"From \S+ +[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} [^\n]{8,30}\n[A-Za-z-]+:"),
        ("a mailbox", "save each message as .eml"),
    ),
)
# Formats that no encoding has a say in.
_BINARY = {b"PAR1": "parquet", b"%PDF-": "pdf", b"PK\x03\x04": "docx"}
_WORD = "word/document.xml"
# What a zip archive is, if a file of this name is in it.
_IN_ZIP = {
    "xl/workbook.xml": ("an Excel file", "save it as CSV"),
    "ppt/presentation.xml": ("a PowerPoint file", _CONVERT),
    "META-INF/container.xml": ("an EPUB book", _CONVERT),
    "content.xml": ("an OpenDocument file", _CONVERT),
}


def known_name(name: str) -> bool:
    """Whether a file's name tells what it is: by the format, or as an archive.

    >>> [known_name(name) for name in ("a.csv", "a.tar.gz", "a.exe")]
    [True, True, False]
    """
    ending = PurePath(name.lower()).suffix
    return ending in _BY_ENDING or ending in PACKINGS


def by_name(name: str) -> str | None:
    """The format that a file's name tells, before endings such as ``.gz``."""
    path = PurePath(name.lower())
    if path.suffix in PACKINGS:
        path = path.with_suffix("")
    return _BY_ENDING.get(path.suffix)


def refusal(start: bytes) -> str:
    """Why a file that begins so can't be read, and what to do; nothing if it may be readable."""
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            return _refused(*what)
    for line, what in _FOREIGN_LINES:
        if line.match(start):
            return _refused(*what)
    return _refused("a sound or film", _NOTHING) if start[4:8] == b"ftyp" else ""


def refusal_of_zip(names: Collection[str]) -> str:
    """The same for a zip archive with files of these names."""
    for name, what in _IN_ZIP.items():
        if name in names:
            return _refused(*what)
    return ""


def is_docx(names: Collection[str] | bytes) -> bool:
    """Whether a zip archive with files of these names, or that begins so, is a Word file."""
    return _WORD.encode() in names if isinstance(names, bytes) else _WORD in names


def _refused(what: str, advice: str) -> str:
    return f"{what}, which can't be read; {advice}"


def format_of(
    name: str, file: io.BufferedReader, options: ReadOptions
) -> tuple[str, io.BufferedReader]:
    """The format of a file, and a reader of it: of UTF-8, if the format is one of text.

    Args:
        name: Its name, which counts unless the file is clearly something else.
        file: The file, from its start, and not packed.
        options: The format that they name comes first.
    """
    start = file.peek(8)
    binary = next((kind for magic, kind in _BINARY.items() if start.startswith(magic)), None)
    known = options.format or binary or by_name(name)
    if known is not None and known in _BINARY.values():
        return known, file
    file = in_utf8(file, options.encoding)
    return known or by_start(file.peek(), options), file


def by_start(start: bytes, options: ReadOptions) -> str:
    """The format that the first bytes of a file tell, in UTF-8 or something like it."""
    text = start.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").lstrip().lower()
    if _MARKUP.match(text):
        return "feed" if root_is_feed(text) else "html"
    if _JSON.match(text):
        return "jsonl"
    if (header := _HEADER.match(text)) and _is_mail(f"\n{header[0]}"):
        return "mhtml"
    lines = re.split(r"\r\n?|\n", text, maxsplit=2)
    if all(_JSON_TEXT.fullmatch(line) for line in lines[:2]) and len(lines) > 2:
        return "jsonl"
    return _table(lines, options) or "text"


def _is_mail(header: str) -> bool:
    return "\nmime-version:" in header or ("\nfrom:" in header and "\nsubject:" in header)


def root_is_feed(text: str) -> bool:
    """Whether a page or feed is a feed by its root element."""
    root = root_of(text)
    return root in _FEEDS or (root.endswith(":feed") and _ATOM in text.lower())


def root_of(text: str) -> str:
    """The root element's name in a page or feed, in lower case; empty if it isn't there."""
    place = 0
    for _ in range(_LONGEST_PROLOG):
        match = _PROLOG.match(text, place, _PROLOG_CHARACTERS)
        if match is None:
            break
        place = match.end()
    root = _ROOT.match(text, place)
    return root[1].lower() if root else ""


def _table(lines: list[str], options: ReadOptions) -> str:
    first = lines[0]
    if first.startswith("sep="):
        return "csv"
    # A table names its text in its first line; in prose a space follows a comma.
    columns = [name.strip().strip('"') for name in _SEPARATORS.split(first)]
    prose = re.search(r"[,;] ", first) is not None and not _is_spaced_header(lines)
    names = {*TEXT_NAMES, (options.text_field or TEXT_NAMES[0]).lower()}
    if len(columns) > 1 and not prose and not names.isdisjoint(columns):
        return "tsv" if "\t" in first else "csv"
    return ""


def _is_spaced_header(lines: list[str]) -> bool:
    """Whether the first line names columns, a word each, and the next has as many fields."""
    columns = _SEPARATORS.split(lines[0])
    fields = _SEPARATORS.split(lines[1]) if len(lines) > 1 else []
    return len(fields) >= len(columns) and all(map(_COLUMN.fullmatch, columns))
