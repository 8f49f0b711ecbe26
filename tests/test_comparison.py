"""Comparing two models on the same articles."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from scipy.stats import binomtest

from tests.conftest import HELD_OUT, LABELS, TEXTS
from topicclf import TopicClassifier, TopicModel
from topicclf.cli.group import commands
from topicclf.evaluation.answers import Answers, answer
from topicclf.evaluation.comparison import compare
from topicclf.evaluation.evaluation import evaluate
from topicclf.evaluation.intervals import Bootstrap
from topicclf.labelled.reading import read_labelled


@pytest.fixture(scope="module")
def answers(shipped: TopicModel) -> Answers:
    """What the shipped model says of our held-out articles."""
    return answer(shipped, read_labelled(HELD_OUT)[0])


@pytest.fixture(scope="module")
def worse(shipped: TopicModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped model with a threshold for trade that tags nearly everything."""
    thresholds = shipped.thresholds.copy()
    thresholds[shipped.topics.index("trade")] = 0.001
    folder = tmp_path_factory.mktemp("worse")
    replace(shipped, thresholds=thresholds).save(folder)
    return folder


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, ["compare", *map(str, arguments)])


def test_a_model_does_not_differ_from_itself(answers: Answers) -> None:
    """No flips, no change, no doubt."""
    found = compare(answers, answers)
    assert found.flips == ()
    assert found.changes.macro_f1.low == found.changes.macro_f1.high == 0
    assert all(topic.p_value == 1 for topic in found.topics.values())


def test_changes_are_the_differences_of_evaluations(answers: Answers) -> None:
    """And both models are measured on the same draws, which makes intervals narrow."""
    other = replace(answers, thresholds=answers.thresholds * 0.9)
    found = compare(answers, other)
    before, after = evaluate(answers).macro_f1, evaluate(other).macro_f1
    assert found.changes.macro_f1.value == pytest.approx(after.value - before.value)
    width = found.changes.macro_f1.high - found.changes.macro_f1.low
    assert width < after.high - after.low


def test_mcnemar_counts_where_only_one_is_right() -> None:
    """Exactly, by the binomial distribution; unknown labels count for neither."""
    labels = np.array([[1]] * 8 + [[0]] * 2 + [[-1]], np.int8)
    first = np.array([[0.1]] * 8 + [[0.9], [0.1], [0.1]])
    second = np.full((11, 1), 0.9)
    half = np.array([0.5])
    found = compare(Answers(("x",), labels, first, half), Answers(("x",), labels, second, half))
    topic = found.topics["x"]
    assert (topic.better, topic.worse) == (8, 1)
    assert topic.p_value == pytest.approx(binomtest(1, 9).pvalue)
    assert sorted(flip.right for flip in found.flips) == ["first"] + ["second"] * 8 + ["unknown"]


def test_a_story_is_one_piece_of_evidence_however_often_it_is_told() -> None:
    """It counts by most of its articles, and not at all where they are split in half."""
    labels = np.ones((14, 1), np.int8)
    first, second = np.full((14, 1), 0.1), np.full((14, 1), 0.9)
    stories = np.array(["a"] * 8 + ["b"] * 3 + ["c"] * 2 + ["d"], object)
    # One of b's three articles got worse, and one of c's two.
    first[[10, 12]], second[[10, 12]] = 0.9, 0.1
    half = np.array([0.5])
    both = Answers(("x",), labels, first, half), Answers(("x",), labels, second, half)
    alone, together = compare(*both).topics["x"], compare(*both, groups=stories).topics["x"]
    assert (together.better, together.worse) == (alone.better, alone.worse) == (12, 2)
    assert alone.p_value == pytest.approx(binomtest(12, 14).pvalue)
    assert together.p_value == pytest.approx(binomtest(3, 3).pvalue)


def test_many_topics_are_held_against_each_other() -> None:
    """What is rare for one topic is not for twenty."""
    labels = np.ones((8, 20), np.int8)
    first = np.full((8, 20), 0.9)
    second = first.copy()
    second[:, 0] = 0.1
    names, half = tuple(map(str, range(20))), np.full(20, 0.5)
    found = compare(Answers(names, labels, first, half), Answers(names, labels, second, half))
    assert found.topics["0"].p_value == pytest.approx(2 * 0.5**8)
    assert found.topics["0"].adjusted_p_value == pytest.approx(20 * 2 * 0.5**8)


def test_answers_to_other_articles_are_refused(answers: Answers) -> None:
    """They can't be paired."""
    with pytest.raises(ValueError, match="the same articles"):
        compare(answers, answers.of(np.arange(10)), bootstrap=Bootstrap(n_draws=0))


def test_the_command_shows_what_changed_and_what_flipped(worse: Path) -> None:
    """The worse model is found out, by name of the article."""
    run = _run("shipped", worse, HELD_OUT, "--flips", "3", "--draws", "50")
    assert run.exit_code == 0, run.output
    assert "3 that the models are furthest apart on" in run.stdout
    assert "A is right" in run.stdout
    assert "held-out.jsonl:" in run.stdout


def test_the_command_prints_every_flip_as_json(worse: Path) -> None:
    """With the article's id."""
    run = _run("shipped", worse, HELD_OUT, "--json", "--draws", "50")
    found = json.loads(run.stdout)
    trade = found["topics"]["trade"]
    assert trade["p_value"] < 0.001
    assert trade["f1_change"]["high"] < 0
    assert len(found["flips"]) == trade["better"] + trade["worse"]
    assert all(flip["id"].startswith("own-") for flip in found["flips"])


def test_groups_and_lone_surrogates_reach_the_command(worse: Path, tmp_path: Path) -> None:
    """Ten tellings of one story make no p-value small, and none stops at its title."""
    # Words near trade, which only the worse model takes for the topic.
    text = "The minister \ud800 spoke of business and of foreign guests."
    line = {"text": text, "title": "\udfff", "topics": [], "id": "\ud800"}
    data = tmp_path / "my.jsonl"
    data.write_text((json.dumps({**line, "story": 1}) + "\n") * 10, "utf-8")
    for more, p in (((), 2 * 0.5**10), (("--group", "story"), 1)):
        run = _run("shipped", worse, data, "--draws", "5", "--json", *more)
        assert run.exit_code == 0, run.output
        found = json.loads(run.stdout)
        assert found["topics"]["trade"]["p_value"] == pytest.approx(p)
        assert found["flips"][0]["title"] == "\udfff"
    run = _run("shipped", worse, data, "--draws", "0")
    assert run.exit_code == 0, run.output


def test_only_topics_that_both_know_are_compared(tmp_path: Path) -> None:
    """The others are named."""
    TopicClassifier().fit(TEXTS, LABELS).model_.save(tmp_path / "two")
    run = _run("shipped", tmp_path / "two", HELD_OUT, "--json", "--draws", "0")
    assert run.exit_code == 0, run.output
    assert list(json.loads(run.stdout)["topics"]) == ["defence", "disaster"]
    assert "only one of the models knows 'energy', 'trade': ignored" in run.stderr
    run = _run("shipped", tmp_path / "two", HELD_OUT, "--topics", "trade")
    assert run.exit_code == 3
    assert f"{tmp_path / 'two'}: the model knows no topic 'trade'" in run.stderr


def test_models_without_a_common_topic_are_refused(tmp_path: Path) -> None:
    """There is nothing to compare."""
    labels = [{"war"} if "defence" in row else set() for row in LABELS]
    TopicClassifier().fit(TEXTS, labels).model_.save(tmp_path / "war")
    run = _run("shipped", tmp_path / "war", HELD_OUT)
    assert run.exit_code == 3
    assert "no topic in common" in run.stderr
