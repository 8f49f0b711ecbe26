"""The training articles as numbers of words."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from topicclf.learning.scratch import NumberFile, Scratch
from topicclf.text.words import words

__all__ = ["Corpus", "evenly"]

# Articles whose words are counted at a time, and words where articles are long: the steps from
# words to features take ten times the memory of both.
_CHUNK, _CHUNK_WORDS = 2000, 1 << 18
# What a distinct word and an article take in memory, in bytes.
_SURFACE, _ARTICLE = 150, 80
# Words that are kept before they are written.
_BUFFER = 1 << 20


class Corpus:
    """Articles as numbers of distinct words, each distinct word kept once.

    Its items are the articles: their words as places in `surfaces`, int32.

    Args:
        texts: The articles, which are gone through once.
        scratch: Where to keep the numbers; None for memory.

    Attributes:
        surfaces: The distinct words, in order of appearance.
        scratch: As above.
    """

    def __init__(self, texts: Iterable[str], *, scratch: Scratch | None = None) -> None:
        self.scratch = scratch
        place: defaultdict[bytes, int] = defaultdict()
        # A word that is new comes after all before.
        place.default_factory = place.__len__
        places, bounds = array("i"), array("q", [0])
        file = None if scratch is None else NumberFile(scratch.file("words"), np.int32)
        for text in texts:
            before = len(places)
            places.extend(map(place.__getitem__, words(text)))
            bounds.append(bounds[-1] + len(places) - before)
            if file is not None and len(places) >= _BUFFER:
                file.append(np.frombuffer(places, np.int32))
                places = array("i")
        if file is not None:
            file.append(np.array(places, np.int32))
        self.surfaces: list[bytes] = list(place)
        if scratch is not None:
            scratch.held += _SURFACE * len(place) + _ARTICLE * (len(bounds) - 1)
        self._places = np.frombuffer(places, np.int32) if file is None else file
        self._bounds = np.frombuffer(bounds, np.int64)

    def __len__(self) -> int:
        return len(self._bounds) - 1

    def __iter__(self) -> Iterator[NDArray[np.int32]]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        return self._between(row, row + 1)

    def _between(self, first: int, last: int) -> NDArray[np.int32]:
        """The words of consecutive articles."""
        run = slice(self._bounds[first], self._bounds[last])
        if isinstance(self._places, NumberFile):
            return self._places.read(run.start, run.stop)
        return self._places[run]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """The number of words of each article, shape (n_articles,)."""
        return np.diff(self._bounds)

    @property
    def counts(self) -> NDArray[np.int64]:
        """How often each distinct word occurs, shape (n_words,)."""
        counts = np.zeros(len(self.surfaces), np.int64)
        for _, places in self.chunks():
            counts += np.bincount(places, minlength=len(counts))
        return counts

    def chunks(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int32]]]:
        """A few articles at a time, end to end: the number of each word's article, and its place.

        Articles are numbered from 0 in each chunk.
        """
        for rows in self.runs(np.arange(len(self))):
            lengths = self.lengths[rows]
            words_of = self._between(rows[0], rows[-1] + 1)
            yield np.repeat(np.arange(len(lengths)), lengths), words_of

    def runs(self, rows: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
        """Some articles, as many at a time as memory may hold the words of."""
        ends = np.cumsum(self.lengths[rows])
        start = 0
        while start < len(rows):
            done = ends[start - 1] if start else 0
            stop = int(np.searchsorted(ends, done + _CHUNK_WORDS, side="right"))
            stop = min(max(stop, start + 1), start + _CHUNK)
            yield rows[start:stop]
            start = stop


def evenly(n: int, most: int) -> NDArray[np.int64]:
    """All numbers below n, or so many of them, evenly spread.

    >>> evenly(7, 3).tolist(), evenly(2, 3).tolist()
    ([0, 2, 4], [0, 1])
    """
    count = min(n, max(most, 1))
    return np.arange(count) * n // max(count, 1)
