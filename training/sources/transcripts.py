"""What Australian prime ministers said and released: an XML file each, with HTML inside."""

import html
import re
from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree

from training.corpus_article import CorpusArticle, paragraphs

__all__ = ["parse"]


def parse(name: str, content: bytes) -> Iterator[CorpusArticle]:
    """The texts in ``transcripts/transcript-N.xml``.

    Raises:
        ValueError: The file is no XML.
    """
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        msg = f"no XML: {error}"
        raise ValueError(msg) from error
    for transcript in root.iter("transcript"):
        says = {child.tag: child.text or "" for child in transcript}
        yield CorpusArticle(
            f"au-pm:pm-{says['transcript-id'].strip()}",
            "au-pm",
            _plain(says.get("content", "")),
            says.get("title", "").strip(),
            date=_iso(says.get("release-date", "")),
        )


def _plain(markup: str) -> str:
    broken = re.sub(r"</p>|<br\s*/?>", "\n", markup)
    return paragraphs(html.unescape(re.sub(r"<[^>]+>", "", broken)))


def _iso(date: str) -> str:
    try:
        return datetime.strptime(date.strip(), "%d/%m/%Y").date().isoformat()
    except ValueError:
        return ""
