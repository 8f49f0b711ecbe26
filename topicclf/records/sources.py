"""Sources to open files: folders and globs unfolded, and the files opened."""

import glob
import io
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from topicclf.records.live import live_reader, standard_input
from topicclf.records.options import ReadOptions
from topicclf.records.sniffing import format_of, is_docx, known_name
from topicclf.records.unpacking import DAMAGED, is_archive, is_zip, unpacked

__all__ = ["STDIN", "find_files", "is_document", "open_file", "total_size"]

#: Standard input.
STDIN = "-"
_BUFFER = 1 << 18
_DOCUMENTS = {"text", "html", "mhtml", "pdf", "docx"}


def find_files(sources: Iterable[str | os.PathLike[str]], *, options: ReadOptions) -> list[str]:
    """Name every file that sources mean, in order.

    Args:
        sources: Files, folders, globs, or ``-`` for standard input.
        options: If they name a format, every file of a folder counts, otherwise those with a known
            ending; hidden ones never do.

    Raises:
        FileNotFoundError: A source is not there, or no file matches it.
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
        # A pattern may match a folder as well as what is in it.
        named = {os.path.normpath(file) for match in matches for file in _inside(match, options)}
        if not named:
            msg = f"no such file: {source}"
            if path.is_dir():
                msg = f"no file of a known format in {source}"
            raise FileNotFoundError(msg)
        files += sorted(named)
    return files


def _inside(path: str, options: ReadOptions) -> Iterator[str]:
    if not Path(path).is_dir():
        yield path
    for parent, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            full = Path(parent) / name
            if not name.startswith(".") and (options.format or known_name(name)) and _is_file(full):
                yield str(full)


def _is_file(path: Path) -> bool:
    """Whether it is a file, or a link to nowhere; to open a pipe would be to wait for ever."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True


@contextmanager
def open_file(
    name: str, *, on_bytes: Callable[[int], object] | None = None
) -> Iterator[io.BufferedReader]:
    """Open a file, or standard input, for reading its bytes as they are.

    Args:
        name: The file's name.
        on_bytes: Called with the number of bytes whenever some have been read from the disk.
    """
    if name == STDIN:
        yield standard_input()
        return
    with _Counted(name, on_bytes) as counted:
        yield live_reader(counted) or io.BufferedReader(cast("io.RawIOBase", counted), _BUFFER)


class _Counted(io.FileIO):
    def __init__(self, name: str, on_bytes: Callable[[int], object] | None) -> None:
        super().__init__(name)
        self._on_bytes = on_bytes

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        count = super().readinto(buffer)
        if count and self._on_bytes is not None:
            self._on_bytes(count)
        return count


def is_document(name: str, *, options: ReadOptions) -> bool:
    """Whether a file is one article: plain text, a page or the like.

    Nothing is read that could not be read once more.
    """
    if name != STDIN and not Path(name).is_file():
        return False
    with open_file(name) as file:
        start: io.BufferedReader = io.BufferedReader(io.BytesIO(file.peek()))
    try:
        _, start = unpacked(start, name)
        if is_archive(start):
            return is_zip(start) and is_docx(start.peek())
        return format_of(name, start, options)[0] in _DOCUMENTS
    except DAMAGED:
        return False


def total_size(files: Iterable[str]) -> int | None:
    """The bytes that files take on the disk; None if that can't be known."""
    total = 0
    for name in files:
        if name == STDIN or not Path(name).is_file():
            return None
        total += Path(name).stat().st_size
    return total
