"""Label schemes: topics in one field, in a column for each, or in a folder's name."""

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from topicclf.errors import DataError, did_you_mean
from topicclf.records import ReadOptions, Record
from topicclf.records.fields import TEXT_NAMES, TITLE_NAMES

__all__ = ["LabelOptions", "Labels", "Scheme", "find_scheme", "name_problem"]

_TOPICS_NAMES = ("topics", "labels", "label", "topic", "tags", "categories", "category")
_UNKNOWN = "unknown"
_SEPARATORS = "|;,"
_YES = {"1", "1.0", "true", "yes", "y", "x"}
_NO = {"0", "0.0", "false", "no", "n"}
_NOT_KNOWN = {"", "?", "-1", "-1.0", "nan", "none", "null"}
# Folders for what carries no topic.
_NONE_FOLDERS = {"none", "_none", "other", "_other"}
_DOCUMENT_FIELDS = {"file", "title", "text"}
# How few cells of a column of topics may be slips, and how rare a separator may be.
_FEW = 0.1
_STRING = r"""[uU]?(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
_LIST = re.compile(rf"\[\s*(?:{_STRING}\s*(?:,\s*{_STRING}\s*)*(?:,\s*)?)?\]")
# Control characters, ends of lines, and halves of characters beyond the basic plane.
_NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True)
class LabelOptions:
    """How to read labelled data whose field names leave it open.

    Attributes:
        topics_field: The field with the topics; None finds it by its name.
        separator: Comes between topics; None takes the bar, semicolon or comma that occurs.
        topic_columns: The fields that hold 1, 0 or nothing for one topic each; None finds them. A
            file with none of them may have ``topics`` instead.
        read: How the records are read.
    """

    topics_field: str | None = None
    separator: str | None = None
    topic_columns: tuple[str, ...] | None = None
    read: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True)
class Labels:
    """The labels of a record.

    Attributes:
        topics: Those that it carries.
        unknown: Those of which nothing is known.
    """

    topics: frozenset[str]
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scheme:
    """How the records of a file give their topics.

    Attributes:
        about: It in words.
        labels: The labels of a record, or what is wrong with it.
        topics: The topics that every record has a label for, if the scheme has a column for each.
        one_each: Whether an article with several topics is there once for each.
    """

    about: str
    labels: Callable[[Record], Labels | str]
    topics: frozenset[str] | None = None
    one_each: bool = False


def name_problem(name: str) -> str:
    """What is wrong with the name of a topic; an empty string if nothing is.

    >>> name_problem("sport")
    ''
    """
    sign = _NOT_SHOWN.search(name)
    return f"topic {name!r} holds {sign[0]!r}, which can't be shown; rename it" if sign else ""


def find_scheme(records: Sequence[Record], options: LabelOptions, *, root: Path) -> Scheme:
    """Find out how records give their topics.

    Args:
        records: All records of a file.
        options: What is known beforehand.
        root: The folder that holds a folder for each topic, for texts without fields.

    Raises:
        DataError: No record has a field of topics, or the one that the options name; or a column
            has a name that no topic can have.
    """
    if not records:
        return _one_field(records, "topics", options.separator)
    names = list(dict.fromkeys(name for record in records for name in record.fields))
    columns = options.topic_columns or ()
    if not set(columns).isdisjoint(names):
        return _columns(columns, records[0].file)
    wanted = options.topics_field or (columns[0] if columns and "topics" not in names else None)
    if wanted is not None and wanted not in names:
        hint = did_you_mean(wanted, names, otherwise=f"there are {', '.join(map(repr, names))}")
        msg = f"{records[0].file}: no field {wanted!r}; {hint}"
        raise DataError(msg)
    if topics_field := options.topics_field or _usual_field(names):
        return _one_field(records, topics_field, options.separator)
    if set(names) <= _DOCUMENT_FIELDS and "file" in names:
        return _folders(root)
    return _guessed_columns(records, names)


def _usual_field(names: Sequence[str]) -> str | None:
    """The field with a usual name for topics, in any capitals."""
    by_name = {name.strip().lower(): name for name in reversed(names)}
    by_name |= {name: name for name in names}
    return next((by_name[name] for name in _TOPICS_NAMES if name in by_name), None)


def _guessed_columns(records: Sequence[Record], names: Sequence[str]) -> Scheme:
    file = records[0].file
    columns, doubtful = _topic_like(records, names)
    if not columns:
        msg = (
            f"{file}: no field is called 'topics', 'labels' or the like, and none holds "
            f"1 and 0 only; there are {', '.join(map(repr, names))}: name the topics' field with "
            "--topics-field, or one for each topic with --topic-columns"
        )
        raise DataError(msg)
    scheme = _columns(columns, file, hint=", or name them with --topic-columns")
    aside = f"; not taken for topics: {', '.join(doubtful)}" if doubtful else ""
    return replace(scheme, about=scheme.about + aside)


def _one_field(records: Sequence[Record], name: str, separator: str | None) -> Scheme:
    texts = [value for record in records if isinstance(value := record.fields.get(name), str)]
    if separator is None:
        separator = _separator([text for text in texts if not text.strip().startswith("[")])

    def labels(record: Record) -> Labels | str:
        if name not in record.fields:
            return f"no {name!r}; give a list of names, empty for an article with none"
        if record.fields[name] is None:
            return f"{name!r} is not filled in; give a list of names, [] for none"
        topics = _names(record.fields[name], separator)
        unknown = _names(record.fields.get(_UNKNOWN) or [], separator)
        if topics is None or unknown is None:
            bad = name if topics is None else _UNKNOWN
            return f"{bad!r} must be a list of names with commas between them, none of them empty"
        if both := sorted(topics & unknown):
            return f"{both[0]!r} is in {name!r} and in {_UNKNOWN!r}; keep one"
        return Labels(topics, unknown)

    about = f"topics in {name!r}"
    if texts:
        about += f", separated by {separator!r}" if separator else ", one for each article"
    return Scheme(about, labels)


def _separator(texts: Sequence[str]) -> str | None:
    """The separator of topics: the first sign that is not rare beside another."""
    count = {sign: sum(sign in text for text in texts) for sign in _SEPARATORS}
    # Commas within names may outnumber bars between them, but a stray bar separates nothing.
    least = max(1, _FEW * max(count.values()))
    return next((sign for sign in _SEPARATORS if count[sign] >= least), None)


def _names(value: Any, separator: str | None) -> frozenset[str] | None:
    """The names in a list or in a string; None if it is neither."""
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("["):
            value = _written_list(text)
        else:
            parts = text.split(separator) if separator else [text]
            return frozenset(part.strip() for part in parts if part.strip())
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        return None
    names = frozenset(name.strip() for name in value)
    return None if "" in names else names


def _written_list(text: str) -> Any:
    """A list that was written as JSON or by Python; None if it is neither."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    # Without commas, as NumPy prints lists, Python would join all names into one.
    if not _LIST.fullmatch(text):
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError):
        return None


def _topic_like(
    records: Sequence[Record], names: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that hold a yes, a no or nothing for a topic; and those that nearly do."""
    usual = {*TEXT_NAMES, *TITLE_NAMES, ""}
    columns: list[str] = []
    doubtful: list[str] = []
    for name in names:
        if name.strip().lower() in usual:
            continue
        cells = Counter(_cell(record.fields.get(name)) for record in records)
        slips = [cell for cell in cells if isinstance(cell, str)]
        # Some are yes and, but for a few slips, the others no or empty.
        few = sum(cells[slip] for slip in slips) <= _FEW * (cells.total() - cells[None])
        if not cells[True] or (slips and not (few and cells[False])):
            continue
        # Counts, ranks and scores are often 0 or 1, too, but have several other values.
        (columns if sum(map(_is_number, slips)) < 2 else doubtful).append(name)
    return tuple(columns), tuple(doubtful)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _columns(columns: tuple[str, ...], file: str, *, hint: str = "") -> Scheme:
    for name in columns:
        if problem := name_problem(name):
            msg = f"{file}: {problem}"
            raise DataError(msg)

    def labels(record: Record) -> Labels | str:
        cells: Mapping[str, bool | str | None] = {
            name: _cell(record.fields.get(name)) for name in columns
        }
        for name, cell in cells.items():
            if isinstance(cell, str):
                return f"{name!r} holds {cell!r}; give 1, 0 or nothing{hint}"
        return Labels(
            frozenset(name for name, cell in cells.items() if cell),
            frozenset(name for name, cell in cells.items() if cell is None),
        )

    return Scheme(
        f"a column for each topic: {', '.join(columns)}", labels, topics=frozenset(columns)
    )


def _cell(value: Any) -> bool | str | None:
    """Yes, no, unknown (None), or what can't be understood."""
    text = "" if value is None else str(value).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    return None if text in _NOT_KNOWN else str(value)


def _folders(root: Path) -> Scheme:
    def labels(record: Record) -> Labels | str:
        if not root.is_dir():
            return "a text alone has no topics; give the folder that holds a folder for each topic"
        path = Path(record.file)
        inner = path.relative_to(root).parts if path.is_relative_to(root) else ()
        if len(inner) < 2:
            return "not in a topic's folder; put it in one, or into 'none'"
        topic = inner[0]
        return Labels(frozenset() if topic.lower() in _NONE_FOLDERS else frozenset({topic}))

    return Scheme("a folder for each topic", labels, one_each=True)
