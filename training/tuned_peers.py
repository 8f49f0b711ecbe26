"""Peers at their best: settings and thresholds are chosen out of fold, on what we learn from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import average_precision_score, precision_recall_curve
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from topicclf.training.dataset import TrainingSet
from training.peers import load_fasttext, train_fasttext

__all__ = ["TUNED_PEERS", "TunedPeer"]

_N_FOLDS = 3

#: From data, settings, the rows to learn from, and texts to scores, shape (n_settings, n_texts,
#: n_topics).
_Learner = Callable[
    [TrainingSet, Sequence[float], NDArray[np.int64], Sequence[str]], NDArray[np.float64]
]


@dataclass(frozen=True)
class TunedPeer:
    """A peer that has what choosing well can give it.

    Attributes:
        name: What it is called.
        module: What has to be installed for it.
        settings: The values of its setting to choose from, for each topic.
        learn: Learns from some rows of the data, with each value, and scores texts.
    """

    name: str
    module: str
    settings: tuple[float, ...]
    learn: _Learner

    @property
    def installed(self) -> bool:
        """Whether it can be measured here."""
        return find_spec(self.module) is not None

    def tag(self, data: TrainingSet, texts: Sequence[str]) -> NDArray[np.float64]:
        """Learn from data, and score texts: zero and above is a yes; shape (n_texts, n_topics).

        For each topic the setting with the best average precision out of fold is taken, and the
        threshold with the best F1 there, both on the articles that we measure on.
        """
        every = np.arange(len(data.texts))
        scores = np.empty((len(self.settings), len(every), len(data.topics)))
        for rows, held in GroupKFold(_N_FOLDS, shuffle=True, random_state=0).split(
            every, groups=data.story_numbers
        ):
            scores[:, held] = self.learn(
                data, self.settings, rows, [data.texts[row] for row in held]
            )
        tagged = np.empty((len(texts), len(data.topics)))
        chosen = [_choose(data, topic, scores[:, :, topic]) for topic in range(len(data.topics))]
        for number in {number for number, _ in chosen}:
            (found,) = self.learn(data, self.settings[number : number + 1], every, texts)
            for topic, (best, cut) in enumerate(chosen):
                if best == number:
                    tagged[:, topic] = found[:, topic] - cut
        return tagged


def _choose(data: TrainingSet, topic: int, scores: NDArray[np.float64]) -> tuple[int, float]:
    """The number of the best setting, and the threshold for it."""
    on = data.measured & (data.labels[:, topic] >= 0)
    yes = data.labels[on, topic] == 1
    worth = [_worth(yes, score[on]) for score in scores]
    best = int(np.argmax([quality for quality, _ in worth]))
    return best, worth[best][1]


def _worth(yes: NDArray[np.bool_], score: NDArray[np.float64]) -> tuple[float, float]:
    """The average precision, and the threshold with the best F1."""
    precision, recall, thresholds = precision_recall_curve(yes, score)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    return float(average_precision_score(yes, score)), float(thresholds[np.argmax(f1[:-1])])


def _svc(
    data: TrainingSet, strengths: Sequence[float], rows: NDArray[np.int64], texts: Sequence[str]
) -> NDArray[np.float64]:
    vectorizer = TfidfVectorizer(
        ngram_range=(1, 2), min_df=2, sublinear_tf=True, strip_accents="unicode", dtype=np.float32
    )
    features = vectorizer.fit_transform([data.texts[row] for row in rows])
    asked = vectorizer.transform(texts)
    scores = np.empty((len(strengths), len(texts), len(data.topics)))
    for topic in range(len(data.topics)):
        label = data.labels[rows, topic]
        known, yes = features[label >= 0], label[label >= 0] == 1
        for number, C in enumerate(strengths):
            machine = LinearSVC(C=C, class_weight="balanced", tol=0.01, random_state=0)
            scores[number, :, topic] = machine.fit(known, yes).decision_function(asked)
    return scores


def _fasttext(
    data: TrainingSet, epochs: Sequence[float], rows: NDArray[np.int64], texts: Sequence[str]
) -> NDArray[np.float64]:
    part = data.of(rows)
    scores = np.empty((len(epochs), len(texts), len(data.topics)))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        for number, epoch in enumerate(epochs):
            settings = {"dim": 10, "wordNgrams": 2, "epoch": int(epoch), "lr": 0.3}
            train_fasttext(part.texts, part.carried, path, **settings)
            scores[number] = load_fasttext(path, data.topics)(texts)
    return scores


TUNED_PEERS = (
    TunedPeer("TF-IDF + balanced LinearSVC", "sklearn", (0.1, 0.3, 1.0, 3.0), _svc),
    TunedPeer("fastText, dim 10, pairs", "fasttext", (5, 15), _fasttext),
)
