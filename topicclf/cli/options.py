"""What several commands share: the option for a model, lists of names, topics by name."""

from collections.abc import Collection
from pathlib import Path

import click

__all__ = ["is_shipped", "model_option", "names", "topic_among"]

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
    import difflib  # Slow to import, and seldom needed.

    near = difflib.get_close_matches(name, topics, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"the topics are {', '.join(topics)}"
    msg = f"no topic {name!r}; {hint}"
    raise click.BadParameter(msg)
