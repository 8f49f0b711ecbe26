"""Names of topics: as they are kept, what can't be one, which look alike, and lists of them."""

import csv
import re
import unicodedata
from collections.abc import Collection, Iterable

__all__ = ["clean_name", "is_placeholder", "listed_names", "look_alikes", "name_problem"]

# What programs write where there is nothing.
_PLACEHOLDERS = {
    "?", "-", "--", "\u2013", "\u2014", "#n/a", "<na>", "n.a.", "n/a", "na", "nan", "nat", "nil",
    "none", "null", "undefined", "unknown",
}  # fmt: skip
# Characters without a width that change no word: marks of direction, joiners, byte-order marks.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Control characters, ends of lines, and halves of characters beyond the basic plane.
_NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def clean_name(name: str) -> str:
    """A name as it is kept: composed (NFC), without invisible characters or needless spaces.

    >>> clean_name(" e\u0301nergie\u200b  verte ") == "énergie verte"
    True
    """
    # Ends of lines and tabs stay: they are refused, not mended.
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", name))
    return re.sub(r"[ \u00a0\u2000-\u200a\u202f\u3000]+", " ", visible).strip()


def is_placeholder(name: str) -> bool:
    """Whether programs write this where there is nothing.

    >>> is_placeholder("NaN"), is_placeholder("nanotechnology")
    (True, False)
    """
    return name.strip().lower() in _PLACEHOLDERS


def name_problem(name: object) -> str:
    """What is wrong with the name of a topic; an empty string if nothing is.

    >>> name_problem("sport")
    ''
    """
    if not isinstance(name, str):
        return f"a topic's name is text, not {name!r}"
    if not clean_name(name):
        return "the name of a topic is empty"
    if sign := _NOT_SHOWN.search(name):
        return f"topic {name!r} holds {sign[0]!r}, which can't be shown; rename it"
    if is_placeholder(name):
        return f"topic {name!r} looks like a missing value; leave it out, or rename it"
    return ""


def look_alikes(names: Iterable[str]) -> list[list[str]]:
    """Names that people take for one: they differ in capitals, width or joiners only.

    >>> look_alikes(["Energy", "trade", "energy"])
    [['Energy', 'energy']]
    """
    alike: dict[str, list[str]] = {}
    for name in names:
        plain = unicodedata.normalize("NFKC", clean_name(name)).casefold()
        visible = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
        alike.setdefault(" ".join(visible.split()), []).append(name)
    return [group for group in alike.values() if len(group) > 1]


def listed_names(values: Iterable[str], known: Collection[str] = ()) -> tuple[str, ...]:
    """The names in comma-separated lists, each once.

    A name with a comma is in quotes, as in CSV, or a list of its own that is known.

    Args:
        values: The lists.
        known: Names that there are.

    >>> listed_names(["trade, energy,", "crime, law"], known=["crime, law"])
    ('trade', 'energy', 'crime, law')
    >>> listed_names(['"crime, law",trade'])
    ('crime, law', 'trade')
    """
    names: dict[str, None] = {}
    for value in values:
        whole = clean_name(value)
        parts = [whole] if whole in known else next(csv.reader([value], skipinitialspace=True), [])
        names |= dict.fromkeys(filter(None, map(clean_name, parts)))
    return tuple(names)
