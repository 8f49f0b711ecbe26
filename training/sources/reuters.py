"""Reuters-21578: the stories in Lewis' SGML files, and the ModApte split."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from training.corpus_article import CorpusArticle, one_line

__all__ = ["Story", "modapte", "parse", "read_stories"]

# The files are made by one program and all alike: what a parser of SGML could add is no gain.
_STORY = re.compile(r"<REUTERS (.*?)>(.*?)</REUTERS>", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="(.*?)"')
_TEXT = re.compile(r"<TEXT(?: TYPE=\"(\w+)\")?>(.*?)</TEXT>", re.DOTALL)

_ENERGY = {"crude", "fuel", "gas", "heat", "nat-gas", "propane"}
_TRADE = {"bop", "trade"}
# Stories of these often tell of exports or imports without being indexed as trade.
_TRADE_OPEN = {
    *("coffee", "dlr", "grain", "iron-steel", "oilseed"),
    *("reserves", "ship", "sugar", "wheat", "yen"),
}


@dataclass(frozen=True)
class Story:
    """A story of the wire.

    Attributes:
        number: Its NEWID, 1 to 21578.
        date: The day.
        title: The headline, or nothing.
        text: The body in one line; of a brief the headline, of an unprocessed story all of it.
        topics: Its TOPICS categories, in their order.
        indexed: Whether it says TOPICS="YES": that someone chose its categories.
        split: Its LEWISSPLIT: ``TRAIN``, ``TEST`` or ``NOT-USED``.
    """

    number: int
    date: str
    title: str
    text: str
    topics: tuple[str, ...]
    indexed: bool
    split: str

    @property
    def item(self) -> CorpusArticle:
        """The story as a corpus holds it, without labels."""
        return CorpusArticle(
            f"reuters21578:{self.number}", "reuters", self.text, self.title, date=self.date
        )


def read_stories(content: bytes) -> Iterator[Story]:
    """The stories of one ``.sgm`` file."""
    for attributes, story in _STORY.findall(content.decode("latin-1")):
        says = dict(_ATTRIBUTE.findall(attributes))
        kind, inner = _TEXT.search(story).groups()  # type: ignore[union-attr]
        title, body = _element("TITLE", inner), _element("BODY", inner)
        if kind == "BRIEF":
            title, body = "", title
        elif kind == "UNPROC":
            body = inner
        day = re.search(r"\d+-[A-Z]{3}-\d{4}", _element("DATE", story))
        yield Story(
            number=int(says["NEWID"]),
            date=datetime.strptime(day[0], "%d-%b-%Y").date().isoformat() if day else "",
            title=_clean(title),
            text=_clean(body),
            topics=tuple(re.findall(r"<D>(.*?)</D>", _element("TOPICS", story))),
            indexed=says["TOPICS"] == "YES",
            split=says["LEWISSPLIT"],
        )


def _element(name: str, text: str) -> str:
    element = re.search(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
    return element[1] if element else ""


def _clean(text: str) -> str:
    return one_line(html.unescape(text))


def parse(name: str, content: bytes) -> Iterator[CorpusArticle]:
    """The stories of one file; those to train on with what their categories say of our topics."""
    for story in read_stories(content):
        item = story.item
        if story.indexed and story.split == "TRAIN":
            categories = set(story.topics)
            energy, trade = bool(categories & _ENERGY), bool(categories & _TRADE)
            open_ = not trade and bool(categories & _TRADE_OPEN)
            item = replace(
                item,
                topics=(*["energy"] * energy, *["trade"] * trade),
                unknown=("defence", *["trade"] * open_, "disaster"),
                code=" ".join(story.topics),
            )
        yield item


def modapte(stories: Iterable[Story]) -> tuple[list[CorpusArticle], list[CorpusArticle]]:
    """The "modified Apte" split: stories to train and to test on, and their categories.

    Of the indexed stories, those with LEWISSPLIT TRAIN and TEST; of the categories, those with at
    least one story on either side; of the stories, those with at least one of these categories.
    On the whole collection that is 7,770 and 3,019 stories and 90 categories, as in Yang and Liu
    (1999), "A re-examination of text categorization methods".

    Returns:
        The stories to train on and those to test on.
    """
    sides = {
        split: [story for story in kept if story.split == split]
        for kept in [[story for story in stories if story.indexed]]
        for split in ("TRAIN", "TEST")
    }
    counts = [Counter(topic for s in side for topic in set(s.topics)) for side in sides.values()]
    categories = set.intersection(*map(set, counts))
    train, test = (
        [
            replace(story.item, topics=tuple(topics))
            for story in sorted(side, key=lambda story: story.number)
            if (topics := sorted(categories.intersection(story.topics)))
        ]
        for side in sides.values()
    )
    return train, test
