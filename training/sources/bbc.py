"""BBC articles of 2004 and 2005: a file each, the headline on the first line."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from training.corpus_article import CorpusArticle, decoded, one_line

__all__ = ["parse"]


def parse(name: str, content: bytes) -> Iterator[CorpusArticle]:
    """The article in ``news/SECTION/SLUG.txt``."""
    path = PurePosixPath(name)
    title, _, text = decoded(content).lstrip().partition("\n")
    yield CorpusArticle(
        f"bbc:{path.parent.name}/{path.stem}", "bbc", one_line(text), one_line(title)
    )
