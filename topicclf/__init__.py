"""Tells which topics a news article carries: several at once, or none, and why.

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
    from topicclf.evidence.explanation import Explanation
    from topicclf.evidence.prediction import Evidence, Prediction, Sentence, Term
    from topicclf.frame import predict_frame
    from topicclf.model import TopicModel
    from topicclf.training.run import train

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

# Imported when first asked for: the command starts without NumPy, prediction without scikit-learn.
_HOMES = {
    "Evidence": "topicclf.evidence.prediction",
    "Explanation": "topicclf.evidence.explanation",
    "Prediction": "topicclf.evidence.prediction",
    "Sentence": "topicclf.evidence.prediction",
    "Term": "topicclf.evidence.prediction",
    "TopicClassifier": "topicclf.estimator",
    "TopicModel": "topicclf.model",
    "predict_frame": "topicclf.frame",
    "train": "topicclf.training.run",
}


# Where classes lived that pickles of topicclf 0.1 name.
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
        """An ordinary module will do."""

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
