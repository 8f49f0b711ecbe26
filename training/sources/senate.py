"""Press releases of US senators: a file each, the headline on the first line."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from training.corpus_article import CorpusArticle, decoded, one_line

__all__ = ["parse"]


def parse(name: str, content: bytes) -> Iterator[CorpusArticle]:
    """The release in ``raw/SENATOR/RELEASE.txt``."""
    path = PurePosixPath(name)
    title, _, text = decoded(content).lstrip().partition("\n")
    yield CorpusArticle(
        f"senate:{path.parent.name}/{path.stem}", "senate", one_line(text), one_line(title)
    )
