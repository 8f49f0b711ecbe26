"""Rows as a Parquet file."""

from collections.abc import Sequence
from typing import IO, Any

from topicclf.installation.extras import extra
from topicclf.records.record import BadRecord
from topicclf.writing.row import Row, Tagged, as_json, joined

__all__ = ["ParquetWriter"]

# Row groups of some ten thousand rows read fast; texts can be long, so that is a bound as well.
_GROUP_ROWS = 10_000
_GROUP_CHARACTERS = 1 << 24


class ParquetWriter:
    """Writes rows in groups; evidence and terms as JSON.

    The columns and their types are those of the first group. A row that does not fit them becomes
    an error in its place.

    Args:
        file: Where to.
        topics: The model's topics.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """

    def __init__(self, file: IO[bytes], topics: Sequence[str]) -> None:
        self._topics = topics
        self._arrow = extra("pyarrow", name="parquet")
        self._parquet = extra("pyarrow.parquet", name="parquet")
        self._file = file
        self._writer: Any = None
        self._waiting: list[dict[str, Any]] = []
        self._size = 0

    def write(self, row: Row) -> None:
        """Write a row, once there are enough."""
        if row is None:
            return
        self._waiting.append(self._cells(row))
        if isinstance(row, Tagged):
            self._size += len(row.record.text)
        if len(self._waiting) >= _GROUP_ROWS or self._size >= _GROUP_CHARACTERS:
            self._write_group()

    def flush(self) -> None:
        """Nothing can be handed on before a group is full."""

    def close(self) -> None:
        """Write the last rows and the file's footer."""
        self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        rows, self._waiting, self._size = self._waiting, [], 0
        if self._writer is None:
            columns = dict.fromkeys(name for row in rows for name in row) | {"error": None}
            self._schema = self._infer(rows, list(columns))
            self._writer = self._parquet.ParquetWriter(self._file, self._schema)
        try:
            table = self._table(rows)
        except (self._arrow.ArrowException, TypeError, ValueError):
            table = self._arrow.concat_tables([self._single(row) for row in rows])
        self._writer.write_table(table)

    def _infer(self, rows: list[dict[str, Any]], columns: list[str]) -> Any:
        arrow = self._arrow
        fields = []
        for name in columns:
            values = [row.get(name) for row in rows]
            try:
                kind = arrow.array(values).type
            except (arrow.ArrowException, TypeError, ValueError):
                kind = arrow.string()
            fields.append((name, arrow.string() if arrow.types.is_null(kind) else kind))
        return arrow.schema(fields)

    def _table(self, rows: list[dict[str, Any]]) -> Any:
        if strange := {name for row in rows for name in row} - set(self._schema.names):
            msg = f"a field {min(strange)!r} that earlier records lack"
            raise ValueError(msg)
        return self._arrow.Table.from_pylist(rows, schema=self._schema)

    def _single(self, row: dict[str, Any]) -> Any:
        try:
            return self._table([row])
        except (self._arrow.ArrowException, TypeError, ValueError) as error:
            return self._table([{"error": f"it does not fit the earlier records: {error}"}])

    def _cells(self, row: Tagged | BadRecord) -> dict[str, Any]:
        if isinstance(row, BadRecord):
            return {"error": str(row)}
        cells = {
            name: as_json(value) if name in {"evidence", "terms"} else value
            for name, value in joined(row, self._topics).items()
        }
        # A column of its own from the start, or the first text that has one would not fit.
        return {**cells, "language": cells.get("language")}
