"""``topicclf suggest``."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from topicclf.cli.inputs import files_read
from topicclf.cli.label_options import label_options
from topicclf.cli.measuring import load_model
from topicclf.cli.options import require_folder
from topicclf.cli.terminal import Progress, progress
from topicclf.errors import DataError
from topicclf.labelled.line import training_line
from topicclf.labelled.reading import Problem, listing
from topicclf.labelled.schemes import LabelOptions
from topicclf.records import BadRecord, ReadOptions, read_records
from topicclf.records.sources import find_files, total_size
from topicclf.render.wording import counted
from topicclf.writing.apart import require_apart
from topicclf.writing.beside import write_beside
from topicclf.writing.jsonl import encoded

if TYPE_CHECKING:
    from topicclf.labelling.suggestion import Suggestion

__all__ = ["suggest"]


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("pool", nargs=-1, required=True)
@click.option("-n", "count", default=100, show_default=True, metavar="N", type=click.IntRange(1),
              help="Articles to choose.")  # fmt: skip
@click.option("--labelled", multiple=True, metavar="FILE",
              help="Articles that are labelled already, or are being labelled: nothing like them "
              "is chosen. May be repeated.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, metavar="N", type=click.IntRange(0),
              help="Random seed.")  # fmt: skip
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Output file. Default: standard output.")  # fmt: skip
@click.option("--skip-bad", is_flag=True,
              help="Don't count bad records as failure; they are left out anyway."
              )  # fmt: skip
@label_options
def suggest(
    *,
    model: Path,
    pool: tuple[str, ...],
    labels: LabelOptions,
    count: int,
    labelled: tuple[str, ...],
    seed: int,
    out: Path | None,
    skip_bad: bool,
) -> None:
    """Choose the articles of POOL whose labels would teach MODEL most.

    They are uncertain and varied, and every fourth is drawn at random; the order is such that any
    first part is a good choice, too. POOL is files, folders or globs, as for predict. MODEL is a
    model file or its folder; "shipped" is the model that comes with topicclf.

    Each line of the output is an article with "topics": null. Replace null with a list of topics,
    [] for none, and train on the file, with the same options for fields. Training refuses lines
    that still have null.

    \b
    Examples:
      topicclf suggest my-model pool.jsonl -n 100 --labelled my.jsonl --out next.jsonl
      topicclf suggest shipped 'archive/*.txt' > next.jsonl
    """  # noqa: D301
    if out:
        require_folder(out)
    offered = _Articles.of(pool, labels.read)
    known = _Articles.of(labelled, labels.read)
    if out:
        require_apart(out, reads=[*files_read(models=[model]), *offered.files, *known.files])
    from topicclf.labelling.suggest import suggest as choose

    with progress(total_size(offered.files), unit="articles") as bar:
        chosen = choose(
            load_model(model), offered.read(bar), n=count, labelled=known.read(), random_state=seed
        )
    bad = known.bad + offered.bad
    if bad:
        records = len(bad) + known.count + offered.count
        click.echo(f"{len(bad)} of {records} records can't be used:\n{listing(bad)}", err=True)
    if not offered.count:
        msg = f"no article in {', '.join(pool)}"
        raise DataError(msg)
    content = b"".join(encoded(_unlabelled(one, labels)) + b"\n" for one in chosen)
    if out:
        write_beside(out, content)
    else:
        click.echo(content, nl=False)
    click.echo(_summary(len(chosen), offered.count, count), err=True)
    if bad and not skip_bad:
        sys.exit(1)


@dataclass
class _Articles:
    """The articles of files, with the bad records among them.

    Attributes:
        files: The files.
        options: How to read them.
        bad: The records that can't be used.
        count: How many articles there were.
    """

    files: list[str]
    options: ReadOptions
    bad: list[Problem] = field(default_factory=list)
    count: int = 0

    @classmethod
    def of(cls, sources: tuple[str, ...], options: ReadOptions) -> "_Articles":
        return cls(find_files(sources, options=options), options)

    def read(self, bar: Progress | None = None) -> Iterator[dict[str, Any]]:
        bar = bar or Progress()
        for record in read_records(self.files, options=self.options, on_bytes=bar.add_bytes):
            if isinstance(record, BadRecord):
                self.bad.append(Problem(f"{record.file}:{record.line}", record.problem))
            else:
                self.count += 1
                bar.add_items(1)
                yield {"text": record.text, "title": record.title, "fields": record.fields}


def _unlabelled(suggestion: "Suggestion", options: LabelOptions) -> dict[str, Any]:
    item = cast("dict[str, Any]", suggestion.item)
    about = {
        "topic": suggestion.topic,
        "drawn": suggestion.drawn,
        "uncertainty": round(suggestion.uncertainty, 4),
        "probabilities": {t: round(p, 4) for t, p in suggestion.probabilities.items()},
    }
    line = training_line(
        item["fields"], options, text=item["text"], title=item["title"], topics=None
    )
    return line | {"suggested": about}


def _summary(chosen: int, offered: int, asked: int) -> str:
    result = f"chose {chosen:,} of {counted(offered, 'article')}"
    if chosen < asked:
        return (
            f"{result}, not {asked:,}: the others are near duplicates of labelled or chosen ones, "
            "or have no word that the model knows"
        )
    return f"{result}; fill in their topics"
