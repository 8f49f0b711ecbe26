"""Words to fingerprints: one 64-bit number per word, for a whole batch of texts at once.

A Python object per word would cost more than all that follows. So words are read where they stand,
eight bytes at a time as if these were a number, and mixed. Words of up to eight bytes have a
fingerprint each; two longer ones share theirs with a chance of 1 in 2**64.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

__all__ = ["fingerprints", "runs"]

_BLOCK = 8
_LONG = 8 * _BLOCK
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(_BLOCK + 1)], np.uint64)
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio
_HALF = np.uint64(32)


def _mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = numbers * _MULTIPLIER
    mixed ^= mixed >> _HALF
    return mixed


def runs(flags: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the runs of neighbours that are true.

    Args:
        flags: The first and the last must be false.

    Returns:
        The start and the length of each run.

    >>> starts, lengths = runs(np.array([False, True, True, False, True, False]))
    >>> starts.tolist(), lengths.tolist()
    ([1, 4], [2, 1])
    """
    edges = (flags[1:] != flags[:-1]).nonzero()[0]
    edges += 1
    starts = edges[::2]
    return starts, edges[1::2] - starts


def fingerprints(folded: bytes) -> NDArray[np.uint64]:
    """Number the words of a folded text.

    Args:
        folded: What `topicclf.text.words.fold` gives: words with spaces between them.

    Returns:
        A fingerprint per word, shape (n_words,).

    >>> first, second, third = fingerprints(b"peace treaty  peace").tolist()
    >>> first == third, first == second
    (True, False)
    """
    # Room to read a whole block from the last letter on.
    text = b" " + folded + b" " * _BLOCK
    starts, lengths = runs(np.frombuffer(text, np.uint8) != ord(" "))
    blocks = np.ndarray((len(text) - _BLOCK + 1,), "<u8", text, strides=(1,))
    found = _mix(blocks[starts] & _MASKS.take(lengths, mode="clip"))
    longer = (lengths > _BLOCK).nonzero()[0]
    for offset in range(_BLOCK, _LONG, _BLOCK):
        if not len(longer):
            return found
        rest = lengths[longer] - offset
        block = blocks[starts[longer] + offset] & _MASKS.take(rest, mode="clip")
        found[longer] = _mix(found[longer] ^ block)
        longer = longer[rest > _BLOCK]
    for word in longer.tolist():
        start = int(starts[word])
        digest = hashlib.blake2b(text[start : start + int(lengths[word])], digest_size=_BLOCK)
        found[word] = int.from_bytes(digest.digest(), "little")
    return found
