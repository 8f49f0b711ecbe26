"""``/v1/files``: whole files to tag and to sum up."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from topicclf.service.answers import ModelName
from topicclf.service.bodies import BYTES, JSON, answer, described
from topicclf.service.jobs import Job, Jobs, Wanted
from topicclf.service.state import State
from topicclf.service.uploads import ending_of, received
from topicclf.summary.tally import By

__all__ = ["files"]

_KINDS = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


class JobAnswer(BaseModel):
    """How far a file is."""

    id: str
    state: Literal["running", "done", "failed"]
    articles: int
    bad: Annotated[int, Field(description="Records that can't be used.")]
    share: Annotated[float, Field(description="How much of the file has been read, 0 to 1.")]
    problem: str
    format: Literal["jsonl", "csv", "tsv", "parquet"]
    model: ModelName


class SummaryAnswer(BaseModel):
    """What is in a tagged file."""

    summary: dict[str, Any]
    html: Annotated[str, Field(description="The same for people; all text is escaped.")]


def files(state: State) -> APIRouter:
    """The routes for whole files.

    Args:
        state: What they share.
    """
    router = APIRouter(prefix="/v1/files", tags=["files"])
    limits = state.settings.limits
    jobs = Jobs(state.settings.folder / "files", most=limits.jobs)

    @router.post(
        "",
        **described("Tag a file", answers=JobAnswer, questions={BYTES: None}, status=202),
    )
    async def tag(
        request: Request,
        name: str = "",
        by: Annotated[str, Query(description="A field, or FIELD:PERIOD; see the summary.")] = "",
        model: str | None = None,
    ) -> Response:
        """Take JSON lines, CSV, TSV or Parquet, and begin to tag its articles.

        Of `name` only the ending counts. What it gave is kept for an hour.
        """
        served = state.roster.get(model)
        wanted = Wanted(ending_of(name), By.parse(by))
        folder = await run_in_threadpool(jobs.open)
        try:
            file = folder / f"input{wanted.ending}"
            await received(request, file, most_bytes=limits.upload)
        except BaseException:
            jobs.abandon(folder)
            raise
        job = await run_in_threadpool(jobs.start, folder, served, wanted)
        return answer(_shown(job), 202)

    @router.get(
        "/{job}",
        **described("How far a file is", answers=JobAnswer, refused=(404, 422)),
    )
    async def progress(job: str) -> Response:
        """Count what has been tagged."""
        return answer(_shown(await run_in_threadpool(jobs.job, job)))

    @router.delete(
        "/{job}",
        **described("Remove a file", answers=None, refused=(404, 422), status=204),
    )
    async def remove(job: str) -> Response:
        """Stop, and keep nothing of it."""
        await run_in_threadpool(jobs.remove, job)
        return Response(status_code=204)

    @router.get(
        "/{job}/summary",
        **described("What is in a file", answers=SummaryAnswer, refused=(404, 422)),
    )
    async def summary(job: str) -> Response:
        """Sum up a file that has been tagged: counts by topic, over time, and examples."""
        content = await run_in_threadpool(lambda: jobs.file(job, "summary.json").read_bytes())
        return Response(content, media_type=JSON)

    @router.get(
        "/{job}/tagged",
        **described("The tagged file", answers=None, refused=(404, 422)),
    )
    async def tagged(job: str) -> Response:
        """Give the file back in its format, with topics and probabilities added."""
        file = await run_in_threadpool(jobs.file, job, "tagged")
        form = (await run_in_threadpool(jobs.job, job)).format
        return FileResponse(file, media_type=_KINDS[form], filename=f"tagged.{form}")

    return router


def _shown(job: Job) -> JobAnswer:
    fields = asdict(job)
    model = ModelName(name=fields.pop("model"), sha256=fields.pop("sha256"))
    return JobAnswer(**fields, model=model)
