"""Try to break the compiled kernel: random texts against the NumPy path, and arrays that don't fit.

    python tests/fuzz_kernel.py --seconds 600

Each round has a seed of its own, which is named where something is wrong. `tests/sanitize.sh` runs
a while of it with AddressSanitizer and UndefinedBehaviorSanitizer watching.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import click
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.paths import made_up, on_numpy, random_text, worst_difference
from topicclf import kernel
from topicclf.text import furniture, prose
from topicclf.text.words import fold

_CLOSE = 1e-12
# What lines of a page are made of, and what decides whether they are furniture.
_PIECES = [
    *(word for words in furniture._WORDS_OF.values() for word in words.replace("_", " ").split()),
    *furniture._OPENED_WITH,
    *furniture._OPENED_ALONE_WITH,
    *furniture._CREDITED,
    *furniture._IN_OPEN_LINES,
    *furniture._AT_END,
    *furniture._WRITERS,
    *furniture._WRITING,
    *furniture._INVITATIONS,
    *"()[]{}*-|>#@+.:;,!?'\"/\\&<~`=_%0123456789",
    *"\u2026\u25b6\u25ba\u2010\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u203a\u00a9\u00ad",
    *"\u00a0\u00e9\u0130\u017f\u0301\u212a\u3000\u4e2d\ud800",
    *("www.", "://", "&amp;", "<b>", "](", "AT&T", "and/or", "a/b.csv", "me@site.example"),
    *("C:\\x", "(Reuters)", "said", "has", "is a", "please", "a-\nb", "x" * 90),
    *("Jane Roe", "By Jane Roe", "The White House", "the navy"),
]


def texts_agree(random: Random) -> None:
    """Both paths answer alike, for any texts and a made-up model."""
    n_topics = random.choice([0, 1, 4, 7, 8, 30])
    model = made_up(n_topics, n_words=random.randrange(70), seed=random.randrange(2**32))
    texts = [random_text(random) for _ in range(random.randrange(12))]
    worst = worst_difference(model, on_numpy(model), texts)
    assert worst < _CLOSE, f"they differ by {worst}"


def long_texts_agree(random: Random) -> None:
    """Likewise for one that is read in many strips."""
    model = made_up(4, seed=random.randrange(2**32))
    texts = [random_text(random, most=200_000)]
    worst = worst_difference(model, on_numpy(model), texts)
    assert worst < _CLOSE, f"they differ by {worst}"


def _mutated(random: Random, value: Any) -> Any:
    """Something like an argument, but seldom as it should be."""
    choice = random.randrange(8)
    if choice == 0:
        return random.choice([None, 7, -1, "text", b"", b"a b", 2**70, [], (), 1.5])
    if isinstance(value, bytes):
        return bytes(random.choice(b"ab \0\xff") for _ in range(random.randrange(60)))
    if not isinstance(value, np.ndarray):
        return value
    if choice == 1:
        return value[: random.randrange(len(value) + 1)]
    if choice == 2:
        return value.astype(random.choice("bhilqBHILQfd?"))
    if choice == 3:
        return value[::-1]
    if choice == 4:
        return np.concatenate([value, value])
    spoilt = value.copy()
    if spoilt.size:
        odd = [np.nan, np.inf, -1, 0, 2**31, 2**32, -(2**63), 3e38, len(value)]
        with np.errstate(all="ignore"):
            place = random.randrange(spoilt.size)
            number = np.array(random.choice(odd), float)
            spoilt.flat[place] = number.astype(spoilt.dtype)
    return spoilt


def arrays_are_refused_or_used(random: Random) -> None:
    """Whatever is handed in, nothing worse comes than an error."""
    model = made_up(random.randrange(10), seed=random.randrange(2**32))
    vocabulary = model.weights.vocabulary

    def some(*values: Any) -> list[Any]:
        return [_mutated(random, value) if random.random() < 0.15 else value for value in values]

    given = vocabulary.surfaces, vocabulary.surface_terms, vocabulary.pairs, vocabulary.idf
    lexicon = kernel.Lexicon(*some(*given, fold, 1))
    rows = kernel.Rows(lexicon, *some(model.weights.intercept, model.weights.coef, vocabulary.idf))
    join = model.join
    numbers = join.coef, join.intercept, join.prevalence, model.thresholds
    judge = kernel.Judge(rows, *some(*numbers, model.topics))
    texts = [random_text(random) for _ in range(4)]
    lexicon.number(*some(texts))
    judge.answer(*some(texts, texts[::-1], True))
    judge.answer_one(*some(texts[0], ""))
    counts = np.zeros(4, np.int64)
    found = np.zeros((4, len(model.topics)))
    judge.measure(*some(texts, None, found, counts, counts.copy()))
    terms = np.array([random.randrange(vocabulary.unknown + 1) for _ in range(200)])
    kept = np.array(random.choices([True, False], k=4 * len(terms))).reshape(4, -1)
    judge.without(*some(terms, kept, found))


def crews_answer_as_one_alone(random: Random) -> None:
    """Several threads, articles in any portions, and some crews are left with work to do."""
    model = made_up(random.randrange(12), seed=random.randrange(2**32))
    judge = model._judge._kernel
    assert judge is not None
    crew = kernel.Crew(judge, random.randrange(1, 6))
    waiting: list[list[str]] = []
    for _ in range(random.randrange(30)):
        texts = [random_text(random) for _ in range(random.randrange(8))]
        waiting.append(texts)
        if not crew.put(texts, None) or random.random() < 0.4:
            first = waiting.pop(0)
            assert crew.take(True) == judge.answer(first, None, True), "a crew answers otherwise"
    if random.random() < 0.5:
        crew.close()


def gates_let_nothing_pass(random: Random) -> None:
    """What the gate spares a closer look has nothing that has to go."""

    def piece() -> str:
        found = random.choice(_PIECES)
        written: list[Callable[[str], str]] = [str, str.upper, str.capitalize, str.title]
        return random.choice(written)(found)

    def line() -> str:
        pieces = [piece() for _ in range(random.randrange(9))]
        return random.choice(["", " ", "- ", "\u2022 "]) + random.choice(["", " ", " "]).join(
            pieces
        )

    text = "\n".join(
        line() + random.choice(["", ".", " ", "\r"]) for _ in range(random.randrange(9))
    )
    spared = prose.prose(text)
    with patch.object(furniture, "GATE", None), patch.object(prose, "GATE", None):
        looked_at = prose.prose(text)
    assert spared == looked_at, f"the gate lets pass {text!r}"


def gates_are_refused_or_used(random: Random) -> None:
    """Whatever the lists, of any number of strings."""
    lists = ["\n".join(random.choices(_PIECES, k=random.randrange(40))) for _ in range(11)]
    kinds = "\n".join(" ".join(random.choices(_PIECES, k=9)) for _ in range(random.randrange(10)))
    gate = kernel.Gate(tuple(lists[: random.choice([11, 11, 11, 3])]), kinds)
    for _ in range(9):
        text = "\n".join(random.choices(_PIECES, k=20)) + random_text(random, most=300)
        gate.is_prose(text)
        gate.suspects(text)


def folding_may_be_odd(random: Random) -> None:
    """Python's answers are not trusted either."""

    def odd(character: str) -> Any:
        if random.random() < 0.02:
            raise OSError
        size = random.choice([0, 1, 3, 7, 8, 30, 255, 256])
        return random.choice(
            [b" ", "text", bytes(random.choices(b"abc\0 \xc3", k=size)), b"x" * size]
        )

    model = made_up(2)
    vocabulary = model.weights.vocabulary
    given = vocabulary.surfaces, vocabulary.surface_terms, vocabulary.pairs, vocabulary.idf
    lexicon = kernel.Lexicon(*given, odd, random.randrange(2**64))
    for _ in range(5):
        lexicon.number([random_text(random, most=300) for _ in range(4)])


TRIALS: list[Callable[[Random], None]] = [
    texts_agree,
    texts_agree,
    long_texts_agree,
    arrays_are_refused_or_used,
    arrays_are_refused_or_used,
    crews_answer_as_one_alone,
    folding_may_be_odd,
    gates_let_nothing_pass,
    gates_are_refused_or_used,
]
_REFUSALS = (TypeError, ValueError, BufferError, OverflowError, OSError)


@click.command(help=__doc__)
@click.option("--seconds", default=60.0, show_default=True, help="How long to try.")
@click.option("--seed", default=0, show_default=True, help="Seed of the first round.")
def main(seconds: float, seed: int) -> None:
    """Run the command line."""
    if not kernel.available:
        msg = "the kernel is not built"
        raise click.ClickException(msg)
    end = time.monotonic() + seconds
    first = seed
    refused = 0
    while time.monotonic() < end:
        trial = TRIALS[seed % len(TRIALS)]
        try:
            trial(Random(seed))
        except AssertionError as error:
            msg = f"seed {seed}: {trial.__name__}: {error}"
            raise click.ClickException(msg) from error
        except _REFUSALS:
            refused += 1
        seed += 1
    click.echo(f"{seed - first:,} rounds, of which {refused:,} were refused; nothing wrong")


if __name__ == "__main__":
    main()
