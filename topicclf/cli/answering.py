"""Records to rows: each record with its answer, in order, a bad one in its place."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from topicclf.errors import DataError
from topicclf.records.record import BadRecord, Record
from topicclf.writing.row import Row

if TYPE_CHECKING:
    from topicclf.model import TopicModel
    from topicclf.prediction import Prediction

__all__ = ["Answer", "Answering", "StrictError"]

Answer = tuple[Record, "Prediction"] | BadRecord


class StrictError(DataError):
    """A record is bad where none may be."""


@dataclass(frozen=True)
class Answering:
    """How records are answered.

    Attributes:
        model: The model, with the thresholds that are asked for.
        only: Topics; a record that carries none of them is left out. None of them keeps all.
        why: Whether to add the evidence.
        top_terms: Whether to add the terms that weigh most.
        strict: Whether to stop at the first bad record.
        workers: How many processes predict.
    """

    model: "TopicModel"
    only: Sequence[str] = ()
    why: bool = False
    top_terms: bool = False
    strict: bool = False
    workers: int = 1

    def answers(self, records: Iterable[Record | BadRecord]) -> Iterator[Answer]:
        """Answer records one by one; only so many are held as the model takes together.

        Raises:
            StrictError: A record is bad, and none may be.
            WorkerError: A process died.
        """
        waiting: deque[Record | BadRecord] = deque()

        def articles() -> Iterator[dict[str, str]]:
            for record in records:
                if isinstance(record, BadRecord):
                    if self.strict:
                        raise StrictError(str(record))
                    waiting.append(record)
                else:
                    waiting.append(record)
                    yield {"text": record.text, "title": record.title}

        for prediction in self.model.predict_many(articles(), workers=self.workers):
            while isinstance(record := waiting.popleft(), BadRecord):
                yield record
            yield record, prediction
        for record in waiting:
            assert isinstance(record, BadRecord)
            yield record

    def row(self, answer: Answer) -> Row:
        """What to write for an answer; None if it is filtered out."""
        if isinstance(answer, BadRecord):
            return answer
        if not self.keeps(answer):
            return None
        return answer[0], self._added(answer[1])

    def keeps(self, answer: tuple[Record, "Prediction"]) -> bool:
        """Whether the article carries what is asked for."""
        return not self.only or any(topic in self.only for topic in answer[1].topics)

    def _added(self, prediction: "Prediction") -> dict[str, Any]:
        made: dict[str, Any] = {
            "topics": prediction.topics,
            "probabilities": dict(prediction.probabilities),
        }
        if self.top_terms:
            made["terms"] = {
                topic: evidence.terms for topic, evidence in prediction.evidence.items()
            }
        if self.why:
            made["evidence"] = prediction.to_dict()["evidence"]
        return made
