"""Tuning: settings are tried, compared out of fold, and written to a journal to resume from."""

import json
import math
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, Literal

import numpy as np

from topicclf.installation.version import __version__
from topicclf.training.dataset import TrainingSet

__all__ = ["Trial", "Tuning", "TuningResult", "tune"]

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
class TuningResult:
    """The outcome of tuning.

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
    journal_file: Path | None = None,
    n_jobs: int | None = None,
    on_trial: Callable[[Trial, int, int], None] | None = None,
) -> TuningResult:
    """Look for the settings with the best average precision out of fold.

    Trials run side by side through joblib, so that ``joblib.parallel_config(backend="dask")`` and
    the like take them to a cluster.

    Args:
        data: What to learn from.
        how: How long to look.
        settings: Settings that are fixed.
        journal_file: Gets each result as it comes. What it holds of the same data and versions is
            not tried again.
        n_jobs: How many trials at once.
        on_trial: Called after each trial with it, its number from 1, and how many there will be
            unless a better one is found.
    """
    import sklearn
    from joblib import Parallel, effective_n_jobs

    versions = {"topicclf": __version__, "scikit-learn": sklearn.__version__}
    journal = _Journal(journal_file, {"data": data.fingerprint, **versions})
    # Past memory there is no such loss.
    left_out = () if data.memory is None else ("log",)
    stages = [
        {
            name: tuple(value for value in values if value not in left_out)
            for name, values in stage.items()
            if name not in settings
        }
        for stage in _STAGES[how]
    ]
    best = Trial(dict(settings), -np.inf)
    with Parallel(n_jobs=n_jobs) as parallel:
        at_once = max(effective_n_jobs(n_jobs), 1)
        search = _Search(data, journal, parallel, at_once, on_trial or (lambda *_: None))
        for number, stage in enumerate(stages):
            search.planned = {
                _key(one) for later in stages[number:] for one in _candidates(best, later)
            } | search.tried.keys()
            trials = search.run(_candidates(best, stage))
            best = max([best, *trials], key=lambda trial: trial.score)
    return TuningResult(best=best, first=search.tried[_key(settings)], n_trials=len(search.tried))


class _Journal:
    """Scores that are written to a file as they come, and those of earlier runs.

    Args:
        file: The file; None keeps nothing.
        about: What every entry holds; entries of other data or versions don't count.
    """

    def __init__(self, file: Path | None, about: Mapping[str, str]) -> None:
        self._file = file
        self._about = about
        self.scores = dict(self._read())

    def add(self, settings: Mapping[str, Any], score: float) -> None:
        """Write a score, and see that it is on the disk."""
        if self._file is None:
            return
        entry = json.dumps({**self._about, "settings": settings, "score": score}, default=str)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a+b") as file:
            # A line that a crash cut short must not spoil this one.
            whole = not file.tell() or (file.seek(-1, os.SEEK_END) and file.read() == b"\n")
            file.write(b"" if whole else b"\n")
            file.write(entry.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _read(self) -> Iterator[tuple[str, float]]:
        if self._file is None or not self._file.exists():
            return
        for line in self._file.read_bytes().splitlines():
            try:
                entry = json.loads(line)
                score = float(entry["score"])
                if math.isfinite(score) and self._about.items() <= entry.items():
                    yield _key(entry["settings"]), score
            except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
                # A line that a crash cut short, or that somebody else wrote.
                continue


@dataclass
class _Search:
    """The trials of a search.

    Attributes:
        parallel: joblib's, which runs `at_once` trials side by side.
        tried: The trials so far, in their order.
        planned: The settings that will have been tried unless something better turns up.
    """

    data: TrainingSet
    journal: _Journal
    parallel: Any
    at_once: int
    on_trial: Callable[[Trial, int, int], None]
    tried: dict[str, Trial] = field(default_factory=dict)
    planned: set[str] = field(default_factory=set)

    def run(self, candidates: Iterable[Mapping[str, Any]]) -> list[Trial]:
        """Try the candidates that have not been tried yet, and return them all."""
        from joblib import delayed

        by_key = {_key(one): one for one in candidates}
        new = {key: one for key, one in by_key.items() if key not in self.tried}
        for key, one in new.items():
            if key in self.journal.scores:
                self._note(Trial(one, self.journal.scores[key], remembered=True))
        waiting = [one for key, one in new.items() if key not in self.tried]
        for start in range(0, len(waiting), self.at_once):
            some = waiting[start : start + self.at_once]
            scores = self.parallel(delayed(_score)(self.data, one) for one in some)
            for one, score in zip(some, scores, strict=True):
                self.journal.add(one, score)
                self._note(Trial(one, score))
        return [self.tried[key] for key in by_key]

    def _note(self, trial: Trial) -> None:
        self.tried[_key(trial.settings)] = trial
        self.on_trial(trial, len(self.tried), len(self.planned))


def _candidates(best: Trial, stage: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """All combinations of a stage's values, with the best trial's other settings."""
    for values in product(*stage.values()):
        chosen = dict(zip(stage, values, strict=True))
        # The first value is the default, which is left unsaid.
        said = {name: value for name, value in chosen.items() if value != stage[name][0]}
        kept = {name: value for name, value in best.settings.items() if name not in stage}
        yield kept | said


def _score(data: TrainingSet, settings: Mapping[str, Any]) -> float:
    with warnings.catch_warnings():
        # The last fit warns once of what each trial would.
        warnings.simplefilter("ignore", UserWarning)
        topics = data.fitted(settings).out_of_fold_.values()
    return float(np.mean([numbers["average_precision"] for numbers in topics]))


def _key(settings: Mapping[str, Any]) -> str:
    return json.dumps(dict(settings), sort_keys=True, default=str)
