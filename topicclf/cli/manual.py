"""The manual of the command line, made from the program: ``python -m topicclf.cli.manual``."""

import inspect
from collections.abc import Iterator

import click

from topicclf.cli.group import COMMANDS, STATUSES, commands
from topicclf.records.fields import TEXT_NAMES, TITLE_NAMES
from topicclf.records.options import FORMATS

__all__ = ["manual"]

_VERBATIM = "\b"

_RECORDS = """\
Any of them may be packed with gzip. `--from` names the format; where neither it nor the file's
name tells, how the file begins does, and what looks like nothing else is plain text. A folder
stands for the files in it whose names tell a format, hidden ones left out.

One plain text or page is one article. In the other formats each record is one: its text is the
field that `--text-field` names, or the first of {texts}; its title the one that `--title-field`
names, or {titles}. Capitals in the names don't matter.

The encoding is UTF-8, or what the mark at the file's beginning tells (UTF-8, UTF-16, UTF-32).
Bytes that are no UTF-8 are read as Windows-1252 or Latin-1 where they make sense as such, and
standard error says so; this needs the extra `[encodings]`. `--encoding` names any other.

Parquet needs the extra `[parquet]`, HTML the extra `[html]`, as in `pip install
"topicclf[html,parquet]"`.

A record is bad if its bytes are no text, its line is blank or no JSON object, its row has more
or fewer fields than the header, a quote in it is broken, or its text is missing. In CSV a blank
line is no record.

## Output

A JSON line is written back as it was read, with `topics`, `probabilities` and what else was
asked for added at its end. A field that bears one of these names already gets `input_` before
it. In CSV and TSV the topics stand in one field, parted by semicolons, each probability in one
of its own (`probability_trade`), and evidence as JSON. Their columns, and those of Parquet with
their types, are those of the first records; a later record that does not fit is an error in its
place.

With `-o FILE` the answers grow in `FILE.*.part`, which becomes FILE when all is done. A run
that was interrupted leaves the part. `--resume` cuts off a line that was not written whole,
passes over as many records as were answered, and goes on. It does so only with the same input,
options and model, which the part's name tells, and not with Parquet.
"""

_SURROUNDINGS = """\
## Environment

`NO_COLOR`: if it is set, terminals get no colour.

## Shell completion

Once per shell, for commands, options and files:

```sh
echo 'eval "$(_TOPICCLF_COMPLETE=bash_source topicclf)"' >> ~/.bashrc
echo 'eval "$(_TOPICCLF_COMPLETE=zsh_source topicclf)"' >> ~/.zshrc
_TOPICCLF_COMPLETE=fish_source topicclf > ~/.config/fish/completions/topicclf.fish
```
"""


def manual() -> str:
    """The whole manual, as Markdown."""
    context = click.Context(commands, info_name="topicclf")
    return "\n".join([*_beginning(context), *_each_command(context), *_ending()])


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


def _ending() -> Iterator[str]:
    yield "## Input"
    yield ""
    yield "| format | names that end in |"
    yield "|---|---|"
    for name, endings in FORMATS.items():
        yield f"| {name} | {', '.join(f'`{ending}`' for ending in endings)} |"
    yield ""
    yield _RECORDS.format(texts=_listed(TEXT_NAMES), titles=_listed(TITLE_NAMES))
    yield "## Exit status"
    yield ""
    yield "| status | meaning |"
    yield "|---|---|"
    for status, meaning in STATUSES.items():
        yield f"| {status} | {meaning.replace('``', '`')} |"
    yield ""
    yield _SURROUNDINGS


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    click.echo(manual(), nl=False)
