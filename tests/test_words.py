"""Words, sentences and passages."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topicclf.features.passages import passages
from topicclf.text.places import word_places
from topicclf.text.sentences import sentence_spans
from topicclf.text.words import words

ANY_TEXT = st.text(st.characters(), max_size=60) | st.text("aB1 .'\u2019é\n-İßﬁ¼", max_size=60)


@given(ANY_TEXT)
def test_the_spans_are_those_of_the_words(text: str) -> None:
    """In number and in order; and none is wider than its word."""
    starts, ends = (places.tolist() for places in word_places(text))
    for start, end, word in zip(starts, ends, words(text), strict=True):
        assert words(text[start:end]) == [word]
        assert words(text[start])
        assert words(text[end - 1])


@given(ANY_TEXT)
def test_sentences_hold_every_word_in_order(text: str) -> None:
    """No word is lost or torn by cutting a text into sentences."""
    pieces = [word for start, end in sentence_spans(text) for word in words(text[start:end])]
    assert pieces == words(text)


def test_stops_that_end_no_sentence() -> None:
    """Abbreviations, initials, and stops before a small letter."""
    text = "Sen. J. Doe met Gen. Ito at 3 p.m. on Monday. They spoke.\nThen he left"
    found = [text[a:b] for a, b in sentence_spans(text, abbreviations={"sen", "gen"})]
    assert found == [
        "Sen. J. Doe met Gen. Ito at 3 p.m. on Monday.",
        "They spoke.",
        "Then he left",
    ]


@given(st.lists(st.integers(0, 400), max_size=8))
def test_passages_cover_each_article_and_stay_inside_it(lengths: list[int]) -> None:
    """From its first word to its last, whatever its length."""
    cut = passages(np.array(lengths, np.int64))
    offset = 0
    for article, length in enumerate(lengths):
        ours = slice(cut.first[article], cut.first[article] + cut.counts[article])
        starts, ends = cut.starts[ours], cut.ends[ours]
        assert starts[0] == offset
        assert ends[-1] == offset + length
        assert (starts[1:] <= ends[:-1]).all()
        offset += length + 1


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("आधुनिक मानक हिन्दी", 3),
        ("বাংলা ভাষা", 2),
        ("தமிழ் மொழி", 2),
        ("తెలుగు భాష", 2),
        ("ภาษาไทย ดี", 2),
        ("မြန်မာ စာ", 2),
        ("a\ufe0fb 5\ufe0f\u20e3 \u2764\ufe0f", 2),
    ],
)
def test_marks_separate_no_words(text: str, count: int) -> None:
    """Vowel signs are read, as "he" and "hi" are two words; selectors of a variant are not."""
    assert len(words(text)) == len(word_places(text)[0]) == count
    assert words("\u0939\u0940") != words("\u0939\u093e")
    assert words("a\ufe0fb") == [b"ab"]
