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
All formats may be packed with gzip. `--from` sets the format. Without it the file's name decides,
then its beginning; anything else is plain text. A folder means the files in it with a known
ending, except hidden ones.

A plain text or a page is one article. In the other formats each record is one: its text is the
field that `--text-field` names, or the first of {texts}; its title is the field that
`--title-field` names, or {titles}. The case of field names doesn't matter.

The encoding is UTF-8, or what the byte order mark says (UTF-8, UTF-16, UTF-32). Other bytes are
read as Windows-1252 or Latin-1 if that makes sense, with a note on standard error; this needs the
extra `[encodings]`. For any other encoding use `--encoding`.

Parquet needs the extra `[parquet]`, HTML the extra `[html]`, as in `pip install
"topicclf[html,parquet]"`.

A record is bad if its bytes can't be decoded, its line is blank or not a JSON object, its row has
more or fewer fields than the header, a quote in it is broken, or its text is missing. Blank lines
in CSV are ignored.

## Output

A JSON line is written as it was read, with `topics`, `probabilities` and other requested fields
added at the end. An input field with one of these names gets the prefix `input_`. In CSV and TSV
the topics are in one field, separated by semicolons; each probability has a field of its own
(`probability_trade`), and evidence is JSON. The columns of CSV, TSV and Parquet, and Parquet's
types, are those of the first records; a later record that doesn't fit becomes an error record in
its place.

With `-o FILE` the answers go to `FILE.*.part`, which is renamed to FILE at the end. An interrupted
run leaves the part. `--resume` removes an incomplete last line, skips the records that are done,
and continues. It needs the same input, options and model, and a format other than Parquet.
"""

_SURROUNDINGS = """\
## Environment

`NO_COLOR`: if set, terminals get no colour.

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
