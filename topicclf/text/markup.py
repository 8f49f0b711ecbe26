r"""HTML where plain text was expected, as in exports of feeds and of WordPress.

What is markup becomes white space of the same length, so that offsets into the text keep their
meaning.
"""

import html
import re

__all__ = ["plain_text", "without_markup", "without_references"]

# Plain text may well hold "<" and "a < b", but a closing tag makes it HTML, or one that needs none.
_CLOSING = re.compile(
    r"</[a-zA-Z][a-zA-Z0-9]{0,20}\s{0,9}>|<(?:br|hr|img|input|link|meta|wbr)\b[^<>]{0,2000}>|<!--"
)
_MARKUP = re.compile(
    r"<(?P<tag>/?+[a-zA-Z][a-zA-Z0-9]*+)[^<>]*+>|<[!?][^<>]*+>"
    r"|(?:&#?[a-zA-Z0-9]{1,31};\w*+)++"
)
# Written twice, for a pattern that begins with a character is searched for many times as fast.
_REFERENCES = re.compile(r"&#?[a-zA-Z0-9]{1,31};\w*+(?:&#?[a-zA-Z0-9]{1,31};\w*+)*+")
# What is in these is never text: how each begins, and how it ends.
_HIDDEN = re.compile(r"<(?:!--|script\b|style\b)", re.IGNORECASE)
_ENDS = {
    "<!--": re.compile("-->"),
    "<script": re.compile(r"</script\s*+>", re.IGNORECASE),
    "<style": re.compile(r"</style\s*+>", re.IGNORECASE),
}
_INLINE = re.compile(
    r"/?(?:a|abbr|b|bd[io]|cite|code|del|dfn|em|font|i|ins|kbd|label|mark|q|s|samp|small|span"
    r"|strike|strong|su[bp]|time|tt|u|var|wbr)",
    re.IGNORECASE,
)


def without_markup(text: str) -> str:
    r"""Turn the tags of a text that is HTML into white space, and its references into characters.

    Args:
        text: Any text; one without a closing tag comes back as it is.

    Returns:
        A text of the same length.

    >>> without_markup("<p>Oil &amp; gas</p>")
    '\n  Oil &     gas\n   '
    """
    # To look for one character is much quicker than to look for two.
    if "<" not in text or not _CLOSING.search(text):
        return text
    return _blanked(text)


def without_references(text: str) -> str:
    """Turn the character references of a text into characters.

    Args:
        text: Any text; references that HTML doesn't know stay.

    Returns:
        A text of the same length.

    >>> without_references("R&D; oil &amp; gas")
    'R&D; oil &     gas'
    """
    return _REFERENCES.sub(_blank, text)


def plain_text(source: str) -> str:
    r"""What a piece of HTML says, a paragraph a line.

    >>> plain_text("Oil<br>&amp;  <b>gas</b>")
    'Oil\n& gas'
    """
    lines = (" ".join(line.split()) for line in _blanked(source).split("\n"))
    return "\n".join(filter(None, lines))


def _blanked(text: str) -> str:
    return _MARKUP.sub(_blank, _without_hidden(text))


def _without_hidden(text: str) -> str:
    pieces = []
    place = 0
    endless: set[str] = set()
    for match in _HIDDEN.finditer(text):
        kind = match[0].lower()
        # Each kind's end is missed once only, which keeps the time linear.
        if match.start() < place or kind in endless:
            continue
        if end := _ENDS[kind].search(text, match.end()):
            pieces += [text[place : match.start()], " " * (end.end() - match.start())]
            place = end.end()
        else:
            endless.add(kind)
    return "".join(pieces) + text[place:] if pieces else text


def _blank(match: re.Match[str]) -> str:
    markup = match[0]
    if markup[0] == "&":
        # Letters after it move up, so that a word stays one.
        return html.unescape(markup).ljust(len(markup))
    tag = match["tag"]
    # Other elements end a line, and with it a sentence.
    first = " " if tag is None or _INLINE.fullmatch(tag) else "\n"
    return first.ljust(len(markup))
