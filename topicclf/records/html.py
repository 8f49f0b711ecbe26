"""The title and the main text of a web page, by trafilatura [1]_.

.. [1] Barbaresi (2021), "Trafilatura: A Web Scraping Library and Command-Line Tool for Text
   Discovery and Extraction", ACL.
"""

import json
import re
from typing import Any

from topicclf.errors import DataError
from topicclf.installation.extras import extra
from topicclf.records.options import MOST_ATTRIBUTES, MOST_SIBLINGS, MOST_TAGS
from topicclf.text.furniture import without_furniture

__all__ = ["main_text"]

# Captions tell of pictures, which are often of something else than the article.
_PRUNED = ["//figcaption", "//figure", "//aside", "//nav", "//footer"]
_TAG = re.compile(r"<[a-zA-Z][^<>]*+")
_ATTRIBUTE = re.compile(r"[^\s=/\"']++(?:\s*+=\s*+(?:\"[^\"]*+\"?|'[^']*+'?|[^\s\"']*+))?+")


def main_text(html: str | bytes) -> tuple[str, str]:
    """Find what a page is about, without menus, captions, links to other articles and notices.

    Args:
        html: The page; of bytes the encoding is found out.

    Returns:
        The title and the text, a paragraph a line; both are empty where there is no article.

    Raises:
        DataError: The page has more tags or attributes than pages have.
        MissingExtraError: trafilatura is not installed.
    """
    trafilatura = extra("trafilatura", name="html")
    _check_tags(html)
    tree = trafilatura.load_html(html)
    if tree is None:
        return "", ""
    _check_siblings(tree)
    found = trafilatura.extract(
        tree,
        output_format="json",
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        prune_xpath=_PRUNED,
    )
    if found is None:
        return "", ""
    page: dict[str, Any] = json.loads(found)
    title: str = page["title"] or ""
    text: str = page["text"] or ""
    # The heading is the title once more.
    return title, without_furniture(text.removeprefix(title)).strip()


# Parsing takes quadratic time where a tag has many attributes, and extraction where an element has
# many others in it.
def _check_tags(html: str | bytes) -> None:
    source = html if isinstance(html, str) else html.decode("latin-1")
    tags = 0
    for match in _TAG.finditer(source):
        tags += 1
        long = match.end() - match.start() > 2 * MOST_ATTRIBUTES
        if long and sum(1 for _ in _ATTRIBUTE.finditer(match[0])) > MOST_ATTRIBUTES:
            msg = f"a tag with more than {MOST_ATTRIBUTES} attributes"
            raise DataError(msg)
    if tags > MOST_TAGS:
        msg = f"{tags:,} tags, more than the {MOST_TAGS:,} that a page may have"
        raise DataError(msg)


def _check_siblings(tree: Any) -> None:
    most = max(map(len, tree.iter()))
    if most > MOST_SIBLINGS:
        msg = f"an element with {most:,} others in it, more than the {MOST_SIBLINGS:,} it may have"
        raise DataError(msg)
