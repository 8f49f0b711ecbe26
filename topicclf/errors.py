"""What can go wrong, as one small tree.

::

    TopicclfError
    ├── DataError               data that can't be used: which file, line and why
    ├── MissingExtraError       a library is not installed
    ├── ModelFileError          a model file is refused
    │   ├── NotAModelError          it is something else
    │   ├── TruncatedModelError     its end is missing
    │   ├── TamperedModelError      its contents don't match their checksum
    │   ├── InvalidModelError       its contents don't make a model
    │   └── NewerModelError         it was written by a newer topicclf
    └── WorkerError             no longer raised; threads took the place of processes

A text of the wrong type raises Python's own `TypeError`.
"""

from collections.abc import Collection

__all__ = [
    "DataError",
    "InvalidModelError",
    "MissingExtraError",
    "ModelFileError",
    "NewerModelError",
    "NotAModelError",
    "TamperedModelError",
    "TopicclfError",
    "TruncatedModelError",
    "WorkerError",
    "did_you_mean",
]


class TopicclfError(Exception):
    """The root of all errors that topicclf raises on purpose."""


class DataError(TopicclfError, ValueError):
    """Data that can't be used; the message says where, why and what to do."""


class MissingExtraError(TopicclfError, ImportError):
    """A library is missing; the message says what to install."""


class ModelFileError(TopicclfError, ValueError):
    """A model file is refused."""


class NotAModelError(ModelFileError):
    """The file is no topicclf model."""


class TruncatedModelError(ModelFileError):
    """The file's end is missing: it was copied or downloaded in part."""


class TamperedModelError(ModelFileError):
    """The contents don't match the checksum that stands in the file."""


class InvalidModelError(ModelFileError):
    """The file is whole, but its contents don't make a model: types, shapes, ranges, order."""


class NewerModelError(ModelFileError):
    """The file's schema is newer than this topicclf can read."""


class WorkerError(TopicclfError, RuntimeError):
    """A process that helped to predict died; no longer raised, as there are none."""


def did_you_mean(name: str, known: Collection[str], *, otherwise: str) -> str:
    """The known name that is most like it, or something else where none is.

    >>> did_you_mean("trode", ["trade", "defence"], otherwise="there are two")
    "did you mean 'trade'?"
    """
    import difflib  # Slow to import, and seldom needed.

    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean {near[0]!r}?" if near else otherwise
