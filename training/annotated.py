"""Labels without their texts: which articles carry what, by the articles' names.

A file of them is CSV, packed by xz, with a head: ``id``, ``topics`` and ``unknown`` (names with a
blank between; ``?`` for an article that nobody has labelled), ``doubtful`` (``x`` or nothing),
``code`` and ``digest``: the first digits of the SHA-256 of the article's letters, which show
whether a text is the one that was labelled. Two columns more, ``picked`` and ``stands_for``, say
how an article was chosen, where that is known.
"""

import csv
import hashlib
import io
import lzma
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from topicclf.errors import DataError
from topicclf.writing.beside import write_beside
from training.corpus_article import CorpusArticle

__all__ = ["Annotation", "annotate", "read_annotations", "write_annotations"]

_DIGITS = 4
_FIELDS = ["id", "topics", "unknown", "doubtful", "code", "digest"]
_CHOICE = ["picked", "stands_for"]


@dataclass(frozen=True)
class Annotation:
    """What is known of one article.

    Attributes:
        id: The article's name, as `training.corpus_article.CorpusArticle` has it.
        topics: The topics that it carries; None if nobody has labelled it.
        unknown: The topics of which nothing is known.
        doubtful: Whether the annotator was in doubt.
        code: The source's own label, or nothing.
        digest: Of the article that was labelled, or nothing.
        picked: How it was chosen, or nothing.
        stands_for: How many articles it stands for; 0 where nobody knows.
    """

    id: str
    topics: tuple[str, ...] | None
    unknown: tuple[str, ...] = ()
    doubtful: bool = False
    code: str = ""
    digest: str = ""
    picked: str = ""
    stands_for: float = 0


def digest(item: CorpusArticle) -> str:
    """Enough of a hash to notice another text; white space doesn't count.

    >>> one, other = (CorpusArticle("a", "a", text) for text in ("Rain fell.", "Rain  fell."))
    >>> digest(one) == digest(other)
    True
    """
    letters = "".join(f"{item.title}\n{item.text}".split())
    return hashlib.sha256(letters.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def annotate(item: CorpusArticle, annotation: Annotation) -> CorpusArticle:
    """An article with what is known of it."""
    return replace(
        item,
        topics=annotation.topics,
        unknown=annotation.unknown,
        doubtful=annotation.doubtful,
        code=annotation.code or item.code,
        picked=annotation.picked,
        stands_for=annotation.stands_for,
    )


def read_annotations(path: Path) -> list[Annotation]:
    """Read a file of labels, in its order.

    Raises:
        FileNotFoundError: There is no such file.
        DataError: It is damaged, or says one thing twice.
    """
    try:
        with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (lzma.LZMAError, EOFError, UnicodeDecodeError) as error:
        msg = f"{path} is damaged ({error}); restore it from the repository"
        raise DataError(msg) from error
    if rows and list(rows[0]) not in (_FIELDS, _FIELDS + _CHOICE):
        msg = f"{path}:1: the columns are {', '.join(rows[0])}, not {', '.join(_FIELDS)}"
        raise DataError(msg)
    annotations = {
        row["id"]: Annotation(
            row["id"],
            None if row["topics"] == "?" else tuple(row["topics"].split()),
            tuple(row["unknown"].split()),
            row["doubtful"] == "x",
            row["code"],
            row["digest"],
            row.get("picked", ""),
            float(row.get("stands_for") or 0),
        )
        for row in rows
    }
    if len(annotations) < len(rows):
        msg = f"{path} has labels for the same article twice; keep one of each"
        raise DataError(msg)
    return list(annotations.values())


def write_annotations(path: Path, items: Iterable[CorpusArticle], *, digest_every: int = 1) -> int:
    """Write the labels of articles, and nothing else of them.

    Args:
        path: Where to.
        items: The articles.
        digest_every: Of how many articles one gets a digest; it takes most of the room.

    Returns:
        How many articles there were.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    items = list(items)
    choice = _CHOICE if any(item.picked for item in items) else []
    writer.writerow(_FIELDS + choice)
    for count, item in enumerate(items, 1):
        # The names of Wikipedia's entries are hashes of their words already.
        checked = count % digest_every == 0 and not item.id.startswith("wce:")
        writer.writerow(
            [
                item.id,
                "?" if item.topics is None else " ".join(item.topics),
                " ".join(item.unknown),
                "x" if item.doubtful else "",
                item.code,
                digest(item) if checked else "",
                *([item.picked, f"{item.stands_for:g}"] if choice else []),
            ]
        )
    packed = lzma.compress(text.getvalue().encode(), preset=9 | lzma.PRESET_EXTREME)
    write_beside(path, packed)
    return len(items)
