"""Posts of static sites: Markdown under a head of ``key: value`` lines."""

import re
from collections.abc import Iterator

from training.corpus_article import CorpusArticle, decoded, paragraphs

__all__ = ["parse"]

_FENCE = re.compile(r"(?m)^---[ \t]*\r?$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def parse(name: str, content: bytes) -> Iterator[CorpusArticle]:
    """The post in a Markdown file, named by the path of the file."""
    text = decoded(content)
    if _FENCE.match(text):
        _, head, body = [*_FENCE.split(text, 2), "", ""][:3]
    else:
        head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    says = dict(re.findall(r"(?m)^(\w+):[ \t]*(.*?)[ \t\r]*$", head))
    says = {key.lower(): value.strip("\"'") for key, value in says.items()}
    plain = _LINK.sub(r"\1", body).replace("**", "")
    source = _source(name)
    yield CorpusArticle(
        f"{source}:{name}",
        source,
        paragraphs(plain),
        says.get("title", ""),
        date=says.get("date", "")[:10],
    )


def _source(name: str) -> str:
    for part, source in (
        ("news/tradingview/", "reuters-2025"),
        ("news/businessstandard/", "business-standard"),
        ("source/_posts/", "daily-mail"),
    ):
        if part in name:
            return source
    return "aljazeera-bbc"
