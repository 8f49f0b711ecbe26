"""Whether a text is in the model's language."""

import gzip
import json
from pathlib import Path

import pytest

import topicclf
from topicclf import TopicModel

TEXTS = {
    path.stem: path.read_text("utf-8").splitlines()
    for path in sorted((Path(__file__).parent / "languages").glob("*.txt"))
}


@pytest.mark.parametrize("language", [name for name in TEXTS if name not in {"hr", "ru"}])
def test_short_news_in_another_language_is_flagged_and_named(
    shipped: TopicModel, language: str
) -> None:
    """All twelve are flagged; one in twelve may be taken for a sister language."""
    found = [shipped.predict(text).language for text in TEXTS[language]]
    assert None not in found
    assert found.count(language) >= 11


@pytest.mark.parametrize("language", ["hr", "ru"])
def test_a_language_without_a_list_or_in_another_script_is_flagged(
    shipped: TopicModel, language: str
) -> None:
    """Its words are unknown, whatever it is taken for."""
    assert None not in [shipped.predict(text).language for text in TEXTS[language]]


def test_english_of_our_own_is_never_flagged(
    shipped: TopicModel, articles: list[dict[str, object]]
) -> None:
    """Articles that no model was trained on."""
    assert {found.language for found in shipped.predict_many(articles)} == {None}


def test_real_english_is_hardly_ever_flagged(shared: Path, shipped: TopicModel) -> None:
    """One in a thousand at most."""
    for name in ("dev", "dev-modern"):
        with gzip.open(shared / "corpus" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            found = [each.language for each in shipped.predict_many(map(json.loads, file))]
        assert sum(each is not None for each in found) <= len(found) / 1000


@pytest.mark.parametrize("text", ["", "2026", "Navy orders frigates", "Putin in Berlin"])
def test_nothing_is_said_of_texts_that_say_nothing(text: str) -> None:
    """No words, numbers and headlines of known words."""
    assert topicclf.predict(text).language is None


def test_a_model_knows_its_languages(shipped: TopicModel) -> None:
    """By the function words in its vocabulary."""
    assert shipped.languages == {"en"}


def test_a_model_of_another_language_is_at_home_in_that() -> None:
    """Trained on German, it flags English."""
    texts = [f"{text} Nummer {i}." for i in range(9) for text in TEXTS["de"]]
    words = (Path(topicclf.__file__).parent / "text" / "function_words.txt").read_text("utf-8")
    [german] = [line[3:] for line in words.splitlines() if line.startswith("de ")]
    labels = [{"a"} if "Marine" in text or "Soldaten" in text else {"b"} for text in texts]
    model = topicclf.TopicClassifier().fit([f"{text} {german}" for text in texts], labels).model_
    assert model.languages == {"de"}
    assert model.predict("Die Fregatten sind noch nicht fertig.").language is None
    assert model.predict("The frigates are not ready and the yard has no money.").language == "en"


def test_streams_tell_it_as_well(shipped: TopicModel) -> None:
    """The same from tag_many, and in to_dict."""
    texts = [TEXTS["fr"][0], "The navy ordered two frigates."]
    assert [language for _, _, language in shipped.tag_many(texts)] == ["fr", None]
    assert shipped.predict(texts[0]).to_dict()["language"] == "fr"
