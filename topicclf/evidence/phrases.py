"""Weighted words to phrases: what people would underline in a sentence.

The classifier weighs words and pairs of neighbours. Here neighbours whose pair speaks for a topic
become one phrase, with the sum of all the weights in it, and what means nothing at either end of it
is left out: words of grammar, lone letters, numbers, words that speak against the topic. Words that
a hyphen, a full stop or an apostrophe joins are one.
"""

import math
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from topicclf.text.prose import without_unseen

__all__ = ["Phrase", "WeighedWords", "phrases"]

# A phrase of more words is cut where it holds together least.
_LONGEST = 5
# No prose holds together for so long: looking no further for where to cut keeps the time linear.
_LONGEST_RUN = 64
_JOINT = re.compile(r"[-\u2010\u2011.&'\u2019]")
_SPACE = re.compile(r"\s++")
_LETTERS = re.compile(rb"[a-z]{2}|[^\x00-\x7f]")
_MIXED = re.compile(r"(?=.*?\d)(?=.*?[^\W\d_])", re.DOTALL)
# What English has beside the function words that tell languages apart.
_ENGLISH = frozenset(Path(__file__).with_name("stop_words.txt").read_bytes().split())
# Words of grammar that may be within a phrase.
_CONNECTING = frozenset(
    b"against and da das de del der des di do du e et for in la le les of on the und von y".split()
)


# In place of a link: what a hyphen joins is one unit. Told by its identity, not by its value.
_JOINED = math.inf


@dataclass(frozen=True, slots=True)
class WeighedWords:
    """The words of a sentence, and how they speak for a topic.

    Attributes:
        text: What the sentence is part of.
        starts: Where each word starts there, as from `topicclf.text.places.word_places`.
        ends: One past its end, likewise.
        words: The words, folded.
        gains: How each word speaks for the topic.
        pair_gains: How each pair of neighbours does, one fewer.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    words: Sequence[bytes]
    gains: Sequence[float]
    pair_gains: Sequence[float]

    def links(self) -> list[float]:
        """How each word holds to the next; the last doesn't."""
        text = self.text
        links = []
        for end, start, gain in zip(self.ends, self.starts[1:], self.pair_gains, strict=False):
            between = text[end:start]
            links.append(gain if between == " " else _link(between, gain))
        if self.words:
            links.append(0.0)
        return links


@dataclass(slots=True)
class Phrase:
    """Neighbouring words.

    Attributes:
        start: Where it starts in the text, in characters.
        end: Where it ends, likewise.
        weight: How strongly it speaks for the topic.
    """

    start: int
    end: int
    weight: float


@dataclass(slots=True)
class _Unit:
    """Words with no white space between, and how they hold to the unit after."""

    start: int
    end: int
    gain: float
    link: float
    means_something: bool
    connects: bool


def phrases(sentence: WeighedWords, *, stop_words: Collection[bytes]) -> list[Phrase]:
    """Find the phrases of a sentence that speak for a topic, strongest first.

    Args:
        sentence: The sentence.
        stop_words: Words of grammar, folded.
    """
    starts, ends, words, gains = sentence.starts, sentence.ends, sentence.words, sentence.gains
    found: list[Phrase] = []
    links = sentence.links()
    first = 0
    for n, link in enumerate(links):
        if link > 0:
            continue
        # Most words hold to none, and need no units and runs to see whether they are a phrase.
        if n > first:
            for run in _runs(_units(sentence, range(first, n + 1), links, stop_words)):
                found += _trimmed(run)
        elif gains[n] > 0 and _means_something(words[n], stop_words):
            found.append(Phrase(starts[n], ends[n], gains[n]))
        first = n + 1
    found.sort(key=lambda phrase: -phrase.weight)
    return found


def _link(between: str, gain: float) -> float:
    between = without_unseen(between)
    if _JOINT.fullmatch(between):
        return _JOINED
    # Words with a comma between are two phrases, whatever the pair says.
    return gain if _SPACE.fullmatch(between) else 0.0


def _units(
    sentence: WeighedWords, places: range, links: Sequence[float], stop_words: Collection[bytes]
) -> Iterator[_Unit]:
    unit = None
    for n in places:
        word, link = sentence.words[n], links[n]
        means = _means_something(word, stop_words)
        if unit is None:
            connects = word in _CONNECTING
            unit = _Unit(
                sentence.starts[n], sentence.ends[n], sentence.gains[n], link, means, connects
            )
        else:
            unit.end = sentence.ends[n]
            unit.gain += sentence.gains[n] + sentence.pair_gains[n - 1]
            unit.link = link
            unit.means_something |= means
            unit.connects = False
            # "F-35" has neither two letters nor a word, but is one.
            if link is not _JOINED and not unit.means_something:
                whole = sentence.text[unit.start : unit.end]
                unit.means_something = _MIXED.match(whole) is not None
        if link is not _JOINED:
            yield unit
            unit = None


def _means_something(word: bytes, stop_words: Collection[bytes]) -> bool:
    return (
        word not in stop_words
        and word not in _ENGLISH
        and ((len(word) > 1 and word.isalpha()) or _LETTERS.search(word) is not None)
    )


def _runs(units: Iterator[_Unit]) -> Iterator[list[_Unit]]:
    """Runs of units; what neither means something nor connects ends one, and is left out."""
    run: list[_Unit] = []
    for unit in units:
        if unit.means_something or unit.connects:
            run.append(unit)
        if run and (unit is not run[-1] or len(run) == _LONGEST_RUN):
            yield run
            run = []
    if run:
        yield run


def _trimmed(run: list[_Unit]) -> Iterator[Phrase]:
    while run and not _may_end(run[0]):
        run = run[1:]
    while run and not _may_end(run[-1]):
        run = run[:-1]
    if len(run) > _LONGEST:
        weakest = min(range(len(run) - 1), key=lambda n: run[n].link)
        yield from _trimmed(run[: weakest + 1])
        yield from _trimmed(run[weakest + 1 :])
    elif run:
        weight = sum(unit.gain for unit in run) + sum(left.link for left, _ in pairwise(run))
        if weight > 0:
            yield Phrase(run[0].start, run[-1].end, weight)


def _may_end(unit: _Unit) -> bool:
    return unit.means_something and unit.gain >= 0
