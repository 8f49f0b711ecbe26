"""The members of an archive as arrays, believing nothing that they say of their size."""

import encodings.cp437  # noqa: F401  # Of zipfile: imported late, it can hang in a forked process.
import io
import math
import re
import struct
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["array_of", "members_of"]

_ENDING = ".npy"
# A member's own header: magic, much that the directory repeats, the sizes of name and extra.
_LOCAL = struct.Struct("<4s22xHH")
_LOCAL_MAGIC = b"PK\x03\x04"
# As NumPy writes it. Its own reader evaluates this as Python's literals, which deep nesting can
# crash, and allocates what the shape says.
_NPY = re.compile(
    rb"\x93NUMPY\x01\x00(?s:..)"
    rb"\{'descr': '([^']{1,20})', 'fortran_order': False, 'shape': \(([0-9, ]{0,60})\), \} *\n"
)
_TYPES = frozenset(["|b1", "|i1", "|u1", *(f"<{k}{n}" for k in "iuf" for n in (2, 4, 8))])


def members_of(archive: bytes) -> dict[str, memoryview]:
    """The members of a zip archive by name, without the ending ``.npy``; nothing is copied.

    Raises:
        ValueError: One is compressed, there twice, no array, or larger than the archive.
        zipfile.BadZipFile: It is not a sound archive.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        members = file.infolist()
    contents = {each.filename.removesuffix(_ENDING): _stored(archive, each) for each in members}
    # Members that overlap would make much of little.
    if sum(each.file_size for each in members) > len(archive):
        msg = "its members are larger than the file"
        raise ValueError(msg)
    if len(contents) < len(members):
        msg = "it has two members of one name"
        raise ValueError(msg)
    return contents


def _stored(archive: bytes, member: zipfile.ZipInfo) -> memoryview:
    name = f"{member.filename!r:.100}"
    if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
        msg = f"{name} is compressed, which a model never is"
        raise ValueError(msg)
    if not member.filename.endswith(_ENDING):
        msg = f"{name} is not an array"
        raise ValueError(msg)
    # The archive is sealed as a whole, so that zipfile's own checksums would say nothing new.
    magic, name_size, extra_size = _LOCAL.unpack_from(archive, member.header_offset)
    start = member.header_offset + _LOCAL.size + name_size + extra_size
    if magic != _LOCAL_MAGIC or start + member.file_size > len(archive):
        msg = f"{name} is not where the archive says"
        raise ValueError(msg)
    return memoryview(archive)[start : start + member.file_size]


def array_of(member: bytes | memoryview, name: str) -> NDArray[Any]:
    """The array of numbers that an ``.npy`` member holds, read-only; nothing is copied.

    Raises:
        ValueError: It is something else, or not as large as its shape and type say.
    """
    match = _NPY.match(member)
    if match is None:
        msg = f"{name!r:.100} is not an array as models have them"
        raise ValueError(msg)
    kind = match[1].decode("ascii", "replace")
    if kind not in _TYPES:
        what = "pickled objects, which are never opened" if "O" in kind else f"values of {kind!r}"
        msg = f"{name!r:.100} holds {what}"
        raise ValueError(msg)
    shape = tuple(int(size) for size in match[2].replace(b" ", b"").split(b",") if size)
    dtype = np.dtype(kind)
    if math.prod(shape) * dtype.itemsize != len(member) - match.end():
        msg = f"{name!r:.100} has shape {shape}, but {len(member) - match.end():,} bytes"
        raise ValueError(msg)
    return np.frombuffer(member[match.end() :], dtype).reshape(shape)
