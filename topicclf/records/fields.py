"""Which fields of a record are its text and its title."""

from collections.abc import Mapping
from typing import Any

from topicclf.errors import did_you_mean
from topicclf.records.options import ReadOptions
from topicclf.records.record import BadRecord, Record

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
)
#: Names of the field that holds the title.
TITLE_NAMES = ("title", "headline", "heading")
# Feeds have few sets of fields; one that has more loses speed only.
_REMEMBERED = 1000


class FieldFinder:
    """Makes records of fields, finding the text and the title among them.

    Args:
        options: Names given by the user, if any.
    """

    def __init__(self, options: ReadOptions) -> None:
        self._options = options
        self._found: dict[tuple[str, ...], tuple[str | None, str | None]] = {}

    def record(
        self, fields: dict[str, Any], file: str, line: int, json: bytes = b""
    ) -> Record | BadRecord:
        """Make a record, or say why it is none; the arguments are `Record`'s."""
        names = tuple(fields)
        try:
            text_name, title_name = self._found[names]
        except KeyError:
            text_name, title_name = self._find(names)
        if text_name is None:
            return BadRecord(self.complaint(names), file, line)
        text = fields[text_name]
        if not isinstance(text, str):
            problem = f"{text_name!r} must be a text, but is {_kind(text)}"
            return BadRecord(problem, file, line)
        title = "" if title_name is None else fields[title_name]
        if not isinstance(title, str):
            if title is not None:
                problem = f"{title_name!r} must be a text, but is {_kind(title)}"
                return BadRecord(problem, file, line)
            title = ""
        return Record(text, title, fields, file, line, json)

    def complaint(self, names: tuple[str, ...]) -> str:
        """What to say of fields without a text; an empty string if there is one."""
        if self._find(names)[0] is not None:
            return ""
        there = f"there are {', '.join(map(repr, names))}" if names else "there are none"
        wanted = self._options.text_field
        if wanted is None:
            return f"no field is called 'text', 'body' or the like; {there}: name the text's field"
        return f"no field {wanted!r}; {did_you_mean(wanted, names, otherwise=there)}"

    def _find(self, names: tuple[str, ...]) -> tuple[str | None, str | None]:
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        text = _choose(names, self._options.text_field, TEXT_NAMES)
        title = _choose(names, self._options.title_field, TITLE_NAMES)
        return self._found.setdefault(names, (text, title))


def _choose(names: tuple[str, ...], wanted: str | None, usual: tuple[str, ...]) -> str | None:
    if wanted is not None:
        return wanted if wanted in names else None
    lowered = {name.strip().lower(): name for name in reversed(names)}
    lowered |= {name: name for name in names}
    return next((lowered[name] for name in usual if name in lowered), None)


_KINDS: Mapping[type, str] = {
    type(None): "missing",
    dict: "an object",
    list: "a list",
    bool: "true or false",
    int: "a number",
    float: "a number",
}


def _kind(value: object) -> str:
    return _KINDS.get(type(value), type(value).__name__)
