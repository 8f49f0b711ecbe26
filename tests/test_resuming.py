"""Interrupted, killed and gone on with: as many records out as in."""

import json
import random
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

from topicclf.cli.group import commands
from topicclf.writing.part import Part

TEXTS = [
    "The navy ordered two frigates.",
    "A bridge fell in the earthquake.",
    "Haydn.",
    'Say "é",\n',
]
BAD = [b"", b"{", b"\xfa\xfe", b'["text"]', b'{"text": null}', b"{}", b'{"text": "cut', b"\x00"]

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


def _written(folder: Path) -> int:
    try:
        return sum(path.stat().st_size for path in _parts(folder))
    except FileNotFoundError:  # It took its place meanwhile.
        return 0


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
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
        with mock.patch.object(Part, "finish"):
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
def test_a_process_that_is_killed_again_and_again_gets_there(tmp_path: Path) -> None:
    """Whenever it has written some more, by the signal that nothing can catch."""
    feed, out = tmp_path / "feed.jsonl", tmp_path / "out.jsonl"
    records = [{"number": number, "text": f"{TEXTS[0]} {number} " * 20} for number in range(2500)]
    feed.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    command = [sys.executable, "-m", "topicclf", "predict", str(feed), "--why", "--resume"]
    chance = random.Random(5)
    kills = 0
    while not out.exists():
        before = _written(tmp_path)
        with subprocess.Popen([*command, "-o", str(out)]) as run:
            while kills < 4 and run.poll() is None:
                # However busy the machine is, each run gets a little further than the last one.
                if _written(tmp_path) > before:
                    time.sleep(chance.uniform(0, 0.03))
                    run.kill()
                    kills += 1
                    break
                time.sleep(0.002)
        assert run.returncode in (0, -signal.SIGKILL)
    assert kills
    numbers = [json.loads(row)["number"] for row in out.read_text().splitlines()]
    assert numbers == list(range(2500))
    assert not _parts(tmp_path)


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
    assert "--resume goes on with it" in told
    assert "Traceback" not in told


def test_a_part_of_other_work_is_not_gone_on_with(tmp_path: Path) -> None:
    """Other options or another model would give a file of two minds."""
    feed, out = tmp_path / "feed.jsonl", tmp_path / "out.jsonl"
    feed.write_text('{"text": "Frigates."}\n' * 300 + "{\n")
    assert _predict(feed, "-o", out, "--strict").exit_code == 1
    run = _predict(feed, "-o", out, "--resume", "--threshold", "0.7")
    assert run.exit_code == 3
    assert "was made from other input, with other options" in run.stderr


def test_an_input_that_has_become_shorter_is_an_error(tmp_path: Path) -> None:
    """What was written would answer nothing."""
    feed, out = tmp_path / "feed.jsonl", tmp_path / "out.jsonl"
    feed.write_text('{"text": "Frigates."}\n' * 300 + "{\n")
    assert _predict(feed, "-o", out, "--strict").exit_code == 1
    feed.write_text("")
    run = _predict(feed, "-o", out, "--resume")
    assert run.exit_code == 3
    assert "more records than there are" in run.stderr


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
