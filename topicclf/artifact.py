"""The model file: a header and named arrays in one ``.npz``, never any pickled object.

The archive holds ``header.npy``, JSON as bytes, with the format's name, the schema number and the
SHA-256 of everything else, and one uncompressed ``.npy`` per array. Reading goes in three steps,
each of which can refuse: is this a whole model file, is its schema known, do its contents match
the checksum.
"""

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import (
    ModelFileError,
    NewerModelError,
    NotAModelError,
    TamperedModelError,
    TruncatedModelError,
)

__all__ = ["SCHEMA", "read_artifact", "write_artifact", "write_beside"]

Arrays = Mapping[str, NDArray[Any]]

FORMAT = "topicclf-model"
SCHEMA = 1
_ZIP_MAGIC = b"PK\x03\x04"
# A zip archive's end-of-central-directory record: its last 22 bytes, as we write no comment.
_ZIP_END = b"PK\x05\x06"
_ZIP_END_LENGTH = 22


def write_artifact(
    path: str | os.PathLike[str], *, header: Mapping[str, Any], arrays: Arrays
) -> None:
    """Write a model file, whole or not at all; the same contents give the same bytes.

    Args:
        path: Where to; what stands there is replaced.
        header: What JSON can hold.
        arrays: Arrays of numbers, by name.
    """
    described = {**header, "format": FORMAT, "schema": SCHEMA}
    described["sha256"] = _digest(described, arrays)
    text = json.dumps(described, sort_keys=True, ensure_ascii=False).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in {"header": np.frombuffer(text, np.uint8), **arrays}.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            # ZipInfo's own date is a fixed one, so that equal models are equal bytes.
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue())
    write_beside(path, buffer.getvalue())


def write_beside(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file beside its place and rename it, so that no reader ever sees half of it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def read_artifact(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read a model file; nothing in it can run code.

    Returns:
        The header and the arrays.

    Raises:
        FileNotFoundError: There is no such file.
        NotAModelError: It is something else.
        TruncatedModelError: Its end is missing.
        NewerModelError: It needs a newer topicclf.
        TamperedModelError: Its contents don't match their checksum.
    """
    content = Path(path).read_bytes()
    arrays = _parse(content, path)
    header = _header(arrays.pop("header", None), path)
    if header["schema"] > SCHEMA:
        msg = (
            f"{path} has schema {header['schema']}; this topicclf reads up to {SCHEMA}. "
            f"Upgrade topicclf, or train the model again with this version."
        )
        raise NewerModelError(msg)
    stated = header.pop("sha256", None)
    if stated != _digest(header, arrays):
        msg = f"{path} does not match its own checksum: it was changed. Fetch or train it again."
        raise TamperedModelError(msg)
    return header, arrays


def _parse(content: bytes, path: str | os.PathLike[str]) -> dict[str, NDArray[Any]]:
    if not content.startswith(_ZIP_MAGIC):
        part = "is empty" if not content else "is no topicclf model"
        msg = f"{path} {part}. Give the path of a model.npz, or of the folder that holds one."
        raise NotAModelError(msg)
    if content[-_ZIP_END_LENGTH:][:4] != _ZIP_END:
        msg = f"{path} ends too early: it was copied or downloaded in part. Fetch it again."
        raise TruncatedModelError(msg)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {
                name.removesuffix(".npy"): _array(archive.read(name)) for name in archive.namelist()
            }
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        msg = f"{path} is damaged ({error}). Fetch or train it again."
        raise TamperedModelError(msg) from error


def _array(member: bytes) -> NDArray[Any]:
    array: NDArray[Any] = np.lib.format.read_array(io.BytesIO(member), allow_pickle=False)
    return array


def _header(raw: NDArray[Any] | None, path: str | os.PathLike[str]) -> dict[str, Any]:
    try:
        header = json.loads(raw.tobytes()) if raw is not None else {}
    except ValueError as error:
        msg = f"the header of {path} is damaged. Fetch or train it again."
        raise TamperedModelError(msg) from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        msg = f"{path} is an archive, but holds no topicclf model."
        raise NotAModelError(msg)
    if not isinstance(header.get("schema"), int):
        msg = f"the header of {path} names no schema."
        raise ModelFileError(msg)
    return header


def _digest(header: Mapping[str, Any], arrays: Arrays) -> str:
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.data if array.size else b"")
    return digest.hexdigest()
