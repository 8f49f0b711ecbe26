"""The worst mistakes: the answers that are wrong and sure of it, with the evidence for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from topicclf.article import Article
from topicclf.evaluation.answers import Answers
from topicclf.evidence import explain

if TYPE_CHECKING:
    from topicclf.learning.data import Labelled
    from topicclf.model import TopicModel
    from topicclf.prediction import Evidence

__all__ = ["Mistake", "evidence_for", "worst_mistakes"]


@dataclass(frozen=True)
class Mistake:
    """A wrong answer.

    Attributes:
        item: The article.
        topic: The topic.
        carried: Whether the article carries it; the model says the opposite.
        probability: What the model gives the topic.
        evidence: What speaks for the topic most, also where the model missed it.
    """

    item: "Labelled"
    topic: str
    carried: bool
    probability: float
    evidence: "Evidence"


def worst_mistakes(
    model: "TopicModel", items: Sequence["Labelled"], answers: Answers, *, n: int = 5
) -> dict[str, list[Mistake]]:
    """Find the mistakes that are furthest from the threshold, in log-odds, worst first.

    Args:
        model: The model that answered.
        items: The articles.
        answers: Its answers to them.
        n: How many for each topic, of missed and of false tags each.
    """
    found: dict[str, list[Mistake]] = {}
    for column, topic in enumerate(answers.topics):
        label, margin = answers.labels[:, column], answers.margin[:, column]
        order = np.argsort(-np.abs(margin), kind="stable")
        wrong = (label >= 0) & ((label == 1) != (margin >= 0))
        rows = [
            row for value in (0, 1) for row in order[wrong[order] & (label[order] == value)][:n]
        ]
        found[topic] = [
            Mistake(
                item=items[row],
                topic=topic,
                carried=bool(label[row] == 1),
                probability=float(answers.probability[row, column]),
                evidence=evidence_for(model, items[row], topic),
            )
            for row in rows
        ]
    return found


def evidence_for(model: "TopicModel", item: "Labelled", topic: str) -> "Evidence":
    """What speaks for a topic most, whether the model tags the article with it or not."""
    return explain(
        Article(item.text, item.title),
        {topic: model.topics.index(topic)},
        weights=model.weights,
        abbreviations=frozenset(model.abbreviations),
    )[topic]
