"""Adapting a model to the mix of a sample."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from topicclf import TopicClassifier, TopicModel
from topicclf.cli.group import commands
from topicclf.errors import DataError
from topicclf.evaluation.measures import expected_calibration_error
from topicclf.learning.prior_shift import counted_mix, estimate_mix, shifted
from topicclf.training.adaptation import adapt

TOPICS = ("defence", "disaster")
_OF = {
    "defence": ["navy", "army", "missile", "soldiers", "frigate", "tanks", "troops"],
    "disaster": ["quake", "flood", "rescuers", "storm", "victims", "tsunami"],
}
_OTHER = (
    "the council of a town will open its new opera house and school after they had met to talk "
    "of money for roads with all who live in this part and have been there for years"
)


def _mix(n: int, share: float, *, seed: int) -> tuple[list[str], np.ndarray]:
    """Articles of made-up sentences: some without a topic name its words, too."""
    random = np.random.default_rng(seed)
    labels = (random.random((n, len(TOPICS))) < share).astype(np.int8)
    texts = []
    for number, row in enumerate(labels.tolist()):
        words = random.choice(_OTHER.split(), 30).tolist()
        for topic, carried in zip(TOPICS, row, strict=True):
            often = random.poisson(4.0 if carried else 0.6)
            words += random.choice(_OF[topic], often).tolist()
        texts.append(f"{' '.join(random.permutation(words))} {number}")
    return texts, labels


@pytest.fixture(scope="module")
def model() -> TopicModel:
    """A model for a mix in which four in ten articles carry each topic."""
    texts, labels = _mix(600, 0.4, seed=0)
    return TopicClassifier(topics=TOPICS, learn_passages=False).fit(texts, labels).model_


def _error(model: TopicModel, texts: list[str], labels: np.ndarray) -> float:
    probability = model.predict_proba(texts)
    return float(
        np.mean(
            [
                expected_calibration_error(probability[:, t], labels[:, t] == 1)
                for t in range(len(TOPICS))
            ]
        )
    )


def test_the_share_of_a_rare_topic_is_estimated_without_labels(model: TopicModel) -> None:
    """Its interval holds what is true, and not what was true in training."""
    found = adapt(model, _mix(1500, 0.05, seed=1)[0])
    for mix in found.mix.values():
        assert mix.low < 0.05 < mix.high < mix.before
        assert mix.before == pytest.approx(0.4, abs=0.07)


def test_probabilities_hold_in_the_new_mix(model: TopicModel) -> None:
    """Measured on other articles of that mix."""
    adapted = model.adapted(_mix(1500, 0.05, seed=1)[0])
    texts, labels = _mix(3000, 0.05, seed=2)
    assert _error(adapted, texts, labels) < 0.5 * _error(model, texts, labels)


def test_a_promised_precision_is_kept_in_the_new_mix(model: TopicModel) -> None:
    """The threshold that kept it where the topic was frequent does not."""
    sample = _mix(1500, 0.15, seed=1)[0]
    texts, labels = _mix(4000, 0.15, seed=2)
    curves = {topic: model.provenance["curves"][topic] for topic in TOPICS}
    frequent = model.with_thresholds(
        {
            topic: min(
                threshold
                for threshold, bound in zip(curve["threshold"], curve["precision"], strict=True)
                if bound >= 0.7
            )
            for topic, curve in curves.items()
        }
    )
    adapted = model.adapted(sample, precision=0.7)

    def precision(of: TopicModel) -> list[float]:
        tagged = of.predict_proba(texts) >= of.thresholds
        return [
            float((row & yes).sum() / row.sum())
            for row, yes in zip(tagged.T, labels.T == 1, strict=True)
        ]

    assert max(precision(frequent)) < 0.7
    assert min(precision(adapted)) >= 0.7


def test_nothing_changes_but_the_join_and_what_follows_from_it(model: TopicModel) -> None:
    """Weights, vocabulary and topics are the same; so is the order of articles."""
    adapted = model.adapted(_mix(300, 0.05, seed=1)[0])
    texts = _mix(200, 0.2, seed=3)[0]
    assert adapted.weights is model.weights
    assert adapted.topics == model.topics
    np.testing.assert_array_equal(adapted.join.coef, model.join.coef)
    np.testing.assert_array_equal(
        np.argsort(adapted.predict_proba(texts)[:, 0], kind="stable"),
        np.argsort(model.predict_proba(texts)[:, 0], kind="stable"),
    )


def test_adapting_again_to_the_same_sample_changes_nothing(model: TopicModel) -> None:
    """Neither probabilities nor promises wander."""
    sample = _mix(500, 0.05, seed=1)[0]
    once = model.adapted(sample)
    twice = once.adapted(sample)
    np.testing.assert_allclose(twice.join.intercept, once.join.intercept, atol=1e-3)
    for topic in TOPICS:
        np.testing.assert_allclose(
            twice.provenance["curves"][topic]["precision"],
            once.provenance["curves"][topic]["precision"],
            atol=2e-3,
        )


def test_labels_mend_what_the_mix_alone_does_not_explain(model: TopicModel) -> None:
    """Here every third article about an army is labelled as one that isn't."""
    random = np.random.default_rng(5)

    def relabelled(seed: int) -> tuple[list[str], np.ndarray]:
        texts, labels = _mix(1500, 0.3, seed=seed)
        labels[:, 0] &= random.random(len(labels)) < 0.7
        return texts, labels

    texts, labels = relabelled(1)
    held = relabelled(2)
    without = adapt(model, texts).model
    with_labels = adapt(model, texts, labels=labels).model
    assert _error(with_labels, *held) < 0.7 * _error(without, *held)
    assert with_labels.provenance["adapted"]["labelled"]


def test_an_adapted_model_is_saved_and_says_what_it_was_adapted_to(
    model: TopicModel, tmp_path: Path
) -> None:
    """In its provenance."""
    adapted = model.adapted(_mix(300, 0.05, seed=1)[0])
    adapted.save(tmp_path / "model.npz")
    loaded = TopicModel.load(tmp_path / "model.npz")
    about = loaded.provenance["adapted"]
    assert about["articles"] == 300
    assert not about["labelled"]
    assert set(about["topics"]) == set(TOPICS)
    texts = _mix(50, 0.2, seed=3)[0]
    np.testing.assert_array_equal(loaded.predict_proba(texts), adapted.predict_proba(texts))


def test_an_article_without_a_known_word_gets_no_topic(model: TopicModel) -> None:
    """However common the topics are in the sample."""
    adapted = model.adapted(_mix(300, 0.9, seed=1)[0])
    assert adapted.predict("Xyzzy plugh.").topics == ()


def test_a_sample_that_is_too_small_is_refused(model: TopicModel) -> None:
    """And a small one says little."""
    with pytest.raises(DataError, match="49 articles are too few"):
        model.adapted(_mix(49, 0.2, seed=1)[0])
    with pytest.warns(UserWarning, match="60 articles say little"):
        model.adapted(_mix(60, 0.2, seed=1)[0])


def test_a_sample_in_another_language_is_refused(shipped: TopicModel) -> None:
    """Its scores mean nothing; a few such articles are left out."""
    german = ["Der Preis ist nicht mehr so hoch, weil die Leute es nicht mögen und wir auch."] * 100
    english = ["The council met to talk of the new school and of the roads in the town."] * 300
    with pytest.raises(DataError, match="100 of 110 articles are empty or in other languages"):
        shipped.adapted(german + english[:10])
    with pytest.warns(UserWarning, match="25% of the articles are empty"):
        adapted = shipped.adapted(german + english)
    assert adapted.provenance["adapted"]["left_out"] == 100


def test_a_sample_of_strange_words_warns(model: TopicModel) -> None:
    """The model knows too little of them for an estimate to be good."""
    strange = [f"the council of frobs quuxes and blargs zorks number {n} gnus" for n in range(300)]
    with pytest.warns(UserWarning, match="the model knows"):
        model.adapted(strange)


def test_a_topic_that_a_sample_lacks_may_still_occur() -> None:
    """Its share is small, and not zero."""
    mix = estimate_mix(np.full((200, 1), 1e-9), np.array([0.3]))
    assert 0 < mix.low[0] < mix.share[0] < 0.005 < mix.high[0] < 0.05


def test_larger_samples_give_narrower_intervals() -> None:
    """Down to how far estimates are usually off."""
    random = np.random.default_rng(0)
    few, many = (estimate_mix(random.beta(0.3, 1.5, (n, 1)), np.array([0.2])) for n in (50, 5000))
    assert few.high[0] / few.low[0] > many.high[0] / many.low[0] > 1.5


def test_counted_shares_have_intervals() -> None:
    """Unknown labels don't count."""
    labels = np.array([[1], [0], [0], [0], [-1], [-1]], np.int8)
    mix = counted_mix(labels)
    assert mix.share == pytest.approx([0.3])
    assert mix.low[0] < 0.25 < mix.high[0]


def test_shifting_there_and_back_gives_the_same_probabilities() -> None:
    """No probability is lost at the ends."""
    probability = np.array([[0.001], [0.5], [0.999]])
    there = shifted(probability, np.array([0.2]), np.array([0.01]))
    back = shifted(there, np.array([0.01]), np.array([0.2]))
    np.testing.assert_allclose(back, probability, rtol=1e-9)


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A model of the command, and where it is."""
    texts, labels = _mix(300, 0.4, seed=0)
    _write(tmp_path / "my.jsonl", texts, labels)
    result = CliRunner().invoke(
        commands, ["train", str(tmp_path / "my.jsonl"), "--out", str(tmp_path / "model")]
    )
    assert result.exit_code == 0, result.output
    return tmp_path / "model"


def _write(path: Path, texts: list[str], labels: np.ndarray) -> None:
    lines = [
        {"text": text, "topics": [t for t, yes in zip(TOPICS, row, strict=True) if yes]}
        for text, row in zip(texts, labels.tolist(), strict=True)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_the_command_adapts_and_the_card_says_so(trained: Path, tmp_path: Path) -> None:
    """Without and with labels."""
    sample = tmp_path / "sample.jsonl"
    _write(sample, *_mix(400, 0.05, seed=1))
    for options, labels in (([], "without labels"), (["--labelled"], "with labels")):
        out = tmp_path / "adapted"
        result = CliRunner().invoke(
            commands, ["adapt", str(trained), str(sample), "--out", str(out), *options]
        )
        assert result.exit_code == 0, result.output
        assert "90 % interval" in result.output
        card = (out / "README.md").read_text()
        assert f"sample.jsonl: 400 articles {labels}, 0 left out" in card
        assert "adapted to the mix of 400 articles" in CliRunner().invoke(
            commands, ["info", str(out)]
        ).output  # fmt: skip


def test_the_command_does_not_write_over_the_model(trained: Path, tmp_path: Path) -> None:
    """It would be lost."""
    _write(tmp_path / "sample.jsonl", *_mix(60, 0.05, seed=1))
    before = (trained / "model.npz").read_bytes()
    result = CliRunner().invoke(
        commands, ["adapt", str(trained), str(tmp_path / "sample.jsonl"), "--out", str(trained)]
    )
    assert result.exit_code == 3
    assert "can't write over" in result.output
    assert (trained / "model.npz").read_bytes() == before


def test_the_command_refuses_labels_of_other_topics(trained: Path, tmp_path: Path) -> None:
    """With file and line."""
    sample = tmp_path / "sample.jsonl"
    sample.write_text('{"text": "A text.", "topics": ["sport"]}\n')
    result = CliRunner().invoke(
        commands,
        ["adapt", str(trained), str(sample), "--labelled", "--out", str(tmp_path / "adapted")],
    )
    assert result.exit_code == 3
    assert f"{sample}:1: the model knows no topic 'sport'" in result.output
