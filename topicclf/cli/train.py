"""``topicclf train``."""

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from topicclf.cli.label_options import (
    bytes_read,
    label_options,
    read_sources,
    require_sources,
)
from topicclf.cli.options import SHARE, SIZE, is_shipped, skip_bad_option
from topicclf.cli.terminal import printed_warnings, stages
from topicclf.errors import DataError
from topicclf.labelled.reading import Source
from topicclf.labelled.schemes import LabelOptions
from topicclf.text.topic_names import listed_names
from topicclf.writing.apart import require_apart

if TYPE_CHECKING:
    from topicclf.training.run import Plan, PreparedData, TrainingResult
    from topicclf.training.tuning import Trial

__all__ = ["train"]

_CAUTION = click.FloatRange(0, 0.65)


def _some(ctx: click.Context, param: click.Parameter, jobs: int | None) -> int | None:
    if jobs == 0:
        msg = "give 1 or more, or -1 for all cores"
        raise click.BadParameter(msg, ctx, param)
    return jobs


@click.command()
@click.argument("data", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Folder for model.npz and its card, README.md.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only show what DATA contains.")
@click.option(
    "--topics",
    metavar="TOPIC,...",
    multiple=True,
    help="Learn these topics only; others in DATA are ignored. A name with a comma is put in "
    "quotes, or given with an option of its own.",
)
@label_options
@click.option("--group", metavar="FIELD",
              help="Articles with the same FIELD are one story and stay on one side of every "
              "split; 'near-duplicates' compares the texts (needs the extra [train]).")  # fmt: skip
@click.option("--test", type=SHARE, metavar="SHARE",
              help="Hold this share out; what it measures goes into the card.")  # fmt: skip
@click.option("--time", metavar="FIELD",
              help="Hold out the newest by FIELD, a fifth unless --test says.")  # fmt: skip
@click.option("--precision", type=SHARE, metavar="SHARE",
              help="Choose thresholds that keep each topic's precision at or above SHARE, with "
              "90 % confidence. Default: thresholds with the best F1.")  # fmt: skip
@click.option("--recall", type=SHARE, metavar="SHARE", help="The same for recall.")
@click.option("--caution", type=_CAUTION, metavar="SHARE",
              help="Give up at most so much F1 for higher thresholds: fewer tags, more of them "
              "right. 0.02 is a good try.")  # fmt: skip
@click.option("--tune", type=click.Choice(["quick", "thorough"]),
              help="Look for better settings first: 6 trials, or some 30. Interrupted, it resumes "
              "when started again.")  # fmt: skip
@click.option("--base", type=click.Path(path_type=Path), metavar="MODEL",
              help="Start from this model's words and weights, where labelled articles are few; "
              "'shipped' is the one that comes with topicclf.")  # fmt: skip
@click.option("--licence", metavar="TEXT", help="Licence of DATA, for the card.")
@skip_bad_option
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Random seed. Default: 0.")
@click.option("--memory", type=SIZE, metavar="SIZE",
              help="Keep to this much memory, such as 500MB: texts and features go through files "
              "in the temporary folder. Not with --group near-duplicates.")  # fmt: skip
@click.option("--jobs", type=int, metavar="N", callback=_some,
              help="Processes that learn. Default: 1.")  # fmt: skip
def train(
    *,
    data: tuple[str, ...],
    out: Path | None,
    dry_run: bool,
    topics: tuple[str, ...],
    labels: LabelOptions,
    jobs: int | None,
    seed: int | None,
    precision: float | None,
    recall: float | None,
    caution: float | None,
    base: Path | None,
    **others: Any,
) -> None:
    """Train a model on labelled articles.

    DATA is JSON lines with 'text' and 'topics' (a list, empty for none) and perhaps 'title' and
    'unknown'; CSV, TSV or Parquet with a column of topics, or a column of 1, 0 or nothing for each
    topic; or a folder with a folder of .txt files for each topic. All may be packed with gzip.
    Each article of my.jsonl:30 counts for 30.

    \b
    Examples:
      topicclf train my.jsonl --out my-model
      topicclf train old.csv corrections.jsonl:30 --out my-model --test 0.2 --group story
      topicclf train my.jsonl --out my-model --precision 0.9 --tune quick --jobs 2
      topicclf train few.jsonl --base shipped --out my-model
      topicclf train my.csv --dry-run
    """  # noqa: D301
    if out is None and not dry_run:
        msg = "--out DIR is missing; to only look at the data, use --dry-run"
        raise click.UsageError(msg)
    given = {"precision": precision, "recall": recall, "caution": caution, "random_state": seed}
    settings: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if len(settings.keys() - {"random_state"}) > 1:
        msg = "use --precision, --recall or --caution, not both"
        raise click.UsageError(msg)
    if base is not None:
        settings["base"] = _base(base, out)
    require_sources(data)
    from topicclf.training.dataset import understood
    from topicclf.training.run import Plan, check_place, fit, save

    journal = None if out is None else check_place(out, tuned=others["tune"] is not None)
    plan = Plan(labels=labels, n_jobs=jobs, settings=settings, **others)
    with printed_warnings():
        prepared, plan = _prepared(data, plan, topics)
    for problem in prepared.problems:
        click.echo(f"left out: {problem}", err=True)
    for line in understood(prepared.data):
        click.echo(line, err=True)
    if prepared.held is not None:
        click.echo(f"held out: {prepared.about}", err=True)
    if out is None or dry_run:
        return
    trials = _Trials()
    with stages():
        trained = fit(prepared, plan, journal=journal, on_trial=trials.show)
    save(trained.model, out)
    for line in (*_numbers(trained), f"wrote {out}/model.npz and its card, {out}/README.md"):
        click.echo(line)


def _numbers(trained: "TrainingResult") -> list[str]:
    from topicclf.render.tables import evaluation_table, out_of_fold_table

    lines = [f"warning: {warning}" for warning in trained.warnings]
    if trained.evaluation is not None:
        return [*lines, "measured on the articles held out:", evaluation_table(trained.evaluation)]
    numbers = trained.model.provenance["out_of_fold"]
    return [*lines, out_of_fold_table(numbers)]


def _prepared(
    data: tuple[str, ...], plan: "Plan", topics: tuple[str, ...]
) -> tuple["PreparedData", "Plan"]:
    """The data, and the plan with the topics that are asked for."""
    from topicclf.training.dataset import occurring
    from topicclf.training.run import prepare, prepare_past_memory

    if plan.memory is None:
        readings = read_sources(data, plan.labels)
        asked = listed_names(topics, known=occurring(readings)) or None
        plan = replace(plan, topics=asked)
        return prepare(readings, plan), plan
    plan = replace(plan, topics=listed_names(topics, known=()) or None)
    with bytes_read(data) as on_bytes:
        return prepare_past_memory(list(map(Source.parse, data)), plan, on_bytes=on_bytes), plan


def _base(base: Path, out: Path | None) -> str:
    from topicclf.model import model_file

    if is_shipped(base):
        return str(base)
    if not model_file(base).exists():
        msg = f"no such file: {model_file(base)}"
        raise DataError(msg)
    if out is not None:
        require_apart(model_file(out), reads=[model_file(base)])
    return str(base)


class _Trials:
    """Shows the progress of tuning, and how long it may take, on a terminal."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._tried = 0

    def show(self, trial: "Trial", number: int, total: int) -> None:
        self._tried += not trial.remembered
        if not sys.stderr.isatty():
            return
        left = "remembered"
        if self._tried:
            each = (time.monotonic() - self._start) / self._tried
            left = f"about {each * (total - number):.0f} s left"
        settings = ", ".join(f"{k} = {v}" for k, v in trial.settings.items()) or "the defaults"
        click.echo(
            f"trial {number} of {total}: {trial.score:.4f} with {settings}; {left}", err=True
        )
