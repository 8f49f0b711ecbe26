"""The title and the main text of a web page, by trafilatura [1]_.

.. [1] Barbaresi (2021), "Trafilatura: A Web Scraping Library and Command-Line Tool for Text
   Discovery and Extraction", ACL.
"""

import json
import re
from itertools import islice
from typing import Any

from topicclf.installation.extras import extra
from topicclf.records.options import MOST_ATTRIBUTES, MOST_TAGS
from topicclf.text.furniture import without_furniture

__all__ = ["main_text"]

# Captions tell of pictures, which are often of something else than the article.
_BESIDE = ("figure", "aside", "nav", "footer")
_PRUNED = ["//figcaption", *(f"//{name}" for name in _BESIDE)]
# Of a tag the name, then attributes as browsers read them: a quote may hold anything.
_ATTRIBUTE = re.compile(
    r"[\s/]*+=?+[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"?+|'[^']*+'?+|[^\s>\"'][^\s>]*+)?+)?+"
)
_TAG = re.compile(rf"<[a-zA-Z][^\s/>]*+(?:{_ATTRIBUTE.pattern})*+")
# Trafilatura compares its text with that of other extractors, one of which takes quadratic time.
_COMPARED = 2000
# Tags and bytes for each that no page has of itself; each tag takes time.
_MANY, _BYTES_EACH = 500, 30
# What is no text, or none of the article's.
_LEFT_OUT = (
    *("script", "style", "noscript", "template", "svg", "button", "form", "select", "head"),
    *_BESIDE,
)
_INLINE = frozenset(
    "a abbr b bdi bdo cite code em font i mark q s small span strong sub sup u".split()  # noqa: SIM905
)


def main_text(html: str | bytes) -> tuple[str, str]:
    """Find what a page is about, without menus, captions, links to other articles and notices.

    Args:
        html: The page; of bytes the encoding is found out.

    Returns:
        The title and the text, a paragraph a line; both are empty where there is no article.

    Raises:
        MissingExtraError: trafilatura is not installed.
    """
    trafilatura = extra("trafilatura", name="html")
    source, tags = _trimmed(html)
    tree = trafilatura.load_html(source)
    if tree is None:
        return "", ""
    if tags > MOST_TAGS or (tags > _MANY and len(source) < _BYTES_EACH * tags):
        return _whole(tree)
    found = trafilatura.extract(
        tree,
        output_format="json",
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        prune_xpath=_PRUNED,
        fast=tags > _COMPARED,
    )
    if found is None:
        return "", ""
    page: dict[str, Any] = json.loads(found)
    title: str = page["title"] or ""
    text: str = page["text"] or ""
    # The heading is the title once more.
    return title, without_furniture(text.removeprefix(title)).strip()


def _trimmed(html: str | bytes) -> tuple[str | bytes, int]:
    """The page without more attributes than tags have, and how many tags there are.

    To parse them takes quadratic time.
    """
    source = html if isinstance(html, str) else html.decode("latin-1")
    tags, place, pieces = 0, 0, []
    for match in _TAG.finditer(source):
        tags += 1
        if match.end() - match.start() > 2 * MOST_ATTRIBUTES:
            attributes = _ATTRIBUTE.finditer(source, match.start() + 1, match.end())
            # The name of the tag is the first.
            last = next(islice(attributes, MOST_ATTRIBUTES, None), None)
            if last is not None:
                pieces.append(source[place : last.end()])
                place = match.end()
    if not place:
        return html, tags
    source = "".join([*pieces, source[place:]])
    return (source if isinstance(html, str) else source.encode("latin-1")), tags


def _whole(tree: Any) -> tuple[str, str]:
    """The title and all text of a page that it would take too long to find the article in."""
    from lxml import etree

    title = " ".join((tree.findtext(".//title") or "").split())
    etree.strip_elements(tree, etree.Comment, *_LEFT_OUT, with_tail=False)
    pieces = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        ending = event == "end"
        pieces.append("" if element.tag in _INLINE else "\n")
        pieces.append((element.tail if ending else element.text) or "")
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return title, without_furniture("\n".join(filter(None, lines))).strip()
