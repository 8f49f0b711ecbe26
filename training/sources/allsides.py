"""Articles that AllSides rated: a JSON file each."""

import json
from collections.abc import Iterator

from training.corpus_article import CorpusArticle, paragraphs

__all__ = ["parse"]


def parse(name: str, content: bytes) -> Iterator[CorpusArticle]:
    """The article in ``data/jsons/ID.json``, as it was published."""
    article = json.loads(content)
    yield CorpusArticle(
        f"allsides:{article['ID']}",
        "allsides",
        paragraphs(article["content_original"]),
        (article["title"] or "").strip(),
        date=article.get("date") or "",
    )
