"""Text to words: the one place that says what a word is.

A word is a run of letters and digits, in lower case, without accents and apostrophes
(``Côte d'Ivoire's`` is ``cote divoires``). Characters that nobody sees, such as soft hyphens, don't
part words, nor do the vowel signs of a script. Everything else does, raised letters and digits
(``™``, ``²``) too. Scripts without spaces come out as long words, which no vocabulary knows.
"""

import codecs
import re
import unicodedata

__all__ = ["fold", "words"]

# Marks, and characters that only say how others are set.
_UNSEEN = frozenset(("Mn", "Mc", "Me", "Cf"))
# Marks without a shape: the grapheme joiner and the selectors of variants.
_JOINERS = re.compile("[\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_APOSTROPHES = "'\u2018\u2019\u02bc\uff07"

# Bytes from 0x80 on belong to letters: what else is beyond ASCII has been folded to a space.
_LOWER_OR_SPACE = bytes(
    c if c >= 0x80 else ord(chr(c).lower()) if chr(c).isalnum() else 0x20 for c in range(256)
)


class _Folding(dict[int, str]):
    """Code point to what it is read as; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = "'" if character in _APOSTROPHES else _folded(character)
        self[code] = folded
        return folded


def _folded(character: str) -> str:
    if unicodedata.decomposition(character).startswith("<super>"):
        return " "
    plain = unicodedata.normalize("NFKD", character)
    folded = "".join(c.lower() for c in plain if c.isalnum() or _is_vowel_sign(c))
    return folded or ("" if unicodedata.category(character) in _UNSEEN else " ")


def _is_vowel_sign(character: str) -> bool:
    """Whether it is a mark that is more than an accent on a letter."""
    mark = unicodedata.category(character) in {"Mn", "Mc"} and not unicodedata.combining(character)
    return mark and not _JOINERS.match(character)


_FOLDING = _Folding()


def _fold_run(error: UnicodeError) -> tuple[bytes, int]:
    assert isinstance(error, UnicodeEncodeError)
    run = error.object[error.start : error.end]
    return run.translate(_FOLDING).encode(), error.end


# The encoder finds the few characters beyond ASCII several times as fast as a regular expression.
codecs.register_error("topicclf.fold", _fold_run)


def fold(text: str) -> bytes:
    r"""Reduce a text to the letters and digits of its words, with spaces between them.

    >>> fold("Côte d'Ivoire's\tdeal.")
    b'cote divoires deal '
    """
    return text.encode("ascii", "topicclf.fold").translate(_LOWER_OR_SPACE, b"'")


def words(text: str) -> list[bytes]:
    r"""Split a text into its words, in time linear in its length.

    >>> words("Côte d'Ivoire's F-35 deal, U.S. says")
    [b'cote', b'divoires', b'f', b'35', b'deal', b'u', b's', b'says']
    >>> words("\ud800\x00 …")
    []
    """
    return fold(text).split()
