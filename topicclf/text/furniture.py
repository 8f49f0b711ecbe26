r"""Lines of a page that are no part of its article: invitations, notices, credits, other headlines.

Each line is told by what it is, on a scale: how it begins, whom it speaks to, what it speaks of,
how it ends, where it is. A sentence that reports what someone said or did stays. A text of one line
is never looked into, and one that would be nothing but furniture is left as it is.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

__all__ = ["furniture"]

# Furniture is short; a paragraph that happens to begin like it stays.
_LONGEST = 300
_ENOUGH = 2.5
# So many lines at either end are looked at whatever they begin with.
_EDGE = 4

_FIRST_WORD = re.compile(r"\W*+(\w++)")
_OPENINGS = frozenset(
    """
    ad ads advertisement advertising also author by check click comments contact continue cookies
    copyright credit discover don donate download editor email enjoy explore favourite file find
    follow for free from get have here illustration image images in join keep latest learn like
    listen log love more most never newsletter next now our partner photo photograph photos picture
    pictures play popular print promoted read readers receive recommended register related save scroll
    see share shop sign skip sponsored stay story subscribe subscribed subscribers support swipe tags
    tap this to topics trending try tweet up upgrade using view visit want watch we what why with you
    your file handout courtesy c screengrab video graphic already get breaking tune love
    """.split()
)
# What else only furniture has, as a rule, wherever it is in a line.
_RARE = ("hoto", "ookie", "©", "mages", "All rights", "ll Rights", "ewsletter", "ubscri", "EUTERS")

_STOP = re.compile(r"[.!?…:;,\"'”’)\]]\Z|[.!?…][\"'”’)\]]{0,3}\Z")
_REPORT = re.compile(
    r"\b(?:sa(?:id|ys|y|ying)|t[eo]l(?:d|ls|l)|warn(?:s|ed|ing)|urge[sd]?|ask(?:s|ed)|advise[sd]?"
    r"|announce[sd]?|according\ to|added|adds|told|claims|claimed|argue[sd]?)\b",
    re.I | re.X,
)
_PAST = re.compile(r"\b(?:was|were|had|has|have\sbeen|will|would|could|did)\b", re.I)
_IMPERATIVE = re.compile(
    r"(?:^|[:;.!?|\u2013\u2014-]\s*)\W*(?:please\ )?(?:sign\ up|subscribe|read|get|follow|share|click"
    r"|tap|watch|listen|tune\ in|download|join|register|donate|support|check\ out|find\ (?:us|out|more)"
    r"|see\ (?:also|more|all)|view|stay|don['\u2019]?t\ miss|never\ miss|keep\ up|enjoy|like|tweet"
    r"|visit|discover|explore|try|start|log\ in|become|contact|send|receive|learn\ more|want|have\ a"
    r"|save|scroll|continue\ reading|skip|already|upgrade|swipe|e-?mail|print)\b",
    re.I | re.X,
)
_READER = re.compile(r"\b(?:you|your|yours|our|us|we|my|me)\b", re.I)
_MEDIA = re.compile(
    r"\b(?:newsletters?|in-?box|e-?mails?|mailing\ list|(?:news\ )?alerts?|updates?|headlines|stories"
    r"|briefings?|podcasts?|app|channel|(?:web)?site|page|account|subscri(?:be|bers?|ption|ptions)"
    r"|coverage|journalism|membership|trial|notifications?|round-?up|digest|bulletin|comments?"
    r"|breaking\ news|latest\ news|exclusive|premium|unlimited|reporting|articles?)\b",
    re.I | re.X,
)
_PLATFORM = re.compile(
    r"\b(?:facebook|twitter|instagram|whats-?app|telegram|linked-?in|youtube|tik-?tok|reddit|threads"
    r"|pinterest|google\ news|apple\ news|rss|flipboard|messenger|spotify|bluesky|mastodon|copy\ link"
    r"|e-?mail|print|tweet|share)\b|(?<!\w)@\w+",
    re.I | re.X,
)
_COOKIES = re.compile(
    r"\b(?:accept|agree|consent|continu\w+|brows\w+|preferences|experience|uses?|personali[sz]e\w*"
    r"|website|site|partners|privacy|policy|analy[sz]e|settings|manage)\b",
    re.I,
)
_OFTEN = re.compile(
    r"\b(?:free|daily|weekly|every\ (?:morning|day|week|friday|monday|evening|weekday|sunday)|today"
    r"|now|here|up\ to\ date|straight|directly|latest|delivered|twice\ a\ week)\b",
    re.I | re.X,
)

# Lines that are furniture by their form alone.
_FORM = re.compile(
    r"""
    \W* (?: (?: read | see | watch | listen | find\ out ) \ more | also\ read | read\ (?:also|next|this)
        | see\ also | don['\u2019]t\ miss | must[ -]read | you\ (?:may|might)\ (?:also\ )?(?:like|enjoy)
        | more\ (?: on\ this(?:\ story)? | stories | news | from\b.{0,40} | on\b.{0,40} | to\ read )
        | (?: related | recommended | trending | popular | top | latest ) (?: \ (?: articles? | stories
            | story | content | news | coverage | topics? | posts? | reading | headlines | links?
            | now | for\ you ) )?
        | most\ (?: read | popular | viewed | shared ) | what\ to\ read\ next | up\ next
        | in\ (?: other\ news | case\ you\ missed\ it ) | editor['\u2019]?s['\u2019]?\ picks?
        | elsewhere\ on\b.{0,40} | from\ (?: our\ partners | the\ archives? | around\ the\ web ) | tags
        | filed\ under | topics ) \s* (?: [:>|\u203a\u00bb\u2013\u2014-]+ .* )? \W*
    | watch | advertise?ment | advertising | sponsored (?:\ content)? | promoted\ (?:content|stories)
    | story\ continues\ below .* | article\ continues\ .* | skip\ to\ .{1,30}
    | \W* (?: image | photo | picture | file\ photo | photograph | illustration | graphic | screengrab
        | video | cover | representative\ image | handout ) s? \ ? (?: caption | credit | source )? s?
        \s* (?: \ by\b | [:,|/\u00a9\u2013-] | courtesy ) .{1,200}
    | (?: image | photo | picture ) \ (?: caption | credit | source ) s?
    | \W* credits? \s* [:/] .{1,120}
    | .* \( (?: file\ )? (?: [A-Z]{2,8}\ )? (?: photo | picture | image | credit ) s? \b [^()]* \) \.?
    | .* \( [^()]{0,40} / (?-i:Reuters|REUTERS|AFP|AP|EPA|Getty|Bloomberg|Shutterstock) [^()]{0,30} \) \.?
    | .* [.)] \s* (?: photo (?:graph)? | picture | image | credit ) s? (?: \ by | : | / ) \s* .{1,80}
    | .* (?-i: (?: Getty\ Images | REUTERS/ | AFP/ | Reuters/ | AP\ Photo | Shutterstock | iStock
        | Alamy | /AFP | /EPA ) ) .{0,60}
    | (?: \u00a9 | copyright\ (?: \u00a9 | \( c \) ) | \( c \) \s* \d{4} ) .*
    | copyright\ \d{4} (?: \s* [-\u2013,] \s* \d{4} )?
        (?: [\s,.]+ (?: by\ )? (?-i: [A-Z] ) .* | [\s.]* )
    | .* \b all\ rights\ reserved \.?
    | this\ (?: article | story | piece | post | content )\ (?: was | is | has\ been | first )\ .{0,60}
        \b (?: published | appeared | republished | written | produced | sponsored ) \b .*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CAPTION = re.compile(r"\W*(?:file )?(?:photo|image|picture|photograph|cover)s?\W", re.I)
_BIOGRAPHY = re.compile(
    r"""
    about\ the\ authors?\b .*
    | (?: the\ (?: author | writer ) | s?he | they
        | \W* (?: (?: dr | prof | mr | ms | mrs | by ) \.?\ )?
          (?-i: [A-Z] [\w'\u2019.-]* ) (?: \ (?-i: [A-Z] ) [\w'\u2019.-]* ){1,3}
      ) ,? \ (?:
        (?: is | are | was ) \ (?: an? | the | our | [\w'\u2019 ]{1,40}['\u2019]s? ) \b .{0,60} \b (?:
            reporter | correspondent | journalist | editor | columnist | writer | fellow | author
            | producer | analyst | commentator | professor | contributor | researcher | blogger
            | freelance | lecturer )
        | (?: covers | writes | reports | blogs | tweets | edits ) \b
        | has\ (?: covered | written | reported | worked ) \b .{0,80} \b (?: for | since | years
            | award | at | reporter | correspondent | editor | newspapers? | magazine )
        | joined\ .{1,60} \b (?: as | in ) \b )
    | (?: additional\ )? reporting\ by\b | edit (?: ing | ed )\ by\b | writing\ by\b
    | follow\ (?: her | him | them ) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HEADING = re.compile(
    r"\W*(?:related|more|most|read|recommended|trending|popular|top|latest|you may|you might|also|see"
    r"|don['\u2019]t miss|what to read|up next|in other news|in case|editor|elsewhere|from our|from the"
    r"|must|other|further|next|keep reading|around the web)\b.{0,60}",
    re.I,
)
_BULLET = re.compile(r"[-*•–—·►▶>»›#\d.)\s]*+")
_LISTED = re.compile(r"[|\t]|  ")


class _Line(NamedTuple):
    start: int
    text: str


def furniture(text: str) -> Iterator[tuple[int, int]]:
    """Find the lines that are furniture, as character offsets (start, end), in order.

    Args:
        text: Any text.
    """
    if text.find("\n") < 0:
        return
    lines = _lines(text)
    gone = _found(lines)
    if not gone or len(gone) == len(lines):
        return
    for number in sorted(gone):
        line = lines[number]
        yield line.start, line.start + len(line.text)


def _lines(text: str) -> list[_Line]:
    lines = []
    start = 0
    for line in text.split("\n"):
        if stripped := line.strip():
            lines.append(_Line(start + line.index(stripped[0]), stripped))
        start += len(line) + 1
    return lines


def _found(lines: list[_Line]) -> set[int]:
    last = len(lines) - _EDGE
    gone = set()
    for number, (_, line) in enumerate(lines):
        if len(line) > _LONGEST:
            continue
        edge = number >= last
        first = _FIRST_WORD.match(line)
        opens = first is not None and first[1].lower() in _OPENINGS
        if (opens or edge or any(rare in line for rare in _RARE)) and _is_furniture(line, edge):
            gone.add(number)
    return gone | _headlines(lines, gone)


def _is_furniture(line: str, edge: bool) -> bool:
    if _FORM.fullmatch(line):
        # What a line reports weighs more than its form, but for captions.
        return not (_REPORT.search(line) and line[-1:] == ".") or bool(_CAPTION.match(line))
    if edge and _BIOGRAPHY.match(line) and not _REPORT.search(line):
        return True
    return _score(line, edge) >= _ENOUGH


def _score(line: str, edge: bool) -> float:
    """How much a line looks like an invitation or a notice."""
    platforms = len(set(map(str.lower, _PLATFORM.findall(line))))
    media = len(_MEDIA.findall(line))
    score = 1.2 * min(media, 2) + 1.2 * min(platforms, 3)
    score += 1.0 * bool(_IMPERATIVE.search(line))
    score += 0.7 * bool(_READER.search(line))
    score += 0.4 * min(len(_OFTEN.findall(line)), 2)
    if "ookie" in line:
        score += 1.2 + 0.7 * min(len(set(_COOKIES.findall(line.lower()))), 3)
    score += 0.5 * (not _STOP.search(line)) + 0.5 * edge
    score -= 3.0 * bool(_REPORT.search(line))
    score -= 0.7 * min(len(_PAST.findall(line)), 3)
    score -= 1.5 * ("\u201c" in line or '"' in line)
    score -= 0.5 * (len(line) > 160)
    return score


def _headlines(lines: list[_Line], gone: set[int]) -> set[int]:
    """The headlines of other articles, which follow on the last paragraph."""
    run: list[int] = []
    before = ""
    for number in range(len(lines) - 1, -1, -1):
        if number in gone:
            continue
        before = lines[number].text
        if not _is_headline(before):
            break
        run.append(number)
    if not run:
        return set()
    top = max(run)
    headed = any(n < top and _HEADING.fullmatch(lines[n].text) for n in gone)
    if before[-1] == ":" and not headed:
        return set()
    prose = [line.text for n, line in enumerate(lines) if n not in gone and n not in run]
    stops = sum(1 for line in prose if line[-1] in ".!?\u201d\"\u2019'")
    if stops < 2 or stops < 0.5 * len(prose):
        return set()
    return set(run) if headed or len(run) >= 3 else set()


def _is_headline(line: str) -> bool:
    title = line[_BULLET.match(line).end() :]  # type: ignore[union-attr]
    words = title.split()
    return (
        3 <= len(words) <= 22
        and len(title) <= 140
        and not _STOP.search(line.rstrip("?!'\u2019\"\u201d"))
        and not title[0].islower()
        and not _LISTED.search(title)
    )
