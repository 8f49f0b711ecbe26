"""Press releases of members of the US Congress: JSON lines, a file a month."""

import json
from collections.abc import Iterator

from training.corpus_article import CorpusArticle, paragraphs

__all__ = ["parse"]


def parse(name: str, content: bytes) -> Iterator[CorpusArticle]:
    """The releases in ``data/YYYY/YYYY-MM.jsonl``, named by their address."""
    for line in content.decode().split("\n"):
        if line.strip():
            release = json.loads(line)
            yield CorpusArticle(
                f"congress:{release['url']}",
                "congress",
                paragraphs(release.get("text") or ""),
                (release.get("title") or "").strip(),
                date=release.get("date") or "",
            )
