"""What several tests share."""

import json
from pathlib import Path

import hypothesis
import pytest

import topicclf
from topicclf import TopicClassifier, TopicModel

# Machines that are busy are slow; no test is about seconds.
hypothesis.settings.register_profile("topicclf", deadline=None)
hypothesis.settings.load_profile("topicclf")

ROOT = Path(__file__).parent.parent
HELD_OUT = ROOT / "training" / "corpus" / "held-out.jsonl"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real articles, where there is one beside the clone."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared articles are not beside this clone")
    return folder


@pytest.fixture(scope="session")
def shipped() -> TopicModel:
    """The shipped model."""
    return topicclf.load()


@pytest.fixture(scope="session")
def articles() -> list[dict[str, object]]:
    """Labelled articles of our own that no model was trained on."""
    return [json.loads(line) for line in HELD_OUT.read_text("utf-8").splitlines()]


SENTENCES = [
    "The navy ordered two frigates from the yard.",
    "Soldiers began an exercise near the border.",
    "The earthquake brought down a bridge and rescuers search.",
    "Floods drove villagers from their homes.",
    "The orchestra opens its season with Mahler.",
    "The council painted the town hall blue.",
    "The navy sent frigates with aid after the earthquake.",
]
# The number tells them apart: the same words would be one story, and stay in one fold.
TEXTS = [f"{sentence} Number {number}." for number in range(6) for sentence in SENTENCES]
LABELS = [
    {"defence"},
    {"defence"},
    {"disaster"},
    {"disaster"},
    set(),
    set(),
    {"defence", "disaster"},
] * 6


@pytest.fixture(scope="session")
def small() -> TopicClassifier:
    """A classifier fitted on a handful of sentences."""
    return TopicClassifier(min_pair_frequency=2).fit(TEXTS, LABELS)
