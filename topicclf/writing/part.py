"""A file that grows beside the one that it will become, and that a later run can go on with."""

import errno
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from topicclf.errors import DataError
from topicclf.writing.beside import copy_rights
from topicclf.writing.lock import lock

__all__ = ["ENDINGS", "Checkpoint", "Part", "resolved"]

_PART = ".topicclf.part"
_STATE = ".topicclf.state"
_REWRITTEN = ".topicclf.rewritten"
#: What the names of files beside a target end in.
ENDINGS = (_PART, _STATE, _REWRITTEN)
# So many times a part may be replaced while it is waited for.
_REPLACED = 20


@dataclass(frozen=True)
class Checkpoint:
    """How far a part has got.

    Attributes:
        size: How many of its bytes count.
        records: How many records of the input they answer, those that were left out included.
        digest: A hash of these records.
        more: What else is needed to go on.
    """

    size: int = 0
    records: int = 0
    digest: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


class Part:
    """The part of a file that has been written so far, locked for whoever holds it.

    Beside it is its state: a first line about the work that it belongs to, and a line for each
    checkpoint. Whatever a kill leaves, what is behind the last checkpoint is cut off.

    Args:
        target: The file that it will become; a link is followed, so that it stays a link.
        work: What makes this work another one: the input, the options, the model.
        resume: Whether to go on with what an interrupted run has left.
        resumable: Whether a later run could go on with this one.

    Raises:
        DataError: Somebody else is writing the file; or what is left belongs to other work.
        OSError: There is no such folder, or the file can't be written.
    """

    def __init__(
        self, target: Path, work: Mapping[str, Any], *, resume: bool, resumable: bool = True
    ) -> None:
        self.target = resolved(target)
        self.path = _beside(self.target, _PART)
        self._state_path = _beside(self.target, _STATE)
        self._resumable = resumable
        self._state: IO[bytes] | None = None
        self.file = self._locked()
        try:
            self.checkpoint, noted = self._resumed(work) if resume else (Checkpoint(), 0)
            self._begin(work, noted)
        except BaseException:
            self.file.close()
            raise

    def _locked(self) -> IO[bytes]:
        mode = 0o666
        with suppress(FileNotFoundError):
            status = self.target.stat()
            mode = stat.S_IMODE(status.st_mode)
            if not os.access(self.target, os.W_OK):
                raise PermissionError(errno.EACCES, "the file is read-only", str(self.target))
        for _ in range(_REPLACED):
            file = _open(self.path, mode)
            if lock(file.fileno()) is False:
                file.close()
                msg = f"another topicclf is writing {self.target}; wait for it, or name another -o"
                raise DataError(msg)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), os.lstat(self.path)):
                    return file
            file.close()  # While this one waited for it, it was finished.
        msg = f"{self.path} is replaced again and again; name another -o"
        raise DataError(msg)

    def _resumed(self, work: Mapping[str, Any]) -> tuple[Checkpoint, int]:
        """The last checkpoint that counts, and where its line in the state ends."""
        size = os.fstat(self.file.fileno()).st_size
        lines: list[bytes] = []
        with suppress(FileNotFoundError), _open(self._state_path, 0o600, new=False) as file:
            # A line that was not written whole has no end.
            lines = [line for line in file if line.endswith(b"\n")]
        if not size or not lines:
            return Checkpoint(), 0
        before = _parsed(lines[0]) or {}
        for name, value in json.loads(json.dumps(work)).items():
            if before.get(name) != value:
                msg = (
                    f"can't resume: {self.path} was written {_other(name)}; without --resume the "
                    "work begins anew"
                )
                raise DataError(msg)
        for count in range(len(lines), 1, -1):
            found = _parsed(lines[count - 1])
            if found is not None and found["size"] <= size:
                return Checkpoint(**found), sum(map(len, lines[:count]))
        return Checkpoint(), 0

    def _begin(self, work: Mapping[str, Any], noted: int) -> None:
        """Cut off what is behind the checkpoint, here and in the state."""
        self.file.truncate(self.checkpoint.size)
        self.file.seek(0, os.SEEK_END)
        if not self._resumable:
            self._state_path.unlink(missing_ok=True)
            return
        self._state = _open(self._state_path, 0o600)
        self._state.truncate(noted)
        self._state.seek(noted)
        if not noted:
            self._note(work)

    def _note(self, line: Mapping[str, Any]) -> None:
        assert self._state is not None
        self._state.write(json.dumps(line).encode() + b"\n")
        self._state.flush()

    def reach(self, checkpoint: Checkpoint) -> None:
        """Remember that all that has been written so far counts."""
        self.file.flush()
        self.checkpoint = checkpoint
        if self._state is not None:
            self._note(asdict(checkpoint))

    def finish(self, rewritten: Iterator[bytes] | None = None) -> None:
        """Put the part in its target's place.

        Args:
            rewritten: What to put there instead.
        """
        whole = self.path
        if rewritten is not None:
            whole = _beside(self.target, _REWRITTEN)
            whole.unlink(missing_ok=True)
            with _open(whole, stat.S_IMODE(os.fstat(self.file.fileno()).st_mode)) as file:
                file.writelines(rewritten)
                self._settle(file)
        else:
            self._settle(self.file)
        if os.name == "nt":  # There, open files can't be renamed.
            self.close()
        if rewritten is None:
            # Before the part: without its state it is begun anew, never taken for something else.
            self._state_path.unlink(missing_ok=True)
            whole.replace(self.target)
        else:
            whole.replace(self.target)
            self.path.unlink()
            self._state_path.unlink(missing_ok=True)
        self.close()

    def _settle(self, file: IO[bytes]) -> None:
        file.flush()
        os.fsync(file.fileno())
        copy_rights(self.target, file.fileno())

    def leave(self) -> str:
        """Stop in the midst: keep what a later run can go on with, remove the rest.

        Returns:
            What to say of it.
        """
        _beside(self.target, _REWRITTEN).unlink(missing_ok=True)
        if self._state is not None and self.checkpoint.records:
            self.close()
            records = f"{self.checkpoint.records:,} records"
            return f"{self.path} holds the answers for {records}; --resume goes on from there"
        self._state_path.unlink(missing_ok=True)
        if os.name == "nt":
            self.close()
        self.path.unlink(missing_ok=True)
        self.close()
        return ""

    def close(self) -> None:
        """Let go of the lock; whoever comes next may go on."""
        if self._state is not None:
            self._state.close()
        with suppress(OSError):  # What could not be written counts for nothing.
            self.file.close()


def resolved(target: Path) -> Path:
    """The file that is written: where a link leads, if it is one.

    Raises:
        DataError: It leads nowhere, or to a folder that isn't there.
    """
    given, target = target, Path(os.path.realpath(target))
    if target.is_symlink():
        msg = f"{given} is a link that leads back to itself"
        raise DataError(msg)
    if not target.parent.is_dir():
        msg = f"{target}: no such folder: {target.parent}"
        raise DataError(msg)
    return target


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(f"{target.name}{ending}")


def _open(path: Path, mode: int, *, new: bool = True) -> IO[bytes]:
    """Open a file of ours, new or not, but never what somebody else has put in its place."""
    flags = os.O_RDWR | (os.O_CREAT if new else 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(path, flags, mode)
    except OSError as error:
        if path.is_symlink():
            msg = f"{path} is a link, which topicclf has not made: remove it"
            raise DataError(msg) from error
        raise
    status = os.fstat(descriptor)
    mine = not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
    if not (stat.S_ISREG(status.st_mode) and status.st_nlink <= 1 and mine):
        os.close(descriptor)
        msg = f"{path} is not a file that topicclf has made: remove it"
        raise DataError(msg)
    return os.fdopen(descriptor, "r+b")


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _other(name: str) -> str:
    return {
        "topicclf": "by another version of topicclf",
        "model": "by another model",
        "options": "with other options",
        "format": "in another format",
    }.get(name, "from other input")
