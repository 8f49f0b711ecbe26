"""How rows become cells of a table: which columns there are, and what stands in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from topicclf.text.json_text import as_json
from topicclf.writing.row import ADDED, PROBABILITY, Tagged, free_names

__all__ = ["ERROR", "MORE_FIELDS", "MOST_COLUMNS", "Fields", "Sheet", "printed"]

ERROR = "error"
#: The column that takes, as JSON, the fields of records once there are too many columns.
MORE_FIELDS = "more_fields"
#: So many columns at most come from fields; a record that has more by itself keeps them.
MOST_COLUMNS = 1024
_WHY = "why_"
_TERMS = "terms_"
#: What is between the topics of an article in a cell, and between its sentences.
_BETWEEN_TOPICS = ";"
_BETWEEN_SENTENCES = " … "
_DIGITS = 4


@dataclass(frozen=True)
class Sheet:
    """A table as people ask for it.

    Attributes:
        topics: The model's topics.
        why: Whether there are columns for the sentences that speak for each topic.
        top_terms: Whether there are columns for the terms.
        columns: The columns to write, in order; none of them means all.
        excel: Whether a mark at the beginning makes Excel read it as UTF-8.
        safe_cells: Whether cells that a spreadsheet would run as a formula are made harmless.
    """

    topics: tuple[str, ...]
    why: bool = False
    top_terms: bool = False
    columns: tuple[str, ...] = ()
    excel: bool = False
    safe_cells: bool = False

    @property
    def answers(self) -> list[str]:
        """The columns of the answer: all but ``error``."""
        names = ["topics", *(f"{PROBABILITY}{topic}" for topic in self.topics), "language"]
        if self.why:
            names += [f"{_WHY}{topic}" for topic in self.topics]
        if self.top_terms:
            names += [f"{_TERMS}{topic}" for topic in self.topics]
        if "evidence" in self.columns:
            names.append("evidence")
        if "terms" in self.columns:
            names.append("terms")
        return names

    @property
    def chosen(self) -> list[str]:
        """The columns that were asked for: ``probabilities`` and ``why`` stand for theirs."""
        names: list[str] = []
        for name in self.columns:
            if name in {"probabilities", "why"}:
                prefix = PROBABILITY if name == "probabilities" else _WHY
                names += [f"{prefix}{topic}" for topic in self.topics]
            elif name != ERROR:
                names.append(name)
        return list(dict.fromkeys(names))

    def cells(self, row: Tagged) -> list[object]:
        """What stands under `answers`."""
        cells: list[object] = [_BETWEEN_TOPICS.join(row.topics)]
        cells += [f"{each:.{_DIGITS}f}" for each in row.probabilities]
        cells.append(row.more.get("language"))
        evidence = row.more.get("evidence", {})
        terms = row.more.get("terms", {})
        if self.why:
            cells += [_sentences(evidence.get(topic)) for topic in self.topics]
        if self.top_terms:
            cells += [_BETWEEN_TOPICS.join(terms.get(topic, ())) for topic in self.topics]
        if "evidence" in self.columns:
            cells.append(as_json(evidence))
        if "terms" in self.columns:
            cells.append(as_json(terms))
        return cells


def _sentences(evidence: Mapping[str, Any] | None) -> str:
    sentences = evidence["sentences"] if evidence else ()
    return _BETWEEN_SENTENCES.join(" ".join(each["text"].split()) for each in sentences)


def printed(value: object) -> object:
    """A field's value as a cell: what is nested becomes JSON."""
    return as_json(value) if isinstance(value, dict | list | tuple) else value


class Fields:
    """The columns that records' fields get, in the order in which they first come.

    Args:
        taken: The names of what is added.
        names: Columns that are there already.
        fixed: Whether no more may come.
    """

    def __init__(
        self, taken: Sequence[str], names: Sequence[str] = (), *, fixed: bool = False
    ) -> None:
        self.fixed = fixed
        self.taken = ADDED | frozenset(taken) | {MORE_FIELDS}
        self._places = {name: place for place, name in enumerate(names)}
        self._plans: dict[tuple[str, ...], tuple[list[int], list[str]]] = {}

    @property
    def names(self) -> list[str]:
        """The columns."""
        return list(self._places)

    def add(self, names: tuple[str, ...]) -> tuple[list[int], list[str]]:
        """Give a record's fields columns.

        Args:
            names: The names of the fields.

        Returns:
            Each field's column, from 0, and the names of those that get none, whose column is -1.
        """
        plan = self._plans.get(names)
        if plan is None:
            if len(self._plans) >= MOST_COLUMNS:
                self._plans.clear()
            plan = self._plans[names] = self._plan(names)
        return plan

    def _plan(self, names: tuple[str, ...]) -> tuple[list[int], list[str]]:
        places, left = self._places, []
        most = 0 if self.fixed else MOST_COLUMNS if places else len(names)
        plan = []
        for name in free_names(names, self.taken):
            place = places.get(name, -1)
            if place < 0 and len(places) < most:
                place = places[name] = len(places)
            if place < 0:
                left.append(name)
            plan.append(place)
        return plan, left

    def spread(self, values: Sequence[Any], plan: Sequence[int]) -> list[object]:
        """A record's values, each in its column; columns that come later are left out."""
        cells: list[object] = [None] * len(self._places)
        for place, value in zip(plan, values, strict=True):
            if place >= 0:
                cells[place] = printed(value)
        return cells
