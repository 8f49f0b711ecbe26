"""Evidence that people can read: whole sentences, and phrases that mean something."""

import gzip
import json
import textwrap
from itertools import pairwise
from pathlib import Path

import pytest

import topicclf
from topicclf import TopicModel
from topicclf.evidence.phrases import WeighedWords, phrases
from topicclf.text.language import function_words
from topicclf.text.places import word_places
from topicclf.text.sentences import sentence_spans
from topicclf.text.words import words

USUAL = (  # noqa: SIM905
    "Mr. Mrs. Ms. Dr. Prof. Gen. Col. Lt. Capt. Adm. Maj. Sen. Gov. Rev. St. Mt. Ft. No. Jan. Feb."
    " Aug. Sept. Oct. Nov. Dec. Inc. Corp. Co. Ltd. Jr. vs. U.S. U.N. a.m. p.m. etc. Rep. Sgt."
).split()


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize("word", USUAL)
def test_the_usual_abbreviations_end_no_sentence(word: str) -> None:
    """Whatever a model has learnt; in lower case, too."""
    text = f"The visitor {word} Smith left. Then he came back."
    assert _sentences(text) == [f"The visitor {word} Smith left.", "Then he came back."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said no. Then he left.", 2),
        ("No. We won't.", 2),
        ("The No. 2 base fell. No. 3 held.", 2),
        ("The cat sat. They left.", 2),
        ("It is made by Acme Inc. The deal is done.", 2),
        ("They met at 5 p.m. The navy left.", 2),
        ("He lives in the U.S. However, he is away.", 2),
        ("Gen. Ito, J. R. Smith and Sen. Poole met on Jan. 12 at St. Mary's.", 1),
        ("the navy fired. the army left at noon. gen. ito said so.", 3),
        ("A headline without a stop\nA sentence below it.", 2),
        ("The general, said Mr.\nSmith, has left.", 1),
        ("The navy sent\nfrigates. They came late.", 2),
    ],
)
def test_sentences_end_where_people_end_them(text: str, expected: int) -> None:
    """By the words on both sides of a stop."""
    assert len(_sentences(text)) == expected


def test_wrapped_lines_give_the_sentences_of_the_paragraphs(shared: Path) -> None:
    """On real articles, wrapped at 72 characters, all but one in a hundred."""
    whole: list[str] = []
    lost: list[str] = []
    with gzip.open(shared / "corpus" / "dev-world.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in list(file)[::5]:
            paragraphs = [each for each in json.loads(line)["text"].split("\n") if each.strip()]
            plain = _sentences("\n\n".join(paragraphs))
            wrapped = "\n\n".join(
                textwrap.fill(each, 72, break_on_hyphens=False) for each in paragraphs
            )
            found = {" ".join(sentence.split()) for sentence in _sentences(wrapped)}
            spaced = [" ".join(sentence.split()) for sentence in plain]
            whole += spaced
            lost += [sentence for sentence in spaced if sentence not in found]
    assert len(whole) > 500
    assert len(lost) <= 0.01 * len(whole), lost[:5]


@pytest.mark.parametrize("unit", ["a.\n", "No. ", "Mr.\n", ". ", "a\n", "U.S. ", "a.b", "x.     "])
def test_sentences_take_linear_time(unit: str) -> None:
    """A quadratic step would take minutes."""
    text = unit * (300_000 // len(unit))
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)


def _phrases(sentence: str, **gains: float) -> list[str]:
    """The phrases, from what words and (joined by a line) pairs say."""
    read = words(sentence)
    names = [word.decode() for word in read]
    starts, ends = word_places(sentence)
    weighed = WeighedWords(
        text=sentence,
        starts=starts.tolist(),
        ends=ends.tolist(),
        words=read,
        gains=[gains.get(name, 0.0) for name in names],
        pair_gains=[gains.get(f"{a}_{b}", 0.0) for a, b in pairwise(names)],
    )
    found = phrases(weighed, stop_words=function_words({"en"}))
    return [sentence[each.start : each.end] for each in found]


def test_phrases_are_what_people_would_underline() -> None:
    """No shred of an abbreviation, no word of grammar at an end, no half of a joined word."""
    assert _phrases("The U.S. Navy sent", u_s=1.0, s_navy=2.0, navy=3.0) == ["Navy"]
    assert _phrases("exports to China", exports=2.0, exports_to=1.0) == ["exports"]
    assert _phrases("duties on dates", duties=1.0, duties_on=1.0, on_dates=1.0, dates=0.5) == [
        "duties on dates"
    ]
    assert _phrases("two F-35 jets", f_35=1.0, jets=0.5) == ["F-35", "jets"]
    assert _phrases("oil, gas", oil=1.0, gas=0.9, oil_gas=5.0) == ["oil", "gas"]
    assert _phrases("crude oil prices", crude=1.0, oil=1.0, prices=-3.0, crude_oil=1.0) == [
        "crude oil"
    ]
    assert _phrases("one of the", one_of=4.0, of_the=4.0) == []


def test_the_same_pair_again_and_again_is_cut() -> None:
    """It once went deeper than Python goes."""
    found = _phrases("oil " * 5000, oil=1.0, oil_oil=1.0)
    assert sum(phrase.split().count("oil") for phrase in found) == 5000
    assert max(len(phrase.split()) for phrase in found) == 5


def test_a_long_joined_word_takes_linear_time() -> None:
    """Looking at it anew for each of its parts would take minutes."""
    assert _phrases("a." * 50_000 + "a", a=1.0) == []
    [phrase] = _phrases("7-" * 50_000 + "a", a=1.0)
    assert phrase.endswith("7-a")


STOP_WORDS = {word.decode() for word in function_words({"en"})}


@pytest.mark.parametrize("corpus", ["dev", "dev-modern", "dev-world"])
def test_few_lists_of_evidence_have_a_shred(corpus: str, shared: Path, shipped: TopicModel) -> None:
    """At most one in a hundred."""
    lists = shreds = 0
    with gzip.open(shared / "corpus" / f"{corpus}.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in list(file)[::4]:
            for evidence in shipped.predict(json.loads(line)["text"]).evidence.values():
                lists += 1
                shreds += any(map(_is_shred, evidence.terms))
    assert lists > 20
    assert shreds <= 0.01 * lists


def _is_shred(term: str) -> bool:
    read = words(term)
    ends = {term.split()[0], term.split()[-1]}
    return bool(ends & STOP_WORDS) or len(read[0]) == 1 == len(term.split()[0])


def test_terms_are_whole_words_of_the_text(shipped: TopicModel) -> None:
    """They begin and end where words do."""
    text = "The U.S. Navy's F-35 jets hit Houthi-run missile sites; exports to Yemen had stopped."
    found = topicclf.predict(text).evidence["defence"]
    for term in found.sentences[0].terms:
        assert not text[term.start - 1 : term.start].isalnum()
        assert not text[term.end : term.end + 1].isalnum()
    assert "navy" in found.terms
