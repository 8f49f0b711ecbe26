"""What people get from predict, predict_many, load and predict_proba."""

import pickle
import threading
from collections.abc import Iterator
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest

import topicclf
from topicclf import TopicModel
from topicclf.evaluation.mistakes import evidence_for
from topicclf.labelled.reading import LabelledArticle
from topicclf.text.article import Item

ARTICLE = (Path(__file__).parent.parent / "examples" / "article.txt").read_text("utf-8")


def test_a_function_is_found_by_each_way_of_importing_it() -> None:
    """The package's function and the module of that name don't hide each other."""
    from topicclf import predict as by_name
    from topicclf.api import predict as by_module

    assert topicclf.predict is by_name is by_module
    assert by_name("The navy ordered two frigates.").topics == ("defence",)


def test_the_example_carries_three_topics_each_with_its_sentence() -> None:
    """Each topic has a paragraph of its own in an article about something else."""
    found = topicclf.predict(ARTICLE)
    assert set(found.topics) == {"defence", "energy", "trade"}
    first = {topic: found.evidence[topic].sentences[0].text for topic in found.topics}
    assert "frigates" in first["defence"]
    assert "pipeline" in first["energy"]
    assert "import duties" in first["trade"]


def test_topics_come_most_probable_first_and_probabilities_hold_them_all() -> None:
    """The topics are those above their thresholds."""
    found = topicclf.predict(ARTICLE)
    assert set(found.probabilities) == {"defence", "energy", "trade", "disaster"}
    carried = [found.probabilities[topic] for topic in found.topics]
    assert carried == sorted(carried, reverse=True)
    assert all(0 <= p <= 1 for p in found.probabilities.values())


def test_offsets_point_into_the_text() -> None:
    """Sentences and terms stand where they say."""
    found = topicclf.predict(ARTICLE)
    for evidence in found.evidence.values():
        for sentence in evidence.sentences:
            assert ARTICLE[sentence.start : sentence.end] == sentence.text
            for term in sentence.terms:
                assert ARTICLE[term.start : term.end] == term.text
                assert sentence.start <= term.start < term.end <= sentence.end
                assert term.weight > 0


def test_offsets_count_in_the_text_or_the_title_as_said() -> None:
    """A title that is given apart does not shift the text's offsets."""
    title, text = "Navy orders frigates", "The yard in Gdansk is pleased. Missiles come later."
    found = topicclf.predict(text, title=title)
    sentences = found.evidence["defence"].sentences
    assert {sentence.where for sentence in sentences} == {"title", "text"}
    for sentence in sentences:
        whole = title if sentence.where == "title" else text
        assert whole[sentence.start : sentence.end] == sentence.text


def test_a_title_counts_like_a_line_above_the_text() -> None:
    """Both ways of giving it give the same probabilities."""
    apart = topicclf.predict("The yard is pleased.", title="Navy orders frigates")
    pasted = topicclf.predict("Navy orders frigates\nThe yard is pleased.")
    assert apart.probabilities == pasted.probabilities


def test_an_article_may_carry_none() -> None:
    """None of the topics is an answer, without evidence."""
    found = topicclf.predict("The string quartet plays Haydn on Sunday; tickets at the door.")
    assert found.topics == ()
    assert found.evidence == {}
    assert found.known_share > 0.8


def test_many_keeps_the_order_and_takes_texts_and_mappings() -> None:
    """One answer for each item, the same as one by one."""
    items: list[Item] = [
        "The navy ordered two frigates.",
        {"title": "Quake kills nine", "text": "Rescuers dig in the rubble.", "id": 7},
        {"title": None, "text": "A new opera opens."},
        "",
    ]
    found = list(topicclf.predict_many(items))
    single = topicclf.predict("Rescuers dig in the rubble.", title="Quake kills nine")
    assert found[1].probabilities == pytest.approx(single.probabilities)
    assert [f.topics for f in found] == [("defence",), ("disaster",), (), ()]


def test_many_is_lazy() -> None:
    """An endless iterable is read as far as answers are asked for, batch by batch."""

    def endless() -> Iterator[str]:
        while True:
            yield "The navy ordered two frigates."

    stream = topicclf.predict_many(endless())
    assert next(stream).topics == ("defence",)


def test_proba_is_always_a_two_dimensional_array(shipped: TopicModel) -> None:
    """Also for one article, and for none."""
    assert shipped.predict_proba([]).shape == (0, 4)
    one = shipped.predict_proba(["The navy ordered two frigates."])
    assert one.shape == (1, 4)
    assert one.dtype == np.float64


def test_batches_give_what_single_articles_give(
    shipped: TopicModel, articles: list[dict[str, object]]
) -> None:
    """Company does not change an answer."""
    many = shipped.predict_proba(articles)
    single = np.vstack([shipped.predict_proba([article]) for article in articles])
    assert np.abs(many - single).max() < 1e-9


def test_the_shipped_model_is_read_once_also_under_threads() -> None:
    """All threads get the same object."""
    seen: list[TopicModel] = []
    threads = [threading.Thread(target=lambda: seen.append(topicclf.load())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(map(id, seen))) == 1


def test_a_prediction_is_frozen_and_travels_with_its_evidence() -> None:
    """Pickled, it takes the evidence along instead of the model."""
    found = topicclf.predict(ARTICLE)
    with pytest.raises(FrozenInstanceError):
        found.topics = ()  # type: ignore[misc]
    packed = pickle.dumps(found)
    assert len(packed) < 100_000
    again = pickle.loads(packed)
    assert again == found
    assert again.evidence == found.evidence
    assert pickle.loads(pickle.dumps(again)).evidence == found.evidence


def test_a_prediction_turns_into_plain_data() -> None:
    """What to_dict gives is what JSON can hold."""
    import json

    found = topicclf.predict(ARTICLE)
    data = json.loads(json.dumps(found.to_dict()))
    assert data["topics"] == list(found.topics)
    assert data["evidence"]["energy"]["sentences"][0]["text"].startswith("Ministers also agreed")


def test_our_held_out_articles_are_told_apart(
    shipped: TopicModel, articles: list[dict[str, object]]
) -> None:
    """Well below what the model reaches, far above chance: a guard against a broken model."""
    right = 0
    for article, found in zip(articles, shipped.predict_many(articles), strict=True):
        right += set(found.topics) == set(article["topics"])  # type: ignore[call-overload]
    assert right / len(articles) > 0.6


def test_a_title_without_a_word_is_no_evidence(shipped: TopicModel) -> None:
    """It crashed where no sentence says more."""
    for title in ("\x01", "\ud800"):
        item = LabelledArticle("A thing.", title, frozenset(), frozenset(), {}, "here")
        assert evidence_for(shipped, item, "trade").terms == ()


def test_a_model_shows_in_a_line(shipped: TopicModel) -> None:
    """Not with all its words."""
    assert repr(shipped).startswith("TopicModel(topics=('defence', 'energy', 'trade', 'disaster')")
    assert len(repr(shipped)) < 200
