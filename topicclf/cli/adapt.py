"""``topicclf adapt``."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from topicclf.cli.inputs import files_read
from topicclf.cli.label_options import label_options, read_sources, require_sources
from topicclf.cli.measuring import load_model
from topicclf.cli.options import SHARE, skip_bad_option
from topicclf.cli.terminal import progress
from topicclf.errors import DataError
from topicclf.labelled.reading import Problem, refusal
from topicclf.labelled.schemes import LabelOptions
from topicclf.records import BadRecord, read_records
from topicclf.records.sources import find_files, total_size
from topicclf.writing.apart import require_apart

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from topicclf.model import TopicModel
    from topicclf.training.adaptation import Adaptation

__all__ = ["adapt"]


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("sample", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              required=True, help="Folder for the adapted model.npz and its card, README.md."
              )  # fmt: skip
@click.option("--labelled", is_flag=True,
              help="SAMPLE says which topics its articles carry: learn from that, too."
              )  # fmt: skip
@click.option("--precision", type=SHARE, metavar="SHARE",
              help="Choose thresholds that keep each topic's precision at or above SHARE in this "
              "mix. Default: what MODEL promises, if it does.")  # fmt: skip
@label_options
@skip_bad_option
def adapt(
    *,
    model: Path,
    sample: tuple[str, ...],
    out: Path,
    labelled: bool,
    precision: float | None,
    labels: LabelOptions,
    skip_bad: bool,
) -> None:
    """Correct MODEL for the mix of topics in SAMPLE.

    Probabilities hold for the mix of articles that a model learnt from: where a topic is rarer,
    they are too high, and a promised precision breaks. SAMPLE is some hundred articles, drawn at
    random from what the model will read; files, folders or globs, as for predict. They need no
    labels: how common each topic is follows from their scores. MODEL is a model file or its folder;
    "shipped" is the model that comes with topicclf.

    \b
    Examples:
      topicclf adapt shipped sample.jsonl --out my-model
      topicclf adapt shipped sample.jsonl --out my-model --precision 0.9
      topicclf adapt my-model labelled.jsonl --labelled --out my-better-model
    """  # noqa: D301
    require_sources(sample)
    from topicclf.artifact.card import CARD
    from topicclf.render.card import save_with_card
    from topicclf.training.adaptation import adapt as adapted
    from topicclf.training.run import check_place

    check_place(out)
    require_apart(out / "model.npz", reads=files_read(models=[model], data=sample))
    base = load_model(model)
    articles, labels_of = (
        _labelled(sample, labels, base, skip_bad=skip_bad)
        if labelled
        else (_unlabelled(sample, labels, skip_bad=skip_bad), None)
    )
    adaptation = adapted(
        base,
        [{"text": text, "title": title} for text, title in articles],
        labels=labels_of,
        precision=precision,
        sources=[Path(each).name for each in sample],
    )
    save_with_card(adaptation.model, out)
    for line in (*_said(adaptation), f"wrote {out}/model.npz and its card, {out}/{CARD}"):
        click.echo(line)


def _unlabelled(
    sample: tuple[str, ...], options: LabelOptions, *, skip_bad: bool
) -> list[tuple[str, str]]:
    files = find_files(sample, options=options.read)
    good: list[tuple[str, str]] = []
    bad: list[Problem] = []
    with progress(total_size(files), unit="articles read") as bar:
        for record in read_records(files, options=options.read, on_bytes=bar.add_bytes):
            if isinstance(record, BadRecord):
                bad.append(Problem(f"{record.file}:{record.line}", record.problem))
            else:
                good.append((record.text, record.title))
                bar.add_items(1)
    _about_bad(bad, skip_bad=skip_bad)
    return good


def _labelled(
    sample: tuple[str, ...], options: LabelOptions, model: "TopicModel", *, skip_bad: bool
) -> tuple[list[tuple[str, str]], "NDArray[np.int8]"]:
    from topicclf.evaluation.answers import known_labels, no_topic

    items = []
    for reading in read_sources(sample, options):
        if reading.source.weight != 1:
            msg = f"{reading.source.path} has a weight: in a sample articles count alike"
            raise DataError(msg)
        _about_bad(reading.problems, skip_bad=skip_bad)
        items += reading.items_on(model.topics)
    for item in items:
        for topic in sorted((item.topics | item.unknown) - set(model.topics)):
            msg = f"{item.place}: {no_topic(topic, model.topics)}"
            raise DataError(msg)
    return [(item.text, item.title) for item in items], known_labels(items, model.topics)


def _about_bad(bad: list[Problem], *, skip_bad: bool) -> None:
    if bad and not skip_bad:
        raise DataError(refusal(bad))
    for problem in bad:
        click.echo(f"left out: {problem}", err=True)


def _said(adaptation: "Adaptation") -> Iterator[str]:
    for warning in adaptation.warnings:
        yield f"warning: {warning}"
    width = max(map(len, adaptation.mix))
    yield f"{'':{width}}  before  sample  90 % interval    threshold"
    for (topic, mix), threshold in zip(
        adaptation.mix.items(), adaptation.model.thresholds.tolist(), strict=True
    ):
        yield (
            f"{topic:{width}}  {mix.before:6.1%}  {mix.share:6.1%}  {mix.low:6.1%} to "
            f"{mix.high:6.1%}  {threshold:9.3f}"
        )
