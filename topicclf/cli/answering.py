"""Records to rows: each record with its answer, in order, a bad one in its place."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from topicclf.errors import DataError, TopicclfError
from topicclf.records.record import BadRecord, Record
from topicclf.text.article import Article
from topicclf.writing.row import Row, Skipped, Tagged

if TYPE_CHECKING:
    from topicclf.evidence.prediction import Prediction
    from topicclf.model import TopicModel

__all__ = ["Answer", "Answering", "StrictError"]

Answer = tuple[Record, "Prediction"] | BadRecord
# So many bad records at most are held for each article that the model takes.
_BAD_RUN = 16

Found = TypeVar("Found")
Answered = TypeVar("Answered", covariant=True)


class _Predicting(Protocol[Answered]):
    def __call__(
        self, items: Iterable[Article], *, workers: int | None = None
    ) -> Iterator[Answered]: ...


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
        paused: Tells whether no more of the input has come for now: then what has come is
            answered, however little it is. None if all of it is there.
    """

    model: "TopicModel"
    only: Sequence[str] = ()
    why: bool = False
    top_terms: bool = False
    strict: bool = False
    workers: int = 1
    paused: Callable[[], bool] | None = None

    def answers(self, records: Iterable[Record | BadRecord]) -> Iterator[Answer]:
        """Answer records one by one; only so many are held as the model takes together.

        Raises:
            StrictError: A record is bad, and none may be.
        """
        return self._answered(self.model.predict_many, records)

    def rows(self, records: Iterable[Record | BadRecord]) -> Iterator[Row]:
        """Answer records with what is to be written.

        Raises:
            StrictError: A record is bad, and none may be.
        """
        if self.why or self.top_terms:
            for answer in self.answers(records):
                yield answer if isinstance(answer, BadRecord) else self._explained(*answer)
            return
        for each in self._answered(self.model.tag_many, records):
            if isinstance(each, BadRecord):
                yield each
            else:
                record, (topics, probabilities, language) = each
                more = {"language": language} if language else {}
                kept = not self.only or self.keeps(topics)
                yield Tagged(record, topics, probabilities, more) if kept else Skipped(record)

    def _answered(
        self, predict: _Predicting[Found], records: Iterable[Record | BadRecord]
    ) -> Iterator[tuple[Record, Found] | BadRecord]:
        asked = _Asked(iter(records), paused=self.paused, strict=self.strict)
        while not asked.ended:
            try:
                for found in predict(asked.articles(), workers=self.workers):
                    while isinstance(record := asked.waiting.popleft(), BadRecord):
                        yield record
                    if record is not None:
                        yield record, found
            except Exception as error:
                if asked.failed or isinstance(error, TopicclfError):
                    raise
                # One of these breaks the model: each by itself, so that the others are answered.
                yield from self._one_by_one(predict, asked)
            yield from self._last(asked)

    def _last(self, asked: "_Asked") -> Iterator[BadRecord]:
        """The bad records behind the last article."""
        while asked.waiting:
            record = asked.waiting.popleft()
            if record is None:
                continue
            assert isinstance(record, BadRecord)
            if self.strict:
                raise StrictError(str(record))
            yield record

    def _one_by_one(
        self, predict: _Predicting[Found], asked: "_Asked"
    ) -> Iterator[tuple[Record, Found] | BadRecord]:
        while asked.waiting and not (self.strict and isinstance(asked.waiting[0], BadRecord)):
            record = asked.waiting.popleft()
            if isinstance(record, BadRecord):
                yield record
            elif record is not None:
                try:
                    [found] = predict([Article(record.text, record.title)])
                except Exception as error:
                    yield self._broken(record, error)
                else:
                    yield record, found

    def _broken(self, record: Record, error: Exception) -> BadRecord:
        problem = f"this article can't be answered ({type(error).__name__}: {error}); report it"
        bad = BadRecord(problem, record.file, record.line)
        if self.strict:
            raise StrictError(str(bad)) from error
        return bad

    def _explained(self, record: Record, prediction: "Prediction") -> Row:
        if not self.keeps(prediction.topics):
            return Skipped(record)
        more: dict[str, Any] = {"language": prediction.language} if prediction.language else {}
        try:
            if self.top_terms:
                more["terms"] = {topic: found.terms for topic, found in prediction.evidence.items()}
            if self.why:
                more["evidence"] = prediction.to_dict()["evidence"]
        except Exception as error:
            return self._broken(record, error)
        return Tagged(record, prediction.topics, list(prediction.probabilities.values()), more)

    def keeps(self, topics: Sequence[str]) -> bool:
        """Whether an article with these topics is asked for."""
        return not self.only or any(topic in self.only for topic in topics)


class _Asked:
    """Records on their way through the model.

    Attributes:
        waiting: Those that have been handed to it, in order, and the bad ones among them; None
            is for an article that is nobody's.
        ended: Whether there are no more.
        failed: Whether reading them failed.
    """

    def __init__(
        self,
        records: Iterator[Record | BadRecord],
        *,
        paused: Callable[[], bool] | None,
        strict: bool,
    ) -> None:
        self._records = records
        self._paused = paused
        self._strict = strict
        self.waiting: deque[Record | BadRecord | None] = deque()
        self.ended = False
        self.failed = False

    def articles(self) -> Iterator[Article]:
        """The articles of the good ones, as far as they have come."""
        bad = 0
        waiting, paused = self.waiting, self._paused
        while paused is None or not waiting or not paused():
            try:
                record = next(self._records, None)
            except BaseException:
                self.failed = True
                raise
            if record is None:
                self.ended = True
                return
            waiting.append(record)
            if isinstance(record, Record):
                yield Article(record.text, record.title)
                continue
            if self._strict:
                self.ended = True
                return
            bad += 1
            if bad % _BAD_RUN == 0:
                # Stands for nothing, but lets the bad ones go on before the next good one.
                waiting.append(None)
                yield Article("")
