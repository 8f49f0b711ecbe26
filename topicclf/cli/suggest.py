"""``topicclf suggest``."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import click

from topicclf.cli.label_options import label_options
from topicclf.cli.measuring import load_model
from topicclf.cli.terminal import Progress, progress
from topicclf.errors import DataError
from topicclf.labelled.line import training_line
from topicclf.labelled.reading import Problem, listing
from topicclf.labelled.schemes import LabelOptions
from topicclf.labelling.suggest import suggest as choose
from topicclf.labelling.suggestion import Suggestion
from topicclf.records import BadRecord, ReadOptions, read_records
from topicclf.records.sources import find_files, total_size
from topicclf.writing.beside import write_beside
from topicclf.writing.jsonl import encoded

__all__ = ["suggest"]


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("pool", nargs=-1, required=True)
@click.option("-n", "count", default=100, show_default=True, metavar="N", type=click.IntRange(1),
              help="How many articles to choose.")  # fmt: skip
@click.option("--labelled", multiple=True, metavar="FILE",
              help="Articles that have labels already, or are being labelled: nothing near to "
              "them is chosen. May be given several times.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, metavar="N", type=click.IntRange(0),
              help="Of the draws.")  # fmt: skip
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where to write; standard output by default.")  # fmt: skip
@click.option("--skip-bad", is_flag=True,
              help="Leave bad records out and be content; without it the status is 1."
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

    Uncertain and varied ones, and every fourth drawn at random, in an order of which any first
    part is a good choice too. POOL is files, folders or globs, as for predict. "shipped" is the
    model that topicclf brings along.

    Each line of the answer is an article with "topics": null. Fill that in with a list of topics,
    [] for none, and train on the file, with the same options for fields; training refuses lines
    that are not filled in.

    \b
    Examples:
      topicclf suggest my-model pool.jsonl -n 100 --labelled my.jsonl --out next.jsonl
      topicclf suggest shipped 'archive/*.txt' > next.jsonl
    """  # noqa: D301
    if out and not out.absolute().parent.is_dir():
        msg = f"{out}: there is no folder {out.parent}"
        raise DataError(msg)
    offered = _Articles.found(pool, labels.read)
    known = _Articles.found(labelled, labels.read)
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
    """Articles of files, and what came of reading them.

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
    def found(cls, sources: tuple[str, ...], options: ReadOptions) -> "_Articles":
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


def _unlabelled(suggestion: Suggestion, options: LabelOptions) -> dict[str, Any]:
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
    said = f"chose {chosen:,} of {offered:,} articles"
    if chosen < asked:
        return (
            f"{said}, not {asked:,}: each of the others is nearly the same as a labelled one or "
            "another of the pool, or holds no word that the model knows"
        )
    return f"{said}; fill in their topics"
