"""From files of labelled articles to a model on the disk."""

import hashlib
import logging
import os
import shlex
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from numpy.typing import NDArray

from topicclf.api import load
from topicclf.artifact.card import CARD, is_card
from topicclf.errors import DataError
from topicclf.evaluation.answers import Answers
from topicclf.evaluation.evaluation import Evaluation, evaluate
from topicclf.evaluation.intervals import Bootstrap
from topicclf.installation.version import __version__
from topicclf.labelled.reading import (
    LabelledArticle,
    Problem,
    Reading,
    Source,
    read_source,
    refusal,
)
from topicclf.labelled.schemes import LabelOptions
from topicclf.labelled.stories import NEAR_DUPLICATES, name_stories
from topicclf.learning.scratch import LEAST_MEMORY, Scratch
from topicclf.model import TopicModel
from topicclf.render.card import save_with_card
from topicclf.render.tables import evaluation_table
from topicclf.training.dataset import TrainingSet, gather, understood
from topicclf.training.split import hold_out, newest, read_dates
from topicclf.training.spooling import spool
from topicclf.training.tuning import Trial, Tuning, tune

if TYPE_CHECKING:
    from topicclf.estimator import TopicClassifier

__all__ = [
    "Plan",
    "PreparedData",
    "TrainingResult",
    "check_place",
    "fit",
    "prepare",
    "prepare_past_memory",
    "save",
    "train",
]

_LOG = logging.getLogger("topicclf")

_NEWEST_SHARE = 0.2
_DRAWS = 200


@dataclass(frozen=True)
class Plan:
    """How a model is made of data.

    Attributes:
        labels: How the data is read.
        topics: The topics to learn; None takes all that occur.
        group: Articles with the same value of this field are one story and stay on one side of
            every split; ``"near-duplicates"`` goes by their texts; None by exactly the same words.
        time: The field with the date, to test on the newest articles.
        test: The share of articles to hold out and measure on, from 0 to 1; None for none, or for
            a fifth with `time`.
        tune: ``"quick"`` or ``"thorough"`` looks for settings; None takes them as they are.
        settings: Keywords of `topicclf.TopicClassifier`.
        licence: The licence of the data, for the card.
        skip_bad: Leave bad records and contradictions out instead of refusing the data.
        n_jobs: How many processes; None for one, or for what `joblib.parallel_config` says.
        memory: How many bytes of memory to take at most, from some 300 MB on; texts, words and
            features are kept in the system's temporary folder. None keeps all in memory.
    """

    labels: LabelOptions = field(default_factory=LabelOptions)
    topics: tuple[str, ...] | None = None
    group: str | None = None
    time: str | None = None
    test: float | None = None
    tune: Tuning | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    licence: str | None = None
    skip_bad: bool = False
    n_jobs: int | None = None
    memory: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.topics, str):
            msg = f"topics are a tuple of names, such as ({self.topics!r},)"
            raise TypeError(msg)
        if self.tune not in (None, *get_args(Tuning)):
            msg = f"tune is {' or '.join(map(repr, get_args(Tuning)))}, not {self.tune!r}"
            raise ValueError(msg)
        if self.test is not None and not 0 < self.test < 1:
            msg = f"the share to test on must be between 0 and 1, not {self.test}"
            raise DataError(msg)
        if self.memory is not None and self.group == NEAR_DUPLICATES:
            msg = "past memory near duplicates can't be found; name a field that tells stories"
            raise DataError(msg)
        if self.memory is not None and self.memory < LEAST_MEMORY:
            msg = f"memory must be {LEAST_MEMORY // 10**6} MB or more, not {self.memory / 1e6:g}"
            raise DataError(msg)
        if self.n_jobs == 0:
            msg = "n_jobs must not be 0: 1 or more, or -1 for all cores"
            raise ValueError(msg)


@dataclass(frozen=True, eq=False)
class PreparedData:
    """Data that is ready to learn from.

    Attributes:
        data: What is learnt from.
        held: What is only measured on, if anything.
        about: What that is, in words.
        problems: The records that were left out.
    """

    data: TrainingSet
    held: TrainingSet | None
    about: str
    problems: list[Problem]


@dataclass(frozen=True, eq=False)
class TrainingResult:
    """A model, and what is known of it.

    Attributes:
        model: The model.
        classifier: The fitted estimator that it comes from.
        evaluation: What was measured on the articles held out, if any were.
        warnings: What to know before using it: topics with few articles, promises that the data
            can't support.
    """

    model: TopicModel
    classifier: "TopicClassifier"
    evaluation: Evaluation | None
    warnings: tuple[str, ...]


def train(
    sources: str | os.PathLike[str] | Source | Iterable[str | os.PathLike[str] | Source],
    *,
    out: str | os.PathLike[str] | None = None,
    plan: Plan | None = None,
    progress: Callable[[str], object] | None = None,
) -> TrainingResult:
    r"""Train a model on files of labelled articles.

    Args:
        sources: One or several of JSON lines, CSV, TSV, Parquet, or folders with a folder for each
            topic; ``"corrections.jsonl:30"`` gives each article the weight 30.
        out: The folder to write ``model.npz`` and ``README.md`` to; None writes nothing.
        plan: How; None for the defaults.
        progress: Called with a line on each step, such as ``print``: what was understood, what is
            being learnt, what to know before using it. The logger ``topicclf`` gets the same.

    Raises:
        FileNotFoundError: A file doesn't exist.
        DataError: The data can't be learnt from; the message says where, why and what to do.
        MissingExtraError: A library is missing.

    >>> import json, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> line = '{"text": "The navy ordered frigates, no. %d", "topics": ["defence"]}'
    >>> other = '{"text": "A new opera opens, no. %d", "topics": []}'
    >>> lines = [each % n for n in range(20) for each in (line, other)]
    >>> _ = (folder / "my.jsonl").write_text("\n".join(lines))
    >>> result = train([folder / "my.jsonl"], out=folder / "model")
    >>> result.model.predict("More frigates for the navy").topics
    ('defence',)
    """
    plan = plan or Plan()
    journal = None if out is None else check_place(out, tuned=plan.tune is not None)
    if isinstance(sources, str | os.PathLike | Source):
        sources = [sources]
    named = [s if isinstance(s, Source) else Source.parse(os.fspath(s)) for s in sources]
    with _reporting(progress):
        prepared = (
            prepare([_read(each, plan) for each in named], plan)
            if plan.memory is None
            else prepare_past_memory(named, plan)
        )
        for problem in prepared.problems:
            _LOG.warning("left out: %s", problem)
        for line in understood(prepared.data):
            _LOG.info("%s", line)
        result = fit(prepared, plan, journal=journal, on_trial=_log_trial)
        for warning in result.warnings:
            _LOG.warning("%s", warning)
        if out is not None:
            save(result.model, out)
            _LOG.info("wrote %s", out)
    return result


def _read(source: Source, plan: Plan) -> Reading:
    _LOG.info("reading %s", source.path)
    return read_source(source, options=plan.labels)


def _log_trial(trial: Trial, number: int, total: int) -> None:
    _LOG.info("trial %d of %d: %.4f with %s", number, total, trial.score, dict(trial.settings))


@contextmanager
def _reporting(progress: Callable[[str], object] | None) -> Iterator[None]:
    """Hand what is logged to a function."""
    if progress is None:
        yield
        return
    handler, before = _Handler(progress), _LOG.level
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    try:
        yield
    finally:
        _LOG.removeHandler(handler)
        _LOG.setLevel(before)


class _Handler(logging.Handler):
    def __init__(self, function: Callable[[str], object]) -> None:
        super().__init__(logging.INFO)
        self._function = function

    def emit(self, record: logging.LogRecord) -> None:
        self._function(record.getMessage())


def prepare(readings: Iterable[Reading], plan: Plan) -> PreparedData:
    """Make one set of several sources, and hold articles out if the plan asks for it.

    Raises:
        DataError: There is nothing to learn from, or labels contradict each other.
    """
    return _split(*gather(list(readings), topics=plan.topics, skip_bad=plan.skip_bad), plan)


def prepare_past_memory(
    sources: Sequence[Source], plan: Plan, *, on_bytes: Callable[[int], object] | None = None
) -> PreparedData:
    """Make one set of several sources, in files, and hold articles out if the plan asks for it.

    Args:
        sources: Files of records, or folders.
        plan: How, with a bound on memory.
        on_bytes: Called with the number of bytes whenever some have been read.

    Raises:
        DataError: There is nothing to learn from, or labels contradict each other.
    """
    assert plan.memory is not None
    spooled = spool(
        sources,
        plan.labels,
        Scratch.of(plan.memory),
        topics=plan.topics,
        fields=[name for name in (plan.group, plan.time) if name is not None],
        skip_bad=plan.skip_bad,
        on_bytes=on_bytes,
    )
    return _split(*spooled, plan)


def _split(
    data: TrainingSet, items: Sequence[LabelledArticle], problems: list[Problem], plan: Plan
) -> PreparedData:
    """Name the stories, and hold articles out, as the plan asks for it."""
    if plan.group is not None:
        data = replace(data, stories=name_stories(items, plan.group))
    if plan.time is not None:
        data, held, about = _newest(data, items, problems, plan)
    elif plan.test is not None:
        held = hold_out(data, plan.test, seed=plan.settings.get("random_state", 0))
        about = f"{held.sum():,} articles, every topic in its share"
    else:
        return PreparedData(data, None, "", problems)
    return PreparedData(data.of((~held).nonzero()[0]), data.of(held.nonzero()[0]), about, problems)


def _newest(
    data: TrainingSet, items: Sequence[LabelledArticle], problems: list[Problem], plan: Plan
) -> tuple[TrainingSet, NDArray[np.bool_], str]:
    """Hold out the newest articles.

    Returns:
        The articles that have a date, with the topics that older ones carry; which of them are
        held out, shape (n_articles,); and what these are, in words. Those without a date are added
        to `problems`.
    """
    assert plan.time is not None
    seconds, dateless = read_dates(items, plan.time)
    if dateless and not plan.skip_bad:
        raise DataError(refusal(list(dateless.values())))
    problems += dateless.values()
    dated = np.flatnonzero(~np.isnan(seconds))
    data, seconds = data.of(dated), seconds[dated]
    held = newest(data, seconds, plan.test or _NEWEST_SHARE)
    older = (data.labels[~held] == 1).any(0)
    new = [topic for topic, known in zip(data.topics, older, strict=True) if not known]
    passed_over = sorted({*data.summary["passed_over"], *new})
    data = replace(data.on(older.nonzero()[0]), summary=data.summary | {"passed_over": passed_over})
    first, last = (str(items[dated[row]].fields[plan.time]) for row in _ends(seconds, held))
    share = f"{held.mean():.0%} of all"
    return data, held, f"The newest {held.sum():,} articles, {share}: {first} to {last}"


def _ends(seconds: NDArray[np.float64], held: NDArray[np.bool_]) -> tuple[int, int]:
    rows = np.flatnonzero(held)
    return int(rows[seconds[rows].argmin()]), int(rows[seconds[rows].argmax()])


def fit(
    prepared: PreparedData,
    plan: Plan,
    *,
    journal: Path | None = None,
    on_trial: Callable[[Trial, int, int], None] | None = None,
) -> TrainingResult:
    """Learn from prepared data, and write into the model how it was made.

    Args:
        prepared: The data.
        plan: How.
        journal: Where results of tuning are written as they come, and read when it goes on.
        on_trial: Called after each trial of settings with it, its number and how many there are.

    Raises:
        DataError: The data can't be learnt from.
    """
    training = dict(prepared.data.summary, fingerprint=prepared.data.fingerprint)
    settings = dict(plan.settings)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        try:
            if plan.tune is not None:
                search = tune(prepared.data, plan.tune, settings, journal_file=journal,
                              n_jobs=plan.n_jobs, on_trial=on_trial)  # fmt: skip
                settings = dict(search.best.settings)
                training["tuning"] = {
                    "trials": search.n_trials,
                    "score": search.best.score,
                    "default": search.first.score,
                }
            classifier = prepared.data.fitted(settings, n_jobs=plan.n_jobs)
        except ValueError as error:
            raise DataError(str(error)) from error
    model = classifier.model_
    evaluation = None
    if prepared.held is not None:
        evaluation = _evaluated(model, prepared.held)
        table = evaluation_table(evaluation).splitlines()
        training["test"] = {"about": prepared.about, "lines": [line.rstrip() for line in table]}
    if plan.licence is not None:
        training["corpora"] = [{**c, "licence": plan.licence} for c in training["corpora"]]
    if (base := settings.get("base")) is not None:
        content = (base if isinstance(base, TopicModel) else load(base)).to_bytes()
        training["base_sha256"] = hashlib.sha256(content).hexdigest()
        settings["base"] = "a model" if isinstance(base, TopicModel) else os.fspath(base)
    training |= {"settings": settings, "licence": "other"}
    training["command"] = _command(plan, training)
    provenance = {"topicclf": __version__, "training": training, **model.provenance}
    classifier.model_ = replace(model, provenance=provenance)
    messages = [str(warning.message) for warning in caught]
    return TrainingResult(
        model=classifier.model_,
        classifier=classifier,
        evaluation=evaluation,
        warnings=tuple(dict.fromkeys([*messages, *_about_language(model)])),
    )


def _evaluated(model: TopicModel, held: TrainingSet) -> Evaluation:
    probability = model.predict_proba(held.texts)
    answers = Answers(model.topics, held.labels, probability, model.thresholds)
    return evaluate(answers, groups=held.story_numbers, bootstrap=Bootstrap(n_draws=_DRAWS))


def _about_language(model: TopicModel) -> Iterator[str]:
    if model.languages and "en" not in model.languages:
        yield (
            f"the articles are in {', '.join(sorted(model.languages))}, but words are stemmed by "
            "the rules of English: expect less than on English articles"
        )


def _command(plan: Plan, training: Mapping[str, Any]) -> str:
    words = ["topicclf", "train"]
    for corpus in training["corpora"]:
        weight = f":{corpus['weight']:.15g}" if corpus["weight"] != 1 else ""
        words.append(f"{corpus['file']}{weight}")
    options = {
        "topics": _list(plan.topics),
        "topics-field": plan.labels.topics_field,
        "separator": plan.labels.separator,
        "topic-columns": _list(plan.labels.topic_columns),
        "empty": plan.labels.empty,
        "text-field": plan.labels.read.text_field,
        "title-field": plan.labels.read.title_field,
        "from": plan.labels.read.format,
        "encoding": plan.labels.read.encoding,
        "group": plan.group,
        "time": plan.time,
        "test": plan.test,
        "tune": plan.tune,
        "base": training["settings"].get("base"),
        "precision": plan.settings.get("precision"),
        "recall": plan.settings.get("recall"),
        "caution": plan.settings.get("caution"),
        "seed": plan.settings.get("random_state"),
        "licence": plan.licence,
        "memory": None if plan.memory is None else f"{plan.memory // 10**6}MB",
    }
    for name, value in options.items():
        if value is not None:
            words += [f"--{name}", str(value)]
    if plan.skip_bad:
        words.append("--skip-bad")
    return shlex.join(words)


def _list(names: Sequence[str] | None) -> str | None:
    """Names with commas between, as the command line takes them."""
    return ",".join(f'"{name}"' if "," in name else name for name in names or ()) or None


def check_place(out: str | os.PathLike[str], *, tuned: bool = False) -> Path:
    """Check that a model can be written, before learning takes its time.

    Args:
        out: The folder.
        tuned: Whether a journal of tuning will be written, too.

    Returns:
        The journal's place, beside the folder.

    Raises:
        DataError: A model can't go there.
        OSError: It can't be written to.
    """
    folder = Path(out).resolve()
    if not folder.name or folder.suffix == ".npz":
        msg = f"{out} can't be a model's folder: name one for the model alone, such as my-model"
        raise DataError(msg)
    card = folder / CARD
    if card.exists() and not is_card(card.read_text("utf-8", "replace")):
        msg = f"{card} isn't a model card, and would be lost: name another folder for the model"
        raise DataError(msg)
    for path in (folder, folder.parent) if tuned else (folder,):
        there = next(each for each in (path, *path.parents) if each.exists())
        try:
            with TemporaryFile(dir=there):
                pass
        except OSError as error:
            error.filename = str(there)
            raise
    return folder.with_name(f"{folder.name}.tuning.jsonl")


def save(model: TopicModel, out: str | os.PathLike[str]) -> None:
    """Write a model and its card; an earlier model stays whole until the new one is."""
    save_with_card(model, out)
