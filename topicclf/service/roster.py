"""The models that answer, and how new ones take their place."""

import hashlib
import logging
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from topicclf.api import load, shipped_file
from topicclf.errors import DataError, ModelFileError, TopicclfError, did_you_mean
from topicclf.model import TopicModel, model_file

__all__ = ["Roster", "ServedModel", "serve_model"]

_logger = logging.getLogger(__name__)
# A new model has to answer these before it answers anybody else.
_TRIALS = (
    "The navy ordered two frigates. Oil prices rose after the earthquake, and exports fell.",
    "",
    "\u65b0\u805e 123 \ud83d\ude00 !",
    "word " * 2000,
)


@dataclass(frozen=True, eq=False)
class ServedModel:
    """A model that answers.

    Attributes:
        name: What requests call it.
        sha256: Of its file, as hexadecimal digits.
        file: Its file.
        model: The model.
        thresholds: Its thresholds by topic.
        identity: Its name and hash, as every answer shows them.
    """

    name: str
    sha256: str
    file: Path
    model: TopicModel = field(repr=False)
    thresholds: Mapping[str, float] = field(repr=False)
    identity: Mapping[str, str] = field(repr=False)


def serve_model(name: str, file: Path) -> ServedModel:
    """Load a model and try it.

    Raises:
        FileNotFoundError: There is no such file.
        ModelFileError: It is refused, or does not answer as a model should.
    """
    while True:
        sha256 = _sha256(file)
        model = load(file)
        # Otherwise it has been replaced in between, and the hash may be another file's.
        if sha256 == _sha256(file):
            break
    _try(model, file)
    return ServedModel(
        name=name,
        sha256=sha256,
        file=file,
        model=model,
        thresholds=dict(zip(model.topics, model.thresholds.tolist(), strict=True)),
        identity={"name": name, "sha256": sha256},
    )


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _try(model: TopicModel, file: Path) -> None:
    try:
        for text in _TRIALS:
            prediction = model.predict(text)
            probabilities = prediction.probabilities.values()
            if not all(math.isfinite(p) and 0 <= p <= 1 for p in probabilities):
                msg = f"{file} gives probabilities that are none"
                raise ModelFileError(msg)
            _ = prediction.evidence
        model.explain(_TRIALS[0])
    except TopicclfError:
        raise
    except Exception as error:
        msg = f"{file} does not answer: {type(error).__name__}: {error}"
        raise ModelFileError(msg) from error


class Roster:
    """The models that answer. Those who ask keep theirs until they are done with it.

    Args:
        paths: Model files or folders; none for the model that comes with topicclf.

    Raises:
        FileNotFoundError: There is no such file.
        ModelFileError: A model is refused.
        DataError: Two models have the same name.
    """

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self._files = _named(list(paths))
        self._lock = Lock()
        self._models = {name: serve_model(name, file) for name, file in self._files.items()}

    @property
    def names(self) -> tuple[str, ...]:
        """The models' names, the usual one first."""
        return tuple(self._files)

    def get(self, name: str | None = None) -> ServedModel:
        """The model of a name; without one, the first.

        Raises:
            DataError: There is no such model; the message lists those there are.
        """
        models = self._models
        if name is None:
            return next(iter(models.values()))
        if name not in models:
            known = f"the models are {', '.join(models)}"
            msg = f"no model {name[:200]!r}; {did_you_mean(name, models, otherwise=known)}"
            raise DataError(msg)
        return models[name]

    def all(self) -> list[ServedModel]:
        """All models, the usual one first."""
        return list(self._models.values())

    def reload(self) -> list[ServedModel]:
        """Load all models anew; the old ones answer until all of the new ones have been tried.

        Returns:
            The models that are new.

        Raises:
            FileNotFoundError: A file is gone; the old models stay.
            ModelFileError: A model is refused; the old models stay.
        """
        with self._lock:
            old = self._models
            new = {name: serve_model(name, file) for name, file in self._files.items()}
            self._models = new
            changed = [each for name, each in new.items() if each.sha256 != old[name].sha256]
        for each in changed:
            _logger.info("model %s is now %s", each.name, each.sha256[:12])
        return changed


def _named(paths: list[Path]) -> dict[str, Path]:
    if not paths:
        return {"shipped": shipped_file()}
    files: dict[str, Path] = {}
    for path in paths:
        file = shipped_file() if str(path) == "shipped" and not path.exists() else model_file(path)
        name = "shipped" if file == shipped_file() else _name(file)
        if name in files:
            msg = f"two models are called {name!r}: {files[name]} and {file}; rename one"
            raise DataError(msg)
        files[name] = file
    return files


def _name(file: Path) -> str:
    """The folder's name where the file has the usual one."""
    return file.resolve().parent.name if file.name == "model.npz" else file.stem
