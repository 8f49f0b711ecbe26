"""Parquet files, a batch of rows at a time."""

import io
from collections.abc import Iterator
from typing import Any

from topicclf.errors import DataError
from topicclf.installation.extras import extra
from topicclf.records.fields import FieldFinder
from topicclf.records.options import FREE_GROWTH, GROWTH, LONGEST_RECORD, ReadOptions
from topicclf.records.record import BadRecord, Record
from topicclf.records.unpacking import seekable

__all__ = ["read_parquet"]

# Few, as each may be as large as the bound allows.
_BATCH_ROWS = 32
_METADATA = 1 << 24


def read_parquet(
    file: io.BufferedReader, *, name: str, options: ReadOptions
) -> Iterator[Record | BadRecord]:
    """Read a record from each row.

    Raises:
        DataError: The file is not Parquet, or has no text.
        MissingExtraError: pyarrow is not installed.
    """
    pyarrow = extra("pyarrow", name="parquet")
    parquet = extra("pyarrow.parquet", name="parquet")
    finder = FieldFinder(options)
    # Parquet is read from its end.
    source = seekable(file)
    size = source.seek(0, io.SEEK_END)
    number = grown = 0
    try:
        table = parquet.ParquetFile(
            source,
            thrift_string_size_limit=_METADATA,
            thrift_container_size_limit=_METADATA // 16,
        )
        if problem := finder.complaint(tuple(table.schema_arrow.names)):
            msg = f"{name}: {problem}"
            raise DataError(msg)
        for batch in table.iter_batches(batch_size=_BATCH_ROWS):
            for fields in _rows(batch):
                number += 1
                grown += sum(len(each) for each in fields.values() if isinstance(each, str))
                if grown > FREE_GROWTH and grown > GROWTH * size:
                    problem = f"holds more than {GROWTH} times its size, as a bomb does"
                    yield BadRecord(problem, name, number)
                    return
                yield _bounded(finder.record(fields, name, number))
    except (pyarrow.ArrowException, OSError, OverflowError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        msg = f"{name}: row {number + 1}: not a whole Parquet file ({error})"
        raise DataError(msg) from error


def _bounded(record: Record | BadRecord) -> Record | BadRecord:
    if isinstance(record, Record) and len(record.text) > LONGEST_RECORD:
        problem = f"longer than {LONGEST_RECORD >> 20} MiB, the most that one record may have"
        return BadRecord(problem, record.file, record.line)
    return record


def _rows(batch: Any) -> Iterator[dict[str, Any]]:
    names = batch.schema.names
    columns = [_values(column) for column in batch.columns]
    return (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))


def _values(column: Any) -> list[Any]:
    """The values of a column as Python's own; what Python has no value for is text."""
    try:
        if str(column.type).startswith("dictionary"):
            # One value may be there many times, and large.
            values = column.dictionary.to_pylist()
            return [None if i is None else values[i] for i in column.indices.to_pylist()]
        return list(_in_microseconds(column).to_pylist())
    except Exception:  # Many kinds, by the type and by what is installed.
        return [_value(each) for each in column]


def _in_microseconds(column: Any) -> Any:
    """The column, in units that Python has, if that loses nothing."""
    kind = str(column.type)
    if "[ns" not in kind:
        return column
    import pyarrow

    if kind.startswith("timestamp"):
        return column.cast(pyarrow.timestamp("us", tz=column.type.tz))
    if kind.startswith("time64"):
        return column.cast(pyarrow.time64("us"))
    return column.cast(pyarrow.duration("us")) if kind.startswith("duration") else column


def _value(scalar: Any) -> Any:
    import pyarrow

    if "[ns" not in str(scalar.type):
        try:
            return scalar.as_py()
        except Exception:  # As above.
            pass
    try:
        return scalar.cast(pyarrow.string()).as_py()
    except Exception:
        return _bytes(scalar)


def _bytes(scalar: Any) -> str | None:
    """Text that isn't UTF-8, with signs for what is broken; None for other values."""
    buffer = getattr(scalar, "as_buffer", lambda: None)()
    return None if buffer is None else bytes(buffer).decode("utf-8", "replace")
