"""The files that a command reads, so that it never writes over one of them."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from topicclf.cli.options import is_shipped
from topicclf.labelled.reading import Source
from topicclf.records import ReadOptions
from topicclf.records.sources import find_files

__all__ = ["files_read"]


def files_read(*, models: Iterable[Path] = (), data: Iterable[str | Path] = ()) -> list[str]:
    """Name every file that a command reads.

    Args:
        models: Models as they were named: files, folders or ``shipped``.
        data: Labelled articles as they were named: files, also with a weight, folders, globs.
    """
    from topicclf.api import shipped_file  # NumPy comes along.
    from topicclf.model import model_file

    files = [shipped_file() if is_shipped(path) else model_file(path) for path in models]
    names = list(map(str, files))
    for source in data:
        with suppress(FileNotFoundError):
            names += find_files([Source.parse(str(source)).path], options=ReadOptions())
    return names
