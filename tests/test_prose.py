"""What isn't prose is no word, and every place in the user's own text keeps its meaning."""

import gzip
import json
from pathlib import Path

import pytest

import topicclf
from benchmarks.dirt import WAYS, changed_share
from topicclf import TopicModel
from topicclf.text.article import Article
from topicclf.text.furniture import without_furniture
from topicclf.text.prose import prose
from topicclf.text.words import words

TARIFFS = (
    "The government said on Monday that it would raise import tariffs on steel and aluminium. "
    "Exporters warned that the duties would break the trade agreement signed two years ago."
)
CHOIR = "The choir sang in the old theatre on Saturday.\nA new album will come out in the spring."
UNSEEN = [0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x200E, 0x202A, 0x34F, 0xFE0F]


@pytest.mark.parametrize("code", UNSEEN)
def test_characters_that_nobody_sees_dont_part_words(code: int, shipped: TopicModel) -> None:
    """Soft hyphens, joiners, marks of direction and order: with the kernel and without."""
    split = " ".join(word[:3] + chr(code) + word[3:] for word in TARIFFS.split(" "))
    assert words(split) == words(TARIFFS)
    plain, found = shipped.predict(TARIFFS), shipped.predict(split)
    assert found.probabilities == plain.probabilities
    for sentence in found.evidence["trade"].sentences:
        assert split[sentence.start : sentence.end] == sentence.text
        for term in sentence.terms:
            assert split[term.start : term.end] == term.text
    assert found.evidence["trade"].terms == plain.evidence["trade"].terms


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("iPhone\u2122 25 km\u00b2 CO\u2082 gas\u00b9", "iphone 25 km co2 gas"),
        ("See https://example.org/oil/gas?x=navy, he said", "see he said"),
        ("See www.navy.example, he said", "see he said"),
        ("(write to oil.gas@navy.example)", "write to"),
        ("example.com/oil/gas was down", "was down"),
        ("in /srv/oil/gas.csv and C:\\navy\\war.txt or data/oil.csv", "in and or"),
        ("24/7 and/or U.S./China at 30km/h", "24 7 and or u s china at 30km h"),
        ("AT&T, R&D; oil &amp; gas", "at t r d oil gas"),
        ("a [deal](https://example.org/navy) and [one](/oil 'War') [more][navy]",
         "a deal and one more"),
        ("![Navy at war](/oil.png) Rain fell [in] (June)", "rain fell in june"),
        ("Rain.\n```sh\noil --gas\n```\nSun.", "rain sun"),
        ("Rain fell.<br/>Sun <img src='navy.png'>shone.", "rain fell sun shone"),
        ("new tar-\niffs and im-\n  ports", "new tariffs and imports"),
        ("new tar\u00ad\niffs", "new tariffs"),
        ("short-\nterm and short-term", "short term and short term"),
        ("the Franco-\nGerman deal -\nhe said", "the franco german deal he said"),
        ("caf&eacute;s", "cafes"),
    ],
)  # fmt: skip
def test_only_prose_is_read(text: str, read: str) -> None:
    """And it has the length of what was given."""
    assert len(prose(text)) == len(text)
    assert b" ".join(words(prose(text))).decode() == read


def test_a_text_that_is_prose_is_taken_as_it_is() -> None:
    """No copy is made of it."""
    for text in (
        "",
        CHOIR,
        TARIFFS,
        "A fight - and a draw.\r\n\r\nTwo; three: four? \u201cFive.\u201d",
    ):
        assert prose(text) is text


def test_evidence_and_explanation_point_into_the_text_as_given(shipped: TopicModel) -> None:
    """Though what isn't prose isn't read; one by one and in a stream."""
    broken = TARIFFS.replace("tariffs", "tar-\niffs")
    text = f"Sign up for our news alerts\n{broken}\nhttps://x.example/navy"
    for found in (shipped.predict(text), *shipped.predict_many([text, {"text": text}])):
        assert found.topics == ("trade",)
        for sentence in found.evidence["trade"].sentences:
            assert text[sentence.start : sentence.end] == sentence.text
            assert all(text[term.start : term.end] == term.text for term in sentence.terms)
        assert any("tariffs" in term for term in found.evidence["trade"].terms)
    explanation = shipped.explain(text)
    assert explanation.text == text
    assert all(mark.end <= len(text) for mark in explanation.topics["trade"].marks)


FURNITURE = [
    "Sign up for our Energy and Trade newsletter: oil, gas, tariffs and more.",
    "Get the latest on missiles and warships in your inbox every morning",
    "Follow us on Twitter and Facebook for more on oil, gas and pipelines",
    "Share this article: Facebook | Twitter | WhatsApp | Email",
    "We use cookies to measure electricity, oil and gas traffic. Accept all",
    "By continuing to browse this site you agree to our cookies.",
    "Photo: An oil tanker burns in the strait (Reuters)",
    "Soldiers fire a missile during an exercise. (AP Photo/Jane Roe)",
    "Jane Roe is a reporter covering oil, gas and electricity for the Elmtown Echo.",
    "Read more: Navy sends two frigates",
    "The Morning Briefing: everything you need to know about trade and tariffs. Sign up here.",
    "Click here for more news about tariffs and trade.",
    "Our site uses cookies for analytics, personalised content and ads about oil and gas.",
    "Soldiers patrol near the border after a missile attack. [Photo: AFP]",
    "By Jane Roe, Energy Editor",
    "Jane Roe, a former naval officer, is a senior fellow at the Institute for War Studies.",
    "Also on the Echo: Gas pipeline blown up",
    "Most read in Business: Oil price crash explained",
    "Terms of use | Privacy policy | Energy | Trade | Defence",
    "Home > News > Energy > Oil and gas",
    "Have you been affected by the floods? Email us at stories@echo.example",
    "If you enjoyed this article, sign up for our weekly newsletter on oil markets.",
    "Facebook Twitter LinkedIn Email Copy link",
    "\u00a9 2026 Northgas Oil and Energy plc. All rights reserved.",
]


@pytest.mark.parametrize("line", FURNITURE)
def test_a_line_of_the_page_is_no_part_of_the_article(line: str, shipped: TopicModel) -> None:
    """After it, it changes nothing; alone, it is all that there is."""
    assert shipped.predict(f"{CHOIR}\n{line}").probabilities == (
        shipped.predict(CHOIR).probabilities
    )
    assert without_furniture(line) == line


@pytest.mark.parametrize("heading", ["", "Related articles:\n", "MOST READ\n"])
@pytest.mark.parametrize("bullet", ["", "- ", "\u2022 "])
def test_headlines_of_other_articles_are_left_out(heading: str, bullet: str) -> None:
    """Three or more after the last paragraph, whatever is above them."""
    headlines = [
        "Navy Sends Two Frigates to the Strait",
        "Oil prices jump as OPEC cuts output",
        "What is behind the new tariffs?",
    ]
    own = f"{TARIFFS}\n{CHOIR}"
    text = f"{own}\n\n{heading}" + "\n".join(bullet + each for each in headlines)
    assert prose(text).split() == own.split()


@pytest.mark.parametrize(
    "text",
    [
        # Headlines are the whole text.
        "Navy Sends Two Frigates\nOil prices jump as OPEC cuts output\nTariffs rise again today",
        # A list that the article introduces.
        f"{CHOIR}\nIt is supported by:\nThe Navy League of Elmtown\nThe Oil Workers of Elmtown\n"
        "The Gas Workers of Elmtown",
        # What someone said, or did.
        f"{CHOIR}\nSign up for emergency alerts now, the governor told residents.",
        f"{CHOIR}\nSubscribe to the flood alerts of the agency, it told farmers along the river.",
        f"{CHOIR}\nJoin the army, he said, and see the world.",
        # A heading within the article.
        "The choir sang.\nWhat happens next\nIt will sing again in the spring.",
    ],
)
def test_lines_of_an_article_stay(text: str) -> None:
    """However much they look like furniture."""
    assert without_furniture(text) == text
    assert prose(text) is text


def test_reading_again_what_was_read_changes_nothing(shared: Path) -> None:
    """So that it doesn't matter who reads first."""
    with gzip.open(shared / "corpus" / "dev-world.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            once = prose(json.loads(line)["text"])
            assert words(prose(once)) == words(once)


@pytest.mark.parametrize("way", WAYS)
def test_dirt_changes_few_answers(way: str, shared: Path, shipped: TopicModel) -> None:
    """At most three in a hundred, of articles that were never trained on."""
    with gzip.open(shared / "corpus" / "dev-world.jsonl.gz", "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file][::4]
    assert changed_share(shipped, texts, WAYS[way]) <= 0.03


@pytest.mark.parametrize(
    "unit",
    ["a@", "www.", "/a", "http://", "](", "[a](", "![", "```\n", "~~~\n", "-\n", "a-\n", "&amp",
     "Sign up\n", "(photo", "Get A ", "Jane Roe ", "- \n", "@", "\\\\a", "a.a/", "<br", "\u00ad\n"],
)  # fmt: skip
def test_crafted_text_takes_linear_time(unit: str) -> None:
    """A quadratic step would take minutes; and the length stays."""
    text = unit * (300_000 // len(unit)) + "\n<br>&amp;"
    assert len(prose(text)) == len(text)
    assert Article(text).shown == text


def test_marks_of_indic_scripts_dont_part_words() -> None:
    """Nor do those of Thai."""
    for text in ("आधुनिक मानक हिन्दी", "বাংলা ভাষা", "தமிழ் மொழி", "తెలుగు భాష", "ภาษา ไทย"):
        assert len(words(text)) == len(text.split())


def test_the_readers_of_a_word_broken_by_a_reference_find_it_whole() -> None:
    """HTML's soft hyphens are references, too."""
    found = topicclf.predict(f"<p>{TARIFFS.replace('tariffs', 'tar&shy;iffs')}</p>")
    assert found.topics == ("trade",)
