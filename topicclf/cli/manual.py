"""The manual of the command line, made from the program: ``python -m topicclf.cli.manual``."""

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from topicclf.cli.group import COMMANDS, STATUSES, commands
from topicclf.records.fields import TEXT_NAMES, TITLE_NAMES
from topicclf.records.options import (
    DEEPEST,
    FORMATS,
    FREE_GROWTH,
    GROWTH,
    LONGEST_RECORD,
    MOST_ATTRIBUTES,
    MOST_PAGES,
    MOST_TAGS,
)

__all__ = ["manual"]

_VERBATIM = "\b"


def manual() -> str:
    """The whole manual, as Markdown."""
    context = click.Context(commands, info_name="topicclf")
    return "\n".join([*_beginning(context), *_each_command(context), _ending()])


def _beginning(context: click.Context) -> Iterator[str]:
    yield "# topicclf(1)"
    yield ""
    yield "<!-- Made by: python -m topicclf.cli.manual > docs/cli.md -->"
    yield ""
    yield from _help(commands)
    for name, line in COMMANDS.items():
        yield f"- [`topicclf {name}`](#topicclf-{name}): {line}"
    yield ""
    yield "`topicclf --version` prints the version, `--help` after any command its help."
    yield ""


def _each_command(context: click.Context) -> Iterator[str]:
    for name in COMMANDS:
        command = commands.get_command(context, name)
        assert command is not None
        yield f"## topicclf {name}"
        yield ""
        inner = click.Context(command, info_name=name, parent=context)
        yield f"`topicclf {name} {' '.join(command.collect_usage_pieces(inner))}`"
        yield ""
        yield from _help(command)
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                yield _option(parameter)
        yield ""


def _help(command: click.Command) -> Iterator[str]:
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith(_VERBATIM):
            lines = paragraph.splitlines()[2:]
            yield from ("```sh", *inspect.cleandoc("\n".join(lines)).splitlines(), "```", "")
        else:
            yield from (" ".join(paragraph.split()), "")


def _option(option: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    value = "" if option.is_flag else f" *{_value(option)}*"
    default = ""
    if option.show_default and not option.is_flag and option.default not in (None, ()):
        default = f" Default: {option.default}."
    return f"- {names}{value}: {option.help}{default}"


def _value(option: click.Option) -> str:
    if option.metavar is not None:
        return option.metavar
    if isinstance(option.type, click.Choice):
        return "|".join(map(str, option.type.choices))
    return option.type.name.upper()


def _ending() -> str:
    formats = ((name, _listed(endings)) for name, endings in FORMATS.items())
    statuses = ((status, meaning.replace("``", "`")) for status, meaning in STATUSES.items())
    return (
        Path(__file__)
        .with_suffix(".md")
        .read_text("utf-8")
        .format(
            formats=_rows(formats),
            texts=_listed(TEXT_NAMES),
            titles=_listed(TITLE_NAMES),
            statuses=_rows(statuses),
            limits=_rows(_limits()),
        )
    )


def _limits() -> Iterator[tuple[object, str]]:
    bad = "a bad record"
    yield f"{LONGEST_RECORD >> 20} MiB in a line, row, text, page or document", bad
    yield f"{DEEPEST} levels of nesting in a JSON record", bad
    yield (
        f"{GROWTH} times the packed size, from {FREE_GROWTH >> 20} MiB on",
        "the rest of the file is refused",
    )
    yield f"{MOST_TAGS:,} tags in a page", "it is read as a whole, menus and all"
    yield f"{MOST_ATTRIBUTES} attributes in a tag", "the others are not read"
    yield f"{MOST_PAGES:,} pages in a PDF file", bad


def _rows(rows: Iterable[tuple[object, str]]) -> str:
    return "\n".join(f"| {first} | {second} |" for first, second in rows)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    click.echo(manual(), nl=False)
