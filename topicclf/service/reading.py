"""``/v1/read``: the articles in a file of any format that is read elsewhere."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from topicclf.errors import DataError
from topicclf.records import BadRecord, read_records
from topicclf.service.answers import FileAnswer, FileArticle
from topicclf.service.bodies import BYTES, answer, described
from topicclf.service.state import State
from topicclf.service.uploads import uploaded

__all__ = ["reading"]

_MOST_ARTICLES = 200


def reading(state: State) -> APIRouter:
    """The route that reads files.

    Args:
        state: What it shares with others.
    """
    router = APIRouter(prefix="/v1", tags=["articles"])

    @router.post(
        "/read",
        **described("The articles in a file", answers=FileAnswer, questions={BYTES: None}),
    )
    async def read(request: Request, name: str = "") -> Response:
        """Find the article of a web page, or up to 200 articles of a feed or a file of records.

        Of `name` only the ending counts: it says which format the file has.
        """
        async with uploaded(request, name=name, most_bytes=state.settings.limits.body) as file:
            found = await run_in_threadpool(_articles, file)
        return answer(FileAnswer(articles=found))

    return router


def _articles(file: Path) -> list[FileArticle]:
    articles: list[FileArticle] = []
    problem = "there is no article in it"
    for record in read_records([file]):
        if isinstance(record, BadRecord):
            problem = record.problem
        else:
            articles.append(FileArticle(title=_whole(record.title), text=_whole(record.text)))
        if len(articles) == _MOST_ARTICLES:
            break
    if not articles:
        raise DataError(problem)
    return articles


def _whole(text: str) -> str:
    """A text that has bytes in UTF-8, which lone surrogates don't."""
    return text.encode(errors="replace").decode()
