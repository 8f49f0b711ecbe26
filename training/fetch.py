"""Bring public corpora from where they are published, and make them into labelled JSON lines.

python -m training.fetch reuters-modapte --archive reuters21578.tar.gz --out reuters
"""

import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import click

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from topicclf.errors import DataError
from training.item import write_items
from training.sources.reuters import modapte, read_stories

__all__ = ["main"]


@click.group(help=__doc__)
def main() -> None:
    """Group the commands."""


@main.command("reuters-modapte")
@click.option("--archive", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              required=True, help="Lewis' reuters21578.tar.gz.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True,
              help="Folder for train.jsonl and test.jsonl.")  # fmt: skip
def reuters_modapte(archive: Path, out: Path) -> None:
    """Make the benchmark Reuters-21578, ModApte split, 90 categories.

    \b
    Example:
      python -m training.fetch reuters-modapte --archive reuters21578.tar.gz --out reuters
    """  # noqa: D301
    try:
        sides = modapte([story for file in _members(archive) for story in read_stories(file)])
    except DataError as error:
        raise click.ClickException(str(error)) from error
    for name, items in zip(("train", "test"), sides, strict=True):
        path = out / f"{name}.jsonl"
        write_items(path, items)
        categories = {topic for item in items for topic in item.topics or ()}
        click.echo(f"wrote {path}: {len(items):,} stories, {len(categories)} categories")


def _members(archive: Path) -> Iterator[bytes]:
    """The ``.sgm`` files of an archive."""
    found = False
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.name.endswith(".sgm") and (file := tar.extractfile(member)):
                    found = True
                    yield file.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        msg = f"{archive} is no tar archive, or a damaged one ({error}); fetch it again"
        raise DataError(msg) from error
    if not found:
        msg = f"{archive} holds no .sgm file; give Lewis' reuters21578.tar.gz"
        raise DataError(msg)


if __name__ == "__main__":
    main()
