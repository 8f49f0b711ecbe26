r"""Lines of a page that are no part of its article: invitations, notices, credits, other headlines.

Each line is weighed by what it is: how it begins, whom it speaks to, what it speaks of, how it
ends, where it is. A sentence that reports what someone said or did stays. A text of one line is
left as it is, and so is one that would be nothing but furniture.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path

import topicclf.kernel as kernel

__all__ = ["GATE", "furniture", "without_furniture"]

# Furniture is short; a paragraph that happens to begin like it stays.
_LONGEST = 300
_ENOUGH = 2.5
# So many lines at the end are looked at whatever they begin with.
_EDGE = 3

_STOPS = frozenset(".!?:\u2026\"'\u201d\u2019")
_SIGNS = frozenset("([{*\u2022\u00b7-\u2013\u2014>\u00bb\u203a\u25ba\u25b6#@|\u00a9+")

_BEFORE = "".join(_SIGNS - {"\u00a9"}) + " \t"

_WORD = re.compile(r"@?\w++(?:['\u2019-]\w++)*+")
# Kinds of words, one a line: what an invitation or a notice says, and what speaks against it.
_WORDS_OF = dict(
    line.split(" ", 1)
    for line in Path(__file__).with_name("furniture.txt").read_text("utf-8").splitlines()
)
_KINDS: dict[str, tuple[str, ...]] = {}
for _kind, _listed in _WORDS_OF.items():
    for _word in _listed.split():
        _KINDS[_word] = (*_KINDS.get(_word, ()), _kind)

# What only furniture begins with.
_OPENED = r"""
    \W* (?: (?: read | see | watch | listen | find\ out ) \ more | also\ read
        | read\ (?: also | next | this )
        | see\ also | don['\u2019]t\ miss | must[ -]read
        | you\ (?: may | might )\ (?:also\ )? (?: like | enjoy )
        | more\ (?: on\ this(?:\ story)? | stories | news | from\b.{0,40} | on\b.{0,40} | to\ read )
        | (?: related | recommended | trending | popular | top | latest ) (?: \ (?: articles?
            | stories | story | content | news | coverage | topics? | posts? | reading | headlines
            | links?
            | now | for\ you | videos? ) )?
        | most\ (?: read | popular | viewed | shared ) | what\ to\ read\ next | up\ next
        | keep\ reading
        | in\ (?: other\ news | case\ you\ missed\ it ) | editor['\u2019]?s['\u2019]?\ picks? | tags
        | elsewhere\ on\b.{0,40} | from\ (?: our\ partners | the\ archives? | around\ the\ web )
        | filed\ under | topics ) \s* (?: [:>|\u203a\u00bb\u2013\u2014-]+ .* )? \W*
    | watch | advertise?ment | advertising | sponsored (?:\ content)?
    | promoted\ (?: content | stories )
    | (?: story | article )\ continue[sd]\b .* | skip\ to\ .{1,30}
    | \W* (?: image | photo | picture | file\ photo | photograph | illustration | graphic
        | screengrab | video | cover | representative\ image | handout ) s? \ ?
        (?: caption | credit | source )? s?
        \s* (?: \ by\b | [:,|/\u00a9\u2013-] | courtesy ) .{1,200}
    | (?: image | photo | picture ) \ (?: caption | credit | source ) s? (?: \ (?-i: [A-Z] ) .* )?
    | (?: more (?: \ (?: on | from | in | about | stories | news | coverage ) \b [^:.]{0,40} )?
        | related\b [^:.]{0,30} | also\ (?: on | in | read | see ) \b [^:.]{0,40}
        | most\ (?: read | popular | viewed | shared | watched ) \b [^:.]{0,40}
        | you\ (?: may | might ) \ also\b [^:.]{0,40} | advertise?ment ) \s? [:|>] .* [^.]
    | comments \s? \( \d+ \) .*
    | \W* credits? \s* [:/] .{1,120}
    | (?: \u00a9 | copyright\ (?: \u00a9 | \( c \) ) | \( c \) \s* \d{4} ) .*
    | copyright\ \d{4} (?: \s* [-\u2013,] \s* \d{4} )?
        (?: [\s,.]+ (?: by\ )? (?-i: [A-Z] ) .* | [\s.]* )
    | this\ (?: article | story | piece | post | content )\ (?: was | is | has\ been | first )\b
        .{0,60} \b (?: published | appeared | republished | written | produced | sponsored
        | amended | corrected | updated ) \b .*
    """
# What it begins with in lower case, and that where it is short or goes on after a mark.
_OPENED_WITH = (
    *("image", "photo", "picture", "file photo", "illustration", "graphic", "screengrab", "video"),
    *("cover", "representative image", "handout", "comments", "credit", "copyright", "c)"),
    *("story continue", "article continue", "this article", "this story", "this piece"),
    *("this post", "this content"),
)
_OPENED_ALONE_WITH = (
    *("read more", "see more", "watch more", "listen more", "find out more", "also read"),
    *("read also", "read next", "read this", "see also", "don't miss", "must read", "must-read"),
    *("you may", "you might", "more:", "more :", "more|", "more |", "more>", "more >", "more on"),
    *("more from", "more in", "more about", "more stories", "more news", "more coverage"),
    *("more to read", "related", "recommended", "trending", "popular", "top", "latest"),
    *("most read", "most popular", "most viewed", "most shared", "most watched"),
    *("what to read next", "up next", "keep reading", "in other news", "in case you missed it"),
    *("editor", "tags", "elsewhere on", "from our partners", "from the archive"),
    *("from around the web", "filed under", "topics", "watch", "advert", "sponsored"),
    *("promoted ", "skip to ", "also on", "also in"),
)
# What it has elsewhere, credits of pictures above all.
_CREDIT = r"""
    [(\[] (?: file\ )? (?: [A-Z]{2,8}\ )? (?: photo | picture | image | credit ) s? \b
        [^()\]]* [)\]]
        \.? \Z
    | \( [^()]{0,40} / (?-i: Reuters | REUTERS | AFP | AP | EPA | Getty | Bloomberg | Shutterstock )
        [^()]{0,30} \) \.? \Z
    | [.)] \s* (?: photo (?:graph)? | picture | image | credit ) s? (?: \ by | : | / ) \s*
        .{1,80} \Z
    | (?-i: Getty\ Images | REUTERS/ | AFP/ | Reuters/ | AP\ Photo | Shutterstock | iStock | Alamy
        | /AFP | /EPA ) .{0,60} \Z
    | \b all\ rights\ reserved \.? \Z
    """
_CREDITED: tuple[str, ...] = (
    "hoto",
    "icture",
    "mage",
    "redit",
    "Getty",
    "iStock",
    "Alamy",
    "hutterstock",
    "reserved",
)
_CREDITED += (
    "EUTERS/",
    "Reuters/",
    "/Reuters",
    "/REUTERS",
    "AFP/",
    "/AFP",
    "/AP",
    "/EPA",
    "/Bloom",
)
_AFTER_STOP = re.compile(r"(?:[:;.!?|\u2013\u2014]|\s-)\s*+(?:please )?([\w'\u2019-]++)")
_BIOGRAPHY = r"""
    about\ the\ authors?\b .*
    | (?: the\ (?: author | writer ) | s?he | they
        | \W* (?: (?: dr | prof | mr | ms | mrs | by ) \.?\ )?
          (?-i: [A-Z] [\w'\u2019.-]* ) (?: \ (?-i: [A-Z] ) [\w'\u2019.-]* ){1,3}
      ) (?: ,[^,]{1,60}, | ,)? \ (?:
        (?: is | are | was ) \ (?: an?\b | the\b | our\b | [\w'\u2019 ]{1,40}['\u2019]s? ) .{0,60}
          \b (?: reporter | correspondent | journalist | editor | columnist | writer | fellow
            | author | producer | analyst | commentator | professor | contributor | researcher
            | blogger | freelance | lecturer )
        | (?: covers | writes | reports | blogs | tweets | edits | teaches | hosts ) \b
        | has\ (?: covered | written | reported | worked ) \b .{0,80} \b (?: for | since | years
            | award | at | reporter | correspondent | editor | newspapers? | magazine )
        | joined\ .{1,60} \b (?: as | in ) \b )
    | (?: additional\ )? (?: reporting | words ) \ by\b | edit (?: ing | ed )\ by\b
    | writ (?: ing | ten ) \ by\b | follow\ (?: her | him | them ) \b
    | by\ (?-i: [A-Z] [\w'\u2019.-]* ) (?: \ (?-i: [A-Z] ) [\w'\u2019.-]* ){1,3} (?: , .{1,60} )? \Z
    | .{1,80} \ contributed\ to\ this\ (?: report | story | article ) \b
    """
_CAPTION = re.compile(r"\W*(?:file )?(?:photo|image|picture|photograph|cover)s?\W", re.IGNORECASE)
_HEADING = re.compile(
    r"\W*(?:related|more|most|read|recommended|trending|popular|top|latest|you may|you might|also"
    r"|see|don['\u2019]t miss|what to read|up next|in other news|in case|editor|elsewhere|from our"
    r"|from the|must|other|further|next|keep reading|around the web)\b.{0,60}",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[-*\u2022\u2013\u2014\u00b7\u25ba\u25b6>\u00bb\u203a#\d.)\s]*+")
_DIGIT = re.compile(r"\d")
_INVITATIONS = (
    *(
        f"{bid} here"
        for bid in ("click", "tap", "sign up", "subscribe", "apply", "register", "see")
    ),
    *(
        f"{bid} us"
        for bid in ("email", "e-mail", "contact", "follow", "join", "support", "write to")
    ),
    *(f"{bid} our" for bid in ("follow", "download", "join", "support")),
    *("read it here", "find us", "like us", "get in touch", "sign up", "log in", "subscribe now"),
)
_INVITATION = re.compile(
    "|".join(rf"{bid}\b" if bid.endswith(" us") else bid for bid in _INVITATIONS), re.IGNORECASE
)
# One of these is in every invitation; to look for them first takes a tenth of the time.
_INVITING = (" here", " touch", " up", "log ", " now", " us", " u\u017f", " our")
_LISTED = re.compile(r"[|\t]|  ")

# How such lines begin, in as many characters as tell them from most others.
_BEGINNINGS = frozenset(
    written(f"{word} ".replace("_", " ")[:length])
    for kind in ("imperative", "platform", "opening")
    for word in _WORDS_OF[kind].split()
    for length in (6 if "_" in word else 4 if len(word) < 5 else 5,)
    for written in (str.lower, str.title, str.capitalize, str.upper)
)
# What a line without a stop has, wherever, if it is furniture; and one at the end with a stop.
_IN_OPEN_LINES: tuple[str, ...] = (
    *_CREDITED,
    "lert",
    "mail",
    "acebook",
    "witter",
    "hatsApp",
    "nstagram",
    "ookie",
)
_IN_OPEN_LINES += ("odcast", "ewsletter", "ubscri", "inbox")
_NAME = re.compile(
    r"\W{0,3}(?:(?:The|About the) [aw]|[A-Z]\S{0,20} [A-Z]|(?:She|He|They) |Additional|Reporting"
    r"|Edit|Writ|Words|Follow)"
)
_AT_END = ("ewsletter", "ubscri", "inbox", "ookies", "ign up", " here.", "ail us", "n touch")
# In lower case, one of these is in a biography, the former with a verb; but for "By" and a name.
_WRITERS = (
    *("reporter", "correspondent", "journalist", "editor", "columnist", "writer", "fellow"),
    *("author", "producer", "analyst", "commentator", "professor", "contributor", "researcher"),
    *("blogger", "freelance", "lecturer"),
)
_WRITING = (
    *("about the author", " covers", " writes", " reports", " blogs", " tweets", " edits"),
    *(" teaches", " hosts", " has covered", " has written", " has reported", " has worked"),
    *(" joined ", "reporting by", "words by", "editing by", "edited by", "writing by"),
    *("written by", "follow her", "follow him", "follow them", " contributed to this "),
)


def _gate() -> "kernel.Gate":
    lists: tuple[Iterable[str], ...] = (
        _SIGNS,
        _STOPS,
        _BEGINNINGS,
        _OPENED_WITH,
        _OPENED_ALONE_WITH,
        _CREDITED,
        _IN_OPEN_LINES,
        _AT_END,
        _WRITERS,
        _WRITING,
        _INVITATIONS,
    )
    kinds = (words for kind, words in _WORDS_OF.items() if kind != "opening")
    return kernel.Gate(tuple(map("\n".join, lists)), "\n".join(kinds))


#: Tells which texts need no look, where the kernel is there.
GATE = _gate() if kernel.available else None


@cache
def _compiled(form: str) -> re.Pattern[str]:
    """A form as a pattern; most of the time to import this would go to making them."""
    return re.compile(form, re.VERBOSE | re.IGNORECASE)


def furniture(text: str) -> Iterator[tuple[int, int]]:
    r"""Find the lines that are furniture, as character offsets (start, end), in order."""
    suspects = GATE.suspects(text) if GATE else None
    if GATE and suspects is None:
        return
    starts, lines = _lines(text)
    gone = _found(lines, range(len(lines)) if suspects is None else suspects)
    if len(gone) == len(lines):
        return
    for number in sorted(gone):
        yield starts[number], starts[number] + len(lines[number])


def without_furniture(text: str) -> str:
    r"""Leave out the lines that are furniture.

    >>> without_furniture("The choir sang.\nRead more: War in the east\nIt will sing again.")
    'The choir sang.\nIt will sing again.'
    """
    gone = dict(furniture(text))
    pieces = []
    place = 0
    for start, end in gone.items():
        pieces.append(text[place:start].rstrip(" \t"))
        line_end = text.find("\n", end)
        place = line_end + 1 if line_end >= 0 else len(text)
    return "".join([*pieces, text[place:]]).removesuffix("\n") if gone else text


def _lines(text: str) -> tuple[list[int], list[str]]:
    """Where the lines begin that aren't blank, and these, without the white space around them."""
    starts, lines = [], []
    start = 0
    for line in text.split("\n"):
        if stripped := line.strip():
            starts.append(start + (line.index(stripped[0]) if stripped is not line else 0))
            lines.append(stripped)
        start += len(line) + 1
    return starts, lines


def _found(lines: list[str], suspects: Iterable[int]) -> set[int]:
    if len(lines) < 2:
        return set()
    last = len(lines) - _EDGE
    gone = set()
    for number in suspects:
        line = lines[number]
        if len(line) > _LONGEST:
            continue
        if _goes(line, number >= last):
            gone.add(number)
    return gone | _headlines(lines, gone)


# A page's lines come with each of its articles.
@lru_cache(1 << 12)
def _goes(line: str, edge: bool) -> bool:
    return (_is_odd(line) or (edge and _is_edge(line))) and _is_furniture(line, edge)


def _opens(line: str) -> bool:
    """Whether a line begins as few paragraphs do."""
    return not _BEGINNINGS.isdisjoint((line[:4], line[:5], line[:6]))


def _is_odd(line: str) -> bool:
    """Whether a line begins or ends as few paragraphs do."""
    if line[0] in _SIGNS:
        line = line.lstrip(_BEFORE) or line
    if _opens(line) or line[:2] in {"\u00a9 ", "c)"}:
        return True
    return line[-1] not in _STOPS and any(mark in line for mark in _IN_OPEN_LINES)


def _is_edge(line: str) -> bool:
    """Whether a line may be furniture at the end of an article, though it isn't odd."""
    return any(mark in line for mark in _AT_END) or _is_biography(line) or _is_menu(line)


def _is_biography(line: str) -> bool:
    return _NAME.match(line) is not None and _compiled(_BIOGRAPHY).match(line) is not None


def _is_furniture(line: str, edge: bool) -> bool:
    words = _WORD.findall(line.lower())
    kinds = [kind for word in words if word in _KINDS for kind in _KINDS[word]]
    reports = "report" in kinds
    if _compiled(_OPENED).fullmatch(line):
        return not reports or line[-1] != "." or _CAPTION.match(line) is not None
    if any(mark in line for mark in _CREDITED) and _compiled(_CREDIT).search(line):
        return True
    if edge and (_is_menu(line) or (not reports and _is_biography(line))):
        return True
    return _score(line, words, kinds, edge) >= _ENOUGH


def _is_menu(line: str) -> bool:
    """Whether it is a row of links."""
    rows = any(line.count(mark) > 1 for mark in (" | ", " > ", " \u2022 ", " / ", " \u00b7 "))
    return rows and line[-1] not in _STOPS and not _DIGIT.search(line)


def _score(line: str, words: list[str], kinds: list[str], edge: bool) -> float:
    """How much a line looks like an invitation or a notice."""
    counts = Counter(kinds)
    begins = [word.replace("\u2019", "'") for word in words[:1]]
    lower = line.lower()
    after = _AFTER_STOP.findall(lower)
    bids = any("imperative" in _KINDS.get(word, ()) for word in begins + after)
    platforms = min(counts["platform"] + ("@" in line), 3)
    score = 1.2 * min(counts["media"], 2) + 1.2 * platforms + 1.0 * bids
    score += 0.7 * (counts["reader"] > 0) + 0.4 * min(counts["often"], 2)
    invites = any(mark in lower for mark in _INVITING) and _INVITATION.search(line) is not None
    score += 1.5 * invites
    if not (bids or invites or "ookie" in line or "ewsletter" in line):
        # Sentences speak of accounts and sites, too.
        score -= 1.0
    if "ookie" in line:
        score += 1.2 + 0.7 * min(counts["cookies"], 3)
    score += 0.5 * (line[-1] not in _STOPS) + 0.5 * edge
    score -= 4.5 * (counts["report"] > 0) + 0.7 * min(counts["past"], 3)
    return score - 1.5 * ("\u201c" in line or '"' in line) - 0.5 * (len(line) > 160)


def _headlines(lines: list[str], gone: set[int]) -> set[int]:
    """The headlines of other articles, which follow on the last paragraph."""
    run: list[int] = []
    before = ""
    for number in range(len(lines) - 1, -1, -1):
        if number in gone:
            continue
        before = lines[number]
        if not _is_headline(before):
            break
        run.append(number)
    if not run:
        return set()
    top = max(run)
    headed = any(n < top and _HEADING.fullmatch(lines[n]) for n in gone)
    if not headed and (len(run) < 3 or before[-1] == ":"):
        return set()
    others = [line for n, line in enumerate(lines) if n not in gone and n not in run]
    alike = sum(map(_is_headline, others))
    longer = sum(map(len, others)) > sum(len(lines[n]) for n in run)
    if 2 * alike > len(others) or not (longer or headed):
        return set()
    return set(run)


def _is_headline(line: str) -> bool:
    title = line[_BULLET.match(line).end() :]  # type: ignore[union-attr]
    words = title.split()
    return (
        3 <= len(words) <= 22
        and len(title) <= 140
        and title.rstrip("?!'\u2019\"\u201d")[-1:] not in {*".:;,)\u2026"}
        and not title[0].islower()
        and not _LISTED.search(title)
    )
