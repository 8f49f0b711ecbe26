"""Wikipedia's current events: a YAML file a day, with lists of one-sentence news by section."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from topicclf.installation.extras import extra
from training.corpus_article import CorpusArticle, decoded, one_line

__all__ = ["parse"]

# The names of the outlets that an entry cites stand in brackets at its end.
_CITED = re.compile(r"(?:\s*\([^()]*\))+$")
# From this month on the entries have no sections.
_WITHOUT_SECTIONS = "2020-11"


def parse(name: str, content: bytes) -> Iterator[CorpusArticle]:
    """The entries in ``YYYY/MM/YYYY-MM-DD.yaml``, named by day and by the hash of their words.

    Headings among the entries come along; no annotation names them.

    Raises:
        MissingExtraError: PyYAML is missing.
        ValueError: The file is no YAML.
    """
    yaml = extra("yaml", name="data")
    date = PurePosixPath(name).stem
    source = "wce-old" if date < _WITHOUT_SECTIONS else "wce-modern"
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        read = yaml.load(decoded(content), Loader=loader)
    except yaml.YAMLError as error:
        msg = f"no YAML: {one_line(str(error))}"
        raise ValueError(msg) from error
    for entry in _entries(read):
        text = one_line(_CITED.sub("", one_line(entry)))
        digest = hashlib.sha256(text.encode()).hexdigest()[:10]
        yield CorpusArticle(f"wce:{date}:{digest}", source, text, date=date)


def _entries(node: Any) -> Iterator[str]:
    """The strings in lists, however deep."""
    if isinstance(node, dict):
        for child in node.values():
            yield from _entries(child)
    elif isinstance(node, list):
        for child in node:
            if isinstance(child, str):
                yield child
            else:
                yield from _entries(child)
