"""RSS and Atom feeds: an article for each entry."""

import html
import io
import re
from collections.abc import Iterator
from xml.etree import ElementTree

from topicclf.records.decoding import Undecodable, decode
from topicclf.records.record import BadRecord, Record
from topicclf.records.sniffing import root_is_feed
from topicclf.text.markup import plain_text

__all__ = ["is_feed", "read_feed"]

_ENTRIES = {"item", "entry"}
# The fields that an article may have its text in, the fullest first.
_TEXTS = ("encoded", "content", "description", "summary")
_OTHERS = {
    "link": ("link",),
    "published": ("pubdate", "published", "date", "updated"),
    "id": ("guid", "id"),
    "author": ("creator", "author"),
}
_START = 1 << 16
_ENTITY = re.compile(r"<!doctype[^<>\[]*+\[", re.IGNORECASE)
_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"\s*<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"'>]*)")
_FORBIDDEN = r"[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]"
# What feeds have though XML has it not: HTML's names of characters, a lone ampersand, and
# characters that XML forbids. What is in CDATA stays.
_ODD = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:amp|lt|gt|quot|apos);)(?:#?\w{1,31};)?"
    rf"|{_FORBIDDEN}",
    re.DOTALL,
)


def is_feed(content: bytes) -> bool:
    """Whether a document is a feed by its root element."""
    start = content[:_START].decode("utf-8", "replace")
    return root_is_feed(start) or (_ENTITY.search(start) is not None and "<rss" in start)


def read_feed(content: bytes, *, name: str, was: str) -> Iterator[Record | BadRecord]:
    """Read an article from each entry; its number takes the place of a line.

    Args:
        content: The feed.
        name: Its file's name.
        was: The encoding that it was in before it was turned into UTF-8, whatever it says itself.
    """
    text = decode(content, name=name, was=was) if was else _decoded(content, name)
    if isinstance(text, Undecodable):
        yield BadRecord(text.problem, name, 1)
        return
    if _ENTITY.search(text[:_START]):
        yield BadRecord("a feed that declares entities, as a bomb does", name, 1)
        return
    number = 0
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(_mended(text))):
            if _local(element) in _ENTRIES:
                number += 1
                yield _record(element, name, number)
                element.clear()
    except (ElementTree.ParseError, LookupError, RecursionError, ValueError) as error:
        yield BadRecord(f"the feed can't be read from here on ({error})", name, number + 1)
        return
    if not number:
        yield BadRecord("a feed without an entry", name, 1)


def _decoded(content: bytes, name: str) -> str | Undecodable:
    """The text of a feed by what it says itself: Python knows more encodings than its parser."""
    said = _DECLARED.match(content)
    if said is None:
        return decode(content, name=name)
    encoding = said[1].decode("latin-1")
    if encoding.lower().startswith(("utf-16", "utf-32", "ucs-")):
        # It could not be read here if it were.
        return decode(content, name=name)
    try:
        return content.decode(encoding)
    except (LookupError, UnicodeError, ValueError) as error:
        wrong = decode(content, name=name)
        if isinstance(wrong, Undecodable):
            return Undecodable("", f"the feed says that it is {encoding!r}, and isn't ({error})")
        return wrong


def _mended(text: str) -> bytes:
    """A feed as XML wants it, without its declaration."""
    text = text.lstrip()
    said = _DECLARATION.match(text)
    return _ODD.sub(_mend, text[said.end() :] if said else text).lstrip().encode()


def _mend(match: re.Match[str]) -> str:
    found = match[0]
    if found[0] == "<":
        return re.sub(_FORBIDDEN, "", found)
    if found[0] != "&":
        return ""
    return html.escape(html.unescape(found), quote=False)


def _record(entry: ElementTree.Element, name: str, number: int) -> Record | BadRecord:
    parts: dict[str, str] = {}
    for element in entry:
        content = _content(element)
        if content:
            parts.setdefault(_local(element), content)
    title = plain_text(parts.get("title", ""))
    text = next((plain_text(parts[each]) for each in _TEXTS if each in parts), "")
    if not (title or text):
        return BadRecord("an entry without a text", name, number)
    fields = {"file": name, "title": title, "text": text}
    for field, tags in _OTHERS.items():
        value = next((parts[tag] for tag in tags if tag in parts), "")
        if value:
            fields[field] = plain_text(value)
    return Record(text, title, fields, name, number)


def _content(element: ElementTree.Element) -> str:
    if len(element):
        # XHTML in Atom, and what an author is called.
        for each in element.iter():
            each.tag = _local(each)
        return ElementTree.tostring(element, "unicode")
    return (element.text or element.get("href") or "").strip()


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2].lower()
