"""Records to rows: each record with its answer, in order, a bad one in its place."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from topicclf.errors import DataError
from topicclf.records.record import BadRecord, Record
from topicclf.text.article import Article
from topicclf.writing.row import Row, Tagged

if TYPE_CHECKING:
    from topicclf.evidence.prediction import Prediction
    from topicclf.model import TopicModel

__all__ = ["Answer", "Answering", "StrictError"]

Answer = tuple[Record, "Prediction"] | BadRecord
# So many bad records at most are held for each article that the model takes.
_BAD_RUN = 16

Found = TypeVar("Found", covariant=True)


class _Predicting(Protocol[Found]):
    def __call__(
        self, items: Iterable[Article], *, workers: int | None = None
    ) -> Iterator[Found]: ...


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
        workers: How many threads predict.
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
        """
        return self._answered(self.model.predict_many, records)

    def rows(self, records: Iterable[Record | BadRecord]) -> Iterator[Row | BadRecord]:
        """Answer records with what is to be written.

        Raises:
            StrictError: A record is bad, and none may be.
        """
        if self.why or self.top_terms:
            yield from map(self._explained, self.answers(records))
            return
        for answer in self._answered(self.model.tag_many, records):
            if isinstance(answer, BadRecord):
                yield answer
            else:
                record, (topics, probabilities, language) = answer
                more = {"language": language} if language else {}
                yield Tagged(record, topics, probabilities, more) if self.keeps(topics) else None

    def _answered(
        self, predict: _Predicting[Found], records: Iterable[Record | BadRecord]
    ) -> Iterator[tuple[Record, Found] | BadRecord]:
        waiting: deque[Record | BadRecord | None] = deque()

        def articles() -> Iterator[Article]:
            bad = 0
            for record in records:
                waiting.append(record)
                if isinstance(record, Record):
                    yield Article(record.text, record.title)
                    continue
                if self.strict:
                    return
                bad += 1
                if bad % _BAD_RUN == 0:
                    # Stands for nothing, but lets the bad ones go on before the next good one.
                    waiting.append(None)
                    yield Article("")

        for found in predict(articles(), workers=self.workers):
            while isinstance(record := waiting.popleft(), BadRecord):
                yield record
            if record is not None:
                yield record, found
        yield from self._left(waiting)

    def _left(self, waiting: Iterable[Record | BadRecord | None]) -> Iterator[BadRecord]:
        for record in waiting:
            assert isinstance(record, BadRecord)
            if self.strict:
                raise StrictError(str(record))
            yield record

    def _explained(self, answer: Answer) -> Row:
        if isinstance(answer, BadRecord):
            return answer
        record, prediction = answer
        if not self.keeps(prediction.topics):
            return None
        more: dict[str, Any] = {"language": prediction.language} if prediction.language else {}
        if self.top_terms:
            more["terms"] = {topic: found.terms for topic, found in prediction.evidence.items()}
        if self.why:
            more["evidence"] = prediction.to_dict()["evidence"]
        return Tagged(record, prediction.topics, list(prediction.probabilities.values()), more)

    def keeps(self, topics: Sequence[str]) -> bool:
        """Whether an article with these topics is asked for."""
        return not self.only or any(topic in self.only for topic in topics)
