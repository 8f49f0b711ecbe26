"""The scripts that train and measure the shipped model."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.conftest import LABELS, TEXTS
from topicclf.cli.group import commands
from training.evaluate import main as evaluate
from training.train import main

LINES = [
    {"text": text, "topics": sorted(topics)} for text, topics in zip(TEXTS, LABELS, strict=True)
]


def _write(path: Path, lines: list[Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def _script(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["--jobs", "1", *map(str, arguments)])


def test_the_script_makes_the_very_model_that_the_command_makes(tmp_path: Path) -> None:
    """From several files with weights, and with the estimator beside it."""
    first, second = _write(tmp_path / "a.jsonl", LINES[:30]), _write(tmp_path / "b.jsonl", LINES)
    run = _script("--data", first, "--data", f"{second}:30", "--out", tmp_path / "script")
    assert run.exit_code == 0, run.output
    command = ["train", str(first), f"{second}:30", "--out", str(tmp_path / "command")]
    assert CliRunner().invoke(commands, command).exit_code == 0
    made = [{file.name: file.read_bytes() for file in (tmp_path / name).iterdir()}
            for name in ("script", "command")]  # fmt: skip
    assert made[0].pop("pipeline.joblib")
    assert made[0] == made[1]
    assert "weight 30" in run.stderr


def test_the_script_warns_as_the_command_does(tmp_path: Path) -> None:
    """Of a topic with a handful of articles."""
    path = _write(tmp_path / "my.jsonl", [*LINES, {"text": "Wine is sold.", "topics": ["wine"]}])
    run = _script("--data", path, "--out", tmp_path / "model")
    assert run.exit_code == 0, run.output
    assert "warning: only 1 article" in run.stderr


@pytest.mark.parametrize("data", [["--data", "missing.jsonl"], []])
def test_a_place_that_can_not_be_written_is_told_before_learning(
    tmp_path: Path, data: list[str]
) -> None:
    """And before anything is read."""
    (tmp_path / "file").write_text("", "utf-8")
    run = _script(*data, "--out", tmp_path / "file" / "model")
    assert run.exit_code == 1
    assert isinstance(run.exception, SystemExit)
    assert f"Not a directory: '{tmp_path / 'file'}'" in run.stderr


def test_data_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Also behind a weight; a weight that is none is refused."""
    for name, message in (("my.jsonl", "my.jsonl"), ("my.jsonl:x", "my.jsonl:x")):
        run = _script("--data", tmp_path / name, "--out", tmp_path / "model")
        assert run.exit_code == 1
        assert f"{tmp_path / message} is no file" in run.stderr
    run = _script("--data", f"{_write(tmp_path / 'my.jsonl', LINES)}:0", "--out", tmp_path / "m")
    assert run.exit_code == 1
    assert "'0' is no weight" in run.stderr


def test_without_the_full_corpora_only_our_own_articles_are_measured() -> None:
    """Even where a folder of them stands beside the clone."""
    run = CliRunner().invoke(evaluate, ["--no-peers"])
    assert run.exit_code == 0, run.output
    assert "dev and dev-modern are not measured (see --corpus)" in run.stderr
    first = [line.split()[0] for line in run.stdout.splitlines() if line]
    assert first.count("held-out") == 2
    assert "dev" not in first
    assert "peers," not in first
    assert "macro-F1, held-out, long" in run.stdout
