"""Parsers, one module for each format in which articles are published.

Each has a function ``parse(name, content)`` that gives the articles of one file, by its path in the
repository and its bytes. A file in another format raises a `ValueError` or a `KeyError`.
"""

from collections.abc import Callable, Iterator

from training.corpus_article import CorpusArticle
from training.sources import (
    allsides,
    bbc,
    bills,
    congress,
    nyt,
    onestop,
    posts,
    reuters,
    senate,
    transcripts,
    wikipedia,
)

__all__ = ["PARSERS"]

PARSERS: dict[str, Callable[[str, bytes], Iterator[CorpusArticle]]] = {
    "allsides": allsides.parse,
    "bbc": bbc.parse,
    "bills": bills.parse,
    "congress": congress.parse,
    "nyt": nyt.parse,
    "onestop": onestop.parse,
    "posts": posts.parse,
    "reuters": reuters.parse,
    "senate": senate.parse,
    "transcripts": transcripts.parse,
    "wikipedia": wikipedia.parse,
}
