"""Bring public corpora from where they are published, and make them into labelled JSON lines.

python -m training.fetch sources                        where they come from, and under what terms
python -m training.fetch corpora --out corpus           the files that the shipped model is made of
python -m training.fetch reuters-modapte --out reuters  the benchmark Reuters-21578, ModApte split

Downloads are kept in the user's cache, or in the folder that TOPICCLF_DATA names.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from topicclf.errors import TopicclfError
from training.annotated import write_annotations
from training.corpora import assemble, files, known_members
from training.corpus_article import read_corpus, write_corpus
from training.registry import REGISTRY, Registry
from training.sources.reuters import modapte, read_stories

__all__ = ["main"]

_SHOWN = 5

_registry = click.option(
    "--registry",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    default=REGISTRY,
    help="Another list of sources than training/registry.toml.",
)
_out = click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to fill."
)


class _Unusable(click.ClickException):
    exit_code = 3


class _Main(click.Group):
    """Shows our errors without a traceback, with the status that they give topicclf's commands."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (TopicclfError, OSError) as error:
            raise _Unusable(str(error)) from error


@click.group(cls=_Main, help=__doc__.replace("\n\npython", "\n\n\b\npython"))
def main() -> None:
    """Group the commands."""


@main.command()
@_registry
def sources(registry: Path) -> None:
    """List where the corpora come from, how they are pinned and under what terms."""
    for source in Registry.load(registry).sources.values():
        pin = "SHA-256" if source.sha256 else "commit; its first download is trusted"
        click.echo(f"{source.name}: {source.about}")
        click.echo(f"  https://github.com/{source.repository}/tree/{source.commit}")
        click.echo(f"  pinned by {pin}; {source.licence}")


@main.command()
@_out
@click.option("--only", multiple=True, metavar="FILE", help="Make this file only; may be repeated.")
@click.option("--without", multiple=True, metavar="SOURCE",
              help="Go on without a source that is gone; may be repeated.")  # fmt: skip
@_registry
def corpora(out: Path, only: Sequence[str], without: Sequence[str], registry: Path) -> None:
    """Make the files that the shipped model is trained and measured on.

    Articles that can't be had, or that are no longer what was labelled, are counted and named; the
    exit status is then 1.

    \b
    Example:
      python -m training.fetch corpora --out corpus --only nyt.jsonl.gz --only reuters.jsonl.gz
    """  # noqa: D301
    read = Registry.load(registry)
    for kind, asked, there in (
        ("corpus", only, list(read.corpora)),
        ("source", without, list(read.sources)),
    ):
        if strange := set(asked) - set(there):
            msg = f"no {kind} {min(strange)!r}; there are {', '.join(there)}"
            raise click.UsageError(msg)
    chosen = [
        replace(corpus, sources=left)
        for name, corpus in read.corpora.items()
        if (not only or name in only)
        and (left := tuple(source for source in corpus.sources if source not in without))
    ]
    problems: list[str] = []
    whole = True
    for corpus, made in assemble(read, chosen, problems):
        write_corpus(out / corpus.file, made.items)
        click.echo(f"wrote {out / corpus.file}: {len(made.items):,} articles")
        for names, what in (
            (made.missing, "not found in their sources"),
            (made.differing, "not the text that was labelled"),
        ):
            if names:
                whole = False
                click.echo(f"  {len(names):,} {what}: {_some(names)}", err=True)
    if problems:
        click.echo(f"{len(problems):,} files were left out: {_some(problems)}", err=True)
    if not whole:
        sys.exit(1)


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")


@main.command()
@click.argument("corpus", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True,
              help="File for the labels, ending in .csv.xz.")  # fmt: skip
@click.option("--digest-every", default=1, show_default=True,
              help="Of how many articles one can be checked later.")  # fmt: skip
def annotations(corpus: Path, out: Path, digest_every: int) -> None:
    """Take the labels of CORPUS, JSON lines as this command writes them, without its texts."""
    count = write_annotations(out, read_corpus(corpus), digest_every=digest_every)
    click.echo(f"wrote {out}: labels of {count:,} articles")


@main.command("reuters-modapte")
@_out
@click.option("--archive", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Lewis' reuters21578.tar.gz; without it, it is downloaded.")  # fmt: skip
@_registry
def reuters_modapte(out: Path, archive: Path | None, registry: Path) -> None:
    """Make train.jsonl and test.jsonl of Reuters-21578, ModApte split, 90 categories.

    \b
    Example:
      python -m training.fetch reuters-modapte --archive reuters21578.tar.gz --out reuters
    """  # noqa: D301
    read = Registry.load(registry)
    source = read.sources["reuters"]
    contents = known_members(archive, source) if archive else files(read, source)
    sides = modapte([story for _, content in contents for story in read_stories(content)])
    for name, items in zip(("train", "test"), sides, strict=True):
        path = out / f"{name}.jsonl"
        write_corpus(path, items)
        categories = {topic for item in items for topic in item.topics or ()}
        click.echo(f"wrote {path}: {len(items):,} stories, {len(categories)} categories")


if __name__ == "__main__":
    main()
