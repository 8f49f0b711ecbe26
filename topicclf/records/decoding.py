"""Bytes to text: UTF-8, UTF-16 and UTF-32, or else Windows-1252 or Latin-1.

UTF-8 is never guessed at: bytes that are valid UTF-8 and not ASCII are UTF-8. Each line is judged
by itself. One that isn't UTF-8 is damaged if most lines near it are UTF-8, or most of its own
characters; otherwise charset-normalizer, of the extra ``[encodings]``, says whether Windows-1252
or Latin-1 makes sense of it.
"""

import codecs
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from topicclf.errors import DataError, MissingExtraError
from topicclf.installation.extras import extra
from topicclf.records.lines import RawLine, TooLong, raw_lines

__all__ = ["TextLines", "Undecodable", "decode", "encoding_before", "in_utf8"]

# UTF-32's first: UTF-16's mark is its beginning.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_BUFFER = 1 << 16
# So much of what follows is looked at to judge a line that isn't UTF-8.
_AHEAD_LINES, _AHEAD_BYTES = 64, 1 << 18
# Bytes that can't be decoded are passed on as bytes that are never UTF-8.
_DAMAGE = "\udcff"
# What Windows-1252 makes of a cut or broken character of UTF-8, and people hardly write: a capital
# within a word, a sign within one, and the beginnings of quotes and accented letters.
_UNLIKELY = re.compile(
    "[a-z\u00df-\u00ff][\u00c0-\u00de]|\\b[\u00c0-\u00de][A-Z][a-z]|[\u00c2\u00c3\u00e2\u00ff]\\W"
    "|\\w[\u20ac\u201a\u0192\u201e\u2020-\u2022\u02c6\u2030\u2039\u0153\u0152\u02dc\u203a"
    "\u00a4\u00a6-\u00ac\u00af-\u00b9\u00bb-\u00bf\u00d7]\\w|[\ufffd\u0080-\u009f]"
)


@dataclass(frozen=True, slots=True)
class Undecodable:
    """Bytes that are no text.

    Attributes:
        text: As much as can be read of it.
        problem: What is wrong, and what to do.
    """

    text: str
    problem: str


class Utf8Reader(io.BufferedReader):
    """A file turned into UTF-8.

    Attributes:
        encoding: What it was.
    """

    def __init__(self, file: io.BufferedReader, encoding: str) -> None:
        self.encoding = encoding
        super().__init__(cast("io.RawIOBase", _Recoded(file, encoding)), _BUFFER)


class _Recoded(io.RawIOBase):
    def __init__(self, file: io.BufferedReader, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)("topicclf.damage")
        self._left = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left and not self._ended:
            content = self._file.read1(_BUFFER)
            self._ended = not content
            text = self._decoder.decode(content, self._ended)
            self._left = text.encode("utf-8", "surrogatepass")
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def _damage(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return _DAMAGE, error.end
    raise error


codecs.register_error("topicclf.damage", _damage)


def in_utf8(file: io.BufferedReader, encoding: str | None = None) -> io.BufferedReader:
    """A reader of the same text in UTF-8, without a mark, if that takes no guess.

    Args:
        file: The file, from its start.
        encoding: What its bytes mean. A mark at their start comes first; without either, UTF-16
            and UTF-32 are known by their NULs.
    """
    start = file.peek(4096)
    if start.startswith(codecs.BOM_UTF8):
        file.read(len(codecs.BOM_UTF8))
        return file
    known = _marked(start) or encoding or _wide(start[:4096])
    if known is None or codecs.lookup(known).name in {"utf-8", "utf-8-sig"}:
        return file
    return Utf8Reader(file, known)


def encoding_before(file: io.BufferedReader) -> str:
    """The encoding that a file was in before it was turned into UTF-8; nothing if it wasn't."""
    return file.encoding if isinstance(file, Utf8Reader) else ""


def _marked(start: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)


def _wide(start: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: every second byte or so is NUL, and none of the others."""
    if len(start) < 8 or b"\0" not in start:
        return None
    if begun := next((each for each in _WIDE if _begins_in_ascii(start[:8], each)), None):
        return begun
    printable = sum(map(_is_printable, start[::2], start[1::2]))
    if printable > len(start) / 4:
        return None  # Text of single bytes, with a NUL here and there.
    quarter = len(start) // 4
    nul = [start[place::4].count(0) / quarter for place in range(4)]
    if min(nul[1:3]) >= 0.9 and min(nul[0], nul[3]) < 0.1:
        return "utf-32-le" if nul[3] >= 0.9 else "utf-32-be"
    return _wide_by_pairs((nul[0] + nul[2]) / 2, (nul[1] + nul[3]) / 2)


def _begins_in_ascii(start: bytes, encoding: str) -> bool:
    """Whether the first characters are those of a header or of JSON, whatever comes then."""
    text = start.decode(encoding, "replace")
    return text.isascii() and all(each.isprintable() or each.isspace() for each in text)


def _is_printable(first: int, second: int) -> bool:
    return 0x20 <= first < 0x7F and 0x20 <= second < 0x7F


def _wide_by_pairs(even: float, odd: float) -> str | None:
    if min(even, odd) > 0.01 or max(even, odd) < 0.1:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def decode(content: bytes, *, name: str, was: str = "") -> str | Undecodable:
    """Decode a whole file that is UTF-8, Windows-1252 or Latin-1.

    Args:
        content: Its bytes.
        name: Its name, for messages.
        was: The encoding that it was in before it was turned into UTF-8.
    """
    try:
        return content.decode()
    except UnicodeDecodeError:
        if was:
            return _decoded(content, "utf-8", spoken=was)
        if paired := _paired(content):
            return paired
        lines = [line for line in content.split(b"\n") if not line.isascii()]
        return _decoded(content, _Judge(name).encoding(lines))


class TextLines:
    """The lines of a file, as bytes and on demand as text.

    Args:
        file: The file, from its start.
        name: Its name, for messages.
        end: What ends a line.

    Attributes:
        unicode: How many lines were UTF-8 and not ASCII; whoever decodes by other means adds to it.
    """

    def __init__(self, file: io.BufferedReader, *, name: str, end: bytes = b"\n") -> None:
        self.unicode = 0
        self._lines = raw_lines(file, end=end)
        self._was = encoding_before(file)
        self._judge = _Judge(name)
        self._ahead: deque[RawLine] = deque()
        self._encoding = ""

    def __iter__(self) -> Iterator[RawLine]:
        while True:
            while self._ahead:
                yield self._ahead.popleft()
            self._encoding = ""
            for line in self._lines:
                yield line
                if self._ahead:
                    break
            else:
                if not self._ahead:
                    return

    def take_back(self, lines: Iterable[RawLine]) -> None:
        """Hand out lines once more, before the others."""
        self._ahead.extendleft(reversed(list(lines)))

    def text(self, line: bytes | TooLong) -> str | Undecodable:
        """The text of the line that was handed out last."""
        if isinstance(line, TooLong):
            return Undecodable("", line.problem)
        try:
            text = line.decode()
        except UnicodeDecodeError:
            return self._other(line)
        if not text.isascii():
            self.unicode += 1
        return text

    def _other(self, line: bytes) -> str | Undecodable:
        if self._was:
            return _decoded(line, "utf-8", spoken=self._was)
        if paired := _paired(line):
            return paired
        if _is_utf8(line):
            return _decoded(line, "utf-8")
        if not self._encoding:
            self._look_ahead()
            near = [each for each in self._ahead if isinstance(each, bytes) and not each.isascii()]
            self._encoding = self._judge.encoding([line, *near], good=self.unicode)
            self.unicode = 0
        return _decoded(line, self._encoding)

    def _look_ahead(self) -> None:
        lines = size = 0
        # What has been handed back counts, too.
        for line in self._lines:
            self._ahead.append(line)
            if isinstance(line, bytes):
                size += len(line)
                lines += not line.isascii()
            if lines >= _AHEAD_LINES or size >= _AHEAD_BYTES:
                return


class _Judge:
    """Tells what lines that aren't all UTF-8 are.

    Args:
        name: The file's name, for messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._found = ""

    def encoding(self, lines: list[bytes], *, good: int = 0) -> str:
        """The encoding of those that aren't UTF-8; ``utf-8`` if they are damaged.

        Args:
            lines: Lines, none of them ASCII.
            good: How many lines before were UTF-8.
        """
        other = [line for line in lines if not _is_utf8(line)]
        good = min(good, _AHEAD_LINES) + len(lines) - len(other)
        likely = [line for line in other if not _UNLIKELY.search(line.decode("cp1252", "replace"))]
        # Text in another encoding is next to never valid UTF-8, nor is much of it unlikely.
        if good > len(other) or 2 * len(likely) <= len(other) <= _AHEAD_LINES // 8 or not other:
            return "utf-8"
        if not self._found:
            self._found = self._detected(b"\n".join(other))
        return self._found

    def _detected(self, sample: bytes) -> str:
        try:
            normalizer = extra("charset_normalizer", name="encodings")
        except MissingExtraError as error:
            msg = f"{self._name} is not UTF-8; name its encoding, or let it be detected: {error}"
            raise DataError(msg) from error
        best = normalizer.from_bytes(sample, cp_isolation=["cp1252", "latin_1"]).best()
        if best is None:
            return "utf-8"
        encoding: str = best.encoding
        import logging  # Slow to import, and seldom needed.

        logging.getLogger(__name__).warning(
            "%s: not UTF-8; read as %s", self._name, _spoken(encoding)
        )
        return encoding


def _paired(content: bytes) -> str:
    """The text of UTF-8 with pairs of surrogates, as Java and old databases write; else nothing."""
    if b"\xed" not in content:
        return ""
    try:
        pairs = content.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        return pairs.decode("utf-16-le")
    except UnicodeError:
        return ""


def _is_utf8(content: bytes) -> bool:
    """Whether bytes are UTF-8, most of their characters at least."""
    try:
        content.decode()
    except UnicodeDecodeError:
        text = content.decode("utf-8", "replace")
        damaged = text.count("\ufffd")
        return damaged < sum(not character.isascii() for character in text) - damaged
    return True


def _decoded(content: bytes, encoding: str, *, spoken: str = "") -> str | Undecodable:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        where = "" if spoken else f" (byte 0x{content[error.start]:02x} at {error.start})"
        problem = (
            f"not {_spoken(spoken or encoding)}{where}; save it as UTF-8, or name its encoding"
        )
        return Undecodable(content.decode(encoding, errors="replace"), problem)


def _spoken(encoding: str) -> str:
    return {"cp1252": "Windows-1252", "latin_1": "Latin-1", "utf-8-sig": "UTF-8"}.get(
        encoding, encoding.upper()
    )
