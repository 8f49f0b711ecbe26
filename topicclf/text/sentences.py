"""Text to sentences, for showing evidence.

Punkt's unsupervised trainer [1]_ learns the abbreviations of the training articles; they are part
of the model, so that prediction doesn't need nltk.

.. [1] Kiss and Strunk (2006), "Unsupervised Multilingual Sentence Boundary Detection",
   Computational Linguistics 32(4).
"""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from pathlib import Path

__all__ = ["sentence_spans"]

# The last of a run of stops, and quotes after it. To take the run from its start would mean to look
# back at each character, or quadratic time.
_END = re.compile(r"[.!?\u2026](?:(?=\s)|[\"'\u201d\u2019)\]]++(?=\s))|\n")
_STOPS = frozenset(".!?\u2026")
_WORD = re.compile(r"\w")
_LAST_WORD = re.compile(r"[^\s\"'(\[\u201c\u2018\u2014\u2013/]*$")
_NEXT = re.compile(r"\s*+[\"'(\[\u201c\u2018]*+(?P<word>\w*+)")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")

# No abbreviation or initial is longer: looking no further back keeps the time linear.
_LONGEST_ABBREVIATION = 24

_LISTED = {
    kind: frozenset(listed.split())
    for kind, _, listed in (
        line.partition(" ")
        for line in Path(__file__).with_name("abbreviations.txt").read_text("utf-8").splitlines()
    )
}
# What a name or a number follows: titles, places, months.
_BEFORE_NAMES = _LISTED["name"]
# What may well be the last word of a sentence.
_LAST_OR_NOT = _LISTED["last"]
# Words that begin a sentence where they have a capital.
_STARTERS = _LISTED["starter"]
_DAYS = frozenset(("sat", "sun", "mar", "tue", "wed", "thu", "fri"))
_NUMBERS = frozenset(("no", "nos"))
# The stop after any other word is the end, unless the word is one of the model's abbreviations.
_NOTED = _BEFORE_NAMES | _LAST_OR_NOT | _DAYS | _NUMBERS
_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))
# Lines that are wrapped, not paragraphs, are no wider.
_WIDEST = 132
_FEWEST_WRAPPED = 3


def sentence_spans(text: str, *, abbreviations: Collection[str] = ()) -> list[tuple[int, int]]:
    """Find the sentences of a text, as character offsets (start, end).

    The end of a line ends a sentence, too, but where lines are wrapped. The spans leave out the
    white space around sentences, and together have every word of the text.

    Args:
        text: Any text.
        abbreviations: Words whose full stop doesn't end a sentence, in lower case and
            without that stop, such as ``"gen"`` or ``"u.s"``; the usual ones of English are known.

    >>> text = "Gen. Ito resigned. The U.S. Navy said so."
    >>> [text[a:b] for a, b in sentence_spans(text)]
    ['Gen. Ito resigned.', 'The U.S. Navy said so.']
    """
    spans: list[tuple[int, int]] = []
    wordless = False
    for first, end in _pieces(text, abbreviations):
        piece = text[first:end].lstrip()
        if not piece:
            continue
        start = end - len(piece)
        end = start + len(piece.rstrip())
        before = wordless
        # Most start with a word, and need no search.
        wordless = not text[start].isalnum() and not _WORD.search(text, start, end)
        # Of many without a word one will do: each costs whoever reads it as much as a sentence.
        if not (before and wordless):
            spans.append((start, end))
    return spans


def _pieces(text: str, abbreviations: Collection[str]) -> Iterator[tuple[int, int]]:
    """What is between the ends of sentences."""
    start = 0
    has_capitals = _has_capitals(text)
    wraps = _wraps(text, has_capitals) if "\n" in text else set()
    for match in _END.finditer(text):
        stop, end = match.span()
        if text[stop] == "\n":
            if stop in wraps:
                continue
        elif (
            text[stop] == "."
            and text[stop - 1 : stop] not in _STOPS
            and _goes_on(text, (start, stop, end), abbreviations, has_capitals)
        ):
            if _last_word(text, start, stop).lower() in _BEFORE_NAMES:
                wraps.add(end)
            continue
        yield start, end
        start = end
    yield start, len(text)


def _has_capitals(text: str) -> bool:
    """Whether sentences begin with capitals, which a text in lower case doesn't have."""
    few = len(text) / 200
    # Mostly those of ASCII are enough, and counted a hundred times as fast.
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded) - len(encoded.translate(None, _CAPITALS)) > few:
        return True
    return not text.isascii() and sum(map(str.isupper, text)) > few


def _goes_on(
    text: str, piece: tuple[int, int, int], abbreviations: Collection[str], has_capitals: bool
) -> bool:
    """Whether a sentence goes on after a full stop, given its start, the stop and its end."""
    start, stop, end = piece
    # After most stops there is a space and a capital, and what it begins matters to few.
    if (
        has_capitals
        and not text[end + 1 : end + 2].isupper()
        and _next_word(text, end)[:1].islower()
    ):
        return True
    word = _last_word(text, start, stop)
    if len(word) > 1 and word.isalpha():
        lower = word.lower()
        if lower not in _NOTED and lower not in abbreviations:
            return False
    elif len(word) == 1 and word.isupper():
        return True
    # Enough to see whether anything but white space and quotes comes before.
    before = text[max(start, stop - _LONGEST_ABBREVIATION) : stop - len(word)]
    begins = not before.strip("\"'(\u201c\u2018 \t\n")
    return _is_abbreviation(word, _next_word(text, end), begins, abbreviations, has_capitals)


def _next_word(text: str, place: int) -> str:
    following = _NEXT.match(text, place)
    return following["word"] if following else ""


def _last_word(text: str, start: int, end: int) -> str:
    first = max(start, end - _LONGEST_ABBREVIATION)
    word = text[max(first, text.rfind(" ", first, end) + 1) : end]
    if word.isalpha():
        return word
    last = _LAST_WORD.search(text[first:end])
    return last[0] if last else ""


def _is_abbreviation(
    word: str, after: str, begins: bool, abbreviations: Collection[str], has_capitals: bool
) -> bool:
    """Whether a stop belongs to the word before it and not to the sentence."""
    lower = word.lower()
    if lower in _NUMBERS:
        # "No. 2" and "the No. Two"; not "he said no." nor "No. We won't."
        return after[:1].isdigit() or (word[:1] == "N" and not begins)
    if lower in _BEFORE_NAMES or lower in _DAYS:
        # "He sat." is none.
        return lower in {"vs", "v", "viz"} or not has_capitals or word[0].isupper()
    if lower in _LAST_OR_NOT or _DOTTED.fullmatch(lower):
        starts = after.lower() in _STARTERS and (after[:1].isupper() or not has_capitals)
        return not starts or begins
    return lower in abbreviations


def _wraps(text: str, has_capitals: bool) -> set[int]:
    """Where the ends of lines are that are wrapped, so that a sentence goes on."""
    lines = []
    start = 0
    for line in text.split("\n"):
        lines.append((start + len(line), line.strip()))
        start += len(line) + 1
    inner = [(end, line, after) for (end, line), (_, after) in pairwise(lines) if line and after]
    width = max((len(line) for _, line, _ in inner), default=0)
    full = [len(line) + 1 + len(after.split(None, 1)[0]) > 0.9 * width for _, line, after in inner]
    wrapped = len(inner) >= _FEWEST_WRAPPED and width <= _WIDEST and sum(full) >= 0.75 * len(inner)
    return {
        end
        for (end, line, after), is_full in zip(inner, full, strict=True)
        if (wrapped and is_full) or (has_capitals and after[0].islower() and line[-1] not in ".!?:")
    }
