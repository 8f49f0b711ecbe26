"""The application: routes behind a guard and a gate."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.concurrency import run_in_threadpool

from topicclf.installation.version import __version__
from topicclf.service.about import about, health, reload_models
from topicclf.service.bodies import schemas
from topicclf.service.corrections import Corrections
from topicclf.service.direct import Direct
from topicclf.service.feedback import feedback
from topicclf.service.files import files
from topicclf.service.gate import Gate
from topicclf.service.guard import Guard
from topicclf.service.labelling import labelling
from topicclf.service.metrics import Metrics
from topicclf.service.pages import pages
from topicclf.service.predicting import predicting
from topicclf.service.problems import ProblemError, handle
from topicclf.service.reading import reading
from topicclf.service.roster import Roster
from topicclf.service.settings import Settings
from topicclf.service.state import State

__all__ = ["application"]

_logger = logging.getLogger(__name__)
_ABOUT = "Finds the topics of news articles, several or none, and the evidence for them."


def application(settings: Settings, *, roster: Roster | None = None) -> FastAPI:
    """The application, to be run by an ASGI server.

    Args:
        settings: How it is run.
        roster: The models, if they are loaded already.

    Raises:
        FileNotFoundError: There is no such model.
        ModelFileError: A model is refused.
    """
    metrics = Metrics(_COUNTED)
    corrections = Corrections(
        settings.folder / "corrections.jsonl", most_bytes=settings.limits.corrections
    )
    state = State(settings, roster or Roster(settings.models), metrics, corrections)
    # Its own pages of documentation load scripts from elsewhere.
    app = FastAPI(
        title="topicclf",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(state),
    )
    for routes in (predicting, reading, files, feedback, labelling, about, health):
        app.include_router(routes(state))
    app.include_router(pages())
    handle(app)
    app.add_middleware(Direct, state=state)
    app.add_middleware(Gate, limits=settings.limits, metrics=metrics)
    app.add_middleware(Guard, settings=settings)
    app.openapi = lambda: _openapi(app, token=settings.token is not None)  # type: ignore[method-assign]
    return app


_COUNTED = frozenset({"/", "/v1/predict", "/v1/explain", "/v1/model", "/v1/feedback", "/v1/reload"})


def _openapi(app: FastAPI, *, token: bool) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        components = document.setdefault("components", {})
        components["schemas"] = {**components.get("schemas", {}), **schemas()}
        if token:
            components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            document["security"] = [{"token": []}]
        app.openapi_schema = document
    return app.openapi_schema


def _lifespan(state: State) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        tasks: set[asyncio.Task[None]] = set()

        async def reload() -> None:
            with suppress(ProblemError):  # It has been logged.
                await run_in_threadpool(reload_models, state)

        def asked() -> None:
            task = asyncio.get_running_loop().create_task(reload())
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        # Not outside of the main thread, where tests run it.
        with suppress(ValueError, RuntimeError, NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, asked)
        yield

    return lifespan
