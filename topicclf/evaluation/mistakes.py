"""The worst mistakes: the answers that are wrong and sure of it, with the evidence for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from topicclf.evaluation.answers import Answers
from topicclf.evidence.finder import find_evidence
from topicclf.text.article import Article
from topicclf.text.language import function_words

if TYPE_CHECKING:
    from topicclf.evidence.prediction import Evidence
    from topicclf.labelled.reading import LabelledArticle
    from topicclf.model import TopicModel

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

    item: "LabelledArticle"
    topic: str
    carried: bool
    probability: float
    evidence: "Evidence"


def worst_mistakes(
    model: "TopicModel",
    items: Sequence["LabelledArticle"],
    answers: Answers,
    *,
    n: int = 5,
    n_topics: int | None = None,
) -> dict[str, list[Mistake]]:
    """Find the mistakes that are furthest from the threshold, in log-odds, worst first.

    Args:
        model: The model that answered.
        items: The articles.
        answers: Its answers to them.
        n: How many for each topic, of missed and of false tags each.
        n_topics: For how many topics, those with the most mistakes; None for all.
    """
    wrong = (answers.labels >= 0) & (answers.carried != (answers.labels == 1))
    most = np.argsort(-wrong.sum(0), kind="stable")[:n_topics]
    mistakes: dict[str, list[Mistake]] = {}
    for column in np.sort(most).tolist():
        topic = answers.topics[column]
        rows = np.flatnonzero(wrong[:, column])
        rows = rows[np.argsort(-np.abs(answers.margins(rows, column)), kind="stable")]
        carried = answers.labels[rows, column] == 1
        mistakes[topic] = [
            Mistake(
                item=items[row],
                topic=topic,
                carried=bool(answers.labels[row, column] == 1),
                probability=float(answers.probability[row, column]),
                evidence=evidence_for(model, items[row], topic),
            )
            for row in (*rows[~carried][:n].tolist(), *rows[carried][:n].tolist())
        ]
    return mistakes


def evidence_for(model: "TopicModel", item: "LabelledArticle", topic: str) -> "Evidence":
    """What speaks for a topic most, whether the model tags the article with it or not."""
    return find_evidence(
        Article(item.text, item.title),
        {topic: model.topics.index(topic)},
        weights=model.weights,
        abbreviations=frozenset(model.abbreviations),
        stop_words=function_words(model.languages),
    )[topic]
