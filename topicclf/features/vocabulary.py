"""Words to numbers: which words and word pairs the model knows, and how rare each is."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

import topicclf.kernel as kernel
from topicclf.features.fingerprints import FoldedWords
from topicclf.features.lookup import Lookup
from topicclf.features.read_only import ReadOnlyArrays
from topicclf.lazy import lazy
from topicclf.text.words import fold

__all__ = ["Vocabulary"]


@dataclass(frozen=True, eq=False)
class Vocabulary(ReadOnlyArrays):
    """The words and pairs of neighbouring words that a model knows.

    Words that share a normal form (learnt when the model was made) are one term. Terms are
    numbered from 0; the number after the last term means all unknown words, and the pairs follow
    it. A number is also the row of the feature in a model's weights.

    Attributes:
        surfaces: Distinct words as folded texts have them, with a space between.
        surface_terms: The term of each, shape (n_surfaces,), int64.
        pairs: Known pairs as ``first * (n_terms + 1) + second``, ascending, shape (n_pairs,),
            int64.
        idf: How rare each feature is, its inverse document frequency to a power; 0 for the unknown,
            shape (n_features,).
        surface_seeds: The seeds of `surface_lookup`, where they have been found before.
        pair_seeds: Those of `pair_lookup`, likewise.
        term_vectors: Which of the most frequent terms turn up together, for models that start from
            this one: a vector for each, its largest number in two bytes and then two numbers of
            four bits in each, as `topicclf.learning.term_vectors` packs them; shape
            (n, 2 + n_columns / 2), uint8. None where nobody learnt them.
    """

    surfaces: bytes
    surface_terms: NDArray[np.int64]
    pairs: NDArray[np.int64]
    idf: NDArray[np.float32]
    surface_seeds: NDArray[np.unsignedinteger] | None = None
    pair_seeds: NDArray[np.unsignedinteger] | None = None
    term_vectors: NDArray[np.uint8] | None = None

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

    @lazy
    def lexicon(self) -> "kernel.Lexicon | None":
        """The compiled kernel's table of words and pairs; None without the kernel."""
        if not kernel.available:
            return None
        return kernel.Lexicon(
            self.surfaces,
            np.ascontiguousarray(self.surface_terms, np.int64),
            np.ascontiguousarray(self.pairs, np.int64),
            np.ascontiguousarray(self.idf, np.float32),
            fold,
            int.from_bytes(os.urandom(8), "little"),
        )

    @lazy
    def _words(self) -> FoldedWords:
        return FoldedWords.of(self.surfaces)

    @lazy
    def surface_lookup(self) -> Lookup:
        """From the fingerprints of words to their places among the surfaces."""
        n_surfaces = len(self._words)
        return Lookup(
            self._words.fingerprints(),
            np.arange(n_surfaces),
            default=n_surfaces,
            seeds=self.surface_seeds,
        )

    @lazy
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
        return self._terms_of(FoldedWords.of(folded))

    def read(self, folded: Iterable[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Number the words of many folded texts at once.

        Args:
            folded: The texts.

        Returns:
            The terms as from `terms`, with one more unknown after each text, and where these stand;
            shapes (n_words + n_texts,) and (n_texts,), int64.
        """
        texts = list(folded)
        words = FoldedWords.of(b" ".join(texts))
        counts = words.counts(np.fromiter(map(len, texts), np.int64, len(texts)))
        ends = np.cumsum(counts + 1) - 1
        terms = np.full(len(words) + len(texts), self.unknown)
        inside = np.ones(len(terms), bool)
        inside[ends] = False
        terms[inside] = self._terms_of(words)
        return terms, ends

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

    def _terms_of(self, words: FoldedWords) -> NDArray[np.int64]:
        ours = self._words
        places = self.surface_lookup.find(words.fingerprints())
        likely = (places < len(ours)).nonzero()[0]
        others = likely[~words.equal(likely, ours, places[likely])]
        places[others] = len(ours)
        terms: NDArray[np.int64] = np.append(self.surface_terms, self.unknown)[places]
        return terms
