"""Which card belongs to which model file: it names the file's SHA-256."""

import re

__all__ = ["CARD", "is_card", "names_another", "naming"]

#: The card's name.
CARD = "README.md"
_LINE = "SHA-256 of `model.npz`: `{}`."
_NAMED = re.compile(r"^SHA-256 of `model\.npz`: `([0-9a-f]{64})`\.$", re.MULTILINE)


def is_card(text: str) -> bool:
    """Whether a README is the card of a model, and may be written anew."""
    return text.startswith("---\nlibrary_name: topicclf\n")


def naming(sha256: str) -> str:
    """The line of a card that names its model's file."""
    return _LINE.format(sha256)


def names_another(text: str, sha256: str) -> bool:
    """Whether a card names another model file, as when a save was interrupted.

    >>> names_another(naming("ab" * 32), "ab" * 32), names_another(naming("ab" * 32), "cd" * 32)
    (False, True)
    """
    named = _NAMED.search(text)
    return named is not None and named[1] != sha256
