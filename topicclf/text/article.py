"""What counts as an article: a text, perhaps with a title."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Article", "Item"]


@dataclass(frozen=True, slots=True)
class Article:
    """A text and, where it stands apart, its title.

    Attributes:
        text: The text.
        title: The title, or nothing.
    """

    text: str
    title: str = ""

    @classmethod
    def of(cls, item: "Item", *, number: int | None = None) -> "Article":
        """Take what a user hands in.

        Args:
            item: A text or a mapping.
            number: Which item it is, for the error's sake.

        Raises:
            TypeError: It is neither, or its text or title is no `str`.
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
        if title is None:
            return cls(text)
        if not isinstance(title, str):
            raise TypeError(_refusal(f"the title of {name}", title))
        return cls(text, title)

    @property
    def joined(self) -> str:
        """The title, on a line of its own, and the text."""
        return f"{self.title}\n{self.text}" if self.title else self.text


#: What users hand in: a text, or a mapping with a ``text`` and perhaps a ``title``.
Item = str | Mapping[str, Any] | Article


def _refusal(name: str, value: object) -> str:
    hint = "; decode it first" if isinstance(value, bytes | bytearray) else ""
    return f"{name} must be a str, not {type(value).__name__}{hint}"
