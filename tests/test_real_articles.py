"""The shipped model on real articles, where these are beside the clone."""

from pathlib import Path

import topicclf


def test_the_partnership_article_carries_all_four_with_the_right_sentences(shared: Path) -> None:
    """Each topic hides in a paragraph or two of a 2022 article as a user would paste it."""
    text = (shared / "articles" / "uk-japan-partnership.txt").read_text("utf-8")
    found = topicclf.predict(text)
    assert set(found.topics) == {"defence", "energy", "trade", "disaster"}
    best = {topic: found.evidence[topic].sentences[0].text for topic in found.topics}
    assert "earthquake" in best["disaster"]
    assert "energy" in best["energy"].lower()
    assert "sanctions" in best["trade"] or "trade envoy" in best["trade"]
    defence = " ".join(sentence.text for sentence in found.evidence["defence"].sentences)
    assert "missile" in defence
    assert "military aid" in defence
