"""Finds the topics of a news article, several at once or none, and the evidence for them.

>>> import topicclf
>>> topicclf.predict("The navy ordered two frigates.").topics
('defence',)
"""

from topicclf.api import explain, load, predict, predict_many
from topicclf.installation.former_homes import find_former_homes
from topicclf.installation.version import __version__ as __version__

# Not from typing, whose import would cost as much as the start of Python.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from topicclf.engines import dask as dask
    from topicclf.engines import duckdb as duckdb
    from topicclf.engines import polars as polars
    from topicclf.engines import ray as ray
    from topicclf.engines import spark as spark
    from topicclf.engines.tagger import Tagger
    from topicclf.estimator import TopicClassifier
    from topicclf.evaluation.answers import answer
    from topicclf.evidence.explanation import Explanation
    from topicclf.evidence.prediction import Evidence, Prediction, Sentence, Term
    from topicclf.frame import predict_frame
    from topicclf.labelled.reading import read_labelled
    from topicclf.measuring import evaluate, scorer
    from topicclf.model import TopicModel
    from topicclf.training.run import Plan, train

__all__ = [
    "Evidence",
    "Explanation",
    "Plan",
    "Prediction",
    "Sentence",
    "Tagger",
    "Term",
    "TopicClassifier",
    "TopicModel",
    "answer",
    "evaluate",
    "explain",
    "load",
    "predict",
    "predict_frame",
    "predict_many",
    "read_labelled",
    "scorer",
    "train",
]

# Imported when first asked for: the command starts without NumPy, prediction without scikit-learn.
_HOMES = {
    "Evidence": "topicclf.evidence.prediction",
    "Explanation": "topicclf.evidence.explanation",
    "Plan": "topicclf.training.run",
    "Prediction": "topicclf.evidence.prediction",
    "Sentence": "topicclf.evidence.prediction",
    "Tagger": "topicclf.engines.tagger",
    "Term": "topicclf.evidence.prediction",
    "TopicClassifier": "topicclf.estimator",
    "TopicModel": "topicclf.model",
    "answer": "topicclf.evaluation.answers",
    "evaluate": "topicclf.measuring",
    "predict_frame": "topicclf.frame",
    "read_labelled": "topicclf.labelled.reading",
    "scorer": "topicclf.measuring",
    "train": "topicclf.training.run",
}


# Modules under a shorter name. Not in __all__: with a star they would hide the engines.
_ENGINES = ("dask", "duckdb", "polars", "ray", "spark")

find_former_homes()


def __getattr__(name: str) -> object:
    if name not in _HOMES and name not in _ENGINES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    if name in _ENGINES:
        return import_module(f"topicclf.engines.{name}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_ENGINES})
