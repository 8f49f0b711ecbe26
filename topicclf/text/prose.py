r"""What of a text is prose: the one place that says what is read, in training and prediction alike.

What isn't prose becomes white space of the same length, so that offsets into the text keep their
meaning: tags and references of HTML, targets and code of Markdown, addresses of links and e-mail,
paths of files, and lines that belong to the page around an article. A word that is broken over a
line end is closed up with apostrophes, which `topicclf.text.words` reads as nothing. Characters
that nobody sees, such as soft hyphens, are left to it likewise.
"""

import re
from collections.abc import Iterator

from topicclf.text.furniture import GATE, furniture
from topicclf.text.markup import without_markup, without_references

__all__ = ["prose", "without_unseen"]

# Nothing that is looked for here is longer on the left of its mark.
_LONGEST = 300

_FENCE = re.compile(r"^ {0,3}(```|~~~)[^\n]*+\n(?:(?! {0,3}\1)[^\n]*+\n)*+ {0,3}\1[^\n]*+", re.M)
_TARGET = r"\((?:[^()\s]|\([^()\s]{0,200}\)){0,2000}(?:\s{1,3}[\"'][^\"'\n]{0,300}[\"'])?\s?\)"
_MARKDOWN = re.compile(
    rf"!\[[^\]\n]{{0,300}}\]{_TARGET}"  # an image, its caption with it
    rf"|(?<=\]){_TARGET}"
    r"|(?<=\])\[[^\]\n]{0,100}\]"
    r"|^ {0,3}\[[^\]\n]{1,100}\]:[ \t]++\S++[^\n]*+",
    re.M,
)
_ADDRESS = re.compile(
    r"(?<![a-zA-Z0-9+.-])[a-zA-Z][a-zA-Z0-9+.-]{1,15}://\S++"
    r"|\b[wW]{3}\.[^\s.]++\.\S++"
    r"|(?<![\w.+-])[\w.+-]++@(?:[\w-]++\.)+\w++"
    r"|(?<![\w.@-])(?:[\w-]++\.)++[a-z]{2,24}(?::\d{1,5})?/\S*+"
    r"|(?<![^\s\"'(\[<`])(?:~|\.{1,2})?/[\w.-]++/\S*+"
    r"|(?<!\w)(?:[a-zA-Z]:|\\)\\\S++"
    r"|(?<![\w./-])(?:[\w-]++/)++[\w-]++\.[a-z]{2,4}\b"
)
_TOKEN = re.compile(r"\S*+")
_AFTER = ".,;:!?)]}>'\"\u2019\u201d*_|`"

# A single line end, and a word that goes on in lower case.
_HYPHENS = frozenset("-\u2010\u00ad")
_SPACES = frozenset(" \t\r")
_BROKEN = re.compile(
    r"(?P<left>[-\u2010\u00ad])(?<=[^\W\d_].)[ \t\r]{0,9}\n[ \t]{0,9}(?=(?P<right>[^\W\d_]++))"
)
_COMPOUND = re.compile(r"[^\W\d_]++-[^\W\d_]++")
_UNSEEN = re.compile(
    r"[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]|'{2,}"
)
_LAST_LETTERS = re.compile(r"[^\W\d_]*+\Z")


def prose(text: str) -> str:
    r"""Turn what isn't prose into white space.

    Args:
        text: Any text.

    Returns:
        A text of the same length; the very same where all is prose.

    >>> prose("Oil rose. See https://example.org/navy.")
    'Oil rose. See                         .'
    >>> prose("New tar-\niffs")
    "New tar''iffs"
    """
    if GATE and GATE.is_prose(text):
        return text
    # To look for one character is much quicker than to look for two.
    if "<" in text or "&" in text:
        text = without_references(without_markup(text))
    if "]" in text and ("](" in text or "][" in text or "]:" in text):
        text = _MARKDOWN.sub(_blank, text)
    if "`" in text or "~" in text:
        text = _FENCE.sub(_blank, text)
    for mark in ("/", "@", "\\", "www."):
        if mark in text:
            text = _blanked(text, _addresses(text, mark))
    return _without_furniture(text) if "\n" in text else text


def _without_furniture(text: str) -> str:
    lines = text.split("\n")
    ends = {line[-1:] for line in lines}
    if not _SPACES.isdisjoint(ends):
        ends = {line.rstrip()[-1:] for line in lines}
    # With the usual last characters no word is broken.
    if not _HYPHENS.isdisjoint(ends):
        text = _closed_up(text)
    return _blanked(text, furniture(text))


def without_unseen(text: str) -> str:
    """Leave out the characters without a shape, and what closes up a broken word.

    >>> without_unseen("New tar\u00adiffs")
    'New tariffs'
    """
    return _UNSEEN.sub("", text)


def _blank(match: re.Match[str]) -> str:
    return "".join(c if c == "\n" else " " for c in match[0])


def _blanked(text: str, spans: Iterator[tuple[int, int]]) -> str:
    pieces = []
    place = 0
    for start, end in spans:
        pieces += [text[place:start], " " * (end - start)]
        place = end
    return "".join([*pieces, text[place:]]) if pieces else text


def _addresses(text: str, mark: str) -> Iterator[tuple[int, int]]:
    """The addresses and paths that have a mark in them, one a word."""
    end = 0
    place = text.find(mark)
    while place >= 0:
        before = text[max(end, place - _LONGEST) : place]
        word = "" if before[-1:].isspace() else "".join(before.rsplit(None, 1)[-1:])
        whole = _TOKEN.match(text, place)
        assert whole is not None
        if match := _ADDRESS.search(text, place - len(word), whole.end()):
            end = match.start() + len(match[0].rstrip(_AFTER))
            yield match.start(), end
        end = whole.end()
        place = text.find(mark, end)


def _closed_up(text: str) -> str:
    compounds = set(_COMPOUND.findall(text))

    def close(match: re.Match[str]) -> str:
        right = match["right"]
        if not right[0].islower():
            return match[0]
        if compounds and match["left"] != "\u00ad":
            begins = _LAST_LETTERS.search(text, max(0, match.start() - 40), match.start())
            if f"{begins[0] if begins else ''}-{right}" in compounds:
                return match[0]
        return "'" * len(match[0])

    closed = _BROKEN.sub(close, text)
    # The very same text says that it is prose.
    return text if closed == text else closed
