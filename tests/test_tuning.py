"""Looking for settings: what is tried, and what the journal tells."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from topicclf import TopicClassifier
from topicclf.installation.version import __version__
from topicclf.training.dataset import TrainingSet
from topicclf.training.tuning import Trial, Tuning, TuningResult, tune


class _Scored(TrainingSet):
    """Data whose classifiers score what the settings say, without learning."""

    def fitted(self, settings: Mapping[str, Any], *, n_jobs: int | None = None) -> TopicClassifier:
        classifier = TopicClassifier()
        score = 0.5 + 0.1 * (settings.get("loss") == "hinge") + 0.01 * settings.get("C", 0)
        classifier.out_of_fold_ = {"a": {"average_precision": score}}
        return classifier


def _data(text: str = "One.") -> TrainingSet:
    one = np.ones(1)
    yes = one.astype(bool)
    return _Scored([text], np.ones((1, 1), np.int8), one, yes, yes, None, np.zeros(1, int), ("a",))


def _tuned(
    how: Tuning, settings: Mapping[str, Any], journal: Path | None = None
) -> tuple[TuningResult, list[tuple[Trial, int, int]]]:
    said: list[tuple[Trial, int, int]] = []
    found = tune(
        _data(), how, settings, journal_file=journal, on_trial=lambda *each: said.append(each)
    )
    return found, said


@pytest.mark.parametrize("how", ["quick", "thorough"])
@pytest.mark.parametrize("settings", [{}, {"loss": "log"}, {"C": 0.3, "class_weight": None}])
def test_the_last_trial_is_the_last_of_as_many_as_were_announced(
    how: Tuning, settings: dict[str, Any]
) -> None:
    """The number may grow where something better is found, but is never missed."""
    found, said = _tuned(how, settings)
    assert [number for _, number, _ in said] == [*range(1, len(said) + 1)]
    assert all(number <= total for _, number, total in said)
    assert said[-1][1:] == (found.n_trials, found.n_trials)
    assert found.best.score == max(trial.score for trial, _, _ in said)
    assert found.first == said[0][0]
    assert found.first.settings == settings


def test_a_journal_may_hold_anything(tmp_path: Path) -> None:
    """What can't be read or makes no sense is passed over."""
    journal = tmp_path / "tuning.jsonl"
    first, _ = _tuned("quick", {}, journal)
    lines = journal.read_bytes().splitlines(keepends=True)
    entry = json.loads(lines[0])
    odd = [
        json.dumps({**entry, **other}).encode()
        for other in ({"score": float("nan")}, {"score": 10**400}, {"score": 9, "settings": 3})
    ]
    odd += [b"caf\xe9", b"\x00", b"[1]", b'"x"', b"{}", b"[" * 100_000]
    journal.write_bytes(b"\n".join(odd) + b"\n" + b"".join(lines[1:]))
    again, said = _tuned("quick", {}, journal)
    assert again.best.settings == first.best.settings
    assert [trial.remembered for trial, _, _ in said] == [True] * 4 + [False, True]


@pytest.mark.parametrize("name", ["topicclf", "scikit-learn", "data"])
def test_results_of_another_version_or_other_data_do_not_count(tmp_path: Path, name: str) -> None:
    """They are tried anew."""
    journal = tmp_path / "tuning.jsonl"
    _tuned("quick", {}, journal)
    entries = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    assert entries[0]["topicclf"] == __version__
    other = [json.dumps({**entry, name: "another"}) + "\n" for entry in entries]
    journal.write_text("".join(other), "utf-8")
    _, said = _tuned("quick", {}, journal)
    assert not any(trial.remembered for trial, _, _ in said)
