"""What comes out when what goes in is no article."""

from typing import Any

import pytest

import topicclf


@pytest.mark.parametrize("value", [None, b"bytes", 7, 1.5, ["a text"], object()])
def test_what_is_no_text_is_a_type_error_that_names_the_type(value: Any) -> None:
    """Never an answer about something that nobody wrote."""
    with pytest.raises(TypeError, match=f"must be a str, not {type(value).__name__}"):
        topicclf.predict(value)


def test_a_title_that_is_no_text_is_a_type_error() -> None:
    """The title is held to the same rule."""
    with pytest.raises(TypeError, match="title of the article must be a str, not bytes; decode it"):
        topicclf.predict("A text.", title=b"bytes")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (None, "item 1 must be a str, not NoneType"),
        ({"title": "x"}, "item 1 is a mapping without 'text'"),
        ({"text": 3}, "the text of item 1 must be a str, not int"),
    ],
)
def test_a_bad_item_among_many_is_named_by_its_number(item: Any, message: str) -> None:
    """Counted from 0."""
    with pytest.raises(TypeError, match=message):
        list(topicclf.predict_many(["A good one.", item]))


@pytest.mark.parametrize("items", ["one text", b"bytes", {"text": "one"}])
def test_one_article_in_the_place_of_many_is_a_type_error_at_once(items: Any) -> None:
    """A string would pass for an iterable of letters."""
    with pytest.raises(TypeError, match="iterable of articles"):
        topicclf.predict_many(items)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \t\r\n ",
        "\n" * 1_000_000,
        "\x00\x00",
        "\ud800\udfff",
        "…—!?",
        "防衛省は新しい護衛艦を発注した。",
        "وزارة الدفاع تطلب فرقاطتين",
        "qwxzj zzkpt vvbrq",
    ],
)
def test_a_text_without_a_known_word_carries_nothing_and_says_why(text: str) -> None:
    """The share of known words is zero; the probabilities are the topics' base rates."""
    found = topicclf.predict(text)
    assert found.topics == ()
    assert found.known_share == 0
    assert found.evidence == {}
    assert all(0 < p < 0.5 for p in found.probabilities.values())


def test_odd_characters_among_words_do_no_harm() -> None:
    """NUL, lone surrogates and right-to-left marks part words, as a space does."""
    plain = topicclf.predict("The navy ordered two frigates.")
    odd = topicclf.predict("The\x00navy \ud800ordered\u200f two\u2003frigates.")
    assert odd.probabilities == plain.probabilities


def test_accents_quotes_and_capitals_do_not_change_words() -> None:
    """Typography is not meaning."""
    plain = topicclf.predict("the navys cafe ordered two frigates")
    fancy = topicclf.predict("THE NAVY\u2019S CAFÉ “ORDERED” TWO FRIGATES")
    assert fancy.probabilities == plain.probabilities


def test_a_line_of_fifty_megabytes_is_answered_with_evidence() -> None:
    """Nothing in it is quadratic; a quadratic step would take hours."""
    found = topicclf.predict("The navy ordered two frigates. " * 1_600_000)
    assert found.topics == ("defence",)
    assert found.n_words == 8_000_000


def test_a_word_of_fifty_megabytes_is_no_word() -> None:
    """Neither slow nor known."""
    assert topicclf.predict("a" * 50_000_000).known_share == 0
