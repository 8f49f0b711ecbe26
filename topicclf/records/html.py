"""The title and the main text of a web page, by trafilatura [1]_.

.. [1] Barbaresi (2021), "Trafilatura: A Web Scraping Library and Command-Line Tool for Text
   Discovery and Extraction", ACL.
"""

import json

from topicclf.installation.extras import extra
from topicclf.records.boilerplate import without_furniture

__all__ = ["main_text"]

# Captions tell of pictures, which are often of something else than the article.
_PRUNED = ["//figcaption", "//figure", "//aside", "//nav", "//footer"]


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
    found = trafilatura.extract(
        html,
        output_format="json",
        with_metadata=True,
        include_comments=False,
        include_tables=False,
        prune_xpath=_PRUNED,
    )
    if found is None:
        return "", ""
    page = json.loads(found)
    title = page["title"] or ""
    text: str = page["text"]
    # The heading is the title once more.
    return title, without_furniture(text.removeprefix(title)).strip()
