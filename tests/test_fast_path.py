"""The fast path: whole batches at once, and the same numbers as the definitions give."""

import gzip
import json
from pathlib import Path
from threading import Thread
from typing import Any

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference import Reference
from topicclf import TopicClassifier, TopicModel
from topicclf.features.fingerprints import FoldedWords
from topicclf.features.lookup import Lookup
from topicclf.text.article import Article
from topicclf.text.words import fold, words

PIPELINE = Path(__file__).parent.parent / "models" / "news" / "pipeline.joblib"

NEWS = "the navy's frigates and an oil pipeline; earthquake, tariffs Côte d\u2019Ivoire 2024 F-35 "
TEXTS = st.lists(
    st.text(st.characters(), max_size=200)
    | st.lists(st.sampled_from(NEWS.split()), max_size=200).map(" ".join)
    | st.text("ab \x00\x01é\u200d\n", max_size=40).map(lambda text: text * 9),
    max_size=6,
)


@pytest.fixture(scope="module")
def reference(shipped: TopicModel) -> Reference:
    """The shipped model's answers, computed from the definitions."""
    return Reference(shipped)


@given(TEXTS)
def test_a_small_models_probabilities_follow_from_the_definitions(
    small: TopicClassifier, texts: list[str]
) -> None:
    """Whatever the Unicode."""
    slow = Reference(small.model_)
    for text, row in zip(texts, small.predict_proba(texts), strict=True):
        assert row == pytest.approx(slow.probabilities(text), abs=1e-6)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_probabilities_follow_from_the_definitions(
    reference: Reference, shipped: TopicModel, texts: list[str]
) -> None:
    """To a millionth, in a batch and one by one."""
    for text, row in zip(texts, shipped.predict_proba(texts), strict=True):
        expected = reference.probabilities(text)
        assert row == pytest.approx(expected, abs=1e-6)
        prediction = shipped.predict(text)
        assert list(prediction.probabilities.values()) == pytest.approx(expected, abs=1e-6)
        assert prediction.n_words == len(words(text))


def test_our_own_articles_get_the_probabilities_of_the_definitions(
    reference: Reference, shipped: TopicModel, articles: list[dict[str, Any]]
) -> None:
    """Of every length, with titles."""
    _agree(shipped, reference, articles)


@pytest.mark.parametrize("name", ["dev", "dev-modern"])
def test_real_articles_get_the_probabilities_of_the_definitions(
    shared: Path, reference: Reference, shipped: TopicModel, name: str
) -> None:
    """With and without a title."""
    with gzip.open(shared / "corpus" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        _agree(shipped, reference, [json.loads(line) for line in file])


def _agree(model: TopicModel, reference: Reference, articles: list[dict[str, Any]]) -> None:
    fast = model.predict_proba(articles)
    slow = [reference.probabilities(Article.of(article).joined) for article in articles]
    assert np.abs(fast - slow).max() < 1e-6


def test_the_shipped_pipeline_loads_and_predicts_what_the_model_does(
    shipped: TopicModel, articles: list[dict[str, Any]]
) -> None:
    """It names modules where they once were."""
    pipeline: TopicClassifier = joblib.load(PIPELINE)
    assert pipeline.topics_ == shipped.topics
    assert pipeline.predict_proba(articles) == pytest.approx(
        shipped.predict_proba(articles), abs=1e-6
    )


@given(
    st.lists(
        st.binary(min_size=1, max_size=90).map(lambda b: b.replace(b" ", b"_").replace(b"\0", b"_"))
    )
)
def test_equal_words_and_only_those_share_a_fingerprint(found: list[bytes]) -> None:
    """Whatever their length."""
    found = [word for word in found if word.split() == [word]]
    numbers = FoldedWords.of(b" ".join(found)).fingerprints().tolist()
    assert len(numbers) == len(found)
    assert len(set(numbers)) == len(set(found))
    assert len(set(zip(numbers, found, strict=True))) == len(set(found))


def test_a_long_word_is_not_taken_for_another_that_begins_like_it() -> None:
    """Words without spaces between them come by the thousand letters."""
    word = "x" * 5000
    folded = fold(f"{word} {word}y {word}")
    first, second, third = FoldedWords.of(folded).fingerprints().tolist()
    assert first == third != second


@given(st.sets(st.integers(0, 2**64 - 1), max_size=300), st.sets(st.integers(0, 2**64 - 1)))
def test_a_lookup_knows_its_keys_and_no_others(keys: set[int], others: set[int]) -> None:
    """Each key has its number, all others the default; the seeds make the same table again."""
    ours = np.array(sorted(keys), np.uint64)
    lookup = Lookup(ours, np.arange(len(ours)), default=-1)
    again = Lookup(ours, np.arange(len(ours)), default=-1, seeds=lookup.seeds)
    strange = np.array(sorted(others - keys), np.uint64)
    for table in (lookup, again):
        assert table.find(ours).tolist() == list(range(len(ours)))
        assert set(table.find(strange).tolist()) <= {-1}


def test_a_lookup_refuses_equal_keys_and_the_seeds_of_other_keys() -> None:
    """Both would answer wrongly without a word."""
    keys = np.arange(1000, dtype=np.uint64)
    with pytest.raises(ValueError, match="not distinct"):
        Lookup(np.zeros(2, np.uint64), np.arange(2), default=-1)
    seeds = Lookup(keys, np.arange(1000), default=-1).seeds
    with pytest.raises(ValueError, match="other keys"):
        Lookup(keys + np.uint64(10**6), np.arange(1000), default=-1, seeds=seeds)


def test_threads_that_share_a_model_get_what_one_alone_gets(
    shipped: TopicModel, articles: list[dict[str, Any]]
) -> None:
    """Nothing of an answer is kept in the model."""
    alone = list(shipped.predict_many(articles))
    found: list[Any] = [None] * 4

    def predict(place: int) -> None:
        found[place] = [shipped.predict(a["text"], title=a.get("title")) for a in articles]

    threads = [Thread(target=predict, args=(place,)) for place in range(len(found))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in found:
        assert [p.topics for p in each] == [p.topics for p in alone]
        assert all(
            a.probabilities == pytest.approx(b.probabilities, abs=1e-12)
            for a, b in zip(each, alone, strict=True)
        )
