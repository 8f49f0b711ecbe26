"""Predictions in notebooks, in print and as JSON."""

import json

import topicclf


def test_a_notebook_shows_topics_and_highlighted_evidence() -> None:
    """Escaped, and with the telling words marked."""
    shown = topicclf.predict("The <b>navy</b> ordered two frigates.")._repr_html_()
    assert "<b>defence</b>" in shown
    assert ">frigates</mark>" in shown
    assert "&lt;" in shown
    assert "<b>navy" not in shown


def test_a_notebook_says_when_the_language_is_another() -> None:
    """In print as well."""
    found = topicclf.predict("Der Preis ist seit Montag nicht mehr so hoch wie im Mai.")
    assert "(de)" in found._repr_html_()
    assert "(de)" in str(found)


def test_an_explanation_shows_itself_in_a_notebook() -> None:
    """Without a page around it."""
    shown = topicclf.explain("The navy ordered two frigates.")._repr_html_()
    assert shown.startswith("<div")
    assert "The sum" in shown


def test_printed_it_names_topics_and_sentences() -> None:
    """As a person would read them."""
    found = str(topicclf.predict("The navy ordered two frigates."))
    assert found.startswith("defence\n")
    assert '"The navy ordered two frigates."' in found
    assert str(topicclf.predict("A quiet day.")).startswith("none of the topics")


def test_json_is_what_to_dict_gives() -> None:
    """In one line."""
    found = topicclf.predict("The navy ordered two frigates.")
    assert "\n" not in found.to_json()
    assert json.loads(found.to_json()) == json.loads(json.dumps(found.to_dict()))
