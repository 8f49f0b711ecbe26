"""Which words a topic depends on: the fewest, by a greedy search, without which it is dropped."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topicclf.features.batch import Batch, known_words
from topicclf.scoring.join import Join
from topicclf.scoring.scores import Weights

__all__ = ["Counterfactual", "CounterfactualSearch"]

# With more words, the search for one that can be spared takes too long.
_SPARED_UP_TO = 40


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
    """Predicts an article again and again, with some of its words taken out.

    Attributes:
        terms: The article's words, numbered; shape (n_words,).
        weights: The linear classifier.
        join: How scores become a probability.
    """

    terms: NDArray[np.int64]
    weights: Weights
    join: Join

    def probability(self, without: Sequence[int], *, column: int) -> float:
        """The probability of a topic for the article without some terms, as if never written."""
        vocabulary = self.weights.vocabulary
        batch = Batch.joining([self.terms[~np.isin(self.terms, without)]], vocabulary)
        known = known_words(batch, vocabulary) > 0
        return float(self.join.probabilities(self.weights.score(batch), known)[0, column])

    def search(
        self, ranked: Sequence[int], *, column: int, threshold: float
    ) -> Counterfactual | None:
        """Find terms whose absence takes a topic below its threshold.

        Args:
            ranked: The terms that may go, those that should go first in front.
            column: The topic's column.
            threshold: The probability to come below.

        Returns:
            The fewest found; None where all of them together are not enough.
        """

        def stays(without: Sequence[int]) -> bool:
            return self.probability(without, column=column) >= threshold

        too_few, enough = 0, 1
        while enough < len(ranked) and stays(ranked[:enough]):
            too_few, enough = enough, 2 * enough
        enough = min(enough, len(ranked))
        if stays(ranked[:enough]):
            return None
        while enough - too_few > 1:
            middle = (enough + too_few) // 2
            if stays(ranked[:middle]):
                too_few = middle
            else:
                enough = middle
        chosen = list(ranked[:enough])
        while enough <= _SPARED_UP_TO:
            spared = [t for t in chosen[::-1] if not stays([o for o in chosen if o != t])]
            if len(chosen) == 1 or not spared:
                break
            chosen.remove(spared[0])
        return Counterfactual(tuple(chosen), self.probability(chosen, column=column))
