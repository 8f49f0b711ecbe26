"""Which fields of a record are its text and its title."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from topicclf.errors import did_you_mean
from topicclf.records.options import ReadOptions
from topicclf.records.record import BadRecord, Record
from topicclf.text.article import is_missing

__all__ = ["TEXT_NAMES", "TITLE_NAMES", "FieldFinder"]

#: Names of the field that holds the text, the likeliest first; capitals don't matter.
TEXT_NAMES = (
    "text",
    "body",
    "content",
    "article",
    "story",
    "article_text",
    "full_text",
    "fulltext",
    "maintext",
    "article_body",
    "articlebody",
    "document",
    "content_text",
    "content_html",
)
#: Names of the field that holds the title.
TITLE_NAMES = ("title", "headline", "heading")
# Feeds have few sets of fields; one that has more, or many fields, loses speed only.
_REMEMBERED, _REMEMBERED_FIELDS = 1000, 300
_LISTED = 20
_COMPARED = 1000

_Found = tuple[tuple[str, ...], str | None]


class FieldFinder:
    """Makes records of fields, picking the text and the title among them.

    Args:
        options: Names given by the user, if any.
    """

    def __init__(self, options: ReadOptions) -> None:
        self._options = options
        self._found: dict[tuple[str, ...], _Found] = {}

    def record(
        self, fields: dict[str, Any], file: str, line: int, json: bytes = b""
    ) -> Record | BadRecord:
        """Make a record, or say why it can't be one; the arguments are `Record`'s."""
        names = tuple(fields)
        try:
            text_names, title_name = self._found[names]
        except KeyError:
            text_names, title_name = self._find(names)
        if not text_names:
            return BadRecord(self.complaint(names), file, line)
        text = fields[text_names[0]]
        if not isinstance(text, str) or not text or text.isspace():
            # The article may be in another field that has such a name.
            text = next((fields[name] for name in text_names if _is_text(fields[name])), text)
        if not isinstance(text, str):
            problem = f"{text_names[0]!r} must be a text, but is {_kind(text)}"
            return BadRecord(problem, file, line)
        title = "" if title_name is None else fields[title_name]
        if not isinstance(title, str):
            if not is_missing(title):
                problem = f"{title_name!r} must be a text, but is {_kind(title)}"
                return BadRecord(problem, file, line)
            title = ""
        return Record(text, title, fields, file, line, json)

    def complaint(self, names: tuple[str, ...]) -> str:
        """What to say of fields without a text; an empty string if there is one."""
        if self._find(names)[0]:
            return ""
        shown = [*map(repr, names[:_LISTED])]
        if rest := len(names) - len(shown):
            shown.append(f"{rest:,} more")
        there = f"there are {', '.join(shown)}" if names else "there are none"
        wanted = self._options.text_field
        if wanted is None:
            return f"no field is called 'text', 'body' or the like; {there}: name the text's field"
        near = did_you_mean(wanted, names[:_COMPARED], otherwise=there)
        return f"no field {wanted!r}; {near}"

    def _find(self, names: tuple[str, ...]) -> _Found:
        found = (
            _matches(names, self._options.text_field, TEXT_NAMES),
            next(iter(_matches(names, self._options.title_field, TITLE_NAMES)), None),
        )
        if len(names) > _REMEMBERED_FIELDS:
            return found
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        return self._found.setdefault(names, found)


def _matches(names: Sequence[str], wanted: str | None, usual: tuple[str, ...]) -> tuple[str, ...]:
    """The names that are the one that is wanted, or one of the usual; the likeliest first."""
    if wanted is not None and wanted in names:
        return (wanted,)
    lowered: dict[str, list[str]] = {}
    for name in names:
        lowered.setdefault(_plain(name), []).append(name)
    if wanted is not None:
        alike = lowered.get(_plain(wanted), [])
        return tuple(alike) if len(alike) == 1 else ()
    exact = (
        name if name in lowered.get(name, ()) else lowered.get(name, [""])[0] for name in usual
    )
    return tuple(filter(None, exact))


def _plain(name: str) -> str:
    """A name as people see it: without capitals, marks that nobody sees, and other widths."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name)
        name = "".join(each for each in name if unicodedata.category(each) != "Cf")
    return name.strip().lower()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


_KINDS: Mapping[type, str] = {
    type(None): "missing",
    dict: "an object",
    list: "a list",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


def _kind(value: object) -> str:
    return "missing" if is_missing(value) else _KINDS.get(type(value), type(value).__name__)
