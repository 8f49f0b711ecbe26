"""Interrupted, killed and gone on with: as many records out as in."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kill import kill_and_resume
from topicclf.cli.group import commands
from topicclf.writing.part import Part

TEXTS = [
    "The navy ordered two frigates.",
    "A bridge fell in the earthquake.",
    "Haydn.",
    'Say "é",\n',
]
BAD = [b"{", b"\xfa\xfe", b'["text"]', b'{"text": null}', b"{}", b'{"text": "cut', b"\x00"]

_goods = st.builds(
    lambda text, more, number: json.dumps(
        {"text": text + more, "number": number}, ensure_ascii=number % 2 == 0
    ).encode("utf-8", "surrogatepass"),
    st.sampled_from(TEXTS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.integers(0, 99),
)
_lines = st.lists(_goods | st.sampled_from(BAD), max_size=40)


def _predict(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["predict", *map(str, arguments)])


def _parts(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix == ".part"]


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    lines=_lines,
    kind=st.sampled_from(["jsonl", "csv"]),
    only=st.booleans(),
    cuts=st.lists(st.floats(0, 1), max_size=3),
)
def test_whatever_is_bad_and_wherever_it_is_killed_each_line_is_answered_once(
    lines: list[bytes], kind: str, only: bool, cuts: list[float]
) -> None:
    """The same bytes as without any kill; a kill leaves a part that ends anywhere."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        feed, whole, out = folder / "feed.jsonl", folder / f"whole.{kind}", folder / f"out.{kind}"
        feed.write_bytes(b"".join(line + b"\n" for line in lines))
        options = ["--only", "defence"] if only else []
        status = _predict(feed, "-o", whole, *options).exit_code
        assert status == any(line in BAD for line in lines)
        # Killed just before it takes its place, the part is whole; a cut is an earlier kill.
        with (
            mock.patch.object(Part, "finish"),
            mock.patch("topicclf.cli.output._FLUSHED", 3),
        ):
            _predict(feed, "-o", out, *options)
            [part] = _parts(folder)
            uncut = part.read_bytes()
            for cut in cuts:
                part.write_bytes(uncut[: round(cut * len(uncut))])
                assert _predict(feed, "-o", out, "--resume", *options).exit_code == status
                assert part.read_bytes() == uncut
        part.write_bytes(uncut[: len(uncut) // 2])
        assert not out.exists()
        assert _predict(feed, "-o", out, "--resume", *options).exit_code == status
        assert out.read_bytes() == whole.read_bytes()
        assert not _parts(folder)
        if kind == "jsonl" and not only:
            rows = [json.loads(row) for row in out.read_bytes().splitlines()]
            assert ["error" in row for row in rows] == [line in BAD for line in lines]
            numbers = [json.loads(line)["number"] for line in lines if line not in BAD]
            assert [row["number"] for row in rows if "error" not in row] == numbers


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="open files can't be replaced")
@pytest.mark.parametrize("kind", ["filtered", "workers"])
def test_a_process_that_is_killed_again_and_again_gets_there(tmp_path: Path, kind: str) -> None:
    """At random moments; ``python tests/kill.py`` does it by the hundred."""
    assert kill_and_resume(tmp_path, kind, kills=3, seed=5, records=2000)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C can't be sent")
def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    """With a status of its own and without a traceback."""
    feed, out = tmp_path / "feed.jsonl", tmp_path / "out.jsonl"
    feed.write_text(json.dumps({"text": TEXTS[0] * 50}) + "\n")
    command = [sys.executable, "-m", "topicclf", "predict", str(feed), "-", "--from", "jsonl"]
    with subprocess.Popen(
        [*command, "-o", str(out)], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdin is not None
        assert run.stderr is not None
        for _ in range(1000):
            run.stdin.write('{"text": "Frigates."}\n')
        run.stdin.flush()
        while not any(part.stat().st_size for part in _parts(tmp_path)):
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        told = run.stderr.read()
    assert run.returncode == 130
    assert "--resume goes on from there" in told
    assert told.count("\n") == 1


def test_a_part_of_other_work_is_not_gone_on_with(tmp_path: Path) -> None:
    """Other options or another model would give a file of two minds."""
    feed, out = tmp_path / "feed.jsonl", tmp_path / "out.jsonl"
    feed.write_text('{"text": "Frigates."}\n' * 300 + "{\n")
    assert _predict(feed, "-o", out, "--strict").exit_code == 1
    run = _predict(feed, "-o", out, "--resume", "--threshold", "0.7")
    assert run.exit_code == 3
    assert "by another model" in run.stderr


def _interrupted(folder: Path, lines: str, *, ending: str = "jsonl") -> tuple[Path, Path]:
    """A feed, and the file that a run over it left in part."""
    feed, out = folder / "feed.jsonl", folder / f"out.{ending}"
    feed.write_text(lines + "{\n")
    assert _predict(feed, "-o", out, "--strict").exit_code == 1
    assert [path.name for path in _parts(folder)] == [f"out.{ending}.topicclf.part"]
    return feed, out


LINES = '{"text": "Frigates."}\n' * 300


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("", "was written from other input"),
        (LINES, "was written from other input"),
        (LINES.replace("F", "f", 1) + "{\n", "the input is not what"),
        (LINES[:-23] + "x" + LINES[-22:] + "{\n", "the input is not what"),
    ],
)
def test_an_input_that_is_not_the_same_any_more_is_refused(
    tmp_path: Path, lines: str, message: str
) -> None:
    """It has become shorter, or differs; what is there stays for whoever has the old one."""
    feed, out = _interrupted(tmp_path, LINES)
    before = feed.read_text()
    feed.write_text(lines)
    run = _predict(feed, "-o", out, "--resume")
    assert run.exit_code == 3
    assert message in run.stderr
    assert "without --resume the work begins anew" in run.stderr
    assert "goes on" not in run.stderr
    feed.write_text(before)
    assert _predict(feed, "-o", out, "--resume").exit_code == 1
    assert out.read_text().count("Frigates") == 300


def test_other_standard_input_is_refused(tmp_path: Path) -> None:
    """The same one is read again and compared."""
    out = tmp_path / "out.jsonl"

    def predict(given: str, *options: str) -> Result:
        arguments = ["predict", "--from", "jsonl", "-o", str(out), *options]
        return CliRunner().invoke(commands, arguments, input=given)

    assert predict(LINES + "{\n", "--strict").exit_code == 1
    run = predict(LINES.replace("Frigates", "Mortgage"), "--resume")
    assert "the input is not what" in run.stderr
    assert run.exit_code == 3
    assert predict(LINES, "--resume").exit_code == 0
    assert out.read_text().count("Frigates") == 300


@pytest.mark.parametrize("options", [["--format", "csv"], ["--why"], ["--only", "trade"]])
def test_other_options_are_refused(tmp_path: Path, options: list[str]) -> None:
    """JSON lines are never gone on with as CSV."""
    feed, out = _interrupted(tmp_path, LINES)
    run = _predict(feed, "-o", out, "--resume", *options)
    assert run.exit_code == 3
    assert "was written in another format" in run.stderr or "with other options" in run.stderr


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_the_counts_go_on_too(tmp_path: Path, ending: str) -> None:
    """Topics and errors of the interrupted run are in the summary."""
    feed, out = _interrupted(tmp_path, LINES, ending=ending)
    run = _predict(feed, "-o", out, "--resume")
    assert "301 records: defence 300, no topic 0" in run.stderr
    assert f"1 of 301 records can't be used; the first: {feed}:301" in run.stderr


def test_without_resume_the_work_starts_anew(tmp_path: Path) -> None:
    """Whatever was left."""
    feed, out = tmp_path / "feed.jsonl", tmp_path / "out.jsonl"
    feed.write_text('{"text": "Frigates."}\n' * 300 + "{\n")
    assert _predict(feed, "-o", out, "--strict").exit_code == 1
    assert len(_parts(tmp_path)) == 1
    feed.write_text('{"text": "Haydn."}\n')
    assert _predict(feed, "-o", out).exit_code == 0
    assert out.read_text().count("\n") == 1
    assert not _parts(tmp_path)


def test_parquet_cannot_be_gone_on_with(tmp_path: Path) -> None:
    """And says what can."""
    pytest.importorskip("pyarrow")
    feed = tmp_path / "feed.jsonl"
    feed.write_text('{"text": "Frigates."}\n')
    run = _predict(feed, "-o", tmp_path / "out.parquet", "--resume")
    assert run.exit_code == 3
    assert "use jsonl" in run.stderr
