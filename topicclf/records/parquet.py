"""Parquet files, a batch of rows at a time."""

import io
from collections.abc import Iterator

from topicclf.errors import DataError
from topicclf.installation.extras import extra
from topicclf.records.fields import FieldFinder
from topicclf.records.options import ReadOptions
from topicclf.records.record import BadRecord, Record

__all__ = ["read_parquet"]

_BATCH_ROWS = 512


def read_parquet(
    file: io.BufferedReader, *, name: str, options: ReadOptions
) -> Iterator[Record | BadRecord]:
    """Read a record from each row.

    Raises:
        DataError: The file is no Parquet file, or has no text.
        MissingExtraError: pyarrow is not installed.
    """
    pyarrow = extra("pyarrow", name="parquet")
    parquet = extra("pyarrow.parquet", name="parquet")
    finder = FieldFinder(options)
    # Parquet is read from its end; what can't go there is read whole.
    seekable = file if file.seekable() else io.BytesIO(file.read())
    number = 0
    try:
        table = parquet.ParquetFile(seekable)
        if problem := finder.complaint(tuple(table.schema_arrow.names)):
            msg = f"{name}: {problem}"
            raise DataError(msg)
        for batch in table.iter_batches(batch_size=_BATCH_ROWS):
            for fields in batch.to_pylist():
                number += 1
                yield finder.record(fields, name, number)
    except pyarrow.ArrowException as error:
        msg = f"{name}: row {number + 1}: not a whole Parquet file ({error})"
        raise DataError(msg) from error
