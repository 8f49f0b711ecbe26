"""Lines of web pages that are no part of the article: what extraction by layout lets through.

Only lines that are furniture as a whole go, and only by their wording: an invitation to read
something else, a caption or credit of a picture, a copyright or cookie notice, an invitation to
subscribe. Plain texts are never filtered.
"""

import re

__all__ = ["without_furniture"]

# Furniture is short; a paragraph that happens to begin like it stays.
_LONGEST = 300
_FURNITURE = re.compile(
    r"""
    (?: read | see | watch | listen | find\ out ) \ more \s* (?: [:>|\u203a\u00bb\u2013-] .* )?
    | (?: read\ (?:also|next) | also\ read | see\ also | watch | related
        | related\ (?: articles? | stories | content ) | more\ on\ this (?:\ story)?
        | recommended (?:\ for\ you)? ) \s* (?: : .* )?
    | (?: image | photo | picture ) \ (?: caption | credit | source ) s? \b .*
    | .* \( (?: file\ )? (?: photo | picture | image ) \b [^()]* \) \.?
    | .* [.)] \s (?: photo (?:graph)? | picture | image ) s? (?: \ by | : ) \s [^.]{1,60} \.?
    | (?: \u00a9 | copyright\ (?: \u00a9 | \( c \) | \d{4} ) | \( c \) \s* \d{4} ) .*
    | .* \b all\ rights\ reserved \.?
    | (?: sign\ up | subscribe ) \b .* \b (?: newsletters? | inbox | e-?mail | alerts ) \b .*
    | .* \b (?: we | this\ (?:web)?site ) \b .{0,60} \b uses? \ cookies \b .*
    """,
    re.VERBOSE | re.IGNORECASE,
)


def without_furniture(text: str) -> str:
    r"""Leave out the lines that are furniture.

    >>> without_furniture("The choir sang.\nRead more: War in the east\nIt will sing again.")
    'The choir sang.\nIt will sing again.'
    """
    return "\n".join(line for line in text.split("\n") if not _is_furniture(line.strip()))


def _is_furniture(line: str) -> bool:
    return 0 < len(line) <= _LONGEST and _FURNITURE.fullmatch(line) is not None
