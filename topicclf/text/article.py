"""What counts as an article: a text, perhaps with a title."""

from collections.abc import Iterable, Iterator, KeysView, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from topicclf.text.prose import prose

__all__ = ["Article", "Item", "articles_of", "is_missing", "refuse_one"]


@dataclass(frozen=True, slots=True)
class Article:
    """A text and, where it is apart, its title.

    Attributes:
        text: The text; what isn't prose is white space here.
        title: The title, likewise, or nothing.
        given: The title and text as they were given, if that is something else.
    """

    text: str
    title: str = ""
    given: tuple[str, str] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        text, title = prose(self.text), self.title and prose(self.title)
        if text is not self.text or title is not self.title:
            object.__setattr__(self, "given", (self.title, self.text))
            object.__setattr__(self, "text", text)
            object.__setattr__(self, "title", title)

    @classmethod
    def of(cls, item: "Item", *, number: int | None = None) -> "Article":
        """Take what a user hands in.

        Args:
            item: A text or a mapping; a title may be None, NaN or pandas' NA, which say that
                there is none.
            number: Which item it is, for the error's sake.

        Raises:
            TypeError: It is neither, or its text or title is not a `str`.
        """
        if isinstance(item, str):
            return cls(item)
        if isinstance(item, Article):
            return item
        name = "the article" if number is None else f"item {number}"
        if not isinstance(item, Mapping):
            raise TypeError(_refusal(name, item))
        if "text" not in item:
            msg = f"{name} is a mapping without 'text'"
            raise TypeError(msg)
        text, title = item["text"], item.get("title")
        if not isinstance(text, str):
            raise TypeError(_refusal(f"the text of {name}", text))
        if is_missing(title):
            return cls(text)
        if not isinstance(title, str):
            raise TypeError(_refusal(f"the title of {name}", title))
        return cls(text, title)

    @property
    def joined(self) -> str:
        """The title, on a line of its own, and the text."""
        return f"{self.title}\n{self.text}" if self.title else self.text

    @property
    def shown(self) -> str:
        """The same as it was given, for people to see; every place in it is the same."""
        return "\n".join(filter(None, self.given)) if self.given else self.joined


#: What users hand in: a text, or a mapping with a ``text`` and perhaps a ``title``.
Item = str | Mapping[str, Any] | Article


def articles_of(items: Iterable[Item]) -> Iterator[Article]:
    """Take many articles, lazily, and refuse at once what is one thing instead.

    Args:
        items: Any iterable of items, a Series of texts among them.

    Raises:
        TypeError: It is one text or mapping, whose letters or keys would pass for articles, or a
            data frame, whose column names would, or a set, which has no order; or, later, an item
            is not an article.
    """
    refuse_one(items)
    return (Article.of(item, number=number) for number, item in enumerate(items))


def refuse_one(items: object) -> None:
    """Refuse what is one thing where many articles are expected.

    Raises:
        TypeError: As for `articles_of`.
    """
    if isinstance(items, str | bytes | bytearray | Mapping | Article):
        msg = f"give an iterable of articles, not one {type(items).__name__}; put it in a list"
        raise TypeError(msg)
    if isinstance(items, Set) and not isinstance(items, KeysView):
        # Answers and labels would go to whichever article happens to come first.
        msg = f"give articles in an order, such as a list, not a {type(items).__name__}"
        raise TypeError(msg)
    if hasattr(type(items), "columns"):
        msg = (
            f"give an iterable of articles, not a {type(items).__name__}; topicclf.predict_frame "
            "takes data frames, and a column of texts, such as frame['text'], will do too"
        )
        raise TypeError(msg)
    if not hasattr(items, "__iter__") and not hasattr(items, "__getitem__"):
        msg = f"give an iterable of articles, not {type(items).__name__}"
        raise TypeError(msg)


def is_missing(value: object) -> bool:
    """Whether a value says that there is nothing: None, NaN, NaT or pandas' NA.

    >>> [is_missing(value) for value in (None, float("nan"), "", 0)]
    [True, True, False, False]
    """
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    # Not a number is the one thing that differs from itself.
    return isinstance(value, float) and value != value


def _refusal(name: str, value: object) -> str:
    hint = "; decode it first" if isinstance(value, bytes | bytearray) else ""
    if is_missing(value):
        hint = "; leave out articles without a text"
    return f"{name} must be a str, not {type(value).__name__}{hint}"
