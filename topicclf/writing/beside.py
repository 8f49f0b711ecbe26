"""A file written beside its place and renamed: whole, or not there."""

import glob
import os
from contextlib import suppress
from pathlib import Path

__all__ = ["write_beside"]


def write_beside(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file beside its place and rename it, so that no reader ever sees half of it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException as error:
        with suppress(OSError):
            beside.unlink()
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # A full disk does not say which file was written.
        raise


def _remove_abandoned(path: Path) -> None:
    """Remove what processes that were killed have left beside a file's place."""
    if os.name != "posix":  # Elsewhere the signal 0 is a signal, which may end a process.
        return
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        process = part.name.removeprefix(f".{path.name}.").removesuffix(".part")
        if not process.isdecimal():
            continue
        try:
            os.kill(int(process), 0)
        except (ProcessLookupError, OverflowError):
            part.unlink(missing_ok=True)
        except PermissionError:
            pass
