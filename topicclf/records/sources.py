"""Sources to open files: folders and globs unfolded, gzip unpacked, the format told."""

import glob
import gzip
import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from topicclf.records.fields import TEXT_NAMES
from topicclf.records.options import FORMATS, ReadOptions

__all__ = ["STDIN", "find_files", "format_of", "is_document", "open_file", "total_size"]

#: What stands for standard input.
STDIN = "-"
# As much as one look at a file tells about its encoding.
_BUFFER = 1 << 18
_GZIP_MAGIC = b"\x1f\x8b"
_PARTED = re.compile(rb"[,;\t|]")
_BY_ENDING = {ending: name for name, endings in FORMATS.items() for ending in endings}


def find_files(sources: Iterable[str | os.PathLike[str]], *, options: ReadOptions) -> list[str]:
    """Name every file that sources mean, in order.

    Args:
        sources: Files, folders, globs, or ``-`` for standard input.
        options: If they name a format, every file of a folder counts, otherwise those with a known
            ending; hidden ones never do.

    Raises:
        FileNotFoundError: A source is no file, or no file fits it.
    """
    files: list[str] = []
    for source in (os.fspath(each) for each in sources):
        if not source:
            msg = "an empty name is no file"
            raise FileNotFoundError(msg)
        path = Path(source)
        if source == STDIN or (path.exists() and not path.is_dir()):
            files.append(source)
            continue
        # Path's own glob takes no absolute pattern.
        matches = [source] if path.is_dir() else glob.glob(source, recursive=True)  # noqa: PTH207
        found = sorted(file for match in matches for file in _inside(match, options))
        if not found:
            fault = "holds no file of a known format" if path.is_dir() else "is no file"
            msg = f"{source} {fault}"
            raise FileNotFoundError(msg)
        files += found
    return files


def _inside(path: str, options: ReadOptions) -> Iterator[str]:
    if not Path(path).is_dir():
        yield path
    for parent, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and (options.format or _ending(name) in _BY_ENDING):
                yield str(Path(parent) / name)


def _ending(name: str) -> str:
    path = Path(name.lower())
    return Path(path.stem).suffix if path.suffix == ".gz" else path.suffix


@contextmanager
def open_file(
    name: str, *, on_bytes: Callable[[int], object] | None = None
) -> Iterator[io.BufferedReader]:
    """Open a file, or standard input, for reading its bytes; gzip is unpacked.

    Args:
        name: The file's name.
        on_bytes: Called with the number of bytes whenever some have been read from the disk.
    """
    file: io.BufferedReader
    with ExitStack() as stack:
        if name != STDIN:
            counted = cast("io.RawIOBase", _Counted(name, on_bytes))
            file = stack.enter_context(io.BufferedReader(counted, _BUFFER))
        elif isinstance(sys.stdin.buffer, io.BufferedReader):
            file = sys.stdin.buffer
        else:
            file = io.BufferedReader(cast("io.RawIOBase", sys.stdin.buffer))
        if file.peek(2)[:2] == _GZIP_MAGIC:
            unpacked = _Unpacked(gzip.GzipFile(fileobj=file))
            file = stack.enter_context(io.BufferedReader(unpacked, _BUFFER))
        yield file


class _Unpacked(io.RawIOBase):
    """The bytes of a packed file as they come, so that one that breaks off loses none."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._file.read1(len(buffer))
        buffer[: len(content)] = content
        return len(content)


class _Counted(io.FileIO):
    def __init__(self, name: str, on_bytes: Callable[[int], object] | None) -> None:
        super().__init__(name)
        self._on_bytes = on_bytes

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        count = super().readinto(buffer)
        if count and self._on_bytes is not None:
            self._on_bytes(count)
        return count


def format_of(name: str, file: io.BufferedReader, *, options: ReadOptions) -> str:
    """Tell a file's format: the one that was named, or by its name, or by how it begins."""
    known = options.format or _BY_ENDING.get(_ending(name))
    return known or _format_by_start(file.peek(), options)


def _start(file: BinaryIO) -> bytes:
    """What a file begins with, without taking it away."""
    if isinstance(file, io.BufferedReader):
        return file.peek()
    place = file.tell()
    start = file.read(_BUFFER)
    file.seek(place)
    return start


def _format_by_start(start: bytes, options: ReadOptions) -> str:
    start = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    first = start.split(b"\n", 1)[0].rstrip(b"\r")
    if start.startswith(b"par1"):
        return "parquet"
    if start.startswith((b"<!doctype html", b"<html")):
        return "html"
    if start.startswith((b'{"', b"{ ")):
        return "jsonl"
    # A table names its text in its first line; in prose a space follows a comma.
    columns = [name.strip(b'"').decode("utf-8", "replace") for name in _PARTED.split(first)]
    prose = any(name.startswith(" ") for name in columns)
    names = {*TEXT_NAMES, (options.text_field or "").lower()}
    if len(columns) > 1 and not prose and not names.isdisjoint(columns):
        return "tsv" if b"\t" in first else "csv"
    return "text"


def is_document(name: str, *, options: ReadOptions) -> bool:
    """Whether a file is one article: plain text or a web page.

    Nothing is read that could not be read once more.
    """
    known = options.format or _BY_ENDING.get(_ending(name))
    if known is None and name == STDIN:
        start = _start(sys.stdin.buffer)
        known = None if start.startswith(_GZIP_MAGIC) else _format_by_start(start, options)
    elif known is None and Path(name).is_file():
        with open_file(name) as file:
            known = format_of(name, file, options=options)
    return known in {"text", "html"}


def total_size(files: Iterable[str]) -> int | None:
    """The bytes that files take on the disk; None if that can't be told."""
    total = 0
    for name in files:
        if name == STDIN or not Path(name).is_file():
            return None
        total += Path(name).stat().st_size
    return total
