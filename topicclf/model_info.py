"""What is in a model: its topics with their numbers and strongest terms, its data, its size."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from topicclf.artifact.card import CARD, is_card, names_another
from topicclf.model import TopicModel, model_file

__all__ = ["ModelInformation", "TopicInformation", "inform"]


@dataclass(frozen=True)
class TopicInformation:
    """A model's knowledge of one topic.

    Attributes:
        threshold: The minimum probability for an article to carry it.
        prevalence: How often it occurred in training.
        numbers: What was measured out of fold, if the model states it.
        speaks_for: The terms that speak most for it, strongest first, each in its shortest form.
        speaks_against: The terms that speak most against it, likewise.
    """

    threshold: float
    prevalence: float
    numbers: Mapping[str, Any]
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


@dataclass(frozen=True)
class ModelInformation:
    """What is in a model.

    Attributes:
        file: Its path.
        size: Its size in bytes.
        sha256: Of the file, as hexadecimal digits.
        languages: The languages that it is of, as ISO 639 codes.
        n_words: How many distinct words it knows.
        n_terms: How many terms these are, once forms of one word are put together.
        n_pairs: How many pairs of terms it knows.
        training: The data and settings that it was made with, as the model states them.
        topics: Each topic.
        adapted: What it was adapted to after training, if it was.
        card_is_stale: Whether the card beside the model is of another one, as when a kill came
            between writing the two.
    """

    file: str
    size: int
    sha256: str
    languages: tuple[str, ...]
    n_words: int
    n_terms: int
    n_pairs: int
    training: Mapping[str, Any]
    topics: Mapping[str, TopicInformation]
    adapted: Mapping[str, Any] | None = None
    card_is_stale: bool = False


def inform(path: str | os.PathLike[str], *, n_terms: int = 10) -> ModelInformation:
    """Describe a model file, or the ``model.npz`` in a folder.

    Args:
        path: The path of either.
        n_terms: How many terms for and against each topic to name.

    Raises:
        FileNotFoundError: There is none.
        ModelFileError: It is refused; the subclass says why.
    """
    model = TopicModel.load(path)
    content = model_file(path).read_bytes()
    vocabulary = model.weights.vocabulary
    names = _Names(model)
    out_of_fold = model.provenance.get("out_of_fold", {})

    def topic_information(column: int) -> TopicInformation:
        gains = model.weights.contributions[:, column]
        order = np.argsort(gains, kind="stable")
        return TopicInformation(
            threshold=float(model.thresholds[column]),
            prevalence=float(model.join.prevalence[column]),
            numbers=out_of_fold.get(model.topics[column], {}),
            speaks_for=tuple(names.of(i) for i in order[::-1][:n_terms].tolist() if gains[i] > 0),
            speaks_against=tuple(names.of(i) for i in order[:n_terms].tolist() if gains[i] < 0),
        )

    sha256 = hashlib.sha256(content).hexdigest()
    beside = model_file(path).with_name(CARD)
    text = beside.read_text("utf-8", "replace") if beside.is_file() else ""
    return ModelInformation(
        file=str(model_file(path)),
        size=len(content),
        sha256=sha256,
        languages=tuple(sorted(model.languages)),
        n_words=len(vocabulary.surface_terms),
        n_terms=vocabulary.unknown,
        n_pairs=len(vocabulary.pairs),
        training=model.provenance.get("training", {}),
        topics={topic: topic_information(i) for i, topic in enumerate(model.topics)},
        adapted=model.provenance.get("adapted"),
        card_is_stale=is_card(text) and names_another(text, sha256),
    )


class _Names:
    """What features are called."""

    def __init__(self, model: TopicModel) -> None:
        vocabulary = model.weights.vocabulary
        self._first_pair = vocabulary.unknown + 1
        self._pairs = vocabulary.pairs
        self._shortest: dict[int, str] = {}
        surfaces = vocabulary.surfaces.decode().split()
        for term, word in zip(vocabulary.surface_terms.tolist(), surfaces, strict=True):
            if term not in self._shortest or len(word) < len(self._shortest[term]):
                self._shortest[term] = word

    def of(self, feature: int) -> str:
        if feature < self._first_pair:
            return self._shortest[feature]
        first, second = divmod(int(self._pairs[feature - self._first_pair]), self._first_pair)
        return f"{self._shortest[first]} {self._shortest[second]}"
