"""Words to numbers: which words and word pairs the model knows, and how rare each is."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicclf.features.fingerprints import fingerprints
from topicclf.features.lookup import Lookup
from topicclf.features.read_only import ReadOnlyArrays

__all__ = ["Vocabulary", "join_folded"]

# Holds a word that no text has, for folding leaves letters and digits only.
_END = b" \x01 "
_END_FINGERPRINT = fingerprints(_END)


def join_folded(folded: Iterable[bytes]) -> bytes:
    """Put folded texts together, with a mark after each."""
    return _END.join([*folded, b""])


@dataclass(frozen=True, eq=False)
class Vocabulary(ReadOnlyArrays):
    """The words and pairs of neighbouring words that a model knows.

    Words that share a normal form (a stem, learnt when the model was made) are one term. Terms are
    numbered from 0; the number after the last term stands for all unknown words, and the pairs
    follow it. A number is also the row of the feature in a model's weights.

    Attributes:
        surfaces: Distinct words as folded texts have them, with a space between.
        surface_terms: The term of each, shape (n_surfaces,), int64.
        pairs: Known pairs as ``first * (n_terms + 1) + second``, ascending, shape (n_pairs,),
            int64.
        idf: Inverse document frequency of each feature, 0 for the unknown, shape (n_features,).
        surface_seeds: The seeds of `surface_lookup`, where they have been found before.
        pair_seeds: Those of `pair_lookup`, likewise.
    """

    surfaces: bytes
    surface_terms: NDArray[np.int64]
    pairs: NDArray[np.int64]
    idf: NDArray[np.float32]
    surface_seeds: NDArray[np.unsignedinteger] | None = None
    pair_seeds: NDArray[np.unsignedinteger] | None = None

    def __getstate__(self) -> dict[str, Any]:
        # The tables are quicker made than stored.
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def n_features(self) -> int:
        """Terms, pairs, and one for the unknown."""
        return len(self.idf)

    @property
    def unknown(self) -> int:
        """The number of the unknown; there are as many terms."""
        return self.n_features - len(self.pairs) - 1

    @cached_property
    def surface_lookup(self) -> Lookup:
        """From the fingerprints of words to terms."""
        return Lookup(
            fingerprints(self.surfaces),
            self.surface_terms,
            default=self.unknown,
            seeds=self.surface_seeds,
        )

    @cached_property
    def pair_lookup(self) -> Lookup:
        """From pairs to features."""
        first = self.unknown + 1
        return Lookup(
            self.pairs.view(np.uint64),
            np.arange(first, first + len(self.pairs)),
            default=self.unknown,
            seeds=self.pair_seeds,
        )

    def terms(self, folded: bytes) -> NDArray[np.int64]:
        """Number the words of a folded text.

        Returns:
            The term of each word, or `unknown`; shape (n_words,), int64.
        """
        return self.surface_lookup.find(fingerprints(folded))

    def read(self, joined: bytes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Number the words of many folded texts at once.

        Args:
            joined: The texts, as `join_folded` puts them together.

        Returns:
            The terms as from `terms`, with one more unknown after each text, and where these stand;
            shapes (n_words + n_texts,) and (n_texts,), int64.
        """
        found = fingerprints(joined)
        return self.surface_lookup.find(found), (found == _END_FINGERPRINT).nonzero()[0]

    def pairs_of(self, terms: NDArray[np.int64]) -> NDArray[np.int64]:
        """Number the pairs of neighbours.

        Args:
            terms: Numbered words, the last of them unknown; shape (n_words,).

        Returns:
            For each term the feature that it forms with the next one, or `unknown`; likewise.
        """
        pairs = terms * (self.unknown + 1)
        pairs[:-1] += terms[1:]
        return self.pair_lookup.find(pairs.view(np.uint64))
