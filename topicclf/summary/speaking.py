"""The sentences of an article that speak for a topic."""

from typing import TYPE_CHECKING

from topicclf.evidence.finder import find_evidence
from topicclf.summary.tally import Sentences
from topicclf.text.article import Article

if TYPE_CHECKING:
    from topicclf.model import TopicModel

__all__ = ["speaking_sentences"]


def speaking_sentences(model: "TopicModel") -> Sentences:
    """What finds sentences; none for a topic that the model doesn't know.

    Args:
        model: The model.
    """
    abbreviations = frozenset(model.abbreviations)

    def sentences(title: str, text: str, topic: str) -> list[str]:
        if topic not in model.topics:
            return []
        evidence = find_evidence(
            Article(text, title),
            {topic: model.topics.index(topic)},
            weights=model.weights,
            abbreviations=abbreviations,
        )
        return [sentence.text for sentence in evidence[topic].sentences]

    return sentences
