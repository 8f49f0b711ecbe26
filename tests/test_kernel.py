"""The compiled kernel: the answers of the NumPy path, whatever the text, and never a crash."""

import gzip
import json
import os
import pickle
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.dirt import COOKIES, CREDITS, HEADINGS, HEADLINES, SHARE_BARS, SIGN_UPS
from tests.paths import made_up, on_numpy, random_text, worst_difference
from topicclf import TopicModel, kernel
from topicclf.features.batch import read
from topicclf.features.fingerprints import FoldedWords
from topicclf.features.vocabulary import Vocabulary
from topicclf.text.furniture import GATE
from topicclf.text.prose import prose
from topicclf.text.words import fold, words

pytestmark = pytest.mark.skipif(not kernel.available, reason="the kernel is not built")

# They have the fingerprints of "\x01", which was the mark between articles, and of "war".
MARK_TWIN = "1expttaius9kqz7q"
WAR_TWIN = "g7txtwk8mf08ihfq"
TEXTS = st.lists(
    st.text(st.characters(), max_size=200)
    | st.lists(
        st.sampled_from(["navy", "oil\u2019s", "quake,", "tariffs", "Côte", "F-35"]), max_size=300
    ).map(" ".join)
    | st.text("ab \x00\x01é\u200d'\ud800\n", max_size=40).map(lambda text: text * 9),
    max_size=6,
)


@pytest.fixture(scope="module")
def numpy_model(shipped: TopicModel) -> TopicModel:
    """The shipped model on the NumPy path."""
    return on_numpy(shipped)


@pytest.fixture(params=["kernel", "numpy"])
def model(request: pytest.FixtureRequest, shipped: TopicModel, numpy_model: TopicModel) -> Any:
    """The shipped model on either path."""
    return shipped if request.param == "kernel" else numpy_model


@settings(deadline=None)
@given(TEXTS)
def test_both_paths_answer_alike(
    shipped: TopicModel, numpy_model: TopicModel, texts: list[str]
) -> None:
    """Whatever the Unicode."""
    assert worst_difference(shipped, numpy_model, texts) < 1e-12


def test_both_paths_explain_alike(shipped: TopicModel, numpy_model: TopicModel) -> None:
    """What a topic depends on, too."""
    text = "The navy ordered two frigates from a yard that the army had paid with tanks. " * 9
    ours, theirs = (each.explain(text) for each in (shipped, numpy_model))
    tip, other = ours.topics["defence"].tip, theirs.topics["defence"].tip
    assert tip
    assert other
    assert len(tip.words) > 1
    assert tip.words == other.words
    assert tip.probability == pytest.approx(other.probability, abs=1e-12)


@settings(deadline=None)
@given(TEXTS)
def test_both_paths_number_words_alike(
    shipped: TopicModel, numpy_model: TopicModel, texts: list[str]
) -> None:
    """Words, pairs and where articles end."""
    ours = read(texts, shipped.weights.vocabulary)
    theirs = read(texts, numpy_model.weights.vocabulary)
    for name in ("terms", "pairs", "starts", "ends"):
        assert getattr(ours, name).tolist() == getattr(theirs, name).tolist(), name


@pytest.mark.parametrize("name", ["dev", "dev-modern", "dev-world"])
def test_both_paths_answer_alike_on_real_articles(
    shared: Path, shipped: TopicModel, numpy_model: TopicModel, name: str
) -> None:
    """Title or none."""
    with gzip.open(shared / "corpus" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        articles = [json.loads(line) for line in file]
    difference = shipped.predict_proba(articles) - numpy_model.predict_proba(articles)
    assert np.abs(difference).max() < 1e-12


@pytest.mark.parametrize("n_topics", [0, 1, 2, 7, 8, 9, 16, 300, 1000])
def test_both_paths_answer_alike_for_any_number_of_topics(n_topics: int) -> None:
    """Rows are summed eight numbers at a time."""
    ours = made_up(n_topics)
    random = Random(n_topics)
    texts = [random_text(random) for _ in range(20)]
    assert worst_difference(ours, on_numpy(ours), texts) < 1e-12


@pytest.mark.parametrize("n_topics", [0, 1, 4, 9])
def test_both_paths_answer_alike_without_some_words(n_topics: int) -> None:
    """Without none and without all of them, too; and new neighbours make new pairs."""
    ours = made_up(n_topics)
    random = np.random.default_rng(n_topics)
    for seed in range(20):
        text = random_text(Random(seed))
        terms = read([text], ours.weights.vocabulary).terms[:-1]
        kept = random.random((6, len(terms))) < random.random((6, 1))
        kept[:2] = [[True], [False]]
        one, other = (each._judge.without(terms, kept) for each in (ours, on_numpy(ours)))
        assert np.abs(one - other).max(initial=0) < 1e-12
        if len(terms):
            assert np.abs(one[0] - ours.predict_proba([text])[0]).max(initial=0) < 1e-12


@pytest.mark.parametrize(
    ("terms", "kept", "message"),
    [
        ([0, 10**6], [[True, True]], "the term 1000000 is out of range"),
        ([0, -1], [[True, True]], "the term -1 is out of range"),
        ([0, 0], [True, True, True], "kept must have rows of 2 bytes"),
        ([0, 0], [[1.0, 0.0]], "kept must have rows of 2 bytes"),
        ([0, 0], [[True, True]] * 2, "probabilities must have 6 items, not 3"),
    ],
)
def test_words_that_do_not_fit_are_refused(terms: Any, kept: Any, message: str) -> None:
    """Nothing is read outside of the arrays."""
    judge = made_up(3)._judge._kernel
    assert judge is not None
    with pytest.raises(ValueError, match=message):
        judge.without(np.array(terms), np.array(kept), np.empty((1, 3)))


@pytest.mark.parametrize("n_words", [0, 1, 2, 10])
def test_both_paths_answer_alike_for_small_vocabularies(n_words: int) -> None:
    """Even for one without words."""
    ours = made_up(3, n_words=n_words)
    texts = ["", "w0 w0 w1x", *(random_text(Random(seed)) for seed in range(20))]
    assert worst_difference(ours, on_numpy(ours), texts) < 1e-12


def test_every_character_is_read_as_text_words_read_it() -> None:
    """Each code point once, between letters; each word that this gives has its own term."""
    texts = [" ".join(f"q{chr(code)}z" for code in range(start, start + 0x1000))
             for start in range(0, 0x110000, 0x1000)]  # fmt: skip
    surfaces = sorted({word for text in texts for word in words(text)})
    vocabulary = Vocabulary(
        surfaces=b" ".join(surfaces),
        surface_terms=np.arange(len(surfaces)),
        pairs=np.empty(0, np.int64),
        idf=np.ones(len(surfaces) + 1, np.float32),
    )
    number = {word: term for term, word in enumerate(surfaces)}
    found = read(texts, vocabulary)
    for text, start, end in zip(texts, found.starts.tolist(), found.ends.tolist(), strict=True):
        assert found.terms[start:end].tolist() == [number[word] for word in words(text)]


@pytest.mark.parametrize("around", [15, 16, 63, 64, 65, 4095, 4096, 4097, 8192, 3 * 4096])
@pytest.mark.parametrize("joint", [" ", "'", "\u2019", "é", ""])
def test_words_are_whole_wherever_they_lie(
    shipped: TopicModel, numpy_model: TopicModel, around: int, joint: str
) -> None:
    """Texts are read in strips, strips in blocks."""
    texts = [
        "a " * (length // 2) + f"frigates{joint}navy" + tail
        for length in range(around - 12, around + 4)
        for tail in ("", " ", " end")
    ]
    ours, theirs = (read(texts, each.weights.vocabulary) for each in (shipped, numpy_model))
    assert ours.terms.tolist() == theirs.terms.tolist()
    assert ours.ends.tolist() == theirs.ends.tolist()


def test_words_of_any_length_are_told_apart(model: TopicModel) -> None:
    """The vocabulary has words that begin alike, and texts have longer ones."""
    stem = "x" * 15
    surfaces = sorted(stem[:8] + "y" * n for n in range(60))
    vocabulary = Vocabulary(
        surfaces=" ".join(surfaces).encode(),
        surface_terms=np.arange(len(surfaces)),
        pairs=np.empty(0, np.int64),
        idf=np.ones(len(surfaces) + 1, np.float32),
    )
    if model.weights.vocabulary.lexicon is None:
        vars(vocabulary)["lexicon"] = None
    texts = [" ".join(surfaces), " ".join(f"{word}z {word}" for word in surfaces), "y" * 50_000]
    found = read(texts, vocabulary)
    numbers = list(range(60))
    assert found.terms[: found.ends[0]].tolist() == numbers
    assert found.terms[found.starts[1] : found.ends[1]].tolist() == [
        number for each in numbers for number in (60, each)
    ]
    assert found.terms[found.starts[2] : found.ends[2]].tolist() == [60]


def test_a_crafted_word_shifts_no_other_article(model: TopicModel) -> None:
    """Its fingerprint is that of the mark that used to stand between articles."""
    assert (
        FoldedWords.of(MARK_TWIN.encode()).fingerprints() == FoldedWords.of(b"\x01").fingerprints()
    )
    texts = ["The choir sang Haydn.", "The navy ordered two frigates.", "Tariffs on steel rose."]
    clean = model.predict_proba(texts)
    assert np.array_equal(model.predict_proba([f"A recipe. {MARK_TWIN} Stir.", *texts])[1:], clean)
    assert len(list(model.tag_many([MARK_TWIN, *texts]))) == 4
    assert model.predict(f"{MARK_TWIN} {texts[1]}").n_words == 6


def test_a_crafted_word_is_not_taken_for_another(model: TopicModel) -> None:
    """Its fingerprint is that of "war", but not its letters."""
    assert FoldedWords.of(WAR_TWIN.encode()).fingerprints() == FoldedWords.of(b"war").fingerprints()
    vocabulary = model.weights.vocabulary
    unknown = vocabulary.unknown
    assert vocabulary.terms(f"war {WAR_TWIN} war".encode()).tolist()[1] == unknown
    assert read([f"war {WAR_TWIN} war"], vocabulary).terms.tolist()[1] == unknown
    crafted = model.predict(f"Recipe. {f'{WAR_TWIN} stir ' * 6}")
    plain = model.predict(f"Recipe. {'xqzzyqqj stir ' * 6}")
    assert crafted.probabilities == plain.probabilities


def test_the_kernel_lets_other_threads_run(shipped: TopicModel) -> None:
    """No thread is made to give way, so another one runs only where the kernel lets it."""
    text = "The navy ordered two frigates. " * 30_000
    shipped.predict(text)
    begin, ran = threading.Event(), threading.Event()

    def other() -> None:
        begin.wait()
        ran.set()

    thread = threading.Thread(target=other)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    try:
        thread.start()
        begin.set()
        for _ in range(1000):
            shipped.predict(text)
            if ran.is_set():
                break
        assert ran.is_set()
    finally:
        sys.setswitchinterval(interval)
        thread.join()


def test_threads_that_meet_characters_for_the_first_time_agree() -> None:
    """They fill one table."""
    texts = [
        "".join(map(chr, range(start, start + 3000))) * 8 for start in range(0x80, 0xC000, 3000)
    ]
    found: list[Any] = [None] * 4
    ours = made_up(2)
    expected = on_numpy(ours).predict_proba(texts)

    def predict(place: int) -> None:
        found[place] = ours.predict_proba(texts)

    threads = [threading.Thread(target=predict, args=(place,)) for place in range(len(found))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.abs(each - expected).max() < 1e-12 for each in found)


def test_a_model_that_has_predicted_can_be_pickled(shipped: TopicModel) -> None:
    """The kernel's tables stay behind and are made again."""
    shipped.predict("The navy.")
    again = pickle.loads(pickle.dumps(shipped))
    text = "The navy ordered two frigates."
    assert again.predict(text) == shipped.predict(text)


ARRAYS: dict[str, Any] = {
    "surfaces": b"aa bb cc",
    "terms": np.array([0, 1, 1]),
    "pairs": np.array([1]),
    "idf": np.ones(4, np.float32),
    "fold": fold,
    "salt": 1,
}


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("surfaces", b"aa bb", "2 words and 3 terms"),
        ("surfaces", b"aa bb aa", "not distinct"),
        ("surfaces", "aa bb cc", "bytes"),
        ("terms", np.array([0, 1, 3]), "term 3 is out of range"),
        ("terms", np.array([0, 1, -1]), "term -1 is out of range"),
        ("terms", np.array([0.0, 1, 1]), "terms must be an array of int64"),
        ("terms", np.array([0, 1, 1], np.int32), "terms must be an array of int64"),
        ("terms", np.array([0, 9, 1, 9, 1])[::2], "contiguous"),
        ("pairs", np.array([9]), "pair 9 is out of range"),
        ("pairs", np.array([-1]), "pair -1 is out of range"),
        ("pairs", np.array([1, 1]), "not distinct"),
        ("idf", np.ones(1, np.float32), "1 items for 1 pairs"),
        ("idf", np.ones(4), "idf must be an array of float32"),
    ],
)
def test_a_lexicon_refuses_what_does_not_fit(name: str, value: Any, error: str) -> None:
    """With an error of Python's."""
    kernel.Lexicon(**ARRAYS)
    with pytest.raises((TypeError, ValueError, BufferError), match=error):
        kernel.Lexicon(**{**ARRAYS, name: value})


ROWS: dict[str, Any] = {
    "intercept": np.zeros(2),
    "coef": np.zeros((4, 2), np.float32),
    "idf": np.ones(4, np.float32),
}
JUDGE: dict[str, Any] = {
    "join": np.zeros((2, 6)),
    "join_intercept": np.zeros(2),
    "prevalence": np.zeros(2),
    "thresholds": np.full(2, 0.5),
    "topics": ("one", "two"),
}


def judge(**changes: Any) -> kernel.Judge:
    """A judge of two topics, with some of its arrays exchanged."""
    rows = kernel.Rows(
        kernel.Lexicon(**ARRAYS), **{key: changes.get(key, ROWS[key]) for key in ROWS}
    )
    return kernel.Judge(rows, **{key: changes.get(key, JUDGE[key]) for key in JUDGE})


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("coef", np.zeros((3, 2), np.float32), "coef must have 8 items, not 6"),
        ("coef", np.zeros((4, 2)), "coef must be an array of float32"),
        ("idf", np.zeros(5, np.float32), "idf must have 4 items, not 5"),
        ("intercept", np.zeros(3), "coef must have 12 items"),
        ("join", np.zeros((2, 5)), "join must have 12 items"),
        ("join_intercept", np.zeros(1), "join_intercept must have 2 items"),
        ("prevalence", np.zeros(0), "prevalence must have 2 items"),
        ("thresholds", np.zeros(2, int), "thresholds must be an array of float64"),
        ("topics", ("one",), "topics must have 2 items, not 1"),
        ("topics", ["one", "two"], "must be tuple"),
    ],
)
def test_a_judge_refuses_what_does_not_fit(name: str, value: Any, error: str) -> None:
    """With an error of Python's."""
    judge()
    with pytest.raises((TypeError, ValueError), match=error):
        judge(**{name: value})


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({0: ["a", 7]}, "a text must be a str, not int"),
        ({0: ["a"]}, "must have 2 items, not 4"),
        ({0: 7}, "not iterable"),
        ({1: ["a"]}, "2 texts and 1 titles"),
        ({1: ["a", None]}, "a title must be a str, not NoneType"),
        ({2: np.zeros((2, 1))}, "probabilities must have 4 items, not 2"),
        ({2: np.zeros((2, 2), np.float32)}, "probabilities must be an array of float64"),
        ({3: np.zeros(1, np.int64)}, "known must have 2 items"),
        ({4: b"12345678" * 2}, "writable|read-only"),
    ],
)
def test_judging_refuses_what_does_not_fit(change: dict[int, Any], error: str) -> None:
    """With an error of Python's."""
    fitting = [["a", "b"], None, np.zeros((2, 2)), np.zeros(2, np.int64), np.zeros(2, np.int64)]
    measure: Callable[..., None] = judge().measure
    measure(*fitting)
    with pytest.raises((TypeError, ValueError, BufferError), match=error):
        measure(*(change.get(place, value) for place, value in enumerate(fitting)))


def test_topics_that_are_no_names_end_in_an_error() -> None:
    """Not in a crash."""
    with pytest.raises(TypeError, match="unhashable"):
        judge(topics=([], [])).answer_one("aa", None)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38])
def test_weights_that_are_no_numbers_give_answers_of_some_kind(value: float) -> None:
    """They never get past loading, but the kernel would live through them."""
    lexicon = kernel.Lexicon(**{**ARRAYS, "idf": np.full(4, value, np.float32)})
    coef, idf = np.full((4, 2), value, np.float32), np.full(4, value, np.float32)
    odd = kernel.Judge(kernel.Rows(lexicon, np.zeros(2), coef, idf), **JUDGE)
    assert len(odd.answer_one("aa bb cc " * 100, "")[1]) == 2


def test_an_error_in_folding_reaches_the_caller() -> None:
    """And the character is asked for again."""
    asked: list[str] = []

    def broken(character: str) -> bytes:
        asked.append(character)
        if len(asked) == 1:
            raise KeyboardInterrupt
        return b"aa"

    lexicon = kernel.Lexicon(**{**ARRAYS, "fold": broken})
    with pytest.raises(KeyboardInterrupt):
        lexicon.number(["é" * 10_000])
    assert np.frombuffer(lexicon.number(["é"])[0], np.int64).tolist() == [0, 2]
    assert asked == ["é", "é"]


@pytest.mark.parametrize("folded", ["text", b"x" * 256, b"a b", b"a\0", None])
def test_folding_that_makes_no_sense_is_refused(folded: Any) -> None:
    """It never does; but nothing is written where it should not be."""
    lexicon = kernel.Lexicon(**{**ARRAYS, "fold": lambda character: folded})
    with pytest.raises((TypeError, ValueError)):
        lexicon.number(["é"])


def test_the_kernel_can_be_switched_off() -> None:
    """And the program says so."""
    switched_off = {**os.environ, "TOPICCLF_KERNEL": "off"}
    for more, expected in ((dict(os.environ), "compiled kernel"), (switched_off, "NumPy path")):
        for arguments in (["--version"], ["info"]):
            command = [sys.executable, "-m", "topicclf", *arguments]
            said = subprocess.run(command, env=more, capture_output=True, text=True, check=True)
            assert expected in said.stdout


_STRANGE_KERNEL = """
import sys, types
strange = types.ModuleType("topicclf.kernel._kernel")
vars(strange).update(%s)
sys.modules[strange.__name__] = strange
import topicclf
print(topicclf.predict("The navy fired missiles at the coast.").topics)
sys.argv = ["topicclf", "--version"]
from topicclf.cli import main
main()
"""


@pytest.mark.parametrize(
    "offered",
    [{"Rows": None, "Lexicon": None}, dict.fromkeys(kernel.__all__[:5]) | {"INTERFACE": -1}],
    ids=["older", "newer"],
)
def test_a_kernel_of_another_version_is_left_alone(offered: dict[str, Any]) -> None:
    """As a clone has it when a pull changed what was built; NumPy predicts, and it is said why."""
    command = [sys.executable, "-c", _STRANGE_KERNEL % offered]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "defence" in said
    assert "NumPy path (the compiled kernel is of another version: install topicclf again)" in said


def test_the_kernel_is_of_the_stable_interface() -> None:
    """One build serves every version from 3.11 on."""
    import topicclf.kernel._kernel as _kernel

    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        assert ".abi3." in str(_kernel.__file__) or sys.platform == "win32"


_PARAGRAPHS = (
    "The choir sang in the old theatre, and it will sing again in the spring of next year.",
    "\u201cWe sang for hours,\u201d she said",
    "\u00c9douard sang, too\u2026",
    "What happens next",
    "The choir sang an old song about new tar-",
    "iffs and im\u00ad ",
)
_AUTHORS = (
    "about the author", "Jane Roe is a %s", "Jane Roe, 40, %s music", "The author %s music",
    "She has %s for years", "They joined the paper as editors", "%s by Jane Roe", "By Jane Roe",
    "Follow her now", "Jane Roe contributed to this report", "\u00c9mile Roe is the %s here",
)  # fmt: skip
_VERBS = st.sampled_from(
    ["reporter", "\u017fenior fellow", "lecturer", "covers", "write\u017f", "worked", "Words"]
)
_ROWS = st.sampled_from([" | ", " > ", " \u2022 ", " / ", " \u00b7 "]).map(
    lambda mark: mark.join(["Home", "News", "Sport"])
)
_DIRT = st.sampled_from(
    [
        line
        for kind in (COOKIES, CREDITS, HEADINGS, HEADLINES, SHARE_BARS, SIGN_UPS)
        for line in kind
    ]
)
_LINES = st.one_of(
    st.sampled_from(_PARAGRAPHS),
    _DIRT,
    _ROWS,
    st.builds(lambda line, verb: line.replace("%s", verb), st.sampled_from(_AUTHORS), _VERBS),
    st.text(max_size=12),
)
_ENDS = st.sampled_from(["", "", ".", " ", "\r", "-", "\u00a0", "\u201d", "?\u2019", "\u2010", ";"])
_WRITTEN = st.lists(
    st.builds(lambda start, line, end: start + line + end,
              st.sampled_from(["", "", "", "- ", "\u2022 ", " ", "(", "www."]), _LINES, _ENDS),
    min_size=2, max_size=7,
).map("\n".join)  # fmt: skip


def _looked_at(text: str) -> str:
    """What is left of a text that the kernel isn't asked about."""
    with patch("topicclf.text.prose.GATE", None), patch("topicclf.text.furniture.GATE", None):
        return prose(text)


@given(_WRITTEN)
@settings(max_examples=400, deadline=None)
def test_the_kernel_lets_no_furniture_pass(text: str) -> None:
    """Nor a broken word: where it spares the closer look, that would find nothing."""
    assert prose(text) == _looked_at(text)


@pytest.mark.parametrize(
    "line",
    [
        "About the author: she sings.",
        "Jane Roe is a reporter in Elmtown.",
        "Jane Roe, 40, covers music.",
        "Jane Roe write\u017f about music.",
        "Jane Roe has worked as a singer for years.",
        "Jane Roe joined the paper as a singer in May.",
        "Words by Jane Roe.",
        "By Jane Roe.",
        "Follow her.",
        "Jane Roe contributed to this report.",
        "Our free newsletter, delivered to your inbox every day.",
        "You can sign up for our alerts, straight to your inbox.",
        "Got a story? Email us or get in touch.",
    ],
)
def test_the_kernel_lets_no_line_at_the_end_pass(line: str) -> None:
    """Though it ends as sentences do."""
    text = f"{_PARAGRAPHS[0]}\n{_PARAGRAPHS[0]}\n{line}"
    assert prose(text) == _looked_at(text) == f"{text.removesuffix(line)}{' ' * len(line)}"


def test_the_kernel_spares_plain_articles_a_closer_look() -> None:
    """Such as begin like an invitation, have a slash or an ampersand, or end with a name."""
    article = "\n".join(
        [
            *_PARAGRAPHS[:2],
            "More than 200 people at AT&T left and/or retired on 24/7, he said.",
            "\u201cNext year \ud800 will be worse,\u201d said \u00c9mile Roe of <5 days [1990].",
            "The reporter of the paper, Jane Roe, said that the choir had 40 singers.",
        ]
    )
    assert GATE
    assert GATE.is_prose(article)
    assert not GATE.is_prose(f"{article}\nSign up here.")
    assert not GATE.is_prose(f"{article} See example.org/choir.")


def test_a_gate_refuses_lists_that_it_cant_search_for() -> None:
    """Too few of them, too short a string, or too many kinds of words."""
    with pytest.raises(ValueError, match="must have 11 items"):
        kernel.Gate(("a",), "")
    with pytest.raises(ValueError, match="three characters"):
        kernel.Gate(("ab",) * 11, "")
    with pytest.raises(ValueError, match="too many"):
        kernel.Gate(("abc",) * 11, "\n" * 9)
