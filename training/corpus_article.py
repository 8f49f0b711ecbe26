"""One article of a corpus, and the line of JSON that it becomes."""

import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from topicclf.errors import DataError
from topicclf.writing.beside import write_beside

__all__ = ["CorpusArticle", "decoded", "one_line", "paragraphs", "read_corpus", "write_corpus"]


@dataclass(frozen=True)
class CorpusArticle:
    """An article as the corpora hold it.

    Attributes:
        id: The source's short name, a colon, and the source's own name for the article.
        source: Where it is from.
        text: The text.
        title: The headline, or nothing.
        date: The day, or as much of it as is known, as ``YYYY-MM-DD``; or nothing.
        topics: The topics that it carries; None for an article without labels.
        unknown: The topics of which nothing is known.
        doubtful: Whether the annotator was in doubt.
        code: The source's own label, or nothing.
        picked: How it was chosen to be labelled: ``random`` or ``unsure``; or nothing.
        stands_for: How many articles of its source's run it stands for; 0 where nobody knows.
    """

    id: str
    source: str
    text: str
    title: str = ""
    date: str = ""
    topics: tuple[str, ...] | None = None
    unknown: tuple[str, ...] = ()
    doubtful: bool = False
    code: str = ""
    picked: str = ""
    stands_for: float = 0

    def to_dict(self) -> dict[str, Any]:
        """The fields that say something; ``topics`` and ``unknown`` wherever there are labels.

        >>> CorpusArticle("own:1", "own", "Rain.", topics=()).to_dict()
        {'id': 'own:1', 'source': 'own', 'text': 'Rain.', 'topics': [], 'unknown': []}
        """
        fields: dict[str, Any] = {"id": self.id, "source": self.source}
        fields |= {"date": self.date} if self.date else {}
        fields |= {"title": self.title} if self.title else {}
        fields["text"] = self.text
        if self.topics is not None:
            fields |= {"topics": list(self.topics), "unknown": list(self.unknown)}
        fields |= {"doubtful": True} if self.doubtful else {}
        fields |= {"code": self.code} if self.code else {}
        fields |= {"picked": self.picked} if self.picked else {}
        return fields | ({"stands_for": self.stands_for} if self.stands_for else {})


def one_line(text: str) -> str:
    r"""A text with every run of white space made one blank.

    >>> one_line("  Rain \n   and wind ")
    'Rain and wind'
    """
    return " ".join(text.split())


def paragraphs(text: str) -> str:
    r"""A text with one blank between words and one empty line between paragraphs.

    >>> paragraphs("Rain\tfell. \n \n\n Wind\u00a0rose.\n")
    'Rain fell. \n\n Wind rose.'
    """
    blanks = re.sub(r"[^\S\n]+", " ", text.replace("\r\n", "\n"))
    return re.sub(r"\n\s*\n", "\n\n", blanks).strip()


def decoded(content: bytes) -> str:
    """Bytes as text: UTF-8 with or without a byte order mark, or else Windows-1252."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def read_corpus(path: Path) -> Iterator[CorpusArticle]:
    """Read JSON lines as `write_corpus` writes them.

    Raises:
        DataError: A line is something else.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                fields = json.loads(line)
                lists = {name: tuple(fields[name]) for name in {"topics", "unknown"} & set(fields)}
                yield CorpusArticle(**fields | lists)
            except (ValueError, TypeError, AttributeError) as error:
                msg = f"{path}:{number}: no line of a corpus as training.fetch writes it ({error})"
                raise DataError(msg) from error


def write_corpus(path: Path, items: Iterable[CorpusArticle]) -> int:
    """Write JSON lines, gzip if the name ends in ``.gz``; equal items give equal bytes.

    Returns:
        How many there were.
    """
    lines = [json.dumps(item.to_dict(), ensure_ascii=False) + "\n" for item in items]
    content = "".join(lines).encode()
    if path.suffix == ".gz":
        packed = io.BytesIO()
        # Without a name and a time, so that the bytes depend on the items alone.
        with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
            file.write(content)
        content = packed.getvalue()
    write_beside(path, content)
    return len(lines)
