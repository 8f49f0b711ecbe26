"""Learning that starts from another model."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.base import clone

import topicclf
from tests.conftest import LABELS, TEXTS
from topicclf import Plan, TopicClassifier, TopicModel
from topicclf.cli.group import commands
from topicclf.learning.corpus import Corpus
from topicclf.learning.start import start_from
from topicclf.learning.term_vectors import term_vectors_of
from topicclf.learning.thresholds import best_thresholds

# Few articles about an army, in words of which half are not in the others.
_FEW = [
    "The navy ordered a corvette.",
    "A brigade took part in the exercise with frigates.",
    "Soldiers and a corvette met near the border.",
    "The orchestra plays Mahler in the town hall.",
    "A school was painted by the council.",
    "Visitors like the opera season.",
] * 2
_FEW = [f"{text} Note {number}." for number, text in enumerate(_FEW)]
_INVENTED = [
    f"{a}{b}{c}" for a in "bdfgk" for b in "aeio" for c in ("mu", "ra", "so", "vi", "zy", "pe")
]
_FEW_LABELS = [{"defence"}] * 3 + [set[str]()] * 3
_FEW_LABELS = _FEW_LABELS * 2


@pytest.fixture(scope="module")
def base(small: TopicClassifier) -> TopicModel:
    """A model of two topics."""
    return small.model_


def _fit(**settings: object) -> TopicClassifier:
    with pytest.warns(UserWarning, match="expect little of it"):
        return TopicClassifier(**settings).fit(_FEW, _FEW_LABELS)  # type: ignore[arg-type]


def test_words_that_only_the_base_knows_count(base: TopicModel) -> None:
    """No article of the user's mentions them."""
    ordered = "The yard built two frigates."
    from_base = _fit(base=base).model_
    from_scratch = _fit().model_
    assert from_base.predict(ordered).known_share > from_scratch.predict(ordered).known_share


def test_words_of_the_articles_come_in_addition(base: TopicModel) -> None:
    """The base has never met a corvette."""
    model = _fit(base=base).model_
    with_word = model.predict_proba(["corvette corvette"])[0, 0]
    assert model.predict("corvette").known_share == 1
    assert with_word > model.predict_proba(["opera opera"])[0, 0]


def test_weights_of_a_known_topic_are_pulled_to_the_base() -> None:
    """What the base learnt from thousands of articles holds for words that a dozen don't have."""
    from_base = _fit(base="shipped").model_
    army, shop = from_base.predict_proba(["Army, military, troops.", "Art, music, painting."])[:, 0]
    assert army > shop
    army, shop = _fit().model_.predict_proba(["Army, military, troops.", "Art, music, painting."])[
        :, 0
    ]
    assert not army > shop


def test_terms_keep_their_numbers_and_pairs_their_order(base: TopicModel) -> None:
    """Each feature of the base keeps its idf, and texts of known words read the same."""
    old = base.weights.vocabulary
    new, start = start_from(base, ["defence", "sport"], Corpus(_FEW), min_document_frequency=2)
    added = new.unknown - old.unknown
    assert added > 0
    folded = b"the navi navy ordered frigates from the yard"
    np.testing.assert_array_equal(
        np.where(old.terms(folded) == old.unknown, new.unknown, old.terms(folded)),
        new.terms(folded),
    )
    np.testing.assert_array_equal(new.idf[: old.unknown], old.idf[: old.unknown])
    np.testing.assert_array_equal(new.idf[new.unknown :], old.idf[old.unknown :])
    assert (np.diff(new.pairs) > 0).all()
    assert start.known.tolist() == [True, False]
    np.testing.assert_array_equal(start.coef[: old.unknown, 0], base.weights.coef[: old.unknown, 0])
    np.testing.assert_array_equal(start.coef[new.unknown :, 0], base.weights.coef[old.unknown :, 0])
    assert not start.coef[:, 1].any()


@pytest.fixture(scope="module")
def well_read() -> TopicModel:
    """A model of 600 articles on three themes, of forty words each, of which it has one topic."""
    random = np.random.default_rng(0)
    themes = np.array_split(random.permutation(_INVENTED), 3)
    texts = [" ".join(random.choice(themes[n % 3], 12)) + f". {n}" for n in range(600)]
    labels = [{"third"} if n % 3 == 2 else set[str]() for n in range(600)]
    return TopicClassifier().fit(texts, labels).model_


def test_words_are_known_by_those_that_they_turned_up_with(well_read: TopicModel) -> None:
    """The base's articles had no label of the new topic, and the user's lack most of its words."""
    random = np.random.default_rng(0)
    themes = [theme.tolist() for theme in np.array_split(random.permutation(_INVENTED), 3)]
    few = [" ".join(random.choice(themes[n % 2][:10], 8)) + f". {n}" for n in range(24)]
    labels = [{"new"} if n % 2 == 0 else set[str]() for n in range(24)]
    others = [" ".join(theme[15:]) for theme in themes[:2]]
    from_base, from_scratch = (
        TopicClassifier(base=base).fit(few, labels).predict_proba(others)[:, 0]
        for base in (well_read, None)
    )
    assert from_base[0] > 0.5 > from_base[1]
    assert from_scratch[0] == from_scratch[1]


def test_term_vectors_are_saved_and_handed_on(well_read: TopicModel, tmp_path: Path) -> None:
    """To models that start from a model that started from it."""
    well_read.save(tmp_path / "model.npz")
    loaded = TopicModel.load(tmp_path / "model.npz")
    assert loaded.to_bytes() == well_read.to_bytes()
    terms, vectors = term_vectors_of(well_read.weights.vocabulary) or (None, None)
    next_one = _fit(base=loaded).model_
    its_terms, its_vectors = term_vectors_of(next_one.weights.vocabulary) or (None, None)
    assert terms is not None
    np.testing.assert_array_equal(its_terms, terms)
    np.testing.assert_array_equal(its_vectors, vectors)


def test_the_model_file_does_not_change(base: TopicModel, tmp_path: Path) -> None:
    """What a base gave is folded into linear weights."""
    model = _fit(base=base).model_
    model.save(tmp_path / "model.npz")
    loaded = TopicModel.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(loaded.predict_proba(_FEW), model.predict_proba(_FEW))


def test_the_estimator_with_a_base_can_be_cloned(base: TopicModel, tmp_path: Path) -> None:
    """As scikit-learn has it; a base is a model or a path."""
    base.save(tmp_path / "base.npz")
    by_path = TopicClassifier(base=str(tmp_path / "base.npz"))
    assert clone(by_path).get_params()["base"] == str(tmp_path / "base.npz")
    by_model = clone(TopicClassifier(base=base))
    assert by_model.get_params()["base"].topics == base.topics
    np.testing.assert_array_equal(
        _fit(base=by_model.base).predict_proba(_FEW), _fit(base=by_path.base).predict_proba(_FEW)
    )


def test_several_processes_learn_the_same_from_a_base(base: TopicModel) -> None:
    """Each topic gets its own part of the base."""
    one, two = (
        TopicClassifier(base=base, n_jobs=jobs).fit(TEXTS, LABELS).predict_proba(TEXTS)
        for jobs in (1, 2)
    )
    np.testing.assert_array_equal(one, two)


def test_few_positives_draw_low_thresholds_up() -> None:
    """The more there are, the less; high thresholds stay."""

    def threshold(n: int) -> float:
        random = np.random.default_rng(1)
        labels = (random.random((n, 1)) < 0.2).astype(np.int8)
        probability = np.where(labels == 1, 0.3, 0.1) + random.normal(0, 0.04, (n, 1))
        return float(best_thresholds(np.clip(probability, 0.01, 0.99), labels)[0])

    few, some, many = (threshold(n) for n in (50, 500, 20_000))
    assert 0.5 > few > some > many
    assert many == pytest.approx(0.2, abs=0.03)


def test_the_command_starts_from_a_base_and_the_card_says_so(
    base: TopicModel, tmp_path: Path
) -> None:
    """With the options that made it."""
    base.save(tmp_path / "base.npz")
    lines = [
        {"text": text, "topics": sorted(topics)}
        for text, topics in zip(_FEW, _FEW_LABELS, strict=True)
    ]
    (tmp_path / "few.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = CliRunner().invoke(
        commands,
        [
            *("train", str(tmp_path / "few.jsonl"), "--out", str(tmp_path / "m")),
            *("--base", str(tmp_path / "base.npz")),
        ],
    )
    assert result.exit_code == 0, result.output
    card = (tmp_path / "m" / "README.md").read_text()
    assert f"--base {tmp_path / 'base.npz'}" in card
    assert "It started from another model, whose SHA-256 is" in card
    assert topicclf.load(tmp_path / "m").predict("The yard built two frigates.").known_share > 0.5


def test_a_model_in_a_plan_can_be_a_base(base: TopicModel, tmp_path: Path) -> None:
    """The provenance is JSON all the same."""
    lines = [
        {"text": text, "topics": sorted(topics)}
        for text, topics in zip(_FEW, _FEW_LABELS, strict=True)
    ]
    (tmp_path / "few.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    plan = Plan(settings={"base": base})
    result = topicclf.train(tmp_path / "few.jsonl", out=tmp_path / "m", plan=plan)
    assert result.model.provenance["training"]["settings"]["base"] == "a model"


def test_a_base_that_does_not_exist_is_named(tmp_path: Path) -> None:
    """Before anything is read."""
    (tmp_path / "few.jsonl").write_text('{"text": "A text.", "topics": []}\n')
    result = CliRunner().invoke(
        commands,
        ["train", str(tmp_path / "few.jsonl"), "--base", "nowhere", "--out", str(tmp_path / "m")],
    )
    assert result.exit_code == 3
    assert "no such file: nowhere/model.npz" in result.output
