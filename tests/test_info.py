"""``topicclf info`` and ``topicclf topics``."""

import hashlib
import json
from pathlib import Path

from click.testing import CliRunner

from topicclf import TopicClassifier, TopicModel
from topicclf.cli.group import commands
from topicclf.model_info import inform


def test_the_shipped_model_is_described() -> None:
    """Its topics with numbers, its data and its strongest terms."""
    run = CliRunner().invoke(commands, ["info"])
    assert run.exit_code == 0
    assert "language: en" in run.output
    assert "defence: threshold 0." in run.output
    assert "out of fold: F1 0." in run.output
    assert "articles: near misses, written for this project" in run.output
    [energy] = run.output.split("\nenergy: ")[1:]
    assert "electricity" in energy.split("  for: ")[1].split("\n")[0].split(", ")


def test_size_and_hash_are_those_of_the_file(tmp_path: Path, small: TopicClassifier) -> None:
    """So that two people can tell whether they have the same model."""
    small.model_.save(tmp_path)
    content = (tmp_path / "model.npz").read_bytes()
    run = CliRunner().invoke(commands, ["info", str(tmp_path), "--json", "--terms", "1"])
    found = json.loads(run.output)
    assert found["size"] == len(content)
    assert found["sha256"] == hashlib.sha256(content).hexdigest()
    assert len(found["topics"]["defence"]["speaks_for"]) == 1


def test_the_strongest_terms_move_a_topic_as_they_say(
    small: TopicClassifier, tmp_path: Path
) -> None:
    """What speaks for a topic makes it likelier than what speaks against it."""
    small.model_.save(tmp_path)
    for topic, each in inform(tmp_path).topics.items():
        column = small.model_.topics.index(topic)
        texts = [" ".join(each.speaks_for), " ".join(each.speaks_against)]
        likely, unlikely = small.model_.predict_proba(texts)[:, column]
        assert likely > unlikely


def test_a_model_that_is_not_there_is_an_error() -> None:
    """With its name."""
    run = CliRunner().invoke(commands, ["info", "missing"])
    assert run.exit_code == 3
    assert "missing" in run.output


def test_the_guide_tells_of_all_topics(shipped: TopicModel) -> None:
    """From inside the package, so that it is there when installed."""
    run = CliRunner().invoke(commands, ["topics"])
    assert run.output.startswith("# The four topics")
    assert all(f"**{topic}**" in run.output for topic in shipped.topics)
