"""Label schemes: topics in one field, in a column for each, or in a folder's name."""

import ast
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from topicclf.errors import DataError, did_you_mean
from topicclf.records import ReadOptions, Record
from topicclf.records.fields import TEXT_NAMES, TITLE_NAMES
from topicclf.text.topic_names import clean_name, is_placeholder, listed_names, name_problem

__all__ = ["LabelOptions", "Labels", "Scheme", "find_scheme"]

_TOPICS_NAMES = ("topics", "labels", "label", "topic", "tags", "categories", "category")
_UNKNOWN = "unknown"
_SEPARATORS = "|;,"
_YES = {"1", "1.0", "true", "yes", "y", "x"}
_NO = {"0", "0.0", "false", "no", "n"}
_NOT_KNOWN = {"?", "-1", "-1.0"}
# Folders for what carries no topic.
_NONE_FOLDERS = {"none", "_none", "other", "_other"}
_DOCUMENT_FIELDS = {"file", "title", "text"}
# How few cells of a column of topics may be slips, and how rare a separator may be.
_FEW = 0.1
_SHOWN = 60
_STRING = r"""[uU]?(?:'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
_VALUE = rf"(?:{_STRING}|[01](?:\.0)?|True|False)"
# With commas between: of strings side by side Python would make one, as NumPy prints lists.
_STRINGS = rf"(?:{_STRING}\s*(?:,\s*{_STRING}\s*)*(?:,\s*)?)?"
_PAIRS = rf"{_STRING}\s*:\s*{_VALUE}\s*(?:,\s*{_STRING}\s*:\s*{_VALUE}\s*)*(?:,\s*)?"
_LITERAL = re.compile(rf"\[\s*{_STRINGS}\]|\(\s*{_STRINGS}\)|\{{\s*{_STRINGS}\}}|\{{\s*{_PAIRS}\}}")
_CALL = re.compile(
    r"(?:frozenset|set|tuple|list|dict|array|Index|dict_keys|dict_values)"
    r"\(\s*(.*?)\s*(?:,\s*dtype=[^()]*)?\)",
    re.DOTALL,
)
# How cells begin that a program has printed a collection into.
_PRINTED = re.compile(r"""[\[{]|\(\s*['")]|[a-zA-Z_]+\(\s*(?:[\[({'"]|\))""")
# The names of a list in a mapping, as tools for labelling write them.
_LISTS = {"choices", "labels", "tags", "taxonomy", "topics"}
# In how many cells, on average, names with commas come again.
_AGAIN = 3


@dataclass(frozen=True)
class LabelOptions:
    """How to read labelled data whose field names leave it open.

    Attributes:
        topics_field: The field with the topics; None finds it by its name.
        separator: Comes between topics; None takes the bar, semicolon or comma that occurs.
        topic_columns: The fields that hold 1, 0 or nothing for one topic each; None finds them. A
            file with none of them may have ``topics`` instead.
        empty: What empty cells and placeholders such as "nan" mean: ``"none"`` of the topics, or
            ``"unknown"``. None takes empty cells of a field of topics for none and those of a
            topic's own column for unknown, and refuses placeholders among topics.
        read: How the records are read.
    """

    topics_field: str | None = None
    separator: str | None = None
    topic_columns: tuple[str, ...] | None = None
    empty: Literal["none", "unknown"] | None = None
    read: ReadOptions = field(default_factory=ReadOptions)


@dataclass(frozen=True)
class Labels:
    """The labels of a record.

    Attributes:
        topics: Those that it carries.
        unknown: Those of which nothing is known.
        unlabelled: Whether nothing is known of any topic.
    """

    topics: frozenset[str]
    unknown: frozenset[str] = frozenset()
    unlabelled: bool = False

    def cleaned(self) -> "Labels | str":
        """The same with names as they are kept, or what is wrong with one of them."""
        for name in sorted(self.topics | self.unknown):
            if problem := name_problem(name):
                return problem
        topics, unknown = (frozenset(map(clean_name, each)) for each in (self.topics, self.unknown))
        return replace(self, topics=topics, unknown=unknown)


@dataclass(frozen=True)
class Scheme:
    """How the records of a file give their topics.

    Attributes:
        about: It in words.
        labels: The labels of a record, or what is wrong with it.
        topics: The topics that every record has a label for, if the scheme has a column for each.
        one_each: Whether an article with several topics is there once for each.
        notes: What to know about how it was read.
    """

    about: str
    labels: Callable[[Record], Labels | str]
    topics: frozenset[str] | None = None
    one_each: bool = False
    notes: tuple[str, ...] = ()


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
        return _one_field(records, "topics", options)
    names = list(dict.fromkeys(name for record in records for name in record.fields))
    columns = listed_names(options.topic_columns or (), known=names)
    if not set(columns).isdisjoint(names):
        return _columns(columns, records[0].file, options)
    wanted = options.topics_field or (columns[0] if columns and "topics" not in names else None)
    if wanted is not None and wanted not in names:
        hint = did_you_mean(wanted, names, otherwise=f"there are {', '.join(map(repr, names))}")
        msg = f"{records[0].file}: no field {wanted!r}; {hint}"
        raise DataError(msg)
    if topics_field := options.topics_field or _usual_field(names):
        if _answers_yes_or_no(records, topics_field):
            return _columns((topics_field,), records[0].file, options)
        return _one_field(records, topics_field, options)
    if set(names) <= _DOCUMENT_FIELDS and "file" in names:
        return _folders(root)
    return _guessed_columns(records, names, options)


def _usual_field(names: Sequence[str]) -> str | None:
    """The field with a usual name for topics, in any capitals."""
    by_name = {name.strip().lower(): name for name in reversed(names)}
    by_name |= {name: name for name in names}
    return next((by_name[name] for name in _TOPICS_NAMES if name in by_name), None)


def _answers_yes_or_no(records: Sequence[Record], name: str) -> bool:
    """Whether a field holds yes and no, for one topic, and not names."""
    cells = {_cell(value) for record in records if _is_scalar(value := record.fields.get(name))}
    return cells > {True} and cells <= {True, False, None} and _all_scalars(records, name)


def _all_scalars(records: Sequence[Record], name: str) -> bool:
    return all(_is_scalar(record.fields.get(name)) for record in records)


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def _guessed_columns(
    records: Sequence[Record], names: Sequence[str], options: LabelOptions
) -> Scheme:
    file = records[0].file
    columns, doubtful = _topic_like(records, names)
    if not columns:
        msg = (
            f"{file}: no field is called 'topics', 'labels' or the like, and none holds "
            f"1 and 0 only; there are {', '.join(map(repr, names))}: name the topics' field with "
            "--topics-field, or one for each topic with --topic-columns"
        )
        raise DataError(msg)
    scheme = _columns(columns, file, options, hint=", or name them with --topic-columns")
    aside = f"; not taken for topics: {', '.join(doubtful)}" if doubtful else ""
    return replace(scheme, about=scheme.about + aside)


def _one_field(records: Sequence[Record], name: str, options: LabelOptions) -> Scheme:
    texts = [value for record in records if isinstance(value := record.fields.get(name), str)]
    separator, empty = options.separator, options.empty
    if separator is None:
        separator = _separator([text for text in texts if not _PRINTED.match(text.strip())])

    def labels(record: Record) -> Labels | str:
        if name not in record.fields:
            return f"no {name!r}; give a list of names, empty for an article with none"
        value = record.fields[name]
        if problem := _lacking(value, name, empty):
            return problem
        if empty == "unknown" and _is_empty(value):
            return Labels(frozenset(), unlabelled=True)
        topics = frozenset() if _is_empty(value) else _names(value, separator)
        unknown = _names(record.fields.get(_UNKNOWN) or [], separator)
        if topics is None or unknown is None:
            return _refusal(record, name if topics is None else _UNKNOWN)
        if both := sorted(topics & unknown):
            return f"{both[0]!r} is in {name!r} and in {_UNKNOWN!r}; keep one"
        return Labels(topics, unknown)

    about, notes = _described(texts, separator, empty)
    return Scheme(f"topics in {name!r}{about}", labels, notes=notes)


def _described(
    texts: Sequence[str], separator: str | None, empty: str | None
) -> tuple[str, tuple[str, ...]]:
    """How the cells of a field of topics are read, and what to know about it."""
    plain = [text for text in texts if not _PRINTED.match(text.strip())]
    about = ", in lists" if len(plain) < len(texts) else ""
    if any(text.strip() for text in plain):
        about += f", separated by {separator!r}" if separator else ", one for each article"
    notes = []
    if separator is None and any("," in text for text in plain):
        notes.append("commas are read as parts of names; --separator , splits them")
    # Where nobody has said what placeholders mean, they are refused.
    if n_empty := sum(_is_empty(text) if empty else not text.strip() for text in texts):
        meaning = "unknown" if empty == "unknown" else "none of the topics"
        other = "" if empty else "; --empty unknown if nobody looked"
        notes.append(f"empty cells, read as {meaning}: {n_empty:,}{other}")
    return about, tuple(notes)


def _refusal(record: Record, name: str) -> str:
    return (
        f"{name!r} must be a list of names with commas between them, none of them empty, not "
        f"{str(record.fields[name])[:_SHOWN]!r}; if names hold commas, see --separator"
    )


def _is_empty(value: Any) -> bool:
    """Whether there is nothing in a field of topics, or what programs write for nothing."""
    if isinstance(value, list | tuple) and len(value) == 1:
        value = value[0] if isinstance(value[0], str) and value[0].strip() else "a"
    if isinstance(value, str):
        return not value.strip() or is_placeholder(value)
    # Not a number is what Parquet has for nothing, and the one thing that differs from itself.
    return value is None or (isinstance(value, float) and value != value)


def _lacking(value: Any, name: str, empty: str | None) -> str:
    """What is wrong with a field that has nothing in it; an empty string if nothing is."""
    if empty or not _is_empty(value) or (isinstance(value, str) and not value.strip()):
        return ""
    if value is None:
        return (
            f"{name!r} is not filled in; give a list of names, [] for none, or say with "
            "--empty none or --empty unknown what that means"
        )
    return (
        f"{name!r} is {value!r}: does it mean none of the topics, or that nobody looked? Say "
        "--empty none or --empty unknown"
    )


def _separator(texts: Sequence[str]) -> str | None:
    """The separator of topics: the first sign that is not rare beside another."""
    count = {sign: sum(sign in text for text in texts) for sign in _SEPARATORS}
    # Commas within names may outnumber bars between them, but a stray bar separates nothing.
    least = max(1, _FEW * max(count.values()))
    sign = next((sign for sign in _SEPARATORS if count[sign] >= least), None)
    return None if sign == "," and _are_whole(texts) else sign


def _are_whole(texts: Sequence[str]) -> bool:
    """Whether commas belong to names: their parts come again and again, but always together."""
    cells = Counter(text.strip() for text in texts)
    lists = [cell for cell in cells if "," in cell]
    if any(re.search(r",(?!\s)", cell) for cell in lists):
        return False
    within: defaultdict[str, set[str]] = defaultdict(set)
    for cell in cells:
        for part in cell.split(","):
            within[part.strip().lower()].add(cell)
    alone = all(len(cells_of) == 1 for cells_of in within.values())
    return alone and sum(cells[cell] for cell in lists) >= _AGAIN * len(lists)


def _names(value: Any, separator: str | None) -> frozenset[str] | None:
    """The names in a list or in a string; None if it is neither."""
    if isinstance(value, str):
        text = value.strip()
        if _PRINTED.match(text):
            value = _printed(text)
        else:
            parts = [part.strip() for part in (text.split(separator) if separator else [text])]
            return None if any(map(_is_torn, parts)) else frozenset(filter(None, parts))
    if isinstance(value, Mapping):
        value = _chosen(value)
    if not isinstance(value, list | tuple | set) or not all(isinstance(n, str) for n in value):
        return None
    names = frozenset(name.strip() for name in value)
    return None if "" in names else names


def _is_torn(name: str) -> bool:
    """Whether a name is a part of something that a program printed."""
    odd = any(name.count(first) != name.count(last) for first, last in ("()", "[]", "{}"))
    return (
        odd
        or name.count('"') % 2 > 0
        or (len(name) > 1 and name[0] == name[-1] and name[0] in "'\"")
    )


def _chosen(answers: Mapping[Any, Any]) -> Any:
    """The names in a mapping: those with a yes, or its one list."""
    cells = {name: _cell(answer) if _is_scalar(answer) else "?" for name, answer in answers.items()}
    if all(isinstance(cell, bool) for cell in cells.values()):
        return [name for name, cell in cells.items() if cell]
    lists = [value for name, value in answers.items() if name in _LISTS]
    return lists[0] if len(lists) == len(answers) == 1 else None


def _printed(text: str) -> Any:
    """A collection that was written as JSON or by Python; None if it is neither."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if call := _CALL.fullmatch(text):
        text = call[1] or "[]"
    if not _LITERAL.fullmatch(text):
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
        if is_placeholder(name):
            doubtful.append(name)
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


def _columns(
    columns: tuple[str, ...], file: str, options: LabelOptions, *, hint: str = ""
) -> Scheme:
    for name in columns:
        if problem := name_problem(name):
            msg = f"{file}: {problem}"
            raise DataError(msg)
    topics = Counter(map(clean_name, columns))
    if twice := [name for name, count in topics.items() if count > 1]:
        msg = f"{file}: two columns are called {twice[0]!r}, but for what can't be seen; rename one"
        raise DataError(msg)

    def understood(value: Any) -> bool | str | None:
        means_no = options.empty == "none" and str(value).strip() not in _NOT_KNOWN
        return False if means_no and _is_empty(value) else _cell(value)

    def labels(record: Record) -> Labels | str:
        cells = {name: understood(record.fields.get(name)) for name in columns}
        for name, cell in cells.items():
            if isinstance(cell, str):
                return f"{name!r} holds {cell!r}; give 1, 0 or nothing{hint}"
        return Labels(
            frozenset(name for name, cell in cells.items() if cell),
            frozenset(name for name, cell in cells.items() if cell is None),
        )

    return Scheme(
        f"a column for each topic: {', '.join(columns)}", labels, topics=frozenset(topics)
    )


def _cell(value: Any) -> bool | str | None:
    """Yes, no, unknown (None), or what can't be understood."""
    text = "" if value is None else str(value).strip().lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    return None if text in _NOT_KNOWN or _is_empty(text) else str(value)


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
