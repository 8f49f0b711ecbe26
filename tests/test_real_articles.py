"""The shipped model on real articles, where these are beside the clone."""

import gzip
import json
from pathlib import Path

import joblib
import numpy as np
import pytest

import topicclf
from topicclf import TopicModel

PIPELINE = Path(__file__).parent.parent / "models" / "news" / "pipeline.joblib"


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


@pytest.mark.parametrize("name", ["dev", "dev-modern"])
def test_the_estimator_and_the_model_file_agree_on_every_article(
    shared: Path, shipped: TopicModel, name: str
) -> None:
    """To a millionth, title or none."""
    with gzip.open(shared / "corpus" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        articles = [json.loads(line) for line in file]
    estimator = joblib.load(PIPELINE)
    difference = estimator.predict_proba(articles) - shipped.predict_proba(articles)
    assert np.abs(difference).max() < 1e-6
