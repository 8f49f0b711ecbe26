"""RSS and Atom feeds: an article for each entry."""

import io
import re
from collections.abc import Iterator
from xml.etree import ElementTree

from topicclf.records.decoding import Undecodable, decode
from topicclf.records.record import BadRecord, Record
from topicclf.records.sniffing import FEEDS, root_of
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
_ENTITY = re.compile(r"<!doctype[^>]*\[", re.IGNORECASE)
_DECLARATION = re.compile(rb"\s*<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"\s*<\?xml[^>]*encoding")


def is_feed(content: bytes) -> bool:
    """Whether a document is a feed by its root element."""
    start = content[:_START].decode("utf-8", "replace")
    return root_of(start) in FEEDS or (_ENTITY.search(start) is not None and "<rss" in start)


def read_feed(content: bytes, *, name: str, recoded: bool) -> Iterator[Record | BadRecord]:
    """Read an article from each entry; its number takes the place of a line.

    Args:
        content: The feed.
        name: Its file's name.
        recoded: Whether it is UTF-8 now, whatever it says itself.
    """
    if _ENTITY.search(content[:_START].decode("utf-8", "replace")):
        yield BadRecord("a feed that declares entities, as a bomb does", name, 1)
        return
    if not recoded and not _DECLARED.match(content):
        text = decode(content, name=name)
        if isinstance(text, Undecodable):
            yield BadRecord(text.problem, name, 1)
            return
        content, recoded = text.encode(), True
    if recoded:
        content = _DECLARATION.sub(b"", content, count=1)
    number = 0
    try:
        for _, element in ElementTree.iterparse(io.BytesIO(content.lstrip())):
            if _local(element) in _ENTRIES:
                number += 1
                yield _record(element, name, number)
                element.clear()
    except (ElementTree.ParseError, LookupError, RecursionError, ValueError) as error:
        yield BadRecord(f"the feed can't be read from here on ({error})", name, number + 1)
        return
    if not number:
        yield BadRecord("a feed without an entry", name, 1)


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
