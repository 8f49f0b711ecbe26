"""The model file: a header and named arrays in one ``.npz``, never any pickled object.

The archive holds ``header.npy``, JSON as bytes, with the format's name and the schema number, and
one uncompressed ``.npy`` per array. Its comment, the last bytes of the file, is a seal: the SHA-256
of all bytes before it. Reading goes in steps, each of which can refuse: is this a whole model file,
does the seal match, is each member stored as it is and within the file, is the schema known. A seal
says that a file is whole, not that it is honest: `topicclf.artifact.parts` audits what it holds.
"""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicclf.artifact.members import array_of, members_of
from topicclf.errors import (
    ModelFileError,
    NewerModelError,
    NotAModelError,
    TamperedModelError,
    TruncatedModelError,
)
from topicclf.writing.beside import write_beside

__all__ = ["SCHEMA", "artifact_bytes", "read_artifact", "seal", "view_artifact", "write_artifact"]

Arrays = Mapping[str, NDArray[Any]]

FORMAT = "topicclf-model"
SCHEMA = 1
_ZIP_MAGIC = b"PK\x03\x04"
_ZIP_END = b"PK\x05\x06"
_SEAL = b"sha256:"
_DIGITS = 64
# A topic takes some 4 KB of it; parsed, JSON can take twenty times its size.
_LARGEST_HEADER = 1 << 26


def write_artifact(
    path: str | os.PathLike[str], *, header: Mapping[str, Any], arrays: Arrays
) -> None:
    """Write a model file, whole or not at all; the same contents give the same bytes.

    Args:
        path: Where to; an existing file is replaced.
        header: What JSON can hold.
        arrays: Arrays of numbers, by name.
    """
    write_beside(path, artifact_bytes(header=header, arrays=arrays))


def artifact_bytes(*, header: Mapping[str, Any], arrays: Arrays) -> bytes:
    """The bytes of a model file, as `write_artifact` writes them."""
    described = {**header, "format": FORMAT, "schema": SCHEMA}
    # In ASCII, as UTF-8 has no bytes for what a file's name may hold.
    text = json.dumps(described, sort_keys=True).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in {"header": np.frombuffer(text, np.uint8), **arrays}.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            # ZipInfo's own date is a fixed one, so that equal models are equal bytes.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue())
    return seal(buffer.getvalue())


def seal(archive: bytes) -> bytes:
    """Put the SHA-256 of an archive's bytes into its comment."""
    buffer = io.BytesIO(archive)
    with zipfile.ZipFile(buffer, "a") as file:
        file.comment = _SEAL + b"0" * _DIGITS
    content = buffer.getvalue()[:-_DIGITS]
    return content + _digest(content)


def read_artifact(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read a model file; nothing in it can run code.

    Time and memory are linear in the size of the file, whatever it says of itself.

    Returns:
        The header and the arrays.

    Raises:
        FileNotFoundError: There is no such file.
        NotAModelError: It is something else.
        TruncatedModelError: Its end is missing.
        NewerModelError: It needs a newer topicclf.
        TamperedModelError: Its contents don't match their checksum, or can't be read.
    """
    header, arrays = view_artifact(path)
    return header, {name: array.copy() for name, array in arrays.items()}


def view_artifact(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read a model file as `read_artifact` does, with arrays that are read-only views of it."""
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError as error:
        msg = f"no model at {path}; topicclf.load() without a path gives the shipped one"
        raise FileNotFoundError(msg) from error
    _check_whole(content, path)
    _check_seal(content, path)
    try:
        members = members_of(content)
        header = _header(members.pop("header", None), path)
        arrays = {name: array_of(member, name) for name, member in members.items()}
    except ModelFileError:
        raise
    # Whatever zipfile, JSON and NumPy say of bytes that make no sense to them; a MemoryError or
    # a RecursionError, too, comes from the bytes.
    except Exception as error:
        msg = f"{path} is damaged ({error or type(error).__name__}). Fetch or train it again."
        raise TamperedModelError(msg) from error
    return header, arrays


def _check_whole(content: bytes, path: str | os.PathLike[str]) -> None:
    if content[-_DIGITS - len(_SEAL) : -_DIGITS] == _SEAL and content.startswith(_ZIP_MAGIC):
        return
    if content.startswith(_ZIP_MAGIC) and not _ends(content):
        msg = f"{path} ends too early: it was copied or downloaded in part. Fetch it again."
        raise TruncatedModelError(msg)
    kind = "is no topicclf model" if content else "is empty"
    msg = f"{path} {kind}. Give the path of a model.npz, or of the folder that holds one."
    raise NotAModelError(msg)


def _ends(archive: bytes) -> bool:
    """Whether a zip archive has its end: a record of 22 bytes and a comment of stated length."""
    start = archive.rfind(_ZIP_END)
    stated = int.from_bytes(archive[start + 20 : start + 22], "little")
    return start >= 0 and len(archive) == start + 22 + stated


def _check_seal(content: bytes, path: str | os.PathLike[str]) -> None:
    if content[-_DIGITS:] != _digest(memoryview(content)[:-_DIGITS]):
        msg = f"{path} does not match its own checksum: it was changed. Fetch or train it again."
        raise TamperedModelError(msg)


def _digest(content: bytes | memoryview) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _header(member: memoryview | None, path: str | os.PathLike[str]) -> dict[str, Any]:
    if member and len(member) > _LARGEST_HEADER:
        msg = f"its header has {len(member):,} bytes, and models at most {_LARGEST_HEADER:,}"
        raise ValueError(msg)
    header: Any = json.loads(array_of(member, "header").tobytes()) if member else None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        msg = f"{path} is an archive, but holds no topicclf model."
        raise NotAModelError(msg)
    schema = header.get("schema")
    if type(schema) is not int or schema < 1:
        msg = f"schema {schema!r:.100}"
        raise ValueError(msg)
    if schema > SCHEMA:
        msg = (
            f"{path} has schema {schema}; this topicclf reads up to {SCHEMA}. "
            f"Upgrade topicclf, or train the model again with this version."
        )
        raise NewerModelError(msg)
    return header
