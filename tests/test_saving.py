"""A model and its card, which change together."""

import hashlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import topicclf
from topicclf import TopicModel
from topicclf.artifact.card import CARD
from topicclf.model_info import inform
from topicclf.render.card import save_with_card

_KILLED_AT = """\
import os, signal, sys
from pathlib import Path
from topicclf import load
from topicclf.render.card import save_with_card

rename, times = Path.replace, []

def killing(self, target):
    times.append(target)
    if len(times) > int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(self, target)

Path.replace = killing
save_with_card(load(sys.argv[1]), sys.argv[2])
"""


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def other(shipped: TopicModel) -> TopicModel:
    """The shipped model with thresholds of its own, so that file and card differ."""
    return shipped.with_thresholds(0.75)


def test_the_card_names_the_models_file(shipped: TopicModel, tmp_path: Path) -> None:
    """By its SHA-256, as the shipped card does."""
    save_with_card(shipped, tmp_path)
    content = (tmp_path / "model.npz").read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    assert f"`{sha256}`" in (tmp_path / CARD).read_text()
    assert f"`{sha256}`" in (topicclf.api.shipped_file().parent / CARD).read_text()
    assert not inform(tmp_path).card_is_stale


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_a_kill_leaves_model_and_card_together_or_shows(
    shipped: TopicModel, other: TopicModel, tmp_path: Path, renames: int
) -> None:
    """And the next save mends it, and leaves nothing behind."""
    out = tmp_path / "model"
    save_with_card(shipped, out)
    before = (out / "model.npz").read_bytes()
    other.save(tmp_path / "other")
    arguments = [str(tmp_path / "other"), str(out), str(renames)]
    run = subprocess.run([sys.executable, "-c", _KILLED_AT, *arguments], check=False)
    assert run.returncode == (0 if renames == 2 else -signal.SIGKILL)
    changed = (out / "model.npz").read_bytes() != before
    assert changed == (renames == 2)
    assert inform(out).card_is_stale == (renames == 1)
    save_with_card(other, out)
    assert not inform(out).card_is_stale
    assert _files(out) == [CARD, "model.npz"]
    assert topicclf.load(out).thresholds.tolist() == [0.75] * 4


def test_a_stale_card_is_said_to_be_one(
    shipped: TopicModel, other: TopicModel, tmp_path: Path
) -> None:
    """By `topicclf info`; a README of one's own is not looked at."""
    save_with_card(shipped, tmp_path)
    other.save(tmp_path)
    command = [sys.executable, "-m", "topicclf", "info", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "the card beside it belongs to another model" in run.stdout
    (tmp_path / CARD).write_text("# My model")
    assert not inform(tmp_path).card_is_stale
