"""Coloured text, on pages and in terminals."""

import html
import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topicclf import Term
from topicclf.render import highlight


@dataclass(frozen=True)
class Stretch:
    """A span that is no term."""

    start: int
    end: int
    weight: float


def test_a_page_shows_the_text_and_nothing_of_it_is_markup() -> None:
    """Whatever the article says, it can't add elements of its own."""
    marked = highlight.html('<script>alert("x")</script> & navy', [Term("navy", 30, 34, 1.0)])
    assert "<script" not in marked
    assert marked.count("<mark") == 1
    assert ">navy</mark>" in marked


@pytest.mark.slow
@given(st.text(), st.lists(st.builds(Stretch, st.integers(), st.integers(), st.floats(-9, 9))))
def test_without_its_marks_the_text_is_what_it_was(text: str, spans: list[Stretch]) -> None:
    """Marks add colour and change no character, wherever the spans lie."""
    plain = re.sub(r"<mark[^>]*>|</mark>", "", highlight.html(text, spans))
    assert html.unescape(plain) == html.unescape(html.escape(text))


def test_what_speaks_for_is_green_and_what_speaks_against_is_red() -> None:
    """In both forms."""
    spans = [Stretch(0, 4, 1.0), Stretch(5, 10, -1.0)]
    assert re.findall(r"rgba\((\d+)", highlight.html("navy opera", spans)) == ["46", "218"]
    assert highlight.ansi("navy opera", spans) == "\x1b[1;32mnavy\x1b[0m \x1b[1;31mopera\x1b[0m"


def test_where_spans_overlap_their_weights_add_up() -> None:
    """A word that also stands in a pair is marked more strongly than the pair's other word."""
    spans = [Stretch(0, 3, 1.0), Stretch(0, 9, 1.0)]
    strengths = re.findall(r",(0\.\d+)\)", highlight.html("oil price", spans))
    assert [float(s) for s in strengths] == [0.65, 0.37]


def test_spans_may_count_from_the_start_of_the_whole_article() -> None:
    """As the terms of a sentence do."""
    marked = highlight.ansi("Navy orders", [Term("Navy", 100, 104, 1.0)], offset=100)
    assert marked == "\x1b[1;32mNavy\x1b[0m orders"


def test_an_article_gives_a_terminal_no_orders() -> None:
    """Escape sequences in the text lose their escape."""
    assert highlight.ansi("a\x1b[2Jb\x07", []) == "a [2Jb "


def test_nothing_to_mark_leaves_the_text_plain() -> None:
    """No spans, or spans without weight."""
    assert highlight.html("navy", []) == "navy"
    assert highlight.ansi("navy", [Stretch(0, 4, 0.0)]) == "navy"
    assert highlight.html("", [Stretch(0, 4, 1.0)]) == ""
