"""``topicclf train``."""

import sys
import time
from pathlib import Path
from typing import Any

import click

from topicclf.cli.label_options import label_options, read_sources
from topicclf.cli.options import SHARE, names
from topicclf.cli.terminal import stages, warnings_told
from topicclf.labelled.schemes import LabelOptions
from topicclf.render.tables import evaluation_table
from topicclf.training.dataset import understood
from topicclf.training.run import Plan, Prepared, Trained, check_place, fit, prepare, save
from topicclf.training.tuning import Trial

__all__ = ["train"]

_WIDEST = 40


@click.command()
@click.argument("data", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="The folder for model.npz and its card, README.md.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say what DATA holds.")
@click.option(
    "--topics", metavar="TOPIC,...", help="Learn these topics only; others in DATA are passed over."
)
@label_options
@click.option("--group", metavar="FIELD",
              help="Articles that share FIELD tell one story and stay on one side of every split; "
              "'near-duplicates' tells by the texts (needs the extra [train]).")  # fmt: skip
@click.option("--test", type=SHARE, metavar="SHARE",
              help="Hold this share out; what is measured on it goes into the card.")  # fmt: skip
@click.option("--time", metavar="FIELD",
              help="Hold out the newest by FIELD, a fifth unless --test says.")  # fmt: skip
@click.option("--precision", type=SHARE, metavar="SHARE",
              help="Choose thresholds that promise each topic this precision, such as 0.9, at 90 % "
              "confidence; without it, the best F1.")  # fmt: skip
@click.option("--recall", type=SHARE, metavar="SHARE", help="The same for recall.")
@click.option("--tune", type=click.Choice(["quick", "thorough"]),
              help="Look for better settings first: 6 trials, or some 30. Stopped and started "
              "again, it goes on.")  # fmt: skip
@click.option("--licence", metavar="TEXT", help="Of DATA, for the card.")
@click.option("--skip-bad", is_flag=True, help="Leave bad records out instead of stopping.")
@click.option("--seed", type=click.IntRange(0), metavar="N",
              help="Of all that is drawn; 0 by default.")  # fmt: skip
@click.option("--jobs", type=int, metavar="N", help="How many processes learn; one by default.")
def train(
    *,
    data: tuple[str, ...],
    out: Path | None,
    dry_run: bool,
    topics: str | None,
    labels: LabelOptions,
    seed: int | None,
    jobs: int | None,
    precision: float | None,
    recall: float | None,
    **plan: Any,
) -> None:
    """Train a model on labelled articles.

    DATA are JSON lines with 'text' and 'topics' (a list, empty for none) and perhaps 'title' and
    'unknown'; CSV, TSV or Parquet with a column of topics, or a column of 1, 0 or nothing for each
    topic; or a folder that holds a folder of .txt files for each topic. All may be packed with
    gzip. my.jsonl:30 lets each of its articles count for 30.

    \b
    Examples:
      topicclf train my.jsonl --out my-model
      topicclf train old.csv corrections.jsonl:30 --out my-model --test 0.2 --group story
      topicclf train my.jsonl --out my-model --precision 0.9 --tune quick --jobs 2
      topicclf train my.csv --dry-run
    """  # noqa: D301
    if out is None and not dry_run:
        msg = "say where the model goes with --out DIR, or look at the data with --dry-run"
        raise click.UsageError(msg)
    if precision is not None and recall is not None:
        msg = "promise a precision or a recall, not both"
        raise click.UsageError(msg)
    journal = None if out is None else check_place(out, tuned=plan["tune"] is not None)
    given = {"precision": precision, "recall": recall, "random_state": seed}
    settings = {name: value for name, value in given.items() if value is not None}
    made = Plan(labels=labels, topics=names(topics), n_jobs=jobs, settings=settings, **plan)
    with warnings_told():
        prepared = _prepared(data, made)
    for line in understood(prepared.data):
        click.echo(line, err=True)
    if prepared.held is not None:
        click.echo(f"held out: {prepared.about}", err=True)
    if out is None or dry_run:
        return
    trials = _Trials()
    with stages():
        found = fit(prepared, made, journal=journal, on_trial=trials.show)
    save(found.model, out)
    for line in (*_numbers(found), f"wrote {out}/model.npz and its card, {out}/README.md"):
        click.echo(line)


def _prepared(data: tuple[str, ...], plan: Plan) -> Prepared:
    prepared = prepare(read_sources(data, plan.labels), plan)
    for problem in prepared.problems:
        click.echo(f"left out: {problem}", err=True)
    return prepared


def _numbers(found: Trained) -> list[str]:
    lines = [f"warning: {warning}" for warning in found.warnings]
    if found.evaluation is not None:
        return [*lines, "measured on what was held out:", evaluation_table(found.evaluation)]
    numbers = found.model.provenance["out_of_fold"]
    width = min(max(map(len, numbers)), _WIDEST)
    lines.append(f"{'out of fold':{width}}      F1     AP    ECE  threshold   with")
    lines += [
        f"{topic[:width]:{width}}  {each['f1']:6.3f} {each['average_precision']:6.3f} "
        f"{each['calibration_error']:6.3f}  {each['threshold']:9.2g} {each['positives']:6,}"
        for topic, each in numbers.items()
    ]
    return lines


class _Trials:
    """Shows on a terminal how tuning goes and how long it may take."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._tried = 0

    def show(self, trial: Trial, number: int, total: int) -> None:
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
