"""What an explanation says, and that it is true."""

import html
import json
import math
import pickle
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import topicclf
from topicclf import Explanation, TopicClassifier, TopicModel
from topicclf.text.prose import prose
from topicclf.text.words import words

Articles = list[dict[str, object]]


def _explained(model: TopicModel, article: dict[str, object]) -> Explanation:
    return model.explain(str(article["text"]), title=str(article.get("title") or ""))


def _check_sums(found: Explanation) -> None:
    for each in found.topics.values():
        assert 1 / (1 + math.exp(-each.log_odds)) == pytest.approx(each.probability, abs=1e-9)
        assert sum(part.value for part in each.contributions) == pytest.approx(
            each.log_odds, abs=1e-9
        )
        if each.views:
            assert sum(each.views.values()) == pytest.approx(each.log_odds, abs=1e-9)


def test_the_summands_add_up_to_the_log_odds_that_predict_gives(
    shipped: TopicModel, articles: Articles
) -> None:
    """To a thousand-millionth, for every topic, by words and by views."""
    for article in articles[::4]:
        found = _explained(shipped, article)
        [answer] = shipped.predict_many([article])
        assert found.prediction.probabilities == pytest.approx(answer.probabilities, abs=1e-9)
        _check_sums(found)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["navy", "oil", "tariffs", "flood", "the", "zzkpt", "é", "\n"])))
def test_they_add_up_for_any_text(pieces: list[str]) -> None:
    """Repeated, unknown and missing words change nothing about that."""
    _check_sums(topicclf.explain(" ".join(pieces * 20)))


@pytest.mark.slow
def test_without_the_words_that_tip_it_a_topic_is_gone(
    shipped: TopicModel, articles: Articles
) -> None:
    """Written without them, the article gets the stated probability; with any one, the topic."""
    vocabulary = shipped.weights.vocabulary
    n_tips = 0
    for article in articles[::8]:
        found = _explained(shipped, article)
        written = words(prose(found.text))
        terms = vocabulary.terms(b" ".join(written)).tolist()
        for topic, each in found.topics.items():
            if each.tip is None:
                continue
            n_tips += 1
            gone = vocabulary.terms(" ".join(each.tip.words).encode()).tolist()
            for spared in [None, *gone]:
                out = set(gone) - {spared}
                left = b" ".join(
                    w for w, term in zip(written, terms, strict=True) if term not in out
                )
                again = shipped.predict(left.decode())
                assert (topic in again.topics) == (spared is not None)
                if spared is None:
                    assert again.probabilities[topic] == pytest.approx(each.tip.probability)
    assert n_tips > 10


def test_spans_show_the_words_of_each_term() -> None:
    """In the text with its title, where all forms of a word are one term."""
    found = topicclf.explain("Quotas rise. A quota is a limit.", title="Quotas again")
    assert found.text == "Quotas again\nQuotas rise. A quota is a limit."
    [quotas] = [c for c in found.topics["trade"].contributions if c.name == "quotas"]
    assert [found.text[a:b] for a, b in quotas.spans] == ["Quotas", "Quotas", "quota"]
    assert quotas.value > 0


def test_a_topic_that_the_model_does_not_have_is_a_key_error() -> None:
    """Though the explanation of each topic is made only when it is asked for."""
    topics = topicclf.explain("The navy.").topics
    assert list(topics) == ["defence", "energy", "trade", "disaster"]
    assert topics["defence"] is topics["defence"]
    with pytest.raises(KeyError, match="sport"):
        topics["sport"]


def test_passages_show_where_a_topic_stands(shipped: TopicModel) -> None:
    """The one about the navy scores highest for defence, and they reach from end to end."""
    filler = "The choir sang in the old town hall and the mayor thanked everybody. " * 12
    text = f"{filler}The navy ordered two frigates and the army bought tanks. {filler}".strip()
    found = shipped.explain(text)
    best = max(found.passages, key=lambda passage: passage.scores["defence"])
    assert "frigates" in text[best.start : best.end]
    assert found.passages[0].start == 0
    assert found.passages[-1].end == len(text) - 1


@pytest.mark.parametrize("text", ["", "qwxzj zzkpt vvbrq"])
def test_an_article_without_a_known_word_is_explained_by_the_prevalence(text: str) -> None:
    """There is nothing else to go by."""
    found = topicclf.explain(text)
    for each in found.topics.values():
        assert [part.name for part in each.contributions] == ["prevalence"]
        assert each.tip is None
    _check_sums(found)
    assert "no word is known" in str(found)
    assert found.to_html()


def test_what_is_no_text_is_a_type_error() -> None:
    """As in predict."""
    with pytest.raises(TypeError, match="must be a str, not bytes"):
        topicclf.explain(b"bytes")  # type: ignore[arg-type]


def test_two_models_are_compared_by_what_they_add(
    shipped: TopicModel, small: TopicClassifier
) -> None:
    """The changes add up to the difference of the log-odds, for topics that both know."""
    text = "The navy ordered two frigates after the earthquake."
    before, after = small.model_.explain(text), shipped.explain(text)
    changes = before.against(after)
    assert set(changes) == {"defence", "disaster"}
    for each in changes.values():
        total = sum(part.after - part.before for part in each.changes)
        assert total == pytest.approx(each.after.log_odds - each.before.log_odds, abs=1e-9)


def test_explanations_of_different_articles_are_not_compared() -> None:
    """It would mean nothing."""
    with pytest.raises(ValueError, match="of another article"):
        topicclf.explain("The navy.").against(topicclf.explain("The army."))


def test_the_margin_is_the_distance_to_the_threshold() -> None:
    """In log-odds: zero or more where the topic is carried."""
    for each in topicclf.explain("The navy ordered two frigates.").topics.values():
        assert (each.margin >= 0) == each.carried
        log_odds = each.log_odds - each.margin
        assert 1 / (1 + math.exp(-log_odds)) == pytest.approx(each.threshold)


def test_it_turns_into_plain_data() -> None:
    """What to_json gives reads back as what to_dict gives."""
    found = topicclf.explain("The navy ordered two frigates.")
    data = json.loads(found.to_json())
    assert data == json.loads(json.dumps(found.to_dict()))
    assert data["topics"]["defence"]["tip"]["words"] == ["navy", "frigates"]
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert repr(again) == repr(found)


def test_the_page_shows_the_article_and_nothing_of_it_is_markup() -> None:
    """As title, as headline and once for each topic; no script runs, whatever it says."""
    text = '<script>alert("navy")</script> ordered frigates & <b>tanks</b>.'
    shown = topicclf.explain(text).to_html()
    assert shown.startswith("<!doctype html>")
    assert "<script" not in shown
    plain = html.unescape(re.sub(r"<[^>]+>", "", shown))
    assert plain.count(text) == 2 + 4
    assert not re.search(r"(src|href)=|url\(", shown)


def test_the_summands_in_words_add_up_too(shipped: TopicModel) -> None:
    """However many terms have a name, with the others as the last one."""
    defence = shipped.explain("The navy ordered two frigates from a yard.").topics["defence"]
    n_others = sum(part.kind != "term" for part in defence.contributions)
    for n_terms in (0, 2, 1000):
        summands = defence.summands(n_terms=n_terms)
        assert sum(value for _, value in summands) == pytest.approx(defence.log_odds, abs=1e-9)
        assert len(summands) == n_others + n_terms + 1 or n_terms == 1000
    assert len(summands) == len(defence.contributions)


def test_as_text_it_shows_the_sum_and_what_would_tip_it() -> None:
    """The parts that are shown, and the rest in one line, add up to the log-odds."""
    found = topicclf.explain("The navy ordered two frigates from a yard in Gdansk.")
    part = str(found).split("\n\n")[0]
    values = [float(line.split()[0]) for line in part.splitlines() if re.match(r"  +[+-]\d", line)]
    assert sum(values) == pytest.approx(found.topics["defence"].log_odds, abs=0.01)
    assert re.search(r"without navy\b.*: [\d.]+%, not carried", part)
