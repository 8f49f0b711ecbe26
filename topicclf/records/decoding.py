"""Bytes to text: UTF-8, UTF-16 and UTF-32 by their marks, or else Windows-1252 or Latin-1.

UTF-8 is never guessed at: bytes that are valid UTF-8 and not ASCII are UTF-8. For the rest
charset-normalizer, of the extra ``[encodings]``, tells whether Windows-1252 or Latin-1 makes
sense of them.
"""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from topicclf.errors import DataError, MissingExtraError
from topicclf.installation.extras import extra

__all__ = ["DAMAGED", "DamagedError", "Undecodable", "decode", "decoded_lines"]

#: What reading a damaged gzip file raises.
DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)

# UTF-32's first: UTF-16's mark is its beginning.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Bytes that are no text.

    Attributes:
        text: As much as can be read of it.
        problem: What is wrong, and what to do.
    """

    text: str
    problem: str


class DamagedError(Exception):
    """A gzip file is damaged.

    Attributes:
        line: The line where it breaks off, from 1.
    """

    def __init__(self, why: Exception, line: int) -> None:
        super().__init__(str(why))
        self.line = line


def decode(content: bytes, *, name: str, encoding: str | None = None) -> str | Undecodable:
    """Decode a whole file.

    Args:
        content: Its bytes.
        name: Its name, for messages.
        encoding: What the bytes mean; None finds out. A mark at their start comes first.
    """
    encoding = _marked(content) or encoding or _judge(content, name)
    return _decoded(content, encoding)


def decoded_lines(
    file: io.BufferedReader, *, name: str, encoding: str | None = None
) -> Iterator[tuple[bytes, str | Undecodable]]:
    """Decode a file line by line, each with its end; its bytes go along if they are UTF-8.

    The first line that is not ASCII, with what follows in the file's buffer, tells the encoding.

    Args:
        file: The file, from its start.
        name: Its name, for messages.
        encoding: What the bytes mean; None finds out.

    Raises:
        DamagedError: The file is packed, and breaks off.
    """
    number = 0
    try:
        for line in _lines(file, name, encoding):
            number += 1
            yield line
    except DAMAGED as error:
        raise DamagedError(error, number + 1) from error


def _lines(
    file: io.BufferedReader, name: str, encoding: str | None
) -> Iterator[tuple[bytes, str | Undecodable]]:
    encoding = _marked(file.peek(4)) or (encoding and codecs.lookup(encoding).name)
    if encoding and encoding.startswith(("utf-16", "utf-32")):
        yield from _wide_lines(file, encoding)
        return
    if encoding == "utf-8-sig":
        file.read(len(codecs.BOM_UTF8))
        encoding = "utf-8"
    for raw in file:
        if encoding is None:
            if raw.isascii():
                yield raw, raw.decode("ascii")
                continue
            ahead = file.peek()
            encoding = _judge(raw + ahead[: ahead.rfind(b"\n") + 1], name)
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            yield b"", _decoded(raw, encoding)
        else:
            yield raw if encoding == "utf-8" else b"", text


def _wide_lines(
    file: io.BufferedReader, encoding: str
) -> Iterator[tuple[bytes, str | Undecodable]]:
    lines = io.TextIOWrapper(file, encoding, errors="replace", newline="\n")
    try:
        for text in lines:
            damaged = _REPLACEMENT in text
            yield (
                b"",
                Undecodable(text, f"not {encoding.upper()}; save it anew") if damaged else text,
            )
    finally:
        # Otherwise it would close the file, which is not its own.
        lines.detach()


def _decoded(content: bytes, encoding: str) -> str | Undecodable:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        byte = f"byte 0x{content[error.start]:02x} at {error.start}"
        problem = f"not {_spoken(encoding)} ({byte}); save it as UTF-8, or name its encoding"
        return Undecodable(content.decode(encoding, errors="replace"), problem)


def _marked(start: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)


def _judge(sample: bytes, name: str) -> str:
    """Tell the encoding of some lines, not all of which are ASCII."""
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    # Text in another encoding is next to never valid UTF-8: lines that aren't are damaged ones.
    if 2 * sum(map(_is_utf8, lines)) >= len(lines):
        return "utf-8"
    try:
        normalizer = extra("charset_normalizer", name="encodings")
    except MissingExtraError as error:
        msg = f"{name} is not UTF-8; name its encoding, or let it be detected: {error}"
        raise DataError(msg) from error
    best = normalizer.from_bytes(sample, cp_isolation=["cp1252", "latin_1"]).best()
    if best is None:
        return "utf-8"
    encoding: str = best.encoding
    import logging  # Slow to import, and seldom needed.

    logging.getLogger(__name__).warning("%s: not UTF-8; read as %s", name, _spoken(encoding))
    return encoding


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _spoken(encoding: str) -> str:
    return {"cp1252": "Windows-1252", "latin_1": "Latin-1", "utf-8-sig": "UTF-8"}.get(
        encoding, encoding.upper()
    )
