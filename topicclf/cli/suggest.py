"""``topicclf suggest``."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import click

from topicclf.artifact import write_beside
from topicclf.cli.measuring import load_model
from topicclf.labelling.suggest import Suggestion
from topicclf.labelling.suggest import suggest as choose
from topicclf.learning.data import read_labelled
from topicclf.records import BadRecord, read_records

__all__ = ["suggest"]


@click.command()
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("pool", nargs=-1, required=True)
@click.option("-n", "count", default=100, show_default=True, metavar="N", type=click.IntRange(1),
              help="How many articles to choose.")  # fmt: skip
@click.option("--labelled", multiple=True, metavar="FILE", type=click.Path(path_type=Path),
              help="Articles that have labels already: nothing near to them is chosen. May be "
              "given several times.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, metavar="N", help="Of the draws.")
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where to write; standard output by default.")  # fmt: skip
def suggest(
    *,
    model: Path,
    pool: tuple[str, ...],
    count: int,
    labelled: tuple[Path, ...],
    seed: int,
    out: Path | None,
) -> None:
    """Choose the articles of POOL whose labels would teach MODEL most.

    Uncertain and varied ones, and every fourth drawn at random, in an order of which any first
    part is a good choice too. POOL is files, folders or globs, as for predict. "shipped" is the
    model that topicclf brings along.

    Each line of the answer is an article with "topics": null. Fill that in with a list of topics,
    [] for none, and train on the file; training refuses lines that are not filled in.

    \b
    Examples:
      topicclf suggest my-model pool.jsonl -n 100 --labelled my.jsonl --out next.jsonl
      topicclf suggest shipped 'archive/*.txt' > next.jsonl
    """  # noqa: D301
    bad: list[BadRecord] = []
    known = [item for path in labelled for item in read_labelled(path)[0]]
    chosen = choose(
        load_model(model),
        _articles(pool, bad),
        n=count,
        labelled=[{"text": item.text, "title": item.title} for item in known],
        random_state=seed,
    )
    lines = [json.dumps(_unlabelled(one), ensure_ascii=False) + "\n" for one in chosen]
    if out:
        write_beside(out, "".join(lines).encode())
        click.echo(f"wrote {len(lines)} articles to {out}; fill in their topics", err=True)
    else:
        click.echo("".join(lines), nl=False)
    if bad:
        click.echo(f"{len(bad)} records can't be used; the first: {bad[0]}", err=True)
        sys.exit(1)


def _articles(pool: tuple[str, ...], bad: list[BadRecord]) -> Iterator[dict[str, Any]]:
    for record in read_records(pool):
        if isinstance(record, BadRecord):
            bad.append(record)
        else:
            yield {"text": record.text, "title": record.title, "fields": record.fields}


def _unlabelled(suggestion: Suggestion) -> dict[str, Any]:
    item = cast("dict[str, Any]", suggestion.item)
    about = {
        "topic": suggestion.topic,
        "drawn": suggestion.drawn,
        "uncertainty": round(suggestion.uncertainty, 4),
        "probabilities": {t: round(p, 4) for t, p in suggestion.probabilities.items()},
    }
    own = {"text": item["text"], "title": item["title"]}
    return {**item["fields"], **own, "topics": None, "suggested": about}
