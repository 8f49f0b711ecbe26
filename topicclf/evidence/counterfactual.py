"""Which words a topic depends on: the fewest, by a greedy search, without which it is dropped."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topicclf.scoring.judge import Judge

__all__ = ["Counterfactual", "CounterfactualSearch"]

# With more words, the search for one that can be spared takes too long.
_SPARED_UP_TO = 40
# Words of all tries that are judged at a time: what they take is bounded, however long the article.
_MOST_WORDS = 1 << 20


@dataclass(frozen=True)
class Counterfactual:
    """Terms without which the model drops a topic.

    Attributes:
        terms: The terms to take out.
        probability: The topic's probability without them.
    """

    terms: tuple[int, ...]
    probability: float


@dataclass(frozen=True, eq=False)
class CounterfactualSearch:
    """Judges an article again and again, with some of its words taken out.

    Attributes:
        terms: The article's words, numbered; shape (n_words,).
        judge: What judges it.
    """

    terms: NDArray[np.int64]
    judge: Judge

    def search(self, ranked: Sequence[int], *, column: int) -> Counterfactual | None:
        """Find terms whose absence takes a topic below its threshold.

        Args:
            ranked: The terms that may go, those that should go first in front.
            column: The topic's column.

        Returns:
            The fewest that the search comes to; None where all of them together are not enough.
        """
        if not ranked:
            return None
        tries = _Tries(self.terms, np.array(ranked, np.int64), self.judge, column)
        enough = tries.enough()
        if enough is None:
            return None
        chosen, probability = tries.spare(*enough)
        return Counterfactual(tuple(ranked[place] for place in chosen), probability)


class _Tries:
    """The probability of one topic without terms that are given by their places in the ranking."""

    def __init__(
        self, terms: NDArray[np.int64], ranked: NDArray[np.int64], judge: Judge, column: int
    ) -> None:
        self._terms, self._judge, self._column = terms, judge, column
        self._threshold = float(judge.thresholds[column])
        self._n_ranked = len(ranked)
        # The place of each word's term; what is not ranked comes after all.
        order = np.argsort(ranked)
        places = order.take(np.searchsorted(ranked, terms, sorter=order), mode="clip")
        self._places = np.where(ranked[places] == terms, places, len(ranked))

    def enough(self) -> tuple[list[int], float] | None:
        """How many of the first are enough, by doubling and halving; and what is left then."""
        too_few, count = 0, 1
        while count < self._n_ranked and self._first(count) >= self._threshold:
            too_few, count = count, 2 * count
        count = min(count, self._n_ranked)
        left = self._first(count)
        if left >= self._threshold:
            return None
        while count - too_few > 1:
            middle = (count + too_few) // 2
            probability = self._first(middle)
            if probability >= self._threshold:
                too_few = middle
            else:
                count, left = middle, probability
        return list(range(count)), left

    def spare(self, chosen: list[int], left: float) -> tuple[list[int], float]:
        """Put back, one by one, what is not needed; the last of those first."""
        while 1 < len(chosen) <= _SPARED_UP_TO:
            candidates = chosen[::-1]
            for candidate, probability in zip(candidates, self._but_one(chosen), strict=True):
                if probability < self._threshold:
                    chosen, left = [each for each in chosen if each != candidate], probability
                    break
            else:
                break
        return chosen, left

    def _first(self, count: int) -> float:
        return self._without((self._places >= count)[None])[0]

    def _but_one(self, chosen: list[int]) -> list[float]:
        """Without all of the chosen but one; the last of them first."""
        gone = np.zeros(self._n_ranked + 1, bool)
        gone[chosen] = True
        kept = ~gone[self._places]
        some = max(_MOST_WORDS // len(kept), 1)
        back = np.array(chosen[::-1])[:, None]
        return [
            probability
            for start in range(0, len(chosen), some)
            for probability in self._without(kept | (self._places == back[start : start + some]))
        ]

    def _without(self, kept: NDArray[np.bool_]) -> list[float]:
        found: list[float] = self._judge.without(self._terms, kept)[:, self._column].tolist()
        return found
