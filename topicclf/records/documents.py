"""Plain text and HTML: one file is one article."""

import io
from collections.abc import Iterator

from topicclf.records.decoding import Undecodable, decode
from topicclf.records.options import ReadOptions
from topicclf.records.record import BadRecord, Record

__all__ = ["read_html", "read_text"]


def read_text(
    file: io.BufferedReader, *, name: str, options: ReadOptions
) -> Iterator[Record | BadRecord]:
    """Read a file as the text of one article."""
    text = decode(file.read(), name=name, encoding=options.encoding)
    if isinstance(text, Undecodable):
        yield BadRecord(text.problem, name, 1)
    else:
        yield Record(text, "", {"file": name, "text": text}, name, 1)


def read_html(
    file: io.BufferedReader, *, name: str, options: ReadOptions
) -> Iterator[Record | BadRecord]:
    """Read the title and the main text of a web page.

    Raises:
        MissingExtraError: trafilatura is not installed.
    """
    from topicclf.records.html import main_text

    content = file.read()
    encoding = options.encoding
    title, text = main_text(content.decode(encoding, "replace") if encoding else content)
    if text:
        yield Record(text, title, {"file": name, "title": title, "text": text}, name, 1)
    else:
        yield BadRecord("no article on this page", name, 1)
