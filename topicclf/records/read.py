"""From sources to records."""

import io
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from topicclf.errors import DataError
from topicclf.records.options import ReadOptions
from topicclf.records.record import BadRecord, Record
from topicclf.records.sniffing import format_of, is_docx, known_name, refusal, refusal_of_zip
from topicclf.records.sources import find_files, open_file
from topicclf.records.unpacking import (
    DAMAGED,
    DamagedError,
    Member,
    is_archive,
    is_zip,
    members,
    names_in_zip,
    seekable,
    unpacked,
)

__all__ = ["read_records"]

# gzip around a tar archive, say, and once more to be on the safe side.
_LAYERS = 3


class _Reader(Protocol):
    def __call__(
        self, file: io.BufferedReader, *, name: str, options: ReadOptions
    ) -> Iterator[Record | BadRecord]: ...


def _reader(format: str) -> _Reader:  # noqa: A002
    # Imported one by one: together they take as long as many predictions.
    if format == "jsonl":
        from topicclf.records.jsonl import read_jsonl

        return read_jsonl
    if format in {"csv", "tsv"}:
        from topicclf.records.delimited import read_delimited

        return partial(read_delimited, tabs=format == "tsv")
    if format == "parquet":
        from topicclf.records.parquet import read_parquet

        return read_parquet
    from topicclf.records import documents

    readers: dict[str, _Reader] = {
        "text": documents.read_text,
        "mhtml": documents.read_mhtml,
        "pdf": documents.read_pdf,
        "docx": documents.read_docx,
    }
    return readers.get(format, documents.read_html)


def read_records(
    sources: Iterable[str | os.PathLike[str]],
    *,
    options: ReadOptions | None = None,
    on_bytes: Callable[[int], object] | None = None,
) -> Iterator[Record | BadRecord]:
    """Read records, lazily and in order.

    Files and standard input may be packed or archives, whose members are files of their own, named
    ``archive.zip/member``.

    Args:
        sources: Files, folders (the files of known formats in them), globs, or ``-`` for standard
            input.
        options: How to read them.
        on_bytes: Called with the number of bytes whenever some have been read from a disk.

    Returns:
        A `Record` for each article, a `BadRecord` in the place of one that can't be used. A file
        that can't be used is a `BadRecord` if there are others.

    Raises:
        FileNotFoundError: There is no such file; raised before anything is read.
        DataError: The only file can't be used.
        MissingExtraError: Its format needs a library that is not installed.
    """
    options = options or ReadOptions()
    return _read(find_files(sources, options=options), options, on_bytes)


def _read(
    files: list[str], options: ReadOptions, on_bytes: Callable[[int], object] | None
) -> Iterator[Record | BadRecord]:
    alone = len(files) == 1
    for name in files:
        try:
            with open_file(name, on_bytes=on_bytes) as file:
                yield from _FileReader(name, options, alone=alone).read(file)
        except OSError as error:
            if alone:
                raise
            yield BadRecord(f"can't be opened: {error.strerror or error}", name, 1)


@dataclass(frozen=True)
class _FileReader:
    """Reads a file, whatever it is packed in.

    Attributes:
        name: Its name.
        options: How to read it.
        alone: Whether it is all that there is to read.
        layers: How many packings and archives may yet be around it.
        member: Whether it is in an archive.
        packing: What it is packed with, for messages.
    """

    name: str
    options: ReadOptions
    alone: bool = True
    layers: int = _LAYERS
    member: bool = False
    packing: str = "packed"

    def read(self, file: io.BufferedReader) -> Iterator[Record | BadRecord]:
        line = 0
        try:
            for record in self._records(file):
                line = record.line
                yield record
        except (DamagedError, *DAMAGED) as error:
            problem = f"the {self.packing} file is damaged ({error}); fetch or pack it again"
            place = error.line if isinstance(error, DamagedError) else line + 1
            yield BadRecord(problem, self.name, place)
        except DataError as error:
            if self.alone:
                raise
            yield BadRecord(str(error).removeprefix(f"{self.name}:").strip(), self.name, line + 1)

    def _records(self, file: io.BufferedReader) -> Iterator[Record | BadRecord]:
        packing, inner = unpacked(file, self.name)
        if packing and self.layers:
            yield from replace(self, layers=self.layers - 1, packing=packing).read(inner)
            return
        names: Collection[str] = ()
        if is_zip(file):
            file = seekable(file)
            names = names_in_zip(file)
        if problem := refusal(file.peek(256)) or refusal_of_zip(names):
            msg = f"{self.name}: {problem}"
            raise DataError(msg)
        if is_docx(names) or not is_archive(file):
            yield from self._plain(file)
        elif self.member:
            msg = f"{self.name}: an archive within an archive; unpack it first"
            raise DataError(msg)
        else:
            yield from self._members(file)

    def _plain(self, file: io.BufferedReader) -> Iterator[Record | BadRecord]:
        format_, file = format_of(self.name, file, self.options)
        yield from _reader(format_)(file, name=self.name, options=self.options)

    def _members(self, archive: io.BufferedReader) -> Iterator[Record | BadRecord]:
        def wanted(name: str) -> bool:
            return bool(self.options.format) or known_name(name)

        count = 0
        for member in members(archive, self.name, wanted=wanted):
            count += 1
            yield from self._member(member)
        if not count:
            msg = f"{self.name}: an archive without a file of a known format"
            raise DataError(msg)

    def _member(self, member: Member) -> Iterator[Record | BadRecord]:
        if member.problem:
            yield BadRecord(member.problem, member.name, 1)
            return
        reader = replace(self, name=member.name, alone=False, member=True)
        yield from reader.read(member.file)
