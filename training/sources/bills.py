"""Bills of the US Congress: a JSON file each, with the Congressional Research Service's summary."""

import json
import re
from collections.abc import Iterator

from training.corpus_article import CorpusArticle

__all__ = ["parse"]


def parse(name: str, content: bytes) -> Iterator[CorpusArticle]:
    """The bill in ``CONGRESS/bills/TYPE/BILL/data.json``, if it has subject terms."""
    bill = json.loads(content)
    if not bill.get("subjects"):
        return
    title = _tidy(bill.get("official_title") or "")
    text = _tidy((bill.get("summary") or {}).get("text") or "")
    if not text:
        title, text = "", title
    yield CorpusArticle(f"crs:{bill['bill_id']}", "crs", text, title, date=bill["introduced_at"])


def _tidy(text: str) -> str:
    return re.sub(" +", " ", text.strip())
