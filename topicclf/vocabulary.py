"""Words to numbers: which words and word pairs the model knows, and how rare each is."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["Vocabulary"]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The words and pairs of neighbouring words that a model knows.

    Words that share a normal form (a stem, learnt when the model was made) are one term. Terms are
    numbered from 0; the number after the last term stands for all unknown words, and the pairs
    follow it. A number is also the row of the feature in a model's weights.

    Attributes:
        surfaces: Distinct words as texts have them, shape (n_surfaces,).
        surface_terms: The term of each, shape (n_surfaces,), int32.
        pairs: Known pairs as ``first * (n_terms + 1) + second``, ascending, shape (n_pairs,),
            int64.
        idf: Inverse document frequency of each feature, 0 for the unknown, shape (n_features,).
    """

    surfaces: tuple[bytes, ...]
    surface_terms: NDArray[np.int32]
    pairs: NDArray[np.int64]
    idf: NDArray[np.float32]

    @property
    def n_features(self) -> int:
        """Terms, pairs, and one for the unknown."""
        return len(self.idf)

    @property
    def unknown(self) -> int:
        """The number of the unknown; there are as many terms."""
        return self.n_features - len(self.pairs) - 1

    @cached_property
    def _term_of(self) -> "_Terms":
        terms = _Terms(zip(self.surfaces, self.surface_terms.tolist(), strict=True))
        terms.unknown = self.unknown
        return terms

    def terms(self, words: Iterable[bytes]) -> NDArray[np.int32]:
        """Number words.

        Returns:
            The term of each word, or `unknown`; shape (n_words,), int32.
        """
        return np.array(list(map(self._term_of.__getitem__, words)), np.int32)

    def pairs_of(self, terms: NDArray[np.int32]) -> NDArray[np.int32]:
        """Number the pairs of neighbours.

        Returns:
            For each term the feature that it forms with the next one, or `unknown`, as it always is
            for the last; shape (n_words,), int32.
        """
        found = np.full(len(terms), self.unknown, np.int32)
        if len(self.pairs) and len(terms) > 1:
            base = self.unknown + 1
            keys = terms[:-1].astype(np.int64) * base + terms[1:]
            places = np.searchsorted(self.pairs, keys)
            places[places == len(self.pairs)] = 0
            found[:-1] = np.where(self.pairs[places] == keys, places + base, self.unknown)
        return found


class _Terms(dict[bytes, int]):
    unknown: int

    def __missing__(self, word: bytes) -> int:
        return self.unknown
