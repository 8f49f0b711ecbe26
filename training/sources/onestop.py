"""OneStopEnglish: Guardian articles as retold for advanced learners, a file each."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from training.corpus_article import CorpusArticle, decoded, paragraphs

__all__ = ["parse"]


def parse(name: str, content: bytes) -> Iterator[CorpusArticle]:
    """The article in ``.../Adv-Txt/NAME-adv.txt``, without the line that names the level."""
    path = PurePosixPath(name)
    text = paragraphs(decoded(content))
    first, _, rest = text.partition("\n")
    if first.strip().lower() == "advanced":
        text = rest.lstrip()
    title = path.stem.removesuffix("-adv").strip()
    yield CorpusArticle(f"onestop:{path.name}", "onestop", text, title, date="2013-2016")
