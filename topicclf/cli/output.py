"""Where rows go: standard output, or a file that is whole or not there."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import click

from topicclf.errors import DataError, TopicclfError
from topicclf.writing.delimited import DelimitedWriter, is_bad_row, read_header, whole_rows
from topicclf.writing.jsonl import JsonlWriter, is_bad_line, whole_lines
from topicclf.writing.parquet import ParquetWriter
from topicclf.writing.part import Part, RowForm, Written
from topicclf.writing.row import Row, Writer

__all__ = ["Destination", "Output"]

_FORMS = {
    "jsonl": RowForm(whole_lines, is_bad_line),
    "csv": RowForm(whole_rows, is_bad_row, header=1),
    "tsv": RowForm(whole_rows, is_bad_row, header=1),
}
_DELIMITERS = {"csv": ",", "tsv": "\t"}
# Often enough for whoever reads along.
_FLUSHED = 256


@dataclass(frozen=True)
class Destination:
    """Where rows go, and in which form.

    Attributes:
        format: The format.
        target: The file; None is standard output.
        topics: The model's topics.
        mark: Tells this work from other work with the same file.
        filtered: Whether rows may be left out.
    """

    format: str
    target: Path | None
    topics: tuple[str, ...]
    mark: str
    filtered: bool

    @property
    def is_file(self) -> bool:
        """Whether it is a file, and nobody reads along."""
        if self.target is not None:
            return not self.target.exists() or self.target.is_file()
        try:
            return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
        except OSError:
            return False

    @contextmanager
    def open(self, *, resume: bool) -> Iterator["Output"]:
        """Open it; a file takes its place when all has gone well.

        Args:
            resume: Whether to go on with what an interrupted run has left.

        Raises:
            DataError: What it has left can't be gone on with.
        """
        target = self.target
        if target is None or not self.is_file:
            with (
                click.open_file("-" if target is None else str(target), "wb") as file,
                Output(file, self._writer(file, Written(0, 0), blanks=False)) as output,
            ):
                yield output
            return
        part = Part(target, self.mark)
        form = _FORMS.get(self.format)
        if not resume:
            part.path.unlink(missing_ok=True)
        elif form is None:
            msg = f"{self.format} can't be gone on with: it ends in what was to come; use jsonl"
            raise DataError(msg)
        written = part.repair(form) if resume and form else Written(0, 0)
        blanks = self.filtered and form is not None
        with part.path.open("ab") as file:
            try:
                with Output(file, self._writer(file, written, blanks=blanks), written) as output:
                    yield output
            except BaseException:
                _leave(part, resumable=form is not None)
                raise
        part.finish(form if blanks else None)

    def _writer(self, file: IO[bytes], written: Written, *, blanks: bool) -> Writer:
        if self.format == "parquet":
            return ParquetWriter(file, self.topics)
        if self.format == "jsonl":
            return JsonlWriter(file, self.topics, blanks=blanks)
        delimiter = _DELIMITERS[self.format]
        header = [name for row in written.header for name in read_header(row, delimiter=delimiter)]
        return DelimitedWriter(file, self.topics, delimiter=delimiter, header=header, blanks=blanks)


def _leave(part: Part, *, resumable: bool) -> None:
    if resumable and part.path.stat().st_size:
        click.echo(f"what is done is in {part.path}; --resume goes on with it", err=True)
    else:
        part.path.unlink()


class Output:
    """An open destination; leaving it writes what is left to write.

    Args:
        file: The file.
        writer: Writes rows into it.
        written: What an earlier run has written.
    """

    def __init__(self, file: IO[bytes], writer: Writer, written: Written | None = None) -> None:
        self.written = written or Written(0, 0)
        self._file = file
        self._writer = writer
        self._unflushed = 0

    def write(self, row: Row) -> bool:
        """Write a row.

        Returns:
            Whether it, and all before it, has now been handed to the system.
        """
        self._writer.write(row)
        self._unflushed += 1
        if self._unflushed < _FLUSHED:
            return False
        self._unflushed = 0
        self._writer.flush()
        return True

    def __enter__(self) -> "Output":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._writer.close()
            self._file.flush()
        elif issubclass(kind, TopicclfError):
            # Whatever else went wrong may have gone wrong in the midst of writing.
            self._writer.flush()
