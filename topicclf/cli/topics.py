"""``topicclf topics``."""

from pathlib import Path

import click

import topicclf

__all__ = ["topics"]


@click.command()
def topics() -> None:
    """Print the guide to the four topics of the shipped model: what each takes in, and what not.

    \b
    Examples:
      topicclf topics
    """  # noqa: D301
    guide = Path(topicclf.__file__).with_name("topics.md")
    click.echo(guide.read_text("utf-8").rstrip())
