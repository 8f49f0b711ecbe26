"""A suggestion: an article worth labelling, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from topicclf.text.article import Item

__all__ = ["Suggestion"]


@dataclass(frozen=True)
class Suggestion:
    """An article worth labelling.

    Attributes:
        item: The article, as it was handed in.
        number: Which of the pool it is, from 0 on.
        topic: The topic that the model is most uncertain about.
        uncertainty: How uncertain it is: for each topic one half at the threshold and less on
            either side, above it half as steeply, summed over the topics.
        probabilities: What it gives each topic.
        drawn: Whether it was drawn by its uncertainty or at random.
    """

    item: Item
    number: int
    topic: str
    uncertainty: float
    probabilities: Mapping[str, float]
    drawn: Literal["uncertain", "random"] = "uncertain"
