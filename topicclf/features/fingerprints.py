"""Words to fingerprints: one 64-bit number per word, for a whole batch of texts at once.

A Python object per word would cost more than all that follows. So words are read where they stand,
eight bytes at a time as if these were a number, and mixed. Words of up to eight bytes have a
fingerprint each; two longer ones may share theirs, by chance in 1 of 2**64 cases, but anyone who
wants to can make such words. So a word that is looked up is compared with what was found.
"""

import hashlib
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["FoldedWords", "runs"]

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


@dataclass(frozen=True, eq=False)
class FoldedWords:
    """The words of a folded text.

    Attributes:
        text: The text, with a space before it and some after it.
        starts: Where in it each word starts, shape (n_words,), int64.
        lengths: How many bytes each has, likewise.
    """

    text: bytes
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, folded: bytes) -> Self:
        """Find the words of what `topicclf.text.words.fold` gives.

        >>> FoldedWords.of(b"peace treaty ").lengths.tolist()
        [5, 6]
        """
        # Room to read a whole block from the last letter on.
        text = b" " + folded + b" " * _BLOCK
        return cls(text, *runs(np.frombuffer(text, np.uint8) != ord(" ")))

    def __len__(self) -> int:
        return len(self.starts)

    def counts(self, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many words the parts of the text have.

        Args:
            sizes: The length of each part in bytes; a space stands between two. Shape (n_parts,).
        """
        ends = self.starts.searchsorted(np.cumsum(sizes + 1))
        return np.diff(ends, prepend=0)

    def fingerprints(self) -> NDArray[np.uint64]:
        """A fingerprint per word, shape (n_words,).

        >>> first, second, third = FoldedWords.of(b"peace treaty  peace").fingerprints().tolist()
        >>> first == third, first == second
        (True, False)
        """
        every = np.arange(len(self))
        prints = _mix(self._blocks(every, 0))
        longer = (self.lengths > _BLOCK).nonzero()[0]
        for offset in range(_BLOCK, _LONG, _BLOCK):
            if not len(longer):
                return prints
            prints[longer] = _mix(prints[longer] ^ self._blocks(longer, offset))
            longer = longer[self.lengths[longer] > offset + _BLOCK]
        for word in longer.tolist():
            start = int(self.starts[word])
            letters = self.text[start : start + int(self.lengths[word])]
            digest = hashlib.blake2b(letters, digest_size=_BLOCK).digest()
            prints[word] = int.from_bytes(digest, "little")
        return prints

    def equal(
        self, ours: NDArray[np.int64], others: Self, theirs: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Which of some words are the same, byte for byte; all arrays have the shape (n,).

        Args:
            ours: Which of these words.
            others: Others.
            theirs: Which of the others to compare each with.
        """
        same: NDArray[np.bool_] = self.lengths[ours] == others.lengths[theirs]
        left = same.nonzero()[0]
        offset = 0
        while len(left):
            differ = self._blocks(ours[left], offset) != others._blocks(theirs[left], offset)
            same[left[differ]] = False
            offset += _BLOCK
            left = left[~differ & (self.lengths[ours[left]] > offset)]
        return same

    def _blocks(self, words: NDArray[np.int64], offset: int) -> NDArray[np.uint64]:
        """Eight bytes of some words from an offset on, zeros after a word's end."""
        blocks = np.ndarray((len(self.text) - _BLOCK + 1,), "<u8", self.text, strides=(1,))
        rest = self.lengths[words] - offset
        found: NDArray[np.uint64] = blocks[self.starts[words] + offset] & _MASKS.take(
            rest, mode="clip"
        )
        return found
