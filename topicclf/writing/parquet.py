"""Rows as a Parquet file."""

import pickle
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from topicclf.installation.extras import extra
from topicclf.records.record import BadRecord
from topicclf.text.json_text import as_json
from topicclf.writing.row import Tagged, free_names
from topicclf.writing.sheet import ERROR, MORE_FIELDS, Fields
from topicclf.writing.value_types import ValueType

__all__ = ["ParquetWriter"]

# Row groups of some ten thousand rows read fast; texts can be long, so that is a bound as well.
_GROUP_ROWS = 10_000
_GROUP_CHARACTERS = 1 << 24
_HELD_BYTES = 1 << 24
_ANSWER = ("topics", "probabilities", "language", "evidence", "terms")


class ParquetWriter:
    """Writes rows in groups; evidence and terms as JSON.

    Rows wait in a temporary file until all have come: then each column gets the type that holds
    all its values. Where none does, it is text, and what is not text in it becomes JSON.

    Args:
        file: Where to.
        topics: The model's topics.
        columns: The columns to write, in order; none of them means all.
        folder: Where the temporary file goes; None leaves it to the system.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """

    def __init__(
        self,
        file: IO[bytes],
        topics: Sequence[str],
        *,
        columns: Sequence[str] = (),
        folder: Path | None = None,
    ) -> None:
        self.problems: list[BadRecord] = []
        self.absent: list[str] = []
        self._topics = topics
        self._chosen = [name for name in columns if name != ERROR]
        self._arrow = extra("pyarrow", name="parquet")
        self._parquet = extra("pyarrow.parquet", name="parquet")
        self._file = file
        place = str(folder) if folder else None
        self._spool = tempfile.SpooledTemporaryFile(_HELD_BYTES, dir=place)  # noqa: SIM115
        self._fields = Fields(())
        self._types: defaultdict[str, ValueType] = defaultdict(ValueType)
        self._types["language"].add("")

    def write(self, row: Tagged | BadRecord) -> None:
        """Write a row to the temporary file."""
        if isinstance(row, BadRecord):
            cells, place = {ERROR: str(row)}, (row.file, row.line)
        else:
            cells, place = self._cells(row), (row.record.file, row.record.line)
        for name, value in cells.items():
            self._types[name].add(value)
        pickle.dump((place, cells), self._spool, pickle.HIGHEST_PROTOCOL)

    def flush(self) -> None:
        """Nothing can be handed on before all rows have come."""

    def close(self) -> None:
        """Write all rows and the file's footer."""
        self._types[ERROR].add("")
        self.absent = [name for name in self._chosen if name not in self._types]
        schema = self._schema()
        fitting = {name: self._types[name].fitting(self._arrow) for name in schema.names}
        with self._spool, self._parquet.ParquetWriter(self._file, schema) as writer:
            self._spool.seek(0)
            for group in _groups(self._spool):
                writer.write_table(self._table(group, schema, fitting))

    def _schema(self) -> Any:
        answer = [name for name in _ANSWER if name in self._types]
        fields = [name for name in self._types if name not in {*answer, MORE_FIELDS, ERROR}]
        more = [MORE_FIELDS] if MORE_FIELDS in self._types else []
        names = [*(self._chosen or [*fields, *more, *answer]), ERROR]
        return self._arrow.schema([(name, self._types[name].arrow(self._arrow)) for name in names])

    def _cells(self, row: Tagged) -> dict[str, Any]:
        fields = row.record.fields
        names = free_names(tuple(fields), self._fields.taken)
        cells = dict(zip(names, fields.values(), strict=True))
        _, left = self._fields.add(tuple(fields))
        if left:
            cells[MORE_FIELDS] = as_json({name: cells.pop(name) for name in left})
        cells["topics"] = list(row.topics)
        cells["probabilities"] = dict(zip(self._topics, row.probabilities, strict=True))
        for name, value in row.more.items():
            cells[name] = value if isinstance(value, str) else as_json(value)
        if self._chosen:
            return {name: cells.get(name) for name in self._chosen if name in cells}
        return cells

    def _table(
        self,
        rows: list[tuple[tuple[str, int], dict[str, Any]]],
        schema: Any,
        fitting: dict[str, Callable[[Any], Any]],
    ) -> Any:
        fitted = [{name: fitting[name](value) for name, value in row.items()} for _, row in rows]
        try:
            return self._arrow.Table.from_pylist(fitted, schema=schema)
        except (self._arrow.ArrowException, TypeError, ValueError, OverflowError):
            places = [place for place, _ in rows]
            single = map(self._single, places, fitted, [schema] * len(rows))
            return self._arrow.concat_tables(list(single))

    def _single(self, place: tuple[str, int], row: dict[str, Any], schema: Any) -> Any:
        damage = "lone surrogates, which no file can hold, became question marks"
        for attempt in (row, {**_without_surrogates(row), ERROR: damage}):
            try:
                table = self._arrow.Table.from_pylist([attempt], schema=schema)
            except (self._arrow.ArrowException, TypeError, ValueError, OverflowError) as error:
                problem = str(error)
                continue
            if attempt is not row:
                self.problems.append(BadRecord(damage, *place))
            return table
        bad = BadRecord(f"can't be written to Parquet: {problem}", *place)
        self.problems.append(bad)
        return self._arrow.Table.from_pylist([{ERROR: str(bad)}], schema=schema)


def _groups(spool: IO[bytes]) -> Iterator[list[tuple[tuple[str, int], dict[str, Any]]]]:
    rows: list[tuple[tuple[str, int], dict[str, Any]]] = []
    start = spool.tell()
    while True:
        try:
            rows.append(pickle.load(spool))
        except EOFError:
            break
        if len(rows) >= _GROUP_ROWS or spool.tell() - start >= _GROUP_CHARACTERS:
            yield rows
            rows, start = [], spool.tell()
    yield rows


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {name: _without_surrogates(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(each) for each in value]
    return value
