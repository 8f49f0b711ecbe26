"""Settings found by trying: out-of-fold average precision, with a journal to go on from."""

import json
import math
import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import sklearn
from joblib import Parallel, delayed, effective_n_jobs

from topicclf.installation.version import __version__
from topicclf.training.dataset import TrainingSet

__all__ = ["Trial", "Tuned", "Tuning", "tune"]

Tuning = Literal["quick", "thorough"]

# One after the other: each is tried around the best of those before.
_STAGES: Mapping[Tuning, Sequence[Mapping[str, Sequence[Any]]]] = {
    "quick": (
        {"C": (0.5, 0.1, 0.2, 1.0, 2.0)},
        {"class_weight": (None, "balanced")},
    ),
    "thorough": (
        {"C": (0.5, 0.1, 0.2, 1.0, 2.0), "class_weight": (None, "balanced")},
        {"loss": ("squared_hinge", "hinge", "log")},
        {"min_pair_frequency": (3, 2, 5), "max_pairs": (120_000, 30_000, 0)},
        {"min_document_frequency": (2, 1, 3, 5)},
        {"C": (0.5, 0.05, 0.1, 0.2, 0.35, 0.7, 1.0, 2.0, 4.0)},
    ),
}


@dataclass(frozen=True)
class Trial:
    """Settings that were tried.

    Attributes:
        settings: Keywords of `topicclf.TopicClassifier`.
        score: The mean over topics of the average precision out of fold.
        remembered: Whether an earlier run tried them.
    """

    settings: Mapping[str, Any]
    score: float
    remembered: bool = False


@dataclass(frozen=True)
class Tuned:
    """What came of tuning.

    Attributes:
        best: The best trial; of equal ones the first.
        first: The first one, of the settings as they were.
        n_trials: How many there were.
    """

    best: Trial
    first: Trial
    n_trials: int


def tune(
    data: TrainingSet,
    how: Tuning,
    settings: Mapping[str, Any],
    *,
    journal: Path | None = None,
    n_jobs: int | None = None,
    on_trial: Callable[[Trial, int, int], None] | None = None,
) -> Tuned:
    """Look for the settings with the best average precision out of fold.

    Trials run side by side through joblib, so that ``joblib.parallel_config(backend="dask")`` and
    the like take them to a cluster. Settings that are given are not tried otherwise.

    Args:
        data: What to learn from.
        how: How long to look.
        settings: Those that are given.
        journal: A file to which each result is added as it comes. What it tells of the same data,
            tried by the same versions, is not tried again.
        n_jobs: How many trials at once.
        on_trial: Called after each trial with it, its number from 1, and how many there will be
            unless a better one is found.
    """
    same = {
        "data": data.fingerprint,
        "topicclf": __version__,
        "scikit-learn": sklearn.__version__,
    }
    known = dict(_read(journal, same)) if journal is not None else {}
    stages = [
        {name: values for name, values in stage.items() if name not in settings}
        for stage in _STAGES[how]
    ]
    tried: dict[str, Trial] = {}

    def note(trial: Trial, total: int) -> None:
        tried[_key(trial.settings)] = trial
        if on_trial is not None:
            on_trial(trial, len(tried), total)

    best = Trial(dict(settings), -np.inf)
    with Parallel(n_jobs=n_jobs) as parallel:
        for number, stage in enumerate(stages):
            planned = {
                _key(one) for later in stages[number:] for one in _candidates(best.settings, later)
            }
            total = len(planned | tried.keys())
            candidates = [
                one for one in _candidates(best.settings, stage) if _key(one) not in tried
            ]
            for one in candidates:
                if _key(one) in known:
                    note(Trial(one, known[_key(one)], remembered=True), total)
            waiting = [one for one in candidates if _key(one) not in tried]
            at_once = max(effective_n_jobs(n_jobs), 1)
            for start in range(0, len(waiting), at_once):
                some = waiting[start : start + at_once]
                scores = parallel(delayed(_score)(data, one) for one in some)
                for one, score in zip(some, scores, strict=True):
                    if journal is not None:
                        _add(journal, {**same, "settings": one, "score": score})
                    note(Trial(one, score), total)
            for one in candidates:
                trial = tried[_key(one)]
                if trial.score > best.score:
                    best = trial
    return Tuned(best=best, first=tried[_key(settings)], n_trials=len(tried))


def _candidates(
    settings: Mapping[str, Any], stage: Mapping[str, Sequence[Any]]
) -> Iterator[dict[str, Any]]:
    """All combinations of a stage's values, with the other settings as they are."""
    found = [dict(settings)]
    for name, values in stage.items():
        # The first value is the default, which is left unsaid.
        found = [
            (
                {k: v for k, v in one.items() if k != name}
                if value == values[0]
                else {**one, name: value}
            )
            for one in found
            for value in values
        ]
    yield from found


def _score(data: TrainingSet, settings: Mapping[str, Any]) -> float:
    with warnings.catch_warnings():
        # The last fit says once what each trial would.
        warnings.simplefilter("ignore", UserWarning)
        found = data.fitted(settings).out_of_fold_
    return float(np.mean([numbers["average_precision"] for numbers in found.values()]))


def _key(settings: Mapping[str, Any]) -> str:
    return json.dumps(dict(settings), sort_keys=True)


def _add(journal: Path, entry: Mapping[str, Any]) -> None:
    journal.parent.mkdir(parents=True, exist_ok=True)
    with journal.open("a+b") as file:
        # What was cut short by a crash must not take this line with it.
        whole = not file.tell() or (file.seek(-1, os.SEEK_END) and file.read() == b"\n")
        if not whole:
            file.write(b"\n")
        file.write(json.dumps(entry).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _read(journal: Path, same: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """The settings and scores of entries that hold this."""
    if not journal.exists():
        return
    for line in journal.read_bytes().splitlines():
        try:
            entry = json.loads(line)
            score = float(entry["score"])
            if math.isfinite(score) and same.items() <= entry.items():
                yield _key(entry["settings"]), score
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            # A line that was being written when the machine stopped, or that is none of ours.
            continue
