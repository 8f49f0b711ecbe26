"""What several commands share: the option for a model, shares, lists of names, topics by name."""

import math
from collections.abc import Collection
from pathlib import Path
from typing import Any

import click

from topicclf.errors import did_you_mean

__all__ = ["SHARE", "is_shipped", "model_option", "names", "topic_among"]


class _Share(click.FloatRange):
    """A share between 0 and 1; the range alone lets NaN pass."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        share: float = super().convert(value, param, ctx)
        if math.isnan(share):
            self.fail(f"{value} is no number between 0 and 1", param, ctx)
        return share


SHARE = _Share(0, 1, min_open=True, max_open=True)

model_option = click.option(
    "--model",
    type=click.Path(path_type=Path),
    metavar="MODEL",
    help="A model file, or the folder of one; without it, the shipped model.",
)


def is_shipped(path: Path) -> bool:
    """Whether the model that topicclf brings along is meant, and no file of that name."""
    return str(path) == "shipped" and not path.exists()


def names(text: str | None) -> tuple[str, ...] | None:
    """The names in a list parted by commas, each once; None if there are none.

    >>> names("trade, energy,")
    ('trade', 'energy')
    """
    found = dict.fromkeys(name.strip() for name in (text or "").split(","))
    return tuple(name for name in found if name) or None


def topic_among(topics: Collection[str], name: str) -> str:
    """Check that a topic exists.

    Raises:
        click.BadParameter: It doesn't; the message says which ones there are.
    """
    if name in topics:
        return name
    hint = did_you_mean(name, topics, otherwise=f"the topics are {', '.join(topics)}")
    msg = f"no topic {name!r}; {hint}"
    raise click.BadParameter(msg)
