"""``/v1/predict`` and ``/v1/explain``."""

import logging
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from topicclf.service.answering import ask
from topicclf.service.answers import Answer, Answers, ExplanationAnswer
from topicclf.service.bodies import JSON, answer, body, content_type, described, question
from topicclf.service.problems import from_validation
from topicclf.service.questions import Articles, OneArticle, Question, predict_question
from topicclf.service.state import State
from topicclf.service.streaming import NDJSON, StreamedLines, answered_lines, batches_of_lines
from topicclf.writing.jsonl import encoded

__all__ = ["answered", "predicting"]

_logger = logging.getLogger("topicclf.service.texts")
# A thread costs more than a short article.
_INLINE_CHARACTERS = 20_000
_SHOWN = 100
_MANY, _PEEK = b'"articles"', 100


def predicting(state: State) -> APIRouter:
    """The routes that answer articles.

    Args:
        state: What they share.
    """
    router = APIRouter(prefix="/v1", tags=["articles"])

    @router.post(
        "/predict",
        **described(
            "Topics of one article, or of several",
            answers=Answer | Answers,
            questions={JSON: OneArticle | Articles, NDJSON: None},
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
        **described(
            "Why an article got its topics", answers=ExplanationAnswer, questions={JSON: OneArticle}
        ),
    )
    async def explain(request: Request) -> Response:
        """Show each topic's log-odds as a sum over words that adds up, and what it depends on."""
        asked = await question(request, OneArticle)
        _log(state, asked.text)
        return answer(await run_in_threadpool(ask(state.roster, asked).explain, asked))

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
    parsed = _parsed(content)
    asked = ask(state.roster, parsed)
    if isinstance(parsed, OneArticle):
        _log(state, parsed.text)
        state.metrics.articles_of(asked.served.name).inc()
        if len(parsed.text) < _INLINE_CHARACTERS:
            return encoded(asked.one(parsed))
        return await run_in_threadpool(lambda: encoded(asked.one(parsed)))
    state.metrics.articles_of(asked.served.name).inc(len(parsed.articles))
    return await run_in_threadpool(lambda: encoded(asked.many(parsed.articles)))


def _parsed(content: bytes) -> OneArticle | Articles:
    # To find out which of them it is, all of it would be read once more.
    likely = Articles if _MANY in content[:_PEEK] else OneArticle
    with suppress(ValidationError):
        return likely.model_validate_json(content)
    try:
        return predict_question.validate_json(content)
    except ValidationError as error:
        raise from_validation(error, skipped=("article", "articles")) from None


def _stream(request: Request, state: State) -> Response:
    options: dict[str, Any] = dict(request.query_params)
    try:
        # Numbers and truth arrive as text here.
        asked = ask(state.roster, Question.model_validate_strings(options))
    except ValidationError as error:
        raise from_validation(error) from None
    articles = state.metrics.articles_of(asked.served.name)
    batches = batches_of_lines(request.stream(), longest=state.settings.limits.article)
    lines = answered_lines(batches, asked, on_articles=articles.inc)
    return StreamedLines(lines, seconds=state.settings.limits.seconds)


def _log(state: State, text: str) -> None:
    if state.settings.log_texts:
        _logger.info("%r", text[:_SHOWN])
