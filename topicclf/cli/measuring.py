"""What the commands that measure share: the labelled articles, and how intervals are drawn."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from topicclf import TopicModel, load
from topicclf.cli.label_options import label_options
from topicclf.cli.options import is_shipped
from topicclf.errors import DataError
from topicclf.evaluation.intervals import Bootstrap
from topicclf.evaluation.slices import value_numbers
from topicclf.learning.data import Labelled, read_labelled
from topicclf.learning.label_fields import LabelOptions

__all__ = ["Measured", "load_model", "measuring_options"]


@dataclass(frozen=True)
class Measured:
    """What to measure on.

    Attributes:
        data: The files.
        labels: How labels stand in them.
        topics: The topics to look at; None for the model's.
        group: The field whose values are drawn together; None draws single articles.
        bootstrap: How intervals are drawn.
    """

    data: tuple[Path, ...]
    labels: LabelOptions
    topics: tuple[str, ...] | None
    group: str | None
    bootstrap: Bootstrap

    def read(self, topics: tuple[str, ...]) -> list[Labelled]:
        """Read the articles.

        Args:
            topics: The topics that the model knows.

        Raises:
            DataError: A line is bad, or names a topic that the model doesn't know.
        """
        items = [item for path in self.data for item in read_labelled(path, options=self.labels)[0]]
        for item in items if self.topics is None else ():
            if strange := sorted((item.topics | item.unknown) - set(topics)):
                msg = (
                    f"{item.place}: topic {strange[0]!r}, which the model does not know; it knows "
                    f"{', '.join(topics)}. Correct it, or choose what to measure with --topics."
                )
                raise DataError(msg)
        carried = {topic for item in items for topic in item.topics}
        for topic in self.topics or topics:
            if topic not in carried:
                click.echo(f"no article carries {topic!r}: its F1 can't be measured", err=True)
        return items

    def groups(self, items: list[Labelled]) -> NDArray[np.int64] | None:
        """The number of each article's group; None where each stands alone."""
        if self.group is None:
            return None
        return value_numbers(items, self.group)


def load_model(path: Path) -> TopicModel:
    """Load a model; "shipped" is the one that topicclf brings along."""
    return load(None if is_shipped(path) else path)


def measuring_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command DATA and the options for measuring, as one argument ``measured``."""

    @click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
    @click.option("--topics", metavar="TOPIC,...",
                  help="Look at these topics only; others in DATA are passed over.")  # fmt: skip
    @click.option("--group", metavar="FIELD",
                  help="Draw articles that share FIELD together when intervals are drawn: a story "
                  "told twice is one story.")  # fmt: skip
    @click.option("--draws", default=1000, show_default=True, metavar="N",
                  type=click.IntRange(0),
                  help="How many draws the intervals come from; 0 for none.")  # fmt: skip
    @click.option("--level", default=0.95, show_default=True, metavar="SHARE",
                  type=click.FloatRange(0, 1, min_open=True, max_open=True),
                  help="How much of the draws an interval holds.")  # fmt: skip
    @click.option("--seed", default=0, show_default=True, metavar="N", help="Of the draws.")
    @label_options
    @functools.wraps(command)
    def wrapped(
        data: tuple[Path, ...],
        labels: LabelOptions,
        topics: str | None,
        group: str | None,
        draws: int,
        level: float,
        seed: int,
        **others: Any,
    ) -> None:
        measured = Measured(
            data=data,
            labels=labels,
            topics=tuple(topics.split(",")) if topics else None,
            group=group,
            bootstrap=Bootstrap(n_draws=draws, level=level, random_state=seed),
        )
        command(measured=measured, **others)

    return wrapped
