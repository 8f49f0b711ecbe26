"""The command line as a whole: its commands, errors and statuses."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.conftest import HELD_OUT
from topicclf.cli.group import COMMANDS, commands
from topicclf.cli.manual import manual

EXAMPLE = Path(__file__).parent.parent / "examples" / "article.txt"


def test_every_command_of_the_table_is_there_with_examples() -> None:
    """As a click command in the module of its name."""
    for name in COMMANDS:
        command = getattr(import_module(f"topicclf.cli.{name}"), name)
        assert isinstance(command, click.Command)
        assert "Example" in (command.help or "")


def test_the_help_lists_the_commands() -> None:
    """With a line about each."""
    run = CliRunner().invoke(commands, ["--help"])
    assert run.exit_code == 0
    for name, line in COMMANDS.items():
        assert f"{name}  " in run.output
        assert line in run.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predcit", "a.txt"], "no command 'predcit'; did you mean 'predict'?"),
        (["xyz"], "no command 'xyz'; there are predict,"),
        (["predict", "--treshold", "0.5"], "Did you mean"),
        (["predict", str(EXAMPLE), "--only", "trad"], "no topic 'trad'; did you mean 'trade'?"),
        (["predict", str(EXAMPLE), "--only", "xyz"], "the topics are defence, energy,"),
        (["predict", str(EXAMPLE), "--threshold", "trad=1"], "did you mean 'trade'?"),
        (["predict", str(EXAMPLE), "--threshold", "1.5"], "'1.5' is not a threshold"),
        (["predict", str(EXAMPLE), "--threshold", "x"], "'x' is not a threshold"),
        (["predict", str(EXAMPLE), "--resume"], "-o FILE"),
        (["predict", str(EXAMPLE), "-o", "out.xyz"], "does not tell its format"),
        (["predict", str(EXAMPLE), "-o", "out.csv", "--format", "text"], "-o FILE is for jsonl"),
        (["predict", str(EXAMPLE), "--from", "jsonl", "--title", "x"], "one text or page"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_answered_with_help(
    arguments: list[str], message: str
) -> None:
    """And with status 2."""
    run = CliRunner().invoke(commands, arguments)
    assert message in run.stderr
    assert run.stdout == ""
    assert run.exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.txt"], "no such file: missing.txt"),
        ([str(EXAMPLE), "--model", "missing"], "missing"),
        ([str(EXAMPLE), "--model", str(EXAMPLE.parent)], "model.npz"),
        ([str(EXAMPLE), "--encoding", "utf-9"], "no encoding 'utf-9'"),
        ([str(EXAMPLE), "-o", "/missing/folder/out.jsonl"], "/missing/folder"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_status_3(arguments: list[str], message: str) -> None:
    """No traceback, and nothing on standard output."""
    run = CliRunner().invoke(commands, ["predict", *arguments])
    assert run.exit_code == 3
    assert run.stdout == ""
    assert message in run.stderr
    assert run.stderr.count("\n") == 1


def test_the_manual_says_what_the_program_says() -> None:
    """When it doesn't: python -m topicclf.cli.manual > docs/cli.md."""
    assert (EXAMPLE.parent.parent / "docs" / "cli.md").read_text("utf-8") == manual()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("topicclf eval", "evaluate"), ("topicclf predict --thr", "--threshold")],
)
def test_a_shell_completes_commands_and_options(typed: str, expected: str) -> None:
    """As click does for bash, zsh and fish."""
    environment = {
        **os.environ,
        "_TOPICCLF_COMPLETE": "bash_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(typed.count(" ")),
    }
    command = [sys.executable, "-m", "topicclf"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert run.stdout == f"plain,{expected}\n"


def test_python_can_run_it_as_a_module() -> None:
    """Where scripts are not on the path."""
    command = [sys.executable, "-m", "topicclf", "--version"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.startswith("topicclf 0.")


def test_nobody_reading_the_output_is_no_error(tmp_path: Path) -> None:
    """As with ``| head``: quiet, with the status that a shell gives such a death."""
    feed = tmp_path / "feed.jsonl"
    feed.write_text('{"text": "The navy ordered two frigates."}\n' * 5000)
    command = [sys.executable, "-m", "topicclf", "predict", str(feed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.readline().startswith(b'{"text": ')
        run.stdout.close()
        assert run.stderr.read() == b""
    assert run.returncode == 141


@contextmanager
def _terminal() -> Iterator[tuple[int, Callable[[], bytes]]]:
    """A pseudo-terminal to write to, and what reads all that was written."""
    import pty

    controller, terminal = pty.openpty()

    def read() -> bytes:
        os.close(terminal)
        output = b""
        # Linux tells the end of a pseudo-terminal by an error.
        with suppress(OSError):
            while piece := os.read(controller, 1 << 16):
                output += piece
        return output

    yield terminal, read
    os.close(controller)


KINDS = [("defence", "The navy ordered two frigates"), ("music", "A new opera opens")]

needs_terminals = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")


@needs_terminals
@pytest.mark.parametrize("no_color", ["", "1"])
def test_a_terminal_gets_colour_unless_asked_not_to(no_color: str) -> None:
    """By NO_COLOR."""
    environment = {**os.environ, "NO_COLOR": no_color, "TERM": "xterm"}
    command = [sys.executable, "-m", "topicclf", "predict", str(EXAMPLE)]
    with (
        _terminal() as (terminal, read),
        subprocess.Popen(command, stdout=terminal, env=environment) as run,
    ):
        output = read()
    assert run.returncode == 0
    assert b"gas pipeline" in output.replace(b"\x1b[1;32m", b"").replace(b"\x1b[0m", b"")
    assert (b"\x1b[" in output) == (no_color == "")


@needs_terminals
def test_progress_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    """With the rate; nobody wants it in a log."""
    feed = tmp_path / "feed.jsonl"
    feed.write_text('{"text": "The navy ordered two frigates."}\n' * 1000)
    command = [
        sys.executable,
        "-m",
        "topicclf",
        "predict",
        str(feed),
        "-o",
        str(tmp_path / "o.csv"),
    ]
    with _terminal() as (terminal, read), subprocess.Popen(command, stderr=terminal) as run:
        output = read()
    assert run.returncode == 0
    assert b"100%" in output
    assert b"1,000 articles, " in output
    quiet = subprocess.run([*command, "--quiet"], capture_output=True, check=True)
    assert quiet.stderr == b""


@pytest.mark.slow
@needs_terminals
@pytest.mark.parametrize("models", [["evaluate", "shipped"], ["compare", "shipped", "shipped"]])
def test_measuring_shows_how_far_it_is_on_a_terminal_only(models: list[str]) -> None:
    """Reading, judging and drawing each."""
    command = [sys.executable, "-m", "topicclf", *models, str(HELD_OUT), "--draws", "10"]
    with (
        _terminal() as (terminal, read),
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=terminal) as run,
    ):
        output = read()
    assert run.returncode == 0
    for stage in (b"articles read, ", b"articles judged, ", b"articles drawn, "):
        assert stage in output
    assert output.count(b"100%") >= 3
    assert subprocess.run(command, capture_output=True, check=True).stderr == b""


@pytest.mark.slow
@needs_terminals
@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["train", "{data}", "--out", "{out}"], b"learning: topic 1 of 2"),
        (["audit", "{data}"], b"learning: topic 1 of 2"),
        (["suggest", "shipped", "{data}"], b"100%"),
    ],
)
def test_so_is_that_of_other_long_commands(
    tmp_path: Path, command: list[str], shown: bytes
) -> None:
    """Which topic is learnt, and how many articles have been read."""
    data = tmp_path / "my.jsonl"
    lines = [{"text": f"{text} {n}", "topics": [topic]} for n in range(20) for topic, text in KINDS]
    data.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    filled = [word.format(data=data, out=tmp_path / "out") for word in command]
    arguments = [sys.executable, "-m", "topicclf", *filled]
    with (
        _terminal() as (terminal, read),
        subprocess.Popen(arguments, stderr=terminal, stdout=subprocess.DEVNULL) as run,
    ):
        output = read()
    assert run.returncode == 0, output
    assert shown in output
    quiet = subprocess.run(arguments, capture_output=True, check=True)
    assert shown not in quiet.stderr
