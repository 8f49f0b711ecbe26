"""A pointer to a model that travels to workers, which load the model once."""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self, TypeAlias

from topicclf.api import load, shipped_file
from topicclf.errors import ModelFileError
from topicclf.model import TopicModel, model_file

__all__ = ["ModelBytes", "ModelLike", "ModelReference", "reference_to"]

#: A model, the path of its file or folder, or None for the shipped one.
ModelLike: TypeAlias = "TopicModel | ModelReference | str | os.PathLike[str] | None"

# By the SHA-256 of their files; engines keep worker processes for many batches and jobs.
_loaded: dict[str, TopicModel] = {}


@dataclass(frozen=True)
class ModelReference:
    """Where a model is, and the SHA-256 of its file. Small, picklable and hashable.

    Attributes:
        path: The model's file, on this machine and on every worker; None for the shipped model, of
            which each worker has its own file.
        sha256: What the file must be, in hexadecimal digits.
    """

    path: str | None
    sha256: str

    @classmethod
    def of(cls, path: str | os.PathLike[str] | None) -> Self:
        """Refer to a file, after seeing that it is a model.

        Args:
            path: A model file, or a folder with a ``model.npz``; None for the shipped model.

        Raises:
            FileNotFoundError: There is no such file.
            ModelFileError: The file is refused; the subclass says why.
        """
        file = shipped_file() if path is None else model_file(path).absolute()
        model = load(path)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        _loaded.setdefault(digest, model)
        return cls(None if path is None else str(file), digest)

    def file(self) -> Path:
        """The model's file on this machine."""
        return shipped_file() if self.path is None else Path(self.path)

    def load(self) -> TopicModel:
        """The model, read once in each process.

        Raises:
            FileNotFoundError: There is no such file on this machine.
            ModelFileError: The file is another one here, or is refused.
        """
        if (model := _loaded.get(self.sha256)) is None:
            # Two threads may both read it; either model will do.
            model = _loaded[self.sha256] = self._read()
        return model

    def _read(self) -> TopicModel:
        file = self.file()
        model = load(None if self.path is None else file)
        if hashlib.sha256(file.read_bytes()).hexdigest() != self.sha256:
            hint = "Install the same topicclf" if self.path is None else "Put the same file"
            msg = f"{file} on this worker isn't the model that the job began with. {hint} on all."
            raise ModelFileError(msg)
        return model


@dataclass(frozen=True)
class ModelBytes(ModelReference):
    """A model without a file: its bytes travel along.

    Attributes:
        content: The bytes of the model's file.
    """

    content: bytes = field(repr=False)

    @classmethod
    def of_model(cls, model: TopicModel) -> Self:
        """Take the bytes of a model that may have no file."""
        content = model.to_bytes()
        digest = hashlib.sha256(content).hexdigest()
        _loaded.setdefault(digest, model)
        return cls(None, digest, content)

    def _read(self) -> TopicModel:
        with TemporaryDirectory(prefix="topicclf-") as folder:
            file = Path(folder, "model.npz")
            file.write_bytes(self.content)
            return TopicModel.load(file)


def reference_to(model: ModelLike) -> ModelReference:
    """Refer to a model, however it is given.

    Raises:
        FileNotFoundError: There is no such file.
        ModelFileError: The file is refused; the subclass says why.
    """
    if isinstance(model, ModelReference):
        return model
    return ModelBytes.of_model(model) if isinstance(model, TopicModel) else ModelReference.of(model)
