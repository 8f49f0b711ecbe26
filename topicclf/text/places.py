"""Where in a text its words are."""

import numpy as np
from numpy.typing import NDArray

from topicclf.text.words import fold

__all__ = ["word_places"]

_SPACE, _LETTER, _UNREAD = range(3)


def _kind(code: int) -> int:
    folded = fold(chr(code))
    if not folded:
        return _UNREAD
    return _SPACE if folded == b" " else _LETTER


_ASCII = np.array([_kind(code) for code in range(0x80)], np.uint8)


def word_places(text: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find where in a text each of its words starts and ends, in characters.

    The words are those of `topicclf.text.words.words`, in order.

    Returns:
        The start of each word, and one past its end; shape (n_words,), int64, both.

    >>> text = "Côte d'Ivoire's deal"
    >>> starts, ends = word_places(text)
    >>> [text[start:end] for start, end in zip(starts, ends)]
    ['Côte', "d'Ivoire's", 'deal']
    """
    kinds = _kinds(text)
    # An apostrophe, say, is as if it were not there: it doesn't end a word.
    read = (kinds != _UNREAD).nonzero()[0]
    letters = np.zeros(len(read) + 2, bool)
    np.equal(kinds[read], _LETTER, out=letters[1:-1])
    edges = (letters[1:] != letters[:-1]).nonzero()[0]
    return read[edges[::2]], read[edges[1::2] - 1] + 1


def _kinds(text: str) -> NDArray[np.uint8]:
    if text.isascii():
        return _ASCII[np.frombuffer(text.encode(), np.uint8)]
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    others = np.flatnonzero(codes >= len(_ASCII))
    distinct, which = np.unique(codes[others], return_inverse=True)
    kinds = _ASCII.take(codes, mode="clip")
    kinds[others] = np.array([_kind(code) for code in distinct.tolist()], np.uint8)[which]
    return kinds
