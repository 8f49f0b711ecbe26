"""``/v1/model``, ``/v1/reload`` and whether the service is well."""

import logging
import os
import signal
from dataclasses import asdict

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool

from topicclf.errors import TopicclfError
from topicclf.model_info import inform
from topicclf.service.answers import ModelInfo, ModelName, ModelsAnswer, Reloaded
from topicclf.service.bodies import answer, described
from topicclf.service.problems import ProblemError
from topicclf.service.roster import ServedModel
from topicclf.service.state import State
from topicclf.text.language import function_words

__all__ = ["about", "health", "reload_models"]

_logger = logging.getLogger(__name__)


def about(state: State) -> APIRouter:
    """The routes that show and change what answers.

    Args:
        state: What they share.
    """
    router = APIRouter(prefix="/v1", tags=["models"])
    shown: dict[str, ModelInfo] = {}

    def models() -> ModelsAnswer:
        infos = []
        for served in state.roster.all():
            if served.sha256 not in shown:
                shown[served.sha256] = _info(served)
            infos.append(shown[served.sha256])
        usual = state.roster.get()
        return ModelsAnswer(
            models=infos,
            guide=_guide() if usual.name == "shipped" else None,
            card=_card(usual),
            function_words=sorted(map(bytes.decode, function_words(usual.model.languages))),
        )

    @router.get(
        "/model",
        **described("What the models are", answers=ModelsAnswer),
    )
    async def model() -> Response:
        """Show each model's topics, thresholds, measured numbers and data."""
        return answer(await run_in_threadpool(models))

    @router.post(
        "/reload",
        **described("Load the models anew", answers=Reloaded, refused=(409,)),
    )
    async def reload() -> Response:
        """Load the models' files anew, try them, and let them take over.

        The old ones answer until then, and stay where a new one is refused.
        """
        changed = await run_in_threadpool(reload_models, state)
        if state.settings.workers > 1:
            # The process above hands it on to all others.
            os.kill(os.getppid(), signal.SIGHUP)
        now = [ModelName(name=each.name, sha256=each.sha256) for each in state.roster.all()]
        return answer(Reloaded(models=now, changed=[each.name for each in changed]))

    return router


def reload_models(state: State) -> list[ServedModel]:
    """Load all models anew, and count how that went.

    Raises:
        ProblemError: A model is refused; the old ones stay.
    """
    try:
        changed = state.roster.reload()
    except (TopicclfError, OSError) as error:
        state.metrics.reloads.labels("refused").inc()
        _logger.warning("the old models stay: %s", error)
        # The message of the system would name a file, which is nobody's business.
        reason = str(error) if isinstance(error, TopicclfError) else "a model's file can't be read"
        raise ProblemError(409, "refused", f"the old models stay: {reason}") from None
    state.metrics.reloads.labels("done").inc()
    return changed


def health(state: State) -> APIRouter:
    """The routes for whoever watches the service.

    Args:
        state: What they share.
    """
    router = APIRouter(tags=["health"])

    @router.get("/healthz", response_class=PlainTextResponse, summary="Whether it runs")
    async def healthy() -> str:
        return "ok\n"

    @router.get("/readyz", response_class=PlainTextResponse, summary="Whether it can answer")
    async def ready() -> str:
        state.roster.get()
        return "ready\n"

    @router.get("/metrics", response_class=PlainTextResponse, summary="Counters for Prometheus")
    async def metrics() -> Response:
        return Response(state.metrics.shown(), media_type=CONTENT_TYPE_LATEST)

    return router


def _info(served: ServedModel) -> ModelInfo:
    information = inform(served.file)
    fields = {name: value for name, value in asdict(information).items() if name != "file"}
    return ModelInfo(name=served.name, **{**fields, "sha256": served.sha256})


def _card(served: ServedModel) -> str | None:
    try:
        return served.file.with_name("README.md").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _guide() -> str:
    from importlib.resources import files

    return files("topicclf").joinpath("topics.md").read_text("utf-8")
