"""The peers that the evaluation sets beside topicclf, as their users would set them up."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline

if TYPE_CHECKING:
    from topicclf.workshop.dataset import TrainingSet

__all__ = ["Tagger", "fasttext_peer", "recipe_peer"]

_NONE = "none"

#: From texts to the probability of each topic, shape (n_texts, n_topics).
Tagger = Callable[[Sequence[str]], NDArray[np.float64]]


def recipe_peer(data: "TrainingSet", rows: NDArray[np.bool_]) -> Tagger:
    """The scikit-learn recipe that anyone would write."""
    pipeline = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        OneVsRestClassifier(LogisticRegression(max_iter=1000)),
    )
    pipeline.fit(
        [data.texts[i] for i in np.flatnonzero(rows)], (data.labels[rows] == 1).astype(int)
    )
    return lambda texts: np.asarray(pipeline.predict_proba(texts), float)


def fasttext_peer(data: "TrainingSet", rows: NDArray[np.bool_]) -> Tagger | str:
    """FastText, one against all, with word pairs; or why it is not there."""
    try:
        import fasttext
    except ImportError:
        return "not installed: pip install 'topicclf[peers]'"
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for i in np.flatnonzero(rows):
            carried = [t for t, v in zip(data.topics, data.labels[i], strict=True) if v == 1]
            # fastText drops lines without a label, so that "none" has to be one.
            names = [f"__label__{topic}" for topic in carried or [_NONE]]
            file.write(" ".join([*names, _flat(data.texts[i])]) + "\n")
        file.flush()
        model = fasttext.train_supervised(
            str(Path(file.name)),
            loss="ova",
            wordNgrams=2,
            dim=100,
            epoch=10,
            lr=0.3,
            thread=2,
            verbose=0,
        )

    def predict(texts: Sequence[str]) -> NDArray[np.float64]:
        probability = np.zeros((len(texts), len(data.topics)))
        for row, text in enumerate(texts):
            # fasttext.FastText.predict breaks with NumPy 2; what it wraps does not.
            for stated, label in model.f.predict(_flat(text) + "\n", -1, 0.0, "strict"):
                if (topic := label.removeprefix("__label__")) != _NONE:
                    probability[row, data.topics.index(topic)] = stated
        return probability

    return predict


def _flat(text: str) -> str:
    return " ".join(text.lower().split())
