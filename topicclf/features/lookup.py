"""A table from 64-bit keys to numbers, asked for whole arrays at once.

The table is a perfect hash [1]_: keys fall into small buckets, and each bucket has a seed that
sends its keys to places of their own. So every answer takes the same few steps and no second try.
Finding the seeds takes a while and is done when a model is made; with them, filling the table is
one assignment.

.. [1] Belazzougui, Botelho, Dietzfelbinger (2009), "Hash, Displace, and Compress", ESA.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicclf.lazy import lazy

__all__ = ["Lookup", "narrow"]

_BUCKET = np.uint64(0xD6E8FEB86659FD93)
_PLACE = np.uint64(0x9E3779B97F4A7C15)
_SPREAD = np.uint64(0xA0761D6478BD642F)
_KEYS_PER_BUCKET = 4
_MOST_SEEDS = 1 << 16
# Honest keys take 4 tries each at most; crafted ones, that crowd a few buckets, are given up.
_TRIES_PER_KEY = 100
_MORE_TRIES = 1 << 17
_ROUND_COSTS = 64


class Lookup:
    """Maps distinct keys to numbers, and every other key to a default.

    Args:
        keys: The keys, shape (n,).
        values: The number of each, shape (n,), int64.
        default: The number of all other keys.
        seeds: The `seeds` of an earlier table with the same keys in any order; None finds them.

    Raises:
        ValueError: The keys are not distinct, no seeds are soon found, or the seeds are not theirs.

    >>> ages = Lookup(np.array([7, 2**40], np.uint64), np.array([70, 40]), default=-1)
    >>> ages.find(np.array([2**40, 8, 7], np.uint64)).tolist()
    [40, -1, 70]
    """

    def __init__(
        self,
        keys: NDArray[np.uint64],
        values: NDArray[np.int64],
        *,
        default: int,
        seeds: NDArray[np.uint16] | None = None,
    ) -> None:
        # Twice as many places as keys, so that a free one is found soon.
        bits = max(len(keys) * 2 - 1, 1).bit_length()
        self._place_shift = np.uint64(64 - bits)
        bucket_bits = max(bits - 1 - (_KEYS_PER_BUCKET - 1).bit_length(), 1)
        self._bucket_shift = np.uint64(64 - bucket_bits)
        if seeds is None:
            seeds = self._find_seeds(keys, 1 << bits, 1 << bucket_bits)
        self.seeds = narrow(seeds)
        if len(seeds) != 1 << bucket_bits:
            msg = "the seeds belong to other keys"
            raise ValueError(msg)
        taken = np.zeros(1 << bits, bool)
        taken[self._places(keys)] = True
        if np.count_nonzero(taken) < len(keys):
            raise ValueError(_what_is_wrong(keys, "the seeds belong to other keys"))
        self._given = keys, values
        self._default = np.int64(default)
        self._size = 1 << bits

    @lazy
    def _table(self) -> tuple[NDArray[np.unsignedinteger], NDArray[np.signedinteger]]:
        """The key and the number of each place; filled when first asked."""
        keys, values = self._given
        places = self._places(keys)
        # Free places hold a key that has its place elsewhere.
        held = np.full(self._size, keys[0] if len(keys) else 0, narrow(keys).dtype)
        held[places] = keys
        numbers = np.full(self._size, self._default, narrow(np.append(values, self._default)).dtype)
        numbers[places] = values
        return held, numbers

    def find(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The number of each key, or the default."""
        held, numbers = self._table
        places = self._places(keys)
        return np.where(held[places] == keys, numbers[places], self._default)

    def _buckets(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        return (keys * _BUCKET >> self._bucket_shift).view(np.int64)

    def _places(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        places = self.seeds[self._buckets(keys)] * _SPREAD
        places ^= keys
        places *= _PLACE
        places >>= self._place_shift
        return places.view(np.int64)

    def _find_seeds(
        self, keys: NDArray[np.uint64], n_places: int, n_buckets: int
    ) -> NDArray[np.uint16]:
        buckets = self._buckets(keys)
        keys = keys[np.argsort(buckets, kind="stable")]
        sizes = np.bincount(buckets, minlength=n_buckets)
        first = np.cumsum(sizes) - sizes
        seeds = np.zeros(n_buckets, np.uint16)
        taken = np.zeros(n_places, bool)
        claims = np.empty(n_places, np.int64)
        tries_left = _TRIES_PER_KEY * len(keys) + _MORE_TRIES
        # The fullest buckets choose first, while there is most room.
        for size in range(int(sizes.max()), 0, -1):
            waiting = np.flatnonzero(sizes == size)
            for seed in range(_MOST_SEEDS):
                if not len(waiting) or tries_left < 0:
                    break
                tries_left -= max(size * len(waiting), _ROUND_COSTS)
                theirs = keys[first[waiting][:, None] + np.arange(size)]
                spread = np.array([seed], np.uint64) * _SPREAD
                places = (theirs ^ spread) * _PLACE >> self._place_shift
                # Of two keys that claim one place, the later has it.
                claim = np.arange(places.size).reshape(places.shape)
                claims[places] = claim
                settled = ((claims[places] == claim) & ~taken[places]).all(axis=1)
                taken[places[settled]] = True
                seeds[waiting[settled]] = seed
                waiting = waiting[~settled]
            if len(waiting):
                raise ValueError(_what_is_wrong(keys, "the keys are alike, as if crafted"))
        return seeds


def _what_is_wrong(keys: NDArray[np.uint64], otherwise: str) -> str:
    return otherwise if len(np.unique(keys)) == len(keys) else "the keys are not distinct"


def narrow(numbers: NDArray[Any]) -> NDArray[Any]:
    """The same numbers in the narrowest type that holds them: more of them stay in the cache."""
    if not len(numbers):
        return numbers
    return numbers.astype(np.result_type(*map(np.min_scalar_type, (numbers.min(), numbers.max()))))
