"""Whether a text is in a language of the model's, told by function words.

Each language has some hundred words that carry grammar rather than meaning, and that fill a third
to a half of any text in it. They stand in ``function_words.txt``, a language a line. A model's own
languages are those whose function words its vocabulary knows, so that nothing needs declaring.
"""

from collections import Counter
from collections.abc import Collection
from functools import cache
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING

from topicclf.text.words import words

if TYPE_CHECKING:
    from topicclf.features.vocabulary import Vocabulary

__all__ = ["UNDETERMINED", "WELL_KNOWN", "foreign_language", "languages_of"]

#: ISO 639's code for a language that can't be told.
UNDETERMINED = "und"
#: A text of which the model knows such a share of the words is in its language: nearly all are.
WELL_KNOWN = 0.8

# A model of another language knows a half of them at most, from names and quotations.
_ENOUGH_KNOWN = 0.75
_UNKNOWN = 0.4
_FEW_OWN = 0.15
# A language shows early: a long text needs no reading to its end.
_CHARACTERS = 20_000


def languages_of(vocabulary: "Vocabulary") -> frozenset[str]:
    """The languages, as ISO 639 codes, whose function words a vocabulary knows."""
    return frozenset(
        language
        for language, listed in _function_words().items()
        if (vocabulary.terms(b" ".join(sorted(listed))) != vocabulary.unknown).mean()
        >= _ENOUGH_KNOWN
    )


def foreign_language(text: str, *, known_share: float, own: Collection[str]) -> str | None:
    """Name a text's language where it is none of one's own.

    Args:
        text: The text.
        known_share: The share of its words that the model knows. From 0.8 on nothing is looked at.
        own: The model's languages; where there are none, nothing can be told.

    Returns:
        None for one's own language and where nothing speaks against it; otherwise the language's
        ISO 639 code, or ``"und"`` for one whose function words are not known here.

    >>> foreign_language("Der Preis ist nicht mehr so hoch.", known_share=0.4, own={"en"})
    'de'
    """
    if known_share >= WELL_KNOWN or not own:
        return None
    read = words(text[:_CHARACTERS])
    if not read:
        return None
    counts = Counter(chain.from_iterable(map(_speakers().get, read, repeat(()))))
    ours = max(counts[language] for language in own)
    best, count = counts.most_common(1)[0] if counts else ("", 0)
    if count > ours:
        return best
    return UNDETERMINED if known_share < _UNKNOWN and ours < _FEW_OWN * len(read) else None


@cache
def _function_words() -> dict[str, frozenset[bytes]]:
    text = Path(__file__).with_name("function_words.txt").read_text("utf-8")
    lines = (line.split(" ", 1) for line in text.splitlines())
    return {language: frozenset(words(listed)) for language, listed in lines}


@cache
def _speakers() -> dict[bytes, tuple[str, ...]]:
    """The languages that have each function word."""
    speakers: dict[bytes, list[str]] = {}
    for language, listed in _function_words().items():
        for word in listed:
            speakers.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in speakers.items()}
