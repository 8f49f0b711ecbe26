"""Articles to label, shared by people at several browsers: a small database on the disk.

Each article is lent to one person at a time; a loan that nobody renews ends, and the article goes
to somebody else. A label is on the disk before it is acknowledged, and an article has one at most.
"""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from topicclf.labelled.line import training_line
from topicclf.labelled.schemes import LabelOptions
from topicclf.service.problems import ProblemError
from topicclf.text.json_text import as_json

__all__ = ["GivenLabel", "LabelQueue", "Offer", "Task"]

_LOAN_SECONDS = 300.0
_BUSY_SECONDS = 20.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS articles (
    number INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    fields TEXT NOT NULL,
    before TEXT,
    borrower TEXT,
    due REAL NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS loans ON articles (borrower) WHERE borrower IS NOT NULL;
CREATE TABLE IF NOT EXISTS labels (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL UNIQUE REFERENCES articles (number),
    labeller TEXT NOT NULL,
    topics TEXT NOT NULL,
    unknown TEXT NOT NULL,
    model TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS skips (
    article INTEGER NOT NULL REFERENCES articles (number),
    labeller TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    UNIQUE (article, labeller)
);
"""
_NEXT = """
SELECT number, title, text, fields, before FROM articles
WHERE {whose}
  AND NOT EXISTS (SELECT 1 FROM labels WHERE article = number)
  AND NOT EXISTS (SELECT 1 FROM skips WHERE article = number AND labeller = :who)
ORDER BY number LIMIT 1
"""
# One after the other: together they would have to look at every article.
_OWN = _NEXT.format(whose="borrower = :who AND due >= :now")
_FREE = _NEXT.format(whose="due < :now")


@dataclass(frozen=True)
class Offer:
    """An article to put into the queue.

    Attributes:
        title: Its title, or nothing.
        text: Its text.
        fields: What else its record holds.
        before: The topics that it was labelled with before; None if it wasn't.
    """

    title: str
    text: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    before: Sequence[str] | None = None


@dataclass(frozen=True)
class Task:
    """An article that is lent to somebody.

    Attributes:
        number: Its number.
        title: Its title, or nothing.
        text: Its text.
        fields: What else its record holds.
        before: The topics that it was labelled with before; None if it wasn't.
        topics: What the same person has just labelled it with, if that was undone.
        unknown: Likewise.
    """

    number: int
    title: str
    text: str
    fields: Mapping[str, Any]
    before: tuple[str, ...] | None
    topics: tuple[str, ...] | None = None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class GivenLabel:
    """What somebody says of an article.

    Attributes:
        article: Its number.
        labeller: Who says it.
        topics: The topics that it carries.
        unknown: The topics of which nothing is known.
        model: The topics that the model gives it.
    """

    article: int
    labeller: str
    topics: Sequence[str]
    unknown: Sequence[str]
    model: Sequence[str]


class LabelQueue:
    """The database.

    Args:
        file: Its file; made with its folder when the first article comes.
        most_bytes: How large it may grow.
    """

    def __init__(self, file: Path, *, most_bytes: int) -> None:
        self._file = file
        self._most_bytes = most_bytes

    def add(self, offers: Iterable[Offer]) -> tuple[int, int]:
        """Put articles into the queue, in order; those that are in it already are passed over.

        Returns:
            How many are new, and how many are not.

        Raises:
            ProblemError: There is no room for all of them; none has been added.
        """
        new = old = 0
        with self._changing() as database:
            for offer in offers:
                before = None if offer.before is None else as_json(list(offer.before))
                row = (_key(offer), offer.title, offer.text, as_json(dict(offer.fields)), before)
                added = database.execute(
                    "INSERT OR IGNORE INTO articles (key, title, text, fields, before) "
                    "VALUES (?, ?, ?, ?, ?)", row,
                ).rowcount  # fmt: skip
                new, old = new + added, old + 1 - added
                if added and new % 100 == 1:
                    self._require_room(database)
            self._require_room(database)
        return new, old

    def task(self, article: int) -> Task:
        """An article of the queue, lent or not.

        Raises:
            ProblemError: There is none of that number.
        """
        with self._opened() as database:
            row = database.execute(
                "SELECT number, title, text, fields, before FROM articles WHERE number = ?",
                (article,),
            ).fetchone()
        if row is None:
            raise ProblemError(404, "no-such-article", f"there is no article {article}")
        return _task(row)

    def lend(self, who: str) -> Task | None:
        """Lend the next article, or once more the one that is lent; None where none is left."""
        with self._changing() as database:
            return self._lend(database, who)

    def renew(self, who: str) -> None:
        """Keep what is lent for a while longer."""
        with self._changing() as database:
            due = time.time() + _LOAN_SECONDS
            database.execute(
                "UPDATE articles SET due = ? WHERE borrower = ? AND due >= ?",
                (due, who, time.time()),
            )

    def label(self, given: GivenLabel) -> Task | None:
        """Keep a label, and lend the next article. The same label may come again.

        Raises:
            ProblemError: There is no such article, or somebody else has or labels it.
        """
        with self._changing() as database:
            self._require_free(database, given.article, given.labeller)
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            database.execute("DELETE FROM labels WHERE article = ?", (given.article,))
            database.execute(
                "INSERT INTO labels (article, labeller, topics, unknown, model, at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    given.article, given.labeller, as_json(sorted(given.topics)),
                    as_json(sorted(given.unknown)), as_json(sorted(given.model)), at,
                ),
            )  # fmt: skip
            self._give_back(database, given.article)
            return self._lend(database, given.labeller)

    def skip(self, who: str, article: int) -> Task | None:
        """Leave an article to others, and lend the next one."""
        with self._changing() as database:
            self._require_free(database, article, who)
            last = database.execute("SELECT coalesce(max(sequence), 0) FROM labels").fetchone()[0]
            database.execute("INSERT OR IGNORE INTO skips VALUES (?, ?, ?)", (article, who, last))
            self._give_back(database, article)
            return self._lend(database, who)

    def undo(self, who: str) -> Task | None:
        """Take back somebody's last label, and lend that article again; None if there is none."""
        with self._changing() as database:
            row = database.execute(
                "SELECT number, title, text, fields, before, topics, unknown, sequence "
                "FROM labels JOIN articles ON article = number WHERE labeller = ? "
                "ORDER BY sequence DESC LIMIT 1", (who,),
            ).fetchone()  # fmt: skip
            if row is None:
                return None
            database.execute("DELETE FROM labels WHERE sequence = ?", (row[-1],))
            database.execute("UPDATE articles SET due = 0 WHERE borrower = ?", (who,))
            self._borrow(database, row[0], who)
            return _task(row[:5], topics=json.loads(row[5]), unknown=json.loads(row[6]))

    def progress(self) -> dict[str, Any]:
        """How far it is, and how often labels agree with the model's answers and earlier labels."""
        with self._opened() as database:
            total = database.execute("SELECT count(*) FROM articles").fetchone()[0]
            rows = database.execute(
                "SELECT labeller, topics, unknown, model, before "
                "FROM labels JOIN articles ON article = number"
            ).fetchall()
        people: dict[str, int] = {}
        with_model, with_before = [0, 0], [0, 0]
        for labeller, *texts in rows:
            people[labeller] = people.get(labeller, 0) + 1
            topics, unknown, model, before = (text and set(json.loads(text)) for text in texts)
            _compare(with_model, topics, model, unknown)
            if before is not None:
                _compare(with_before, topics, before, unknown)
        return {
            "articles": total,
            "labelled": len(rows),
            "labellers": people,
            "with_model": {"same": with_model[0], "compared": with_model[1]},
            "with_before": {"same": with_before[0], "compared": with_before[1]},
        }

    def lines(self) -> Iterator[dict[str, Any]]:
        """Each labelled article as training data, in the order of labelling."""
        with self._opened() as database:
            rows = database.execute(
                "SELECT title, text, fields, topics, unknown, labeller, at "
                "FROM labels JOIN articles ON article = number ORDER BY sequence"
            )
            for title, text, fields, topics, unknown, labeller, at in rows:
                line = training_line(
                    json.loads(fields),
                    LabelOptions(),
                    text=text,
                    title=title,
                    topics=json.loads(topics),
                    unknown=json.loads(unknown),
                )
                yield line | {"labelled_by": labeller, "labelled_at": at}

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._file, timeout=_BUSY_SECONDS, isolation_level=None)
        with closing(database):
            # What is acknowledged is on the disk, also if the power fails.
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA foreign_keys = ON")
            database.executescript(_SCHEMA)
            yield database

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._opened() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")

    def _require_room(self, database: sqlite3.Connection) -> None:
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        size = pages * database.execute("PRAGMA page_size").fetchone()[0]
        if size > self._most_bytes:
            msg = f"articles to label may take {self._most_bytes:,} bytes, and these take more"
            raise ProblemError(507, "full", msg)

    @staticmethod
    def _lend(database: sqlite3.Connection, who: str) -> Task | None:
        asked = {"who": who, "now": time.time()}
        row = database.execute(_OWN, asked).fetchone() or database.execute(_FREE, asked).fetchone()
        if row is None:
            return None
        LabelQueue._borrow(database, row[0], who)
        return _task(row)

    @staticmethod
    def _borrow(database: sqlite3.Connection, article: int, who: str) -> None:
        due = time.time() + _LOAN_SECONDS
        database.execute(
            "UPDATE articles SET borrower = ?, due = ? WHERE number = ?", (who, due, article)
        )

    @staticmethod
    def _give_back(database: sqlite3.Connection, article: int) -> None:
        database.execute(
            "UPDATE articles SET borrower = NULL, due = 0 WHERE number = ?", (article,)
        )

    @staticmethod
    def _require_free(database: sqlite3.Connection, article: int, who: str) -> None:
        """Check that nobody else has labelled an article, or is about to."""
        row = database.execute(
            "SELECT borrower, due, labeller FROM articles "
            "LEFT JOIN labels ON article = number WHERE number = ?", (article,),
        ).fetchone()  # fmt: skip
        if row is None:
            raise ProblemError(404, "no-such-article", f"there is no article {article}")
        borrower, due, labeller = row
        if labeller not in (None, who):
            msg = f"{labeller} has labelled this article in the meantime; ask for the next one"
            raise ProblemError(409, "labelled", msg)
        if labeller is None and borrower not in (None, who) and due >= time.time():
            msg = f"{borrower} labels this article now; ask for the next one"
            raise ProblemError(409, "lent", msg)


def _task(row: Sequence[Any], **undone: Sequence[str]) -> Task:
    number, title, text, fields, before = row
    earlier = None if before is None else tuple(json.loads(before))
    again = {name: tuple(value) for name, value in undone.items()}
    return Task(number, title, text, json.loads(fields), earlier, **again)


def _compare(counts: list[int], ours: set[str], theirs: set[str], unknown: set[str]) -> None:
    counts[0] += ours == theirs - unknown
    counts[1] += 1


def _key(offer: Offer) -> bytes:
    joined = "\n".join(" ".join(part.split()) for part in (offer.title, offer.text))
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).digest()
