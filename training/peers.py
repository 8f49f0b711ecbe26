"""The peers that are measured beside topicclf, as their users would set them up."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray

__all__ = ["PEERS", "Peer", "Tagger", "load_fasttext", "train_fasttext"]

_NONE = "none"

#: From texts to the probability of each topic, shape (n_texts, n_topics).
Tagger = Callable[[Sequence[str]], NDArray[np.float64]]

Labels = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Peer:
    """Another way to tell topics.

    Attributes:
        name: What it is called.
        module: What has to be installed for it.
        train: Learns from texts and the topics of each, and writes its model to a path.
        load: From that path and the topics to a function that predicts.
    """

    name: str
    module: str
    train: Callable[[Sequence[str], Labels, Path], None]
    load: Callable[[Path, Sequence[str]], Tagger]

    @property
    def installed(self) -> bool:
        """Whether it can be measured here."""
        return find_spec(self.module) is not None


def _train_recipe(texts: Sequence[str], labels: Labels, path: Path) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MultiLabelBinarizer

    binarizer = MultiLabelBinarizer()
    pipeline = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        OneVsRestClassifier(LogisticRegression(max_iter=1000)),
    )
    pipeline.fit(texts, binarizer.fit_transform(labels))
    joblib.dump((pipeline, binarizer.classes_.tolist()), path)


def _load_recipe(path: Path, topics: Sequence[str]) -> Tagger:
    pipeline, classes = joblib.load(path)
    columns = [classes.index(topic) for topic in topics]
    return lambda texts: np.asarray(pipeline.predict_proba(texts), float)[:, columns]


def train_fasttext(texts: Sequence[str], labels: Labels, path: Path, **settings: Any) -> None:
    """Train one classifier per topic, and write the model to a path."""
    import fasttext

    lines = path.with_suffix(".txt")
    with lines.open("w", encoding="utf-8") as file:
        for text, topics in zip(texts, labels, strict=True):
            # fastText drops lines without a label, so that "none" has to be one.
            names = [f"__label__{topic}" for topic in topics or [_NONE]]
            file.write(" ".join([*names, _flat(text)]) + "\n")
    # With fewer than ten threads fasttext 0.9.3 leaves part of its weights as memory had them.
    model = fasttext.train_supervised(str(lines), loss="ova", thread=10, verbose=0, **settings)
    model.save_model(str(path))


def load_fasttext(path: Path, topics: Sequence[str]) -> Tagger:
    """Load what `train_fasttext` wrote."""
    import fasttext

    model = fasttext.load_model(str(path))
    columns = {f"__label__{topic}": column for column, topic in enumerate(topics)}

    def predict(texts: Sequence[str]) -> NDArray[np.float64]:
        probability = np.zeros((len(texts), len(topics)))
        for row, text in enumerate(texts):
            # fasttext.FastText.predict breaks with NumPy 2; what it wraps does not.
            for stated, label in model.f.predict(_flat(text) + "\n", -1, 0.0, "strict"):
                if label in columns:
                    probability[row, columns[label]] = stated
        return probability

    return predict


def _flat(text: str) -> str:
    return " ".join(text.lower().split())


def _train_spacy(texts: Sequence[str], labels: Labels, path: Path) -> None:
    import spacy
    from spacy.training import Example

    topics = sorted({topic for each in labels for topic in each})
    nlp = spacy.blank("en")
    bag_of_words = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": False,
        "ngram_size": 2,
        "no_output_layer": False,
    }
    nlp.add_pipe("textcat_multilabel", config={"model": bag_of_words})
    examples = [
        Example.from_dict(
            nlp.make_doc(text), {"cats": {topic: float(topic in ours) for topic in topics}}
        )
        for text, ours in zip(texts, labels, strict=True)
    ]
    nlp.initialize(lambda: examples)
    order = random.Random(0)
    for _ in range(5):
        order.shuffle(examples)
        for start in range(0, len(examples), 128):
            nlp.update(examples[start : start + 128])
    nlp.to_disk(path)


def _load_spacy(path: Path, topics: Sequence[str]) -> Tagger:
    import spacy

    nlp = spacy.load(path)

    def predict(texts: Sequence[str]) -> NDArray[np.float64]:
        return np.array([[doc.cats[topic] for topic in topics] for doc in nlp.pipe(texts)])

    return predict


#: The first two are set beside topicclf's quality, all beside its speed.
PEERS = (
    Peer("scikit-learn recipe", "sklearn", _train_recipe, _load_recipe),
    Peer(
        "fastText, dim 100, pairs",
        "fasttext",
        partial(train_fasttext, dim=100, wordNgrams=2, epoch=10, lr=0.3),
        load_fasttext,
    ),
    Peer(
        "fastText, dim 10, words",
        "fasttext",
        partial(train_fasttext, dim=10, epoch=10, lr=0.3),
        load_fasttext,
    ),
    Peer("spaCy, bag of words and pairs", "spacy", _train_spacy, _load_spacy),
)
