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
    | watch
    | (?: read\ (?:also|next) | also\ read | see\ also | related
        | related\ (?: articles? | stories | content ) | more\ on\ this (?:\ story)?
        | recommended (?:\ for\ you)? ) \s* (?: : .* )?
    | (?: image | photo | picture ) \ (?: caption | credit | source ) s? \s* (?: [:,|\u2013-] .* )?
    | .* \( (?: file\ )? (?: photo | picture | image ) \b [^()]* \) \.?
    | .* [.)] \s (?: photo (?:graph)? | picture | image ) s? (?: \ by | : ) \s [^.]{1,60} \.?
    | (?: \u00a9 | copyright\ (?: \u00a9 | \( c \) ) | \( c \) \s* \d{4} ) .*
    | copyright\ \d{4} (?: \s* [-\u2013,] \s* \d{4} )?
        (?: [\s,.]+ (?: by\ )? (?-i: [A-Z] ) .* | [\s.]* )
    | .* \b all\ rights\ reserved \.?
    | (?: sign\ up | subscribe ) \b (?! .* \b (?: sa(?:y|ys|id) | t[eo]l(?:d|l|ls) | warn(?:s|ed)
        | urge[sd]? | ask(?:s|ed) | advise[sd]? ) \b )
        .* \b (?: newsletters? | inbox | e-?mail | (?: our | news ) \ alerts ) \b .*
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
