"""Weighted words to phrases: what people would underline in a sentence.

The classifier weighs words and pairs of neighbours. Here neighbours whose pair speaks for a topic
become one phrase, with the sum of all the weights in it, and what means nothing at either end of it
is left out: words of grammar, lone letters, numbers, words that speak against the topic. Words that
a hyphen, a full stop or an apostrophe joins are one.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from topicclf.text.prose import without_unseen

__all__ = ["Phrase", "phrases"]

# A phrase of more words is cut where it holds together least.
_LONGEST = 5
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


@dataclass
class Phrase:
    """Neighbouring words.

    Attributes:
        start: Where it starts in its sentence, in characters.
        end: Where it ends, likewise.
        weight: How strongly it speaks for the topic.
    """

    start: int
    end: int
    weight: float


@dataclass
class _Unit:
    """Words with no white space between, and how they hold to the unit after."""

    start: int
    end: int
    gain: float
    means_something: bool
    connects: bool
    link: float = field(default=0.0)


def phrases(
    sentence: str,
    places: Sequence[tuple[int, int]],
    words: Sequence[bytes],
    gains: Sequence[float],
    pair_gains: Sequence[float],
    *,
    stop_words: Collection[bytes],
) -> list[Phrase]:
    """Find the phrases of a sentence that speak for a topic, strongest first.

    Args:
        sentence: The sentence.
        places: Where each of its words is, as from `topicclf.text.places.word_places`.
        words: The words, folded.
        gains: How each word speaks for the topic.
        pair_gains: How each pair of neighbours does, one fewer.
        stop_words: Words of grammar, folded.
    """
    units = _units(sentence, places, words, gains, pair_gains, stop_words)
    # Most runs are one word that says nothing.
    runs = (run for run in _runs(units) if len(run) > 1 or run[0].gain > 0)
    found = [phrase for run in runs for phrase in _trimmed(run)]
    return sorted(found, key=lambda phrase: -phrase.weight)


def _units(
    sentence: str,
    places: Sequence[tuple[int, int]],
    words: Sequence[bytes],
    gains: Sequence[float],
    pair_gains: Sequence[float],
    stop_words: Collection[bytes],
) -> list[_Unit]:
    units: list[_Unit] = []
    for n, (start, end) in enumerate(places):
        word = words[n]
        means = word not in stop_words and word not in _ENGLISH and _has_letters(word)
        between = sentence[units[-1].end : start] if units else ""
        if between != " ":
            between = without_unseen(between)
        if units and between != " " and _JOINT.fullmatch(between):
            last = units[-1]
            last.end = end
            last.gain += gains[n] + pair_gains[n - 1]
            # "F-35" has neither two letters nor a word, but is one.
            last.means_something |= means or _MIXED.match(sentence[last.start : end]) is not None
            last.connects = False
            continue
        if units:
            # Words with a comma between are two phrases, whatever the pair says.
            units[-1].link = (
                pair_gains[n - 1] if between == " " or _SPACE.fullmatch(between) else 0.0
            )
        units.append(_Unit(start, end, gains[n], means, word in _CONNECTING))
    return units


def _has_letters(word: bytes) -> bool:
    return (len(word) > 1 and word.isalpha()) or _LETTERS.search(word) is not None


def _runs(units: Sequence[_Unit]) -> Iterator[list[_Unit]]:
    run: list[_Unit] = []
    for unit in units:
        if run and run[-1].link <= 0:
            yield run
            run = []
        if unit.means_something or unit.connects:
            run.append(unit)
        elif run:
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
