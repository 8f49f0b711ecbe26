"""``/v1/labelling``: articles to label, one after the other, for several people at once."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from topicclf.records import BadRecord, Record, read_records
from topicclf.service.answering import require_label
from topicclf.service.answers import EvidenceAnswer
from topicclf.service.bodies import BYTES, JSON, answer, described, question
from topicclf.service.label_queue import GivenLabel, LabelQueue, Offer, Task
from topicclf.service.problems import ProblemError
from topicclf.service.roster import ServedModel
from topicclf.service.state import State
from topicclf.service.streaming import NDJSON
from topicclf.service.uploads import uploaded
from topicclf.writing.jsonl import encoded

__all__ = ["labelling"]

_MOST_CHOSEN = 10_000
Labeller = Annotated[str, Field(min_length=1, max_length=60, description="Who labels.")]


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Person(BaseModel):
    """Somebody who labels."""

    model_config = ConfigDict(extra="forbid", strict=True)
    labeller: Labeller


class Skip(Person):
    """An article that somebody leaves to others."""

    # JSON has one kind of number.
    article: Annotated[int, Field(ge=1, le=2**53), BeforeValidator(_whole)]


class Label(Skip):
    """What somebody says of an article."""

    topics: Annotated[list[str], Field(max_length=1000)]
    unknown: Annotated[list[str], Field(max_length=1000)] = []


class Agreement(BaseModel):
    """How often labels are the same as others."""

    same: int
    compared: int


class Progress(BaseModel):
    """How far the labelling is."""

    articles: int
    labelled: int
    labellers: dict[str, int]
    with_model: Agreement
    with_before: Agreement


class TaskAnswer(BaseModel):
    """An article to label, lent for five minutes at a time."""

    number: int
    title: str
    text: str
    before: Annotated[list[str] | None, Field(description="Its topics in the file, if any.")]
    doubts: Annotated[list[Any], Field(description="What an audit doubts.")]
    topics: Annotated[list[str] | None, Field(description="The label that was undone.")]
    unknown: list[str]
    answer: Annotated[list[str], Field(description="The topics that the model gives it.")]
    probabilities: dict[str, float]
    evidence: dict[str, EvidenceAnswer]


class Next(BaseModel):
    """The next article, and how far the labelling is."""

    next: TaskAnswer | None
    progress: Progress


class Added(BaseModel):
    """What has become of a file of articles."""

    added: int
    there_already: int
    bad: Annotated[int, Field(description="Records that can't be used.")]
    chosen_from: Annotated[int | None, Field(description="How many there were to choose from.")]
    progress: Progress


class Renewed(BaseModel):
    """A loan goes on."""

    renewed: Literal[True] = True


def labelling(state: State) -> APIRouter:
    """The routes for those who label.

    Args:
        state: What they share.
    """
    router = APIRouter(prefix="/v1/labelling", tags=["labels"])
    limits = state.settings.limits
    queue = LabelQueue(state.settings.folder / "labelling.db", most_bytes=limits.labels)

    def answered(task: Task | None) -> Response:
        shown = None if task is None else _shown(task, state.roster.get())
        return answer({"next": shown, "progress": queue.progress()})

    @router.get("", **described("How far it is", answers=Progress))
    async def progress() -> Response:
        """Count articles and labels, and how often people agree with the model."""
        return answer(await run_in_threadpool(queue.progress))

    @router.post(
        "/articles",
        **described(
            "Bring articles to label", answers=Added, questions={BYTES: None}, refused=(507,)
        ),
    )
    async def add(
        request: Request,
        name: str = "",
        choose: Annotated[int, Query(ge=1, le=_MOST_CHOSEN)] = 100,
    ) -> Response:
        """Take what `topicclf suggest` or `topicclf audit --json` wrote, or any pool.

        Of a pool the articles most worth labelling are chosen, at most `choose` of them.
        """
        async with uploaded(request, name=name, most_bytes=limits.upload) as file:
            added = await run_in_threadpool(_add, queue, state.roster.get(), file, choose)
        return answer(added)

    @router.post(
        "/next",
        **described("The next article", answers=Next, questions={JSON: Person}),
    )
    async def lend(request: Request) -> Response:
        """Lend the next article; as long as it is lent nobody else gets it."""
        person = await question(request, Person)
        return await run_in_threadpool(lambda: answered(queue.lend(person.labeller)))

    @router.post(
        "/renew",
        **described("Go on labelling an article", answers=Renewed, questions={JSON: Person}),
    )
    async def renew(request: Request) -> Response:
        """Keep what is lent for five minutes more."""
        person = await question(request, Person)
        await run_in_threadpool(queue.renew, person.labeller)
        return answer(Renewed())

    @router.post(
        "/labels",
        **described("Label an article", answers=Next, questions={JSON: Label}, refused=(404, 409)),
    )
    async def label(request: Request) -> Response:
        """Keep a label, and lend the next article. The answer says that it is on the disk."""
        given = await question(request, Label)
        return await run_in_threadpool(lambda: answered(_label(queue, state.roster.get(), given)))

    @router.post(
        "/skip",
        **described(
            "Leave an article to others", answers=Next, questions={JSON: Skip}, refused=(404, 409)
        ),
    )
    async def skip(request: Request) -> Response:
        """Lend the next article instead."""
        left = await question(request, Skip)
        return await run_in_threadpool(lambda: answered(queue.skip(left.labeller, left.article)))

    @router.post(
        "/undo",
        **described("Take back the last label", answers=Next, questions={JSON: Person}),
    )
    async def undo(request: Request) -> Response:
        """Lend the article that one labelled last once more; null where there is none."""
        person = await question(request, Person)
        return await run_in_threadpool(lambda: answered(queue.undo(person.labeller)))

    @router.get(
        "/labels",
        response_class=Response,
        summary="All labels",
        responses={200: {"description": "JSON lines.", "content": {NDJSON: {}}}},
    )
    async def labels() -> Response:
        """Give each labelled article as a line that `topicclf train` takes."""
        content = await run_in_threadpool(
            lambda: b"".join(encoded(line) + b"\n" for line in queue.lines())
        )
        headers = {"content-disposition": 'attachment; filename="labels.jsonl"'}
        return Response(content, media_type=NDJSON, headers=headers)

    return router


def _label(queue: LabelQueue, served: ServedModel, given: Label) -> Task | None:
    require_label(served, given.topics, given.unknown)
    task = queue.task(given.article)
    said = served.model.predict(task.text, title=task.title).topics
    return queue.label(GivenLabel(given.article, given.labeller, given.topics, given.unknown, said))


def _shown(task: Task, served: ServedModel) -> TaskAnswer:
    prediction = served.model.predict(task.text, title=task.title)
    known = set(served.model.topics)
    doubts = task.fields.get("doubts")
    return TaskAnswer(
        number=task.number,
        title=task.title,
        text=task.text,
        before=None if task.before is None else [t for t in task.before if t in known],
        doubts=doubts if isinstance(doubts, list) else [],
        topics=None if task.topics is None else list(task.topics),
        unknown=list(task.unknown),
        answer=list(prediction.topics),
        probabilities=dict(prediction.probabilities),
        evidence={
            topic: EvidenceAnswer.model_validate(asdict(evidence))
            for topic, evidence in prediction.evidence.items()
        },
    )


def _add(queue: LabelQueue, served: ServedModel, file: Path, choose: int) -> Added:
    bad = 0

    def records() -> Iterator[Record]:
        nonlocal bad
        for record in read_records([file]):
            if isinstance(record, BadRecord):
                bad += 1
            else:
                yield record

    first = next(records(), None)
    if first is None:
        raise ProblemError(422, "no-article", "there is no article in the file")
    bad = 0
    if first.fields.keys() & {"suggested", "doubts"}:
        offers: Iterable[Offer] = map(_offer, records())
        count = None
    else:
        offers, count = _chosen(records(), served, choose)
    new, old = queue.add(offers)
    progress = Progress.model_validate(queue.progress())
    return Added(added=new, there_already=old, bad=bad, chosen_from=count, progress=progress)


def _offer(record: Record) -> Offer:
    before = record.fields.get("topics")
    known = isinstance(before, list) and all(isinstance(each, str) for each in before)
    return Offer(record.title, record.text, record.fields, before if known else None)


def _chosen(records: Iterable[Record], served: ServedModel, n: int) -> tuple[Iterator[Offer], int]:
    from topicclf.labelling.suggest import suggest

    count = 0

    def items() -> Iterator[dict[str, Any]]:
        nonlocal count
        for record in records:
            count += 1
            yield {"text": record.text, "title": record.title, "record": record}

    chosen = [each.item for each in suggest(served.model, items(), n=n)]
    return (_offer(item["record"]) for item in chosen if isinstance(item, dict)), count
