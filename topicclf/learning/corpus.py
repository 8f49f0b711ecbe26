"""The training articles as numbers of words."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from topicclf.text.words import words

__all__ = ["Corpus"]

# Articles whose words are counted at a time.
_CHUNK = 2000


class Corpus:
    """Articles as numbers of distinct words, each distinct word kept once.

    Its items are the articles: their words as places in `surfaces`, int32.

    Attributes:
        surfaces: The distinct words, in order of appearance.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        place: defaultdict[bytes, int] = defaultdict()
        # A word that is new comes after all before.
        place.default_factory = place.__len__
        places, bounds = array("i"), array("q", [0])
        for text in texts:
            places.extend(map(place.__getitem__, words(text)))
            bounds.append(len(places))
        self.surfaces: list[bytes] = list(place)
        self._places = np.frombuffer(places, np.int32)
        self._bounds = np.frombuffer(bounds, np.int64)

    def __len__(self) -> int:
        return len(self._bounds) - 1

    def __iter__(self) -> Iterator[NDArray[np.int32]]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        return self._places[self._bounds[row] : self._bounds[row + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The number of words of each article, shape (n_articles,)."""
        return np.diff(self._bounds)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each distinct word occurs, shape (n_words,)."""
        return np.bincount(self._places, minlength=len(self.surfaces))

    def chunks(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32]]]:
        """A few articles at a time, end to end: the number of each word's article, and its place.

        Articles are numbered from 0 in each chunk.
        """
        for start in range(0, len(self), _CHUNK):
            bounds = self._bounds[start : start + _CHUNK + 1]
            lengths = np.diff(bounds)
            yield np.repeat(np.arange(len(lengths)), lengths), self._places[bounds[0] : bounds[-1]]
