"""``topicclf serve``."""

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from topicclf.errors import DataError

if TYPE_CHECKING:
    from topicclf.service.settings import Settings

__all__ = ["serve"]

_TOKEN = "TOPICCLF_TOKEN"
_MIB = 1 << 20


@click.command()
@click.option("--model", "models", multiple=True, type=click.Path(path_type=Path), metavar="MODEL",
              help="A model file or its folder; may be repeated, and requests name one then. "
              "Default: the model that comes with topicclf.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS",
              help="The address to listen at; 0.0.0.0 for all.")  # fmt: skip
@click.option("--port", default=8000, show_default=True, metavar="N",
              type=click.IntRange(0, 65535), help="The port; 0 for any free one.")  # fmt: skip
@click.option("--workers", default=1, show_default=True, metavar="N", type=click.IntRange(1),
              help="Processes that answer.")  # fmt: skip
@click.option("--data", "folder", default="topicclf-data", show_default=True, metavar="DIR",
              type=click.Path(path_type=Path, file_okay=False),
              help="Where corrections and labels are kept.")  # fmt: skip
@click.option("--token-file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help=f"A file with the token that clients have to send. Default: ${_TOKEN}, or none."
              )  # fmt: skip
@click.option("--allow-host", "names", multiple=True, metavar="NAME",
              help="A host name under which clients reach the service; may be repeated."
              )  # fmt: skip
@click.option("--max-corrections", default=100, show_default=True, metavar="MIB",
              type=click.IntRange(0), help="How much corrections may take on the disk."
              )  # fmt: skip
@click.option("--log-texts", is_flag=True, help="Log the beginning of each article.")
def serve(
    *,
    models: tuple[Path, ...],
    host: str,
    port: int,
    workers: int,
    folder: Path,
    token_file: Path | None,
    names: tuple[str, ...],
    max_corrections: int,
    log_texts: bool,
) -> None:
    """Answer over HTTP, with a page at /.

    Needs the extra [serve]. SIGHUP, or POST /v1/reload, loads the models anew; the old ones answer
    until the new ones have been tried. docs/serving.md has the routes, limits and examples.

    \b
    Examples:
      topicclf serve
      topicclf serve --model my-model --model shipped --workers 4
      topicclf serve --host 0.0.0.0 --allow-host topics.example.org --token-file token
    """  # noqa: D301
    from topicclf.installation.extras import extra

    for module in ("fastapi", "uvicorn", "prometheus_client"):
        extra(module, name="serve")
    from topicclf.service.running import run
    from topicclf.service.settings import Limits, Settings

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    settings = Settings(
        models=models,
        host=host,
        port=port,
        workers=workers,
        folder=folder,
        token=_token(token_file),
        names=frozenset(names),
        limits=Limits(corrections=max_corrections * _MIB),
        log_texts=log_texts,
    )
    run(settings, on_bound=lambda address: click.echo(_started(settings, address), err=True))


def _token(file: Path | None) -> str | None:
    if file is None:
        return os.environ.get(_TOKEN) or None
    token = file.read_text("utf-8").strip()
    if not token:
        msg = f"{file}: empty, where a token should be"
        raise DataError(msg)
    return token


def _started(settings: "Settings", address: str) -> str:
    lines = [f"topicclf answers at {address}"]
    if settings.open_to_others and settings.token is None:
        lines.append("no token: others can ask, but not correct, label, tag files or reload")
    return "\n".join(lines)
