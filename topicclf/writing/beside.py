"""Files written beside their places and renamed: whole, or not there."""

import errno
import glob
import os
import re
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from topicclf.writing.lock import lock

try:
    import fcntl
except ImportError:  # Windows, where an open file can't be deleted anyway.
    fcntl = None  # type: ignore[assignment]

__all__ = ["all_beside", "copy_rights", "replacing", "write_beside"]

_TOKEN_BYTES = 8
_PART_END = ".part"
# File systems take names of 255 bytes; a character has up to four.
_LONGEST_NAME = 200
_CUT_NAME = 50
_TOKEN = re.compile(r"[0-9a-f]{16}")
# Windows would change line ends without O_BINARY, and has no links to follow.
_NEW = (
    os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)


def write_beside(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file beside its place and rename it, so that no reader ever sees half of it."""
    all_beside({path: content})


def all_beside(contents: Mapping[str | os.PathLike[str], bytes]) -> None:
    """Write several files beside their places, then rename them, the last one first.

    They change together but for the moment between two renames: until all have been written, none
    has changed. Of two processes or threads that write to one folder the second waits, so that
    the files are of one of them.

    Args:
        contents: By path, the content; all in one folder.
    """
    with ExitStack() as stack:
        if len(contents) > 1:
            stack.enter_context(_folder_locked(Path(next(iter(contents))).parent))
        renames = []
        for path, content in contents.items():
            file, rename = stack.enter_context(_part_of(Path(path)))
            file.write(content)
            _settle(file)
            renames.append(rename)
        for rename in reversed(renames):
            rename()


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of another once it is whole.

    A link stays a link, to the new file; an existing file's mode and owner are kept. What is no
    regular file, as a pipe, is written to as it is. Parts that killed processes have left beside
    the place are removed.

    Args:
        path: The place.

    Yields:
        The file to write to. If the block raises, the place stays as it was.
    """
    with _part_of(Path(path)) as (file, rename):
        yield file
        _settle(file)
        rename()


@contextmanager
def _part_of(path: Path) -> Iterator[tuple[IO[bytes], Callable[[], object]]]:
    """A part to write to, and what puts it in its place; without that, the part is removed."""
    if path.exists() and not path.is_file() and not path.is_dir():
        with path.open("wb") as file:
            yield file, file.flush
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    place = _place(path)
    _remove_abandoned(place)
    part, descriptor = _open_part(place)
    try:
        with os.fdopen(descriptor, "wb") as file:

            def rename() -> None:
                # Still locked, or another process could take the part for abandoned; but Windows
                # renames no open file.
                if fcntl is None:
                    file.close()
                part.replace(place)

            copy_rights(place, descriptor)
            yield file, rename
    except BaseException as error:
        with suppress(OSError):
            part.unlink()
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # A full disk does not say which file was written.
        raise


@contextmanager
def _folder_locked(folder: Path) -> Iterator[None]:
    if fcntl is None:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # Some file systems have no locks.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _settle(file: IO[bytes]) -> None:
    file.flush()
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        os.fsync(file.fileno())


def _place(path: Path) -> Path:
    """Where the links lead to that a path may be."""
    place = Path(os.path.realpath(path))
    if place.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return place


def _open_part(place: Path) -> tuple[Path, int]:
    """A new, locked part beside a place; nobody may do more with it than with the file there."""
    mode = stat.S_IMODE(place.stat().st_mode) & 0o777 if place.exists() else 0o666
    while True:
        token = secrets.token_hex(_TOKEN_BYTES)
        part = place.with_name(f"{_part_start(place)}{token}{_PART_END}")
        descriptor = os.open(part, _NEW, mode)
        if _is_ours(descriptor):
            return part, descriptor
        os.close(descriptor)


def _part_start(place: Path) -> str:
    name = place.name
    return f".{name if len(os.fsencode(name)) <= _LONGEST_NAME else name[:_CUT_NAME]}."


def _is_ours(descriptor: int) -> bool:
    """Lock a part; false if another process took it for abandoned before it was locked."""
    return lock(descriptor) is not False and bool(os.fstat(descriptor).st_nlink)


def copy_rights(place: Path, descriptor: int) -> None:
    """Give an open file the owner and the mode of the one that it will replace."""
    if fcntl is None or not place.exists():
        return
    old = place.stat()
    # Only root can give files away, and some file systems have neither.
    with suppress(OSError):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    with suppress(OSError):
        os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def _remove_abandoned(place: Path) -> None:
    """Remove the parts of a place that no living process holds, wherever it runs."""
    if fcntl is None:
        return
    start = _part_start(place)
    for part in place.parent.glob(f"{glob.escape(start)}*{_PART_END}"):
        token = part.name.removeprefix(start).removesuffix(_PART_END)
        if _TOKEN.fullmatch(token):
            _remove_if_abandoned(part)


def _remove_if_abandoned(part: Path) -> None:
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    try:
        if lock(descriptor):
            part.unlink(missing_ok=True)
    finally:
        os.close(descriptor)
