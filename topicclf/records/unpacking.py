"""What is packed or in an archive, as streams of bytes that may grow only so far.

gzip, bzip2, xz and Zstandard are told by how they begin, and so are zip and tar archives, whose
members are read one after another without touching the disk.
"""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import Protocol, cast

from topicclf.errors import DataError
from topicclf.installation.extras import extra
from topicclf.records.options import FREE_GROWTH, GROWTH, LONGEST_RECORD

__all__ = [
    "DAMAGED",
    "DamagedError",
    "Member",
    "is_archive",
    "is_zip",
    "members",
    "seekable",
    "unpacked",
]

#: What reading something damaged raises.
DAMAGED = (
    EOFError,
    gzip.BadGzipFile,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)
# What zipfile raises where the sizes and places in an archive make no sense.
_ODD_ZIP = (NotImplementedError, OSError, OverflowError, ValueError, struct.error)
_BUFFER, _STEP = 1 << 18, 1 << 13
_EMPTY: io.BufferedReader = io.BufferedReader(io.BytesIO())
# An xz file says how much memory it takes.
_MEMORY = 1 << 28


class DamagedError(Exception):
    """Something packed is damaged.

    Attributes:
        line: The line where it breaks off, from 1.
    """

    def __init__(self, why: Exception, line: int) -> None:
        super().__init__(str(why))
        self.line = line


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass
class _Growth:
    """How much has been unpacked, of one file or of all in an archive."""

    size: int = 0


class _Bounded(io.RawIOBase):
    """Unpacked bytes as they come, so that what breaks off loses none.

    Args:
        file: Unpacks.
        name: What it unpacks, for messages.
        packed: How many packed bytes have been read so far.
        step: How many bytes to ask for at once, where a step that breaks off is lost.
        growth: What counts those that have come; an archive's files may share it.
    """

    def __init__(
        self,
        file: _Readable,
        name: str,
        packed: Callable[[], int],
        *,
        step: int = _BUFFER,
        growth: _Growth | None = None,
    ) -> None:
        self._file = file
        self._step = step
        self._name = name
        self._packed = packed
        self._growth = growth or _Growth()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        content = self._file.read(min(len(buffer), self._step))
        self._growth.size += len(content)
        if self._growth.size > max(FREE_GROWTH, GROWTH * self._packed()):
            msg = (
                f"{self._name}: unpacks to more than {GROWTH} times its size, as a bomb does; "
                "unpack it yourself if you trust it"
            )
            raise DataError(msg)
        buffer[: len(content)] = content
        return len(content)


class _Counted(io.RawIOBase):
    """Counts what is read of a packed file."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file = file
        self.count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = self._file.readinto1(buffer)
        self.count += count
        return count


class _GzipChunks:
    def __init__(self, file: io.BufferedReader) -> None:
        self._file = gzip.GzipFile(fileobj=file)

    def read(self, size: int) -> bytes:
        return self._file.read1(size)


class _Chunks:
    """What bzip2 or xz has packed, stream after stream."""

    def __init__(self, file: io.BufferedReader, start: Callable[[], "_Decompressor"]) -> None:
        self._file = file
        self._start = start
        self._stream = start()

    def read(self, size: int) -> bytes:
        while True:
            if self._stream.eof:
                left = self._stream.unused_data
                # xz pads with zeros, and others may too.
                while not (left := left.lstrip(b"\0")):
                    if not (left := self._file.read1(_BUFFER)):
                        return b""
                self._stream = self._start()
            else:
                left = self._file.read1(_BUFFER) if self._stream.needs_input else b""
                if not left and self._stream.needs_input:
                    msg = "it ends too early"
                    raise EOFError(msg)
            try:
                content = self._stream.decompress(left, size)
            except OSError as error:  # What bzip2 raises.
                raise EOFError(str(error)) from error
            if content:
                return content


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def _bzip2(file: io.BufferedReader) -> _Readable:
    return _Chunks(file, bz2.BZ2Decompressor)


def _xz(file: io.BufferedReader) -> _Readable:
    return _Chunks(file, lambda: lzma.LZMADecompressor(memlimit=_MEMORY))


def _zstandard(file: io.BufferedReader) -> _Readable:
    pyarrow = extra("pyarrow", name="parquet")
    return cast("_Readable", pyarrow.CompressedInputStream(pyarrow.PythonFile(file), "zstd"))


_PACKED: dict[bytes, tuple[str, Callable[[io.BufferedReader], _Readable]]] = {
    b"\x1f\x8b": ("gzip", _GzipChunks),
    **{b"BZh%d1AY&SY" % level: ("bzip2", _bzip2) for level in range(1, 10)},
    b"\xfd7zXZ\0": ("xz", _xz),
    b"]\0\0": ("LZMA", _xz),
    b"\x28\xb5\x2f\xfd": ("Zstandard", _zstandard),
}


def unpacked(file: io.BufferedReader, name: str) -> tuple[str, io.BufferedReader]:
    """What a file is packed with, and a reader for what it packs; the file itself if it isn't.

    Args:
        file: The file, from its start.
        name: Its name, for messages.
    """
    start = file.peek(16)
    found = (each for magic, each in _PACKED.items() if start.startswith(magic))
    packing, unpack = next(found, ("", None))
    if unpack is None:
        return "", file
    counted = _Counted(file)
    source = unpack(io.BufferedReader(counted, _BUFFER))
    return packing, io.BufferedReader(_Bounded(source, name, lambda: counted.count), _BUFFER)


@dataclass(frozen=True)
class Member:
    """A file in an archive.

    Attributes:
        name: The archive's name, a slash, and its own.
        file: Its bytes.
        problem: Why it can't be read, if it can't.
    """

    name: str
    file: io.BufferedReader
    problem: str = ""


def names_in_zip(file: io.BufferedReader) -> Collection[str]:
    """The names of the files in a zip archive; none if it is damaged.

    Args:
        file: The archive, from its start, where it is put back.
    """
    try:
        with _zip(file) as archive:
            return set(archive.namelist())
    except zipfile.BadZipFile:
        return ()
    finally:
        file.seek(0)


def is_archive(file: io.BufferedReader) -> bool:
    """Whether a file is a zip or tar archive."""
    return is_zip(file) or _is_tar(file)


def is_zip(file: io.BufferedReader) -> bool:
    """Whether a file is a zip archive, which a document may be, too."""
    return file.peek(4).startswith((b"PK\x03\x04", b"PK\x05\x06"))


def _is_tar(file: io.BufferedReader) -> bool:
    start = file.peek(512)[:512]
    if start[257:262] == b"ustar":
        return True
    try:
        # The oldest have nothing but a sum to be known by.
        return bool(tarfile.TarInfo.frombuf(start, "utf-8", "replace"))
    except tarfile.HeaderError:
        return False


def members(
    file: io.BufferedReader, name: str, *, wanted: Callable[[str], bool]
) -> Iterator[Member]:
    """The files in an archive that are wanted; hidden ones never are.

    Args:
        file: The archive, from its start.
        name: Its name.
        wanted: Whether a member's name says that it is of use.
    """
    found = _zip_members if is_zip(file) else _tar_members

    def visible(member: str) -> bool:
        parts = PurePosixPath(member).parts
        hidden = any(part.startswith(".") and part not in {".", ".."} for part in parts)
        return not hidden and "__MACOSX" not in parts and wanted(member)

    return found(file, name, visible)


def _zip(file: io.BufferedReader) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except _ODD_ZIP as error:
        raise zipfile.BadZipFile(str(error)) from error


def _zip_members(
    file: io.BufferedReader, name: str, wanted: Callable[[str], bool]
) -> Iterator[Member]:
    whole = file.seek(0, io.SEEK_END)
    packed, growth = 0, _Growth()
    with _zip(file) as archive:
        for info in archive.infolist():
            if info.is_dir() or not wanted(info.filename):
                continue
            full = f"{name}/{info.filename}"
            try:
                source = archive.open(info)
            except (RuntimeError, zipfile.BadZipFile, *_ODD_ZIP) as error:
                yield Member(full, _EMPTY, f"can't be unpacked here ({error}); unpack it first")
                continue
            # Files that share their bytes would make much of little.
            packed = min(packed + info.compress_size, whole)
            with source:
                bounded = _Bounded(source, full, lambda size=packed: size, growth=growth)  # type: ignore[misc]
                yield Member(full, io.BufferedReader(bounded, _BUFFER))


def _tar_members(
    file: io.BufferedReader, name: str, wanted: Callable[[str], bool]
) -> Iterator[Member]:
    with tarfile.open(fileobj=file, mode="r|") as archive:
        for info in archive:
            full = f"{name}/{info.name.removeprefix('./')}"
            if not info.isfile() or not wanted(info.name):
                continue
            if info.issparse():
                yield Member(full, _EMPTY, "a sparse file; unpack it first")
            elif source := archive.extractfile(info):
                size = info.size
                # Past the buffer, which from Python 3.14 on asks for much more than a step.
                raw = source.raw  # type: ignore[attr-defined]
                bounded = _Bounded(raw, full, lambda size=size: size, step=_STEP)  # type: ignore[misc]
                yield Member(full, io.BufferedReader(bounded, _BUFFER))


def seekable(file: io.BufferedReader) -> io.BufferedReader:
    """The file from its start, with its end within reach: a copy of it, if need be."""
    if file.seekable():
        return file
    copy = SpooledTemporaryFile(max_size=LONGEST_RECORD)  # noqa: SIM115
    while block := file.read1(_BUFFER):
        copy.write(block)
    copy.seek(0)
    return io.BufferedReader(cast("io.RawIOBase", copy))
