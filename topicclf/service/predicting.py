"""``/v1/predict`` and ``/v1/explain``."""

import logging
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from topicclf.service.answering import ask
from topicclf.service.answers import Answer, Answers, ExplanationAnswer
from topicclf.service.bodies import JSON, body, content_type, described
from topicclf.service.problems import from_validation
from topicclf.service.questions import Articles, OneArticle, Question, predict_question
from topicclf.service.state import State
from topicclf.service.streaming import NDJSON, StreamedLines, answered_lines, batches_of_lines

__all__ = ["answered", "predicting"]

_logger = logging.getLogger("topicclf.service.texts")
# A thread costs more than a short article.
_INLINE_CHARACTERS = 20_000
_SHOWN = 100


def predicting(state: State) -> APIRouter:
    """The routes that answer articles.

    Args:
        state: What they share.
    """
    router = APIRouter(prefix="/v1", tags=["articles"])

    @router.post(
        "/predict",
        response_model=None,
        summary="Topics of one article, or of several",
        **described(
            answers=Answer | Answers,
            questions={JSON: OneArticle | Articles, NDJSON: None},
            refused=(422,),
        ),
    )
    async def predict(request: Request) -> Response:
        """Answer an article, or up to 1,000 of them.

        A body of JSON lines (`application/x-ndjson`), each with a `text`, perhaps a `title` and an
        `id`, is answered line by line while it is read, whatever its length; a line that can't be
        used gets an `error` in its place. The options are query parameters then.
        """
        if content_type(request) == NDJSON:
            return _stream(request, state)
        content = await answered(state, await body(request, JSON))
        return Response(content, media_type=JSON)

    @router.post(
        "/explain",
        response_model=None,
        summary="Why an article got its topics",
        **described(answers=ExplanationAnswer, questions={JSON: OneArticle}, refused=(422,)),
    )
    async def explain(request: Request) -> Response:
        """Show each topic's log-odds as a sum over words that adds up, and what it depends on."""
        try:
            question = OneArticle.model_validate_json(await body(request, JSON))
        except ValidationError as error:
            raise from_validation(error) from None
        _log(state, question.text)
        answer = await run_in_threadpool(ask(state.roster, question).explain, question)
        return Response(to_json(answer), media_type=JSON)

    return router


async def answered(state: State, content: bytes) -> bytes:
    """The answer to the body of a request to predict.

    Args:
        state: What the routes share.
        content: The body, as JSON.

    Raises:
        ProblemError: It can't be answered.
        DataError: Likewise.
    """
    question = _parsed(content)
    asked = ask(state.roster, question)
    if isinstance(question, OneArticle):
        _log(state, question.text)
        state.metrics.articles_of(asked.served.name).inc()
        if len(question.text) < _INLINE_CHARACTERS:
            return to_json(asked.one(question))
        return await run_in_threadpool(lambda: to_json(asked.one(question)))
    state.metrics.articles_of(asked.served.name).inc(len(question.articles))
    return await run_in_threadpool(lambda: to_json(asked.many(question.articles)))


def _parsed(content: bytes) -> OneArticle | Articles:
    try:
        return predict_question.validate_json(content)
    except ValidationError as error:
        raise from_validation(error, skipped=("article", "articles")) from None


def _stream(request: Request, state: State) -> Response:
    options: dict[str, Any] = dict(request.query_params)
    try:
        # Numbers and truth arrive as text here.
        question = Question.model_validate_strings(options)
    except ValidationError as error:
        raise from_validation(error) from None
    asked = ask(state.roster, question)
    articles = state.metrics.articles_of(asked.served.name)
    batches = batches_of_lines(request.stream(), longest=state.settings.limits.article)
    lines = answered_lines(batches, asked, on_articles=articles.inc)
    return StreamedLines(lines, seconds=state.settings.limits.seconds)


def _log(state: State, text: str) -> None:
    if state.settings.log_texts:
        _logger.info("%r", text[:_SHOWN])
