"""What several commands share: files, models, shares, lists of names, topics by name."""

import math
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import click

from topicclf.errors import DataError, did_you_mean

__all__ = [
    "SHARE",
    "SIZE",
    "is_shipped",
    "made_today",
    "model_option",
    "require_folder",
    "skip_bad_option",
    "topic_among",
]


class _Share(click.FloatRange):
    """A share between 0 and 1; the range alone lets NaN pass."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        share: float = super().convert(value, param, ctx)
        if math.isnan(share):
            self.fail(f"{value} is not between 0 and 1", param, ctx)
        return share


# A type of what it gives came only with later versions of click.
class _Size(click.ParamType):  # type: ignore[type-arg]
    """A size in bytes, such as 500MB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", str(value).strip(), re.IGNORECASE)
        if not match:
            self.fail(f"{value!r} is not a size; write for example 500MB or 2GB", param, ctx)
        return int(float(match[1]) * 1000 ** " kmgt".index(match[2].lower() or " "))


SIZE = _Size()
SHARE = _Share(0, 1, min_open=True, max_open=True)

skip_bad_option = click.option(
    "--skip-bad", is_flag=True, help="Leave bad records out instead of stopping."
)

model_option = click.option(
    "--model",
    type=click.Path(path_type=Path),
    metavar="MODEL",
    help="A model file or its folder. Default: the model that comes with topicclf.",
)


def is_shipped(path: Path) -> bool:
    """Whether the model that comes with topicclf is meant, and not a file of that name."""
    return str(path) == "shipped" and not path.exists()


def made_today(model: Path | None = None) -> str:
    """What a page says of itself: its model and the hash, if it has one, topicclf, the date."""
    import hashlib
    from datetime import date

    from topicclf.api import shipped_file
    from topicclf.installation.version import __version__
    from topicclf.model import model_file

    parts = [f"topicclf {__version__}", date.today().isoformat()]
    if model is not None:
        file = shipped_file() if is_shipped(model) else model_file(model)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        parts = [f"Model {model}, SHA-256 {digest[:12]}", *parts]
    return " · ".join(parts)


def require_folder(file: Path) -> None:
    """Check that the folder of a file to write exists, before anything slow is done.

    Raises:
        DataError: It doesn't.
    """
    if not file.absolute().parent.is_dir():
        msg = f"{file}: no such folder: {file.parent}"
        raise DataError(msg)


def topic_among(topics: Collection[str], name: str) -> str:
    """Check that a topic exists.

    Raises:
        click.BadParameter: It doesn't; the message lists the topics.
    """
    if name in topics:
        return name
    hint = did_you_mean(name, topics, otherwise=f"the topics are {', '.join(topics)}")
    msg = f"no topic {name!r}; {hint}"
    raise click.BadParameter(msg)
