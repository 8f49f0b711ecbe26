"""Finds the topics of a news article, several at once or none, and the evidence for them.

>>> import topicclf
>>> topicclf.predict("The navy ordered two frigates.").topics
('defence',)
"""

import sys

from topicclf.api import explain, load, predict, predict_many
from topicclf.installation.version import __version__ as __version__

# Not from typing, whose import would cost as much as the start of Python.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from topicclf.estimator import TopicClassifier
    from topicclf.evaluation.answers import answer
    from topicclf.evaluation.evaluation import evaluate
    from topicclf.evidence.explanation import Explanation
    from topicclf.evidence.prediction import Evidence, Prediction, Sentence, Term
    from topicclf.frame import predict_frame
    from topicclf.labelled.reading import read_labelled
    from topicclf.model import TopicModel
    from topicclf.training.run import Plan, train

__all__ = [
    "Evidence",
    "Explanation",
    "Plan",
    "Prediction",
    "Sentence",
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
    "train",
]

# Imported when first asked for: the command starts without NumPy, prediction without scikit-learn.
_HOMES = {
    "Evidence": "topicclf.evidence.prediction",
    "Explanation": "topicclf.evidence.explanation",
    "Plan": "topicclf.training.run",
    "Prediction": "topicclf.evidence.prediction",
    "Sentence": "topicclf.evidence.prediction",
    "Term": "topicclf.evidence.prediction",
    "TopicClassifier": "topicclf.estimator",
    "TopicModel": "topicclf.model",
    "answer": "topicclf.evaluation.answers",
    "evaluate": "topicclf.evaluation.evaluation",
    "predict_frame": "topicclf.frame",
    "read_labelled": "topicclf.labelled.reading",
    "train": "topicclf.training.run",
}


# The modules that pickles of topicclf 0.1 name, and where their classes are now.
_FORMER_HOMES = {
    "topicclf.explanation": "topicclf.evidence.explanation",
    "topicclf.join": "topicclf.scoring.join",
    "topicclf.prediction": "topicclf.evidence.prediction",
    "topicclf.scores": "topicclf.scoring.scores",
    "topicclf.vocabulary": "topicclf.features.vocabulary",
}


class _FormerHomes:
    """Finds modules under their former names, for old pickles."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> object:
        if name not in _FORMER_HOMES:
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, _FormerHomes)  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: object) -> None:
        """Leave it to Python."""

    @staticmethod
    def exec_module(module: "ModuleType") -> None:
        from functools import partial
        from importlib import import_module

        vars(module)["__getattr__"] = partial(
            getattr, import_module(_FORMER_HOMES[module.__name__])
        )


sys.meta_path.append(_FormerHomes)  # type: ignore[arg-type]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
