"""What the commands that measure share: labelled articles, and how intervals are drawn."""

import functools
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from topicclf import load
from topicclf.cli.label_options import label_options, read_sources, require_sources
from topicclf.cli.options import SHARE, is_shipped, skip_bad_option
from topicclf.cli.terminal import Progress, printed_warnings, progress
from topicclf.errors import DataError
from topicclf.labelled.reading import LabelledArticle, refusal
from topicclf.labelled.schemes import LabelOptions
from topicclf.text.topic_names import listed_names

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from topicclf import TopicModel
    from topicclf.evaluation.answers import Answers
    from topicclf.evaluation.intervals import Bootstrap

__all__ = ["MeasuringOptions", "load_model", "measuring_options"]


@dataclass(frozen=True)
class MeasuringOptions:
    """What to measure on, and how.

    Attributes:
        data: The files.
        labels: Where their labels are.
        topics: Lists of the topics to measure; None for the model's.
        group: The field whose values are drawn together, or ``near-duplicates``; None draws single
            articles.
        bootstrap: How to draw the intervals.
        skip_bad: Whether to leave bad records out instead of stopping.
    """

    data: tuple[Path, ...]
    labels: LabelOptions
    topics: tuple[str, ...] | None
    group: str | None
    bootstrap: "Bootstrap"
    skip_bad: bool

    def asked(self, models: "Mapping[Path, TopicModel]") -> tuple[str, ...]:
        """The topics to measure: those that were named, or those that all models know.

        Raises:
            DataError: A model doesn't know one that was named.
        """
        from topicclf.evaluation.answers import require_topics

        every = {topic for model in models.values() for topic in model.topics}
        named = listed_names(self.topics or (), known=every)
        for path, model in models.items():
            try:
                require_topics(model, named)
            except DataError as error:
                msg = f"{path}: {error}"
                raise DataError(msg) from None
        first, *others = (model.topics for model in models.values())
        return named or tuple(t for t in first if all(t in other for other in others))

    def read(self, topics: tuple[str, ...], *, known: Collection[str]) -> list[LabelledArticle]:
        """Read the articles.

        Args:
            topics: The topics to measure.
            known: All topics that a model knows.

        Raises:
            DataError: A line is bad, or names a topic that no model knows.
        """
        from topicclf.evaluation.answers import listed, no_topic

        items = list(self._items(known))
        for item in items if self.topics is None else ():
            for topic in sorted(item.topics | item.unknown):
                if topic not in known:
                    msg = (
                        f"{item.place}: {no_topic(topic, known)}. Correct it, or choose what to "
                        "measure with --topics."
                    )
                    raise DataError(msg)
        carried = {topic for item in items for topic in item.topics}
        if missing := [topic for topic in topics if topic not in carried]:
            about = f"no article carries {listed(missing)}: no recall and no F1 there"
            click.echo(about, err=True)
        return items

    def _items(self, known: Collection[str]) -> Iterator[LabelledArticle]:
        for reading in read_sources(map(str, self.data), self.labels):
            if reading.source.weight != 1:
                msg = f"{reading.source.path} has a weight: in a measurement articles count alike"
                raise DataError(msg)
            if reading.problems and not self.skip_bad:
                raise DataError(refusal(reading.problems))
            for problem in reading.problems:
                click.echo(f"left out: {problem}", err=True)
            replace(reading, problems=[]).refuse_bad()
            yield from reading.items_on(known)

    def ask(
        self, model: "TopicModel", items: list[LabelledArticle], topics: tuple[str, ...]
    ) -> "Answers":
        """Ask a model about the articles."""
        from topicclf.evaluation.answers import answer

        with progress(None, items=len(items), unit="articles judged") as bar:
            return answer(model, items, topics=topics, on_items=bar.add_items)

    def groups(self, items: list[LabelledArticle]) -> "NDArray[np.object_] | None":
        """The name of each article's group; None if each is one of its own."""
        if self.group is None:
            return None
        import numpy as np

        from topicclf.labelled.stories import name_stories

        with printed_warnings():
            return np.array(name_stories(items, self.group), object)

    def drawing(
        self, items: list[LabelledArticle], *, times: int
    ) -> AbstractContextManager[Progress]:
        """Show the progress of the draws.

        Args:
            items: The articles.
            times: How often all of them are drawn from.
        """
        return progress(
            None, items=times * self.bootstrap.n_draws * len(items), unit="articles drawn"
        )


def load_model(path: Path) -> "TopicModel":
    """Load a model; "shipped" is the one that comes with topicclf."""
    return load(None if is_shipped(path) else path)


def measuring_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command DATA and the options for measuring, as one argument ``measuring``."""

    @click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
    @click.option("--topics", metavar="TOPIC,...", multiple=True,
                  help="Measure these topics only; others in DATA are ignored.")  # fmt: skip
    @click.option("--group", metavar="FIELD",
                  help="Draw articles with the same FIELD together, so that a repeated story "
                  "counts once in the intervals; 'near-duplicates' compares texts.")  # fmt: skip
    @click.option("--draws", default=1000, show_default=True, metavar="N",
                  type=click.IntRange(0),
                  help="Bootstrap draws for the intervals; 0 for no intervals.")  # fmt: skip
    @click.option("--level", default=0.95, show_default=True, metavar="SHARE",
                  type=SHARE,
                  help="Confidence level of the intervals.")  # fmt: skip
    @click.option("--seed", default=0, show_default=True, metavar="N", type=click.IntRange(0),
                  help="Random seed.")  # fmt: skip
    @skip_bad_option
    @label_options
    @functools.wraps(command)
    def wrapped(
        data: tuple[Path, ...],
        labels: LabelOptions,
        topics: tuple[str, ...],
        group: str | None,
        draws: int,
        level: float,
        seed: int,
        skip_bad: bool,
        **others: Any,
    ) -> None:
        require_sources(map(str, data))
        from topicclf.evaluation.intervals import Bootstrap

        measuring = MeasuringOptions(
            data=data,
            labels=labels,
            topics=topics or None,
            group=group,
            bootstrap=Bootstrap(n_draws=draws, level=level, random_state=seed),
            skip_bad=skip_bad,
        )
        command(measuring=measuring, **others)

    return wrapped
