"""The fast path: whole batches at once, and the same numbers as the plain one."""

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

from topicclf import TopicClassifier, TopicModel
from topicclf.features.batch import Batch, read
from topicclf.features.fingerprints import FoldedWords
from topicclf.features.lookup import Lookup
from topicclf.features.plain import read_plainly
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
def estimator() -> TopicClassifier:
    """The shipped model as the estimator that predicts the readable way."""
    classifier: TopicClassifier = joblib.load(PIPELINE)
    return classifier


def assert_same(ours: Batch, theirs: Batch) -> None:
    """Two batches hold the same numbers."""
    for name in ("terms", "pairs", "starts", "ends"):
        assert getattr(ours, name).tolist() == getattr(theirs, name).tolist(), name


@given(TEXTS)
def test_batches_are_read_as_the_plain_way_reads_them(
    small: TopicClassifier, texts: list[str]
) -> None:
    """Words, pairs and where articles end, whatever the Unicode."""
    vocabulary = small.model_.weights.vocabulary
    assert_same(read(texts, vocabulary), read_plainly(texts, vocabulary))


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_probabilities_are_those_of_the_plain_way(
    estimator: TopicClassifier, shipped: TopicModel, texts: list[str]
) -> None:
    """To a millionth, in a batch and one by one."""
    plain = estimator.predict_proba(texts)
    assert np.abs(shipped.predict_proba(texts) - plain).max(initial=0) < 1e-6
    for text, row in zip(texts, plain, strict=True):
        found = shipped.predict(text)
        assert list(found.probabilities.values()) == pytest.approx(row.tolist(), abs=1e-6)
        assert found.n_words == len(words(text))


def test_our_own_articles_get_the_probabilities_of_the_plain_way(
    estimator: TopicClassifier, shipped: TopicModel, articles: list[dict[str, Any]]
) -> None:
    """Of every length, with titles."""
    difference = estimator.predict_proba(articles) - shipped.predict_proba(articles)
    assert np.abs(difference).max() < 1e-6


@pytest.mark.parametrize("name", ["dev", "dev-modern"])
def test_real_articles_get_the_probabilities_of_the_plain_way(
    shared: Path, estimator: TopicClassifier, shipped: TopicModel, name: str
) -> None:
    """Title or none."""
    with gzip.open(shared / "corpus" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        articles = [json.loads(line) for line in file]
    difference = estimator.predict_proba(articles) - shipped.predict_proba(articles)
    assert np.abs(difference).max() < 1e-6


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
