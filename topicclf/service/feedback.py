"""``/v1/feedback``: corrections of answers, kept as training data."""

from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from topicclf.labelled.line import training_line
from topicclf.labelled.schemes import LabelOptions
from topicclf.service.answering import require_label
from topicclf.service.answers import Kept
from topicclf.service.bodies import JSON, answer, described, question
from topicclf.service.questions import Correction
from topicclf.service.roster import ServedModel
from topicclf.service.state import State

__all__ = ["feedback"]


def feedback(state: State) -> APIRouter:
    """The route that takes corrections.

    Args:
        state: What it shares with others.
    """
    router = APIRouter(prefix="/v1", tags=["labels"])

    @router.post(
        "/feedback",
        **described(
            "Correct an answer", answers=Kept, questions={JSON: Correction}, refused=(507,)
        ),
    )
    async def correct(request: Request) -> Response:
        """Keep an article with its right topics, as a line that `topicclf train` takes.

        Send it again with the same `id` where no answer came: it is kept once.
        """
        correction = await question(request, Correction)
        served = state.roster.get(correction.model)
        require_label(served, correction.topics, correction.unknown)
        return answer(await run_in_threadpool(_keep, state, served, correction))

    return router


def _keep(state: State, served: ServedModel, correction: Correction) -> Kept:
    kept = state.corrections.keep(correction.id, _line(served, correction))
    if not kept.again:
        state.metrics.corrections.inc()
    return Kept(
        id=correction.id, again=kept.again, corrections=kept.count, bytes_left=kept.bytes_left
    )


def _line(served: ServedModel, correction: Correction) -> dict[str, Any]:
    prediction = served.model.predict(correction.text, title=correction.title)
    # The model may be another one by now: then the client's word is all that there is.
    same = correction.sha256 in (None, served.sha256)
    answered = prediction.topics if correction.answered is None else correction.answered
    corrected = {
        "model": served.name,
        "sha256": correction.sha256 or served.sha256,
        "topics": list(answered),
        "probabilities": dict(prediction.probabilities) if same else None,
    }
    line = training_line(
        {},
        LabelOptions(),
        text=correction.text,
        title=correction.title or "",
        topics=correction.topics,
        unknown=correction.unknown,
    )
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return line | {"id": correction.id, "corrected_at": at, "corrected": corrected}
