"""The group of commands, the messages of their errors, and their exit statuses."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import click

from topicclf.cli.streams import say
from topicclf.errors import TopicclfError, did_you_mean
from topicclf.installation.version import described

__all__ = ["COMMANDS", "STATUSES", "commands"]

#: Each command's help in a line. The command ``predict`` is the function of that name in
#: ``topicclf/cli/predict.py``, imported when it runs or its own help is shown. After a change:
#: ``python -m topicclf.cli.manual > docs/cli.md``.
COMMANDS = {
    "predict": "Tag articles with the topics that they carry.",
    "train": "Train a model on labelled articles.",
    "adapt": "Correct a model for the mix of topics in a sample of articles.",
    "explain": "Explain the answer for one article as sums that add up.",
    "info": "Show what is in a model.",
    "topics": "Print the guide to the four topics.",
    "evaluate": "Measure a model on labelled articles.",
    "suggest": "Choose the articles most worth labelling.",
    "audit": "Find the labels that are most likely wrong.",
    "summary": "Sum up tagged articles: counts, topics over time, examples.",
    "serve": "Answer over HTTP, with a page to try it.",
    "compare": "Show what changes between two models, and whether it is chance.",
}

_UNUSABLE = 3
_INTERRUPTED = 130
_PIPE = 141

#: The exit statuses of every command.
STATUSES = {
    0: "Success.",
    1: "Finished, but with problems, such as bad records; they are on standard error.",
    2: "Wrong usage, such as an unknown option.",
    _UNUSABLE: "A file, a model or the data can't be used, or an extra isn't installed.",
    _INTERRUPTED: "Interrupted with Ctrl-C.",
    _PIPE: "The reader of the output is gone (``| head``).",
}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"topicclf.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            hint = did_you_mean(name, COMMANDS, otherwise=f"there are {', '.join(COMMANDS)}")
            ctx.fail(f"no command {name!r}; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        with _statuses(ctx):
            return super().invoke(ctx)


@contextmanager
def _statuses(ctx: click.Context) -> Iterator[None]:
    """Turn errors into a message of one line and an exit status."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # What Python has buffered for the pipe would fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        ctx.exit(_PIPE)
    except KeyboardInterrupt as error:
        click.echo("; ".join(["interrupted", *_notes(error)]), err=True)
        ctx.exit(_INTERRUPTED)
    except (TopicclfError, OSError) as error:
        say("; ".join([_message(error), *_notes(error)]))
        ctx.exit(_UNUSABLE)


def _notes(error: BaseException) -> list[str]:
    return getattr(error, "__notes__", [])


def _message(error: Exception) -> str:
    if isinstance(error, FileNotFoundError) and error.filename is not None:
        return f"no such file: {error.filename}"
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


@click.group(cls=_Commands, name="topicclf", context_settings={"max_content_width": 100})
@click.version_option(described(), prog_name="topicclf", message="%(prog)s %(version)s")
def commands() -> None:
    """Find the topics of news articles, several or none, and the evidence for them.

    \b
    Examples:
      topicclf predict article.txt
      topicclf predict --help
    """  # noqa: D301
