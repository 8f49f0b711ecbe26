"""Corrections on the disk: JSON lines that ``topicclf train`` takes.

A correction has been kept once it is acknowledged, whatever happens then: each is one line, written
in one go at the file's end under a lock and brought to the disk. Only a kill in the midst of that
can leave half a line, which was never acknowledged; whoever comes next cuts it off. A client that
got no answer sends the same id again, and the line is kept once.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from topicclf.service.problems import ProblemError
from topicclf.writing.jsonl import encoded

__all__ = ["Corrections", "KeptCorrection"]


@dataclass(frozen=True)
class KeptCorrection:
    """What has become of a correction.

    Attributes:
        again: Whether it had been kept before.
        count: How many corrections there are.
        bytes_left: How many bytes are left for more.
    """

    again: bool
    count: int
    bytes_left: int


class Corrections:
    """The file of corrections, shared by threads and processes.

    Args:
        file: The file; its folder is made when the first correction comes.
        most_bytes: How large it may grow.
    """

    def __init__(self, file: Path, *, most_bytes: int) -> None:
        self.file = file
        self._most_bytes = most_bytes
        self._lock = Lock()
        self._ids: set[str] = set()
        self._read = 0

    def keep(self, name: str, line: Mapping[str, Any]) -> KeptCorrection:
        """Keep a correction, if it hasn't been kept yet.

        Args:
            name: Its id.
            line: What to write, the id included.

        Raises:
            ProblemError: There is no room for it.
            OSError: It can't be written.
        """
        content = encoded(line) + b"\n"
        with self._lock, self._opened() as file:
            size = self._learn(file)
            again = name in self._ids
            if not again:
                if size + len(content) > self._most_bytes:
                    msg = (
                        f"{self.file.name} holds {size:,} bytes of corrections, and may hold "
                        f"{self._most_bytes:,}; train on it, move it away, and go on"
                    )
                    raise ProblemError(507, "full", msg)
                self._append(file, size, content)
                size += len(content)
                self._ids.add(name)
                self._read = size
            return KeptCorrection(again, len(self._ids), max(self._most_bytes - size, 0))

    @contextmanager
    def _opened(self) -> Iterator[int]:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        new = not self.file.exists()
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(self.file, flags, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if new:
                _sync_folder(self.file.parent)
            yield file
        finally:
            os.close(file)

    def _learn(self, file: int) -> int:
        """Read the ids of lines that are new, cut off half a line at the end, and give the size."""
        size = os.fstat(file).st_size
        if size < self._read:  # Somebody has taken the file away, or begun it anew.
            self._ids, self._read = set(), 0
        content = os.pread(file, size - self._read, self._read) if size > self._read else b""
        *lines, rest = content.split(b"\n")
        self._ids.update(filter(None, map(_id, lines)))
        self._read += len(content) - len(rest)
        if rest:
            os.ftruncate(file, self._read)
        return self._read

    @staticmethod
    def _append(file: int, size: int, content: bytes) -> None:
        try:
            written = os.write(file, content)
            if written < len(content):
                msg = "the disk is full; nothing was kept"
                raise ProblemError(507, "full", msg)
            os.fsync(file)
        except BaseException:
            # What is not acknowledged must not be there.
            os.ftruncate(file, size)
            raise


def _id(line: bytes) -> str | None:
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    name = fields.get("id") if isinstance(fields, dict) else None
    return name if isinstance(name, str) else None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
