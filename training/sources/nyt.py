"""The New York Times' front page, 1996 to 2006: headline, coder's summary, main topic."""

import csv
import io
from collections.abc import Iterator

from training.corpus_article import CorpusArticle, one_line

__all__ = ["parse"]

# Codes of the Comparative Agendas Project: https://www.comparativeagendas.net
_MAJOR = {"8": "energy", "16": "defence", "18": "trade", "26": "disaster", "27": "disaster"}
_MINOR = {"1523": "disaster"}
# Affairs abroad may be a war or not, and so may the direct war-related foreign operations.
_DEFENCE_OPEN = {"19", "1615"}


def parse(name: str, content: bytes) -> Iterator[CorpusArticle]:
    """The articles, with the topic that the code says, in the file's order."""
    for row in csv.DictReader(io.StringIO(content.decode("latin-1"), newline="")):
        major, minor = row["majortopic"], row["subtopic"]
        title, text = one_line(row["title"]), one_line(row["summary"])
        if not text:
            title, text = "", title
        unknown = bool(_DEFENCE_OPEN & {major, minor})
        topic = None if unknown else _MINOR.get(minor) or _MAJOR.get(major)
        yield CorpusArticle(
            f"nyt:{row['id']}",
            "nyt",
            text,
            title,
            date=row["year"],
            topics=(topic,) if topic else (),
            unknown=("defence",) if unknown else (),
            code=f"{major}/{minor}",
        )
