"""Whether a text is in one of a model's languages, by its function words.

Each language has some hundred words that carry grammar rather than meaning, and that make up a
third to a half of any text in it. ``function_words.txt`` lists them, a language a line. A model's
own languages are those whose function words it knows, so that nothing needs declaring.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from functools import cache
from itertools import chain, repeat
from pathlib import Path

from topicclf.text.words import words

__all__ = ["UNDETERMINED", "WELL_KNOWN", "foreign_language", "function_words", "languages_of"]

#: ISO 639's code for an undetermined language.
UNDETERMINED = "und"
#: From this share of known words on, a text is in the model's language: nearly all texts are.
WELL_KNOWN = 0.8

# A model of another language knows half of a language's function words at most.
_ENOUGH_KNOWN = 0.75
_UNKNOWN = 0.4
_FEW_OWN = 0.15
# A language shows early: a long text needs no reading to its end.
_CHARACTERS = 20_000


def languages_of(share_known: Callable[[bytes], float]) -> frozenset[str]:
    """The languages, as ISO 639 codes, whose function words a model knows.

    Args:
        share_known: Gives the share of a folded text's words that the model knows.

    >>> sorted(languages_of(lambda folded: 0.9 if b" und " in folded else 0.1))
    ['de']
    """
    return frozenset(
        language
        for language, listed in _function_words().items()
        if share_known(b" ".join(sorted(listed))) >= _ENOUGH_KNOWN
    )


def foreign_language(text: str, *, known_share: float, own: Collection[str]) -> str | None:
    """Name a text's language if it isn't one of the model's.

    Args:
        text: The text.
        known_share: The share of its words that the model knows; from 0.8 on the answer is None.
        own: The model's languages; without any the answer is None.

    Returns:
        None for a language of the model's, and in case of doubt; otherwise the language's ISO 639
        code, or ``"und"`` for one whose function words are not listed.

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


def function_words(languages: Iterable[str]) -> frozenset[str]:
    """The words of some languages that carry grammar rather than meaning, folded.

    >>> "the" in function_words(["en"]), "the" in function_words(["de"])
    (True, False)
    """
    of_each = [_function_words().get(language, frozenset()) for language in languages]
    return frozenset(word.decode() for listed in of_each for word in listed)


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
