"""The command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from topicclf.cli.group import commands

EXAMPLE = Path(__file__).parent.parent / "examples" / "article.txt"


def test_it_prints_topics_and_why() -> None:
    """The topics first, then each one's evidence."""
    run = CliRunner().invoke(commands, ["predict", str(EXAMPLE)])
    assert run.exit_code == 0
    first, *rest = run.output.splitlines()
    assert set(first.split(", ")) == {"defence", "energy", "trade"}
    assert any("second gas pipeline" in line for line in rest)


def test_it_reads_standard_input_and_writes_json() -> None:
    """What the library's to_dict gives."""
    run = CliRunner().invoke(
        commands, ["predict", "-", "--json"], input="The navy ordered frigates."
    )
    assert json.loads(run.output)["topics"] == ["defence"]


def test_none_is_said_in_words() -> None:
    """Not an empty line."""
    run = CliRunner().invoke(commands, ["predict", "-"], input="The quartet plays Haydn on Sunday.")
    assert run.output.startswith("none of the topics\n")


def test_a_strange_language_is_pointed_out() -> None:
    """The share of known words says how far to believe the answer."""
    run = CliRunner().invoke(commands, ["predict", "-"], input="Laivasto tilasi kaksi fregattia.")
    assert "words are known" in run.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.txt"], "missing.txt"),
        ([str(EXAMPLE), "--model", "missing"], "missing"),
        ([str(EXAMPLE), "--model", str(EXAMPLE.parent)], "model.npz"),
    ],
)
def test_errors_are_one_line_and_a_status(arguments: list[str], message: str) -> None:
    """No traceback."""
    run = CliRunner().invoke(commands, ["predict", *arguments])
    assert run.exit_code != 0
    assert message in run.output
    assert "Traceback" not in run.output
