"""Questions to answers: the models are asked, and what they say becomes JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from topicclf.errors import did_you_mean
from topicclf.evidence.prediction import Prediction
from topicclf.scoring.promises import promising_thresholds
from topicclf.service.problems import ProblemError
from topicclf.service.questions import Article, Question
from topicclf.service.roster import Roster, ServedModel

__all__ = ["Asked", "ask", "require_label", "require_topics"]


@dataclass(frozen=True, eq=False)
class Asked:
    """A model with the thresholds that a request asks for.

    Attributes:
        served: The model.
        thresholds: The thresholds by topic, in the order of the model's topics.
        evidence: Whether to add the evidence.
    """

    served: ServedModel
    thresholds: Mapping[str, float]
    evidence: bool = False

    @property
    def head(self) -> dict[str, Any]:
        """What every answer says of the model."""
        return {"model": self.served.identity, "thresholds": self.thresholds}

    def one(self, article: Article) -> dict[str, Any]:
        """Answer one article."""
        prediction = self.served.model.predict(
            article.text, title=article.title, thresholds=self._asked
        )
        return {**self.head, **self._answer(prediction)}

    def many(self, articles: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
        """Answer several articles."""
        return {**self.head, "articles": list(self.each(articles))}

    def each(self, articles: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """Answer several articles one by one, without naming the model."""
        answers = self.served.model.predict_many(articles, thresholds=self._asked)
        yield from map(self._answer, answers)

    def explain(self, article: Article) -> dict[str, Any]:
        """Explain the answer for one article."""
        model = self.served.model
        if self._asked is not None:
            model = model.with_thresholds(self._asked)
        explanation = model.explain(article.text, title=article.title)
        return {"model": self.served.identity, **explanation.to_dict()}

    @property
    def _asked(self) -> Mapping[str, float] | None:
        """The thresholds, if they are not the model's own."""
        return None if self.thresholds is self.served.thresholds else self.thresholds

    def _answer(self, prediction: Prediction) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "topics": prediction.topics,
            "probabilities": prediction.probabilities,
            "known_share": prediction.known_share,
            "n_words": prediction.n_words,
            "language": prediction.language,
        }
        if self.evidence:
            answer["evidence"] = {
                topic: asdict(evidence) for topic, evidence in prediction.evidence.items()
            }
        return answer


def ask(roster: Roster, question: Question) -> Asked:
    """Find the model and the thresholds that a request asks for.

    Raises:
        ProblemError: There is no such topic.
        DataError: There is no such model, or it can't promise that precision.
    """
    served = roster.get(question.model)
    if question.thresholds is None and question.precision is None:
        return Asked(served, served.thresholds, question.evidence)
    thresholds = dict(served.thresholds)
    if question.precision is not None:
        thresholds = promising_thresholds(served.model, question.precision).thresholds
    if isinstance(question.thresholds, Mapping):
        require_topics(served, list(question.thresholds), where="thresholds")
        thresholds |= question.thresholds
    elif question.thresholds is not None:
        thresholds = dict.fromkeys(thresholds, question.thresholds)
    return Asked(served, thresholds, question.evidence)


def require_topics(served: ServedModel, topics: Sequence[str], *, where: str) -> None:
    """Check that a model knows topics.

    Raises:
        ProblemError: It doesn't; the message lists its topics.
    """
    known = served.model.topics
    for topic in topics:
        if topic not in known:
            hint = did_you_mean(topic, known, otherwise=f"the topics are {', '.join(known)}")
            raise ProblemError(422, "no-such-topic", f"{where}: no topic {topic[:200]!r}; {hint}")


def require_label(served: ServedModel, topics: Sequence[str], unknown: Sequence[str]) -> None:
    """Check that a model can learn from a label.

    Raises:
        ProblemError: It doesn't know a topic, or one is both carried and unknown.
    """
    require_topics(served, [*topics, *unknown], where="topics")
    if both := set(topics) & set(unknown):
        msg = f"{min(both)!r} is both carried and unknown; choose one"
        raise ProblemError(422, "contradiction", msg)
