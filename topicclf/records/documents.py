"""Files that are one article: plain text, web pages, saved pages and mail, PDF and Word."""

import email
import email.policy
import io
import re
import warnings
from collections.abc import Callable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Any, TypeVar

from topicclf.errors import DataError, TopicclfError
from topicclf.installation.extras import extra
from topicclf.records.decoding import Undecodable, decode, encoding_before
from topicclf.records.options import LONGEST_RECORD, MOST_PAGES, ReadOptions
from topicclf.records.record import BadRecord, Record
from topicclf.records.sniffing import root_of

__all__ = ["read_docx", "read_html", "read_mhtml", "read_pdf", "read_text", "whole"]

# The lines of a PDF are those of its pages: a paragraph ends where a line ends a sentence.
_HYPHEN = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_LINE_IN_PARAGRAPH = re.compile(r"(?<![.!?:\u2026\"\u201d\n])\n(?!\n)")
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r\x1b"))
_START = 1 << 16
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT_MISSING = "no text in it"

T = TypeVar("T")


def whole(file: io.BufferedReader) -> bytes:
    """All of a file that is one record.

    Raises:
        DataError: It is longer than a record may be.
    """
    content = file.read(LONGEST_RECORD + 1)
    if len(content) > LONGEST_RECORD:
        msg = f"longer than {LONGEST_RECORD >> 20} MiB, the most that one record may have"
        raise DataError(msg)
    return content


def read_text(
    file: io.BufferedReader, *, name: str, options: ReadOptions
) -> Iterator[Record | BadRecord]:
    """Read a file as the text of one article."""
    content = whole(file)
    # Text has them by mistake only.
    if len(content) - len(content.translate(None, _CONTROLS)) > len(content) / 10:
        yield BadRecord("not text: much of it is control characters", name, 1)
        return
    text = decode(content, name=name, was=encoding_before(file))
    if isinstance(text, Undecodable):
        yield BadRecord(text.problem, name, 1)
    else:
        yield Record(text, "", {"file": name, "text": text}, name, 1)


def read_html(
    file: io.BufferedReader, *, name: str, options: ReadOptions
) -> Iterator[Record | BadRecord]:
    """Read the title and the main text of a web page, or the entries of what is a feed.

    Raises:
        MissingExtraError: trafilatura is not installed.
    """
    from topicclf.records.feeds import is_feed, read_feed
    from topicclf.records.html import main_text

    content = whole(file)
    if is_feed(content):
        yield from read_feed(content, name=name, was=encoding_before(file))
        return
    if content.lstrip().startswith(b"<?xml"):
        root = root_of(content[:_START].decode("utf-8", "replace"))
        if root and root != "html":
            yield BadRecord(f"XML with the root <{root}>, which is no page and no feed", name, 1)
            return
    # What a page says about its encoding doesn't hold any more where it has been recoded.
    page = content.decode("utf-8", "replace") if encoding_before(file) else content
    yield _one(lambda: main_text(page), name, "no article on this page")


def read_mhtml(
    file: io.BufferedReader, *, name: str, options: ReadOptions
) -> Iterator[Record | BadRecord]:
    """Read the page that a browser saved with its pictures, or the text of a mail.

    Raises:
        MissingExtraError: trafilatura is not installed.
    """
    content = whole(file)
    yield _one(lambda: _message(content), name, _TEXT_MISSING)


def _message(content: bytes) -> tuple[str, str]:
    from topicclf.records.html import main_text

    # The policy's own parser of header fields takes quadratic time.
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    parts = [part for part in message.walk() if not part.is_multipart()]
    for kind in ("text/html", "text/plain"):
        for part in parts:
            if part.get_content_type() == kind:
                payload = part.get_payload(decode=True)
                body = payload if isinstance(payload, bytes) else b""
                charset = part.get_content_charset()
                text = _text(body, charset)
                if kind == "text/plain":
                    return _subject(str(message.get("Subject") or "")), text.strip()
                return main_text(text)
    return "", ""


def _subject(written: str) -> str:
    try:
        return str(make_header(decode_header(written)))
    except (LookupError, HeaderParseError, ValueError):
        return written


def _text(body: bytes, charset: str | None) -> str:
    try:
        if charset:
            return body.decode(charset, "replace")
    except LookupError:
        pass  # One that nobody knows says nothing.
    text = decode(body, name="")
    return text.text if isinstance(text, Undecodable) else text


def read_pdf(
    file: io.BufferedReader, *, name: str, options: ReadOptions
) -> Iterator[Record | BadRecord]:
    """Read the title and the text of a PDF file.

    Raises:
        MissingExtraError: pypdf is not installed.
    """
    extra("pypdf", name="documents")
    content = whole(file)
    yield _one(lambda: _pdf(content), name, f"{_TEXT_MISSING}; it may be a scan")


def _pdf(content: bytes) -> tuple[str, str]:
    import logging

    import pypdf

    # It complains about files that it reads all the same.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = pypdf.PdfReader(io.BytesIO(content))
    if len(reader.pages) > MOST_PAGES:
        msg = f"{len(reader.pages):,} pages, more than {MOST_PAGES:,}; cut it into articles"
        raise DataError(msg)
    text = "\n\n".join(page.extract_text() for page in reader.pages)
    title = (reader.metadata and reader.metadata.title) or ""
    return str(title), _LINE_IN_PARAGRAPH.sub(" ", _HYPHEN.sub("", text)).strip()


def read_docx(
    file: io.BufferedReader, *, name: str, options: ReadOptions
) -> Iterator[Record | BadRecord]:
    """Read the title and the paragraphs of a Word file.

    Raises:
        MissingExtraError: python-docx is not installed.
    """
    extra("docx", name="documents")
    content = whole(file)
    yield _one(lambda: _docx(content), name, _TEXT_MISSING)


def _docx(content: bytes) -> tuple[str, str]:
    import zipfile

    import docx

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(info.file_size for info in archive.infolist()) > LONGEST_RECORD:
            msg = f"unpacks to more than {LONGEST_RECORD >> 20} MiB"
            raise DataError(msg)
    document = docx.Document(io.BytesIO(content))
    return document.core_properties.title or "", _text_of(document.element.body)


def _text_of(body: Any) -> str:
    """All paragraphs of a Word file, also in tables and boxes, and insertions under review."""
    pieces = []
    for node in body.iter(f"{_W}p", f"{_W}t", f"{_W}br", f"{_W}cr", f"{_W}tab"):
        # Boxes are there once more for old programs.
        if next(node.iterancestors(_FALLBACK), None) is not None:
            continue
        kind = node.tag.removeprefix(_W)
        if kind == "t":
            pieces.append(node.text or "")
        elif kind != "tab":
            pieces.append("\n")
        elif node.getparent().tag == f"{_W}r":
            pieces.append("\t")
    return "".join(pieces).strip()


def _one(read: Callable[[], tuple[str, str]], name: str, missing: str) -> Record | BadRecord:
    """The article that a library finds in a file; whatever goes wrong there is its own affair."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            title, text = read()
    except DataError as error:
        return BadRecord(str(error), name, 1)
    except TopicclfError:
        raise
    except Exception as error:  # Of any kind: the libraries don't say which.
        return BadRecord(f"can't be read ({type(error).__name__}: {error})", name, 1)
    if not text:
        return BadRecord(missing, name, 1)
    return Record(text, title, {"file": name, "title": title, "text": text}, name, 1)
