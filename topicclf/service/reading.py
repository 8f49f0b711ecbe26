"""``/v1/read``: the articles in a file of any format that is read elsewhere."""

import tempfile
from pathlib import Path, PurePosixPath

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from topicclf.records import BadRecord, ReadOptions, read_records
from topicclf.records.options import FORMATS
from topicclf.service.answers import FileAnswer, FileArticle
from topicclf.service.bodies import BYTES, JSON, body, described
from topicclf.service.problems import ProblemError

__all__ = ["ending_of", "reading"]

_MOST_ARTICLES = 200


def reading() -> APIRouter:
    """The route that reads files."""
    router = APIRouter(prefix="/v1", tags=["articles"])

    @router.post(
        "/read",
        response_model=None,
        summary="The articles in a file",
        **described(answers=FileAnswer, questions={BYTES: None}, refused=(422,)),
    )
    async def read(request: Request, name: str = "") -> Response:
        """Find the article of a web page, or up to 200 articles of a feed or a file of records.

        Of `name` only the ending counts: it says which format the file has.
        """
        content = await body(request, BYTES)
        found = await run_in_threadpool(_articles, content, ending_of(name))
        return Response(to_json(FileAnswer(articles=found)), media_type=JSON)

    return router


def ending_of(name: str) -> str:
    """The ending of a file's name if it is one of a known format; otherwise nothing."""
    *_, before, last = ("", "", *PurePosixPath(name.lower()).suffixes)
    known = {ending for endings in FORMATS.values() for ending in endings}
    if last == ".gz":
        return before + last if before in known else last
    return last if last in known else ""


def _articles(content: bytes, ending: str) -> list[FileArticle]:
    with tempfile.NamedTemporaryFile(prefix="topicclf-", suffix=ending) as file:
        file.write(content)
        file.flush()
        articles: list[FileArticle] = []
        problem = "there is no article in it"
        for record in read_records([file.name], options=ReadOptions(skip_blank=True)):
            if isinstance(record, BadRecord):
                problem = record.problem
            elif len(articles) < _MOST_ARTICLES:
                text = _whole(record.text)
                articles.append(FileArticle(title=_whole(record.title), text=text))
            else:
                break
    if not articles:
        raise ProblemError(422, "no-article", problem.replace(str(Path(file.name)), "the file"))
    return articles


def _whole(text: str) -> str:
    """A text that has bytes in UTF-8, which lone surrogates don't."""
    return text.encode(errors="replace").decode()
