"""Tells which topics a news article carries: several at once, or none, and why.

>>> import topicclf
>>> topicclf.predict("The navy ordered two frigates.").topics
('defence',)
"""

from topicclf.predict import explain, load, predict, predict_many

# Not from typing, whose import would cost as much as the start of Python.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from topicclf.estimator import TopicClassifier
    from topicclf.explanation import Explanation
    from topicclf.frame import predict_frame
    from topicclf.model import TopicModel
    from topicclf.prediction import Evidence, Prediction, Sentence, Term
    from topicclf.workshop.train import train

__all__ = [
    "Evidence",
    "Explanation",
    "Prediction",
    "Sentence",
    "Term",
    "TopicClassifier",
    "TopicModel",
    "explain",
    "load",
    "predict",
    "predict_frame",
    "predict_many",
    "train",
]

__version__ = "0.1.0"

# Imported when first asked for: the command starts without NumPy, prediction without scikit-learn.
_HOMES = {
    "Evidence": "topicclf.prediction",
    "Explanation": "topicclf.explanation",
    "Prediction": "topicclf.prediction",
    "Sentence": "topicclf.prediction",
    "Term": "topicclf.prediction",
    "TopicClassifier": "topicclf.estimator",
    "TopicModel": "topicclf.model",
    "predict_frame": "topicclf.frame",
    "train": "topicclf.workshop.train",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
