"""Text to sentences, for showing evidence.

Punkt's unsupervised trainer [1]_ learns the abbreviations of the training articles; they are part
of the model, so that prediction doesn't need nltk.

.. [1] Kiss and Strunk (2006), "Unsupervised Multilingual Sentence Boundary Detection",
   Computational Linguistics 32(4).
"""

import re
from collections.abc import Collection, Iterator

__all__ = ["sentence_spans"]

# A run of stops is tried once, from its start and as a whole: anything else takes quadratic time.
_END = re.compile(r"(?<![.!?\u2026])(?P<stop>[.!?\u2026]++)[\"'\u201d\u2019)\]]*+(?=\s)|\n")
_WORD = re.compile(r"\w")
_LAST_WORD = re.compile(r"[^\s\"'(\[\u201c\u2018]*$")

# No abbreviation or initial is longer: looking no further back keeps the time linear.
_LONGEST_ABBREVIATION = 24


def sentence_spans(text: str, *, abbreviations: Collection[str] = ()) -> list[tuple[int, int]]:
    """Find the sentences of a text, as character offsets (start, end).

    The end of a line ends a sentence, too. The spans leave out the white space around sentences,
    and together have every word of the text.

    Args:
        text: Any text.
        abbreviations: Words whose full stop doesn't end a sentence, in lower case and
            without that stop, such as ``"gen"`` or ``"u.s"``.

    >>> text = "Gen. Ito resigned. The U.S. Navy said so."
    >>> [text[a:b] for a, b in sentence_spans(text, abbreviations={"gen", "u.s"})]
    ['Gen. Ito resigned.', 'The U.S. Navy said so.']
    """
    spans: list[tuple[int, int]] = []
    wordless = False
    for start, end in _pieces(text, abbreviations):
        if start == end:
            continue
        before, wordless = wordless, not _WORD.search(text, start, end)
        # Of many without a word one will do: each costs whoever reads it as much as a sentence.
        if not (before and wordless):
            spans.append((start, end))
    return spans


def _pieces(text: str, abbreviations: Collection[str]) -> Iterator[tuple[int, int]]:
    """What is between the ends of sentences, without the white space around it."""
    start = 0
    for match in _END.finditer(text):
        if match["stop"] == "." and _goes_on(text, match, abbreviations):
            continue
        yield _stripped(text, start, match.end())
        start = match.end()
    yield _stripped(text, start, len(text))


def _goes_on(text: str, stop: re.Match[str], abbreviations: Collection[str]) -> bool:
    following = text[stop.end() : stop.end() + 2].strip()
    if following.islower():
        return True
    before = text[max(0, stop.start() - _LONGEST_ABBREVIATION) : stop.start()]
    last = _LAST_WORD.search(before)
    word = last[0] if last else ""
    initial = len(word) == 1 and word.isupper()
    return initial or word.lower() in abbreviations


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, start + len(piece.strip())
