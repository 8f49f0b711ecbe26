"""What a model is made of, to and from the header and the arrays of its file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicclf.artifact.archive import artifact_bytes, view_artifact
from topicclf.artifact.audit import (
    audited_coef,
    audited_vocabulary,
    missing_members,
    require_members,
)
from topicclf.artifact.flaw import FlawError
from topicclf.artifact.header import Header
from topicclf.errors import InvalidModelError, NotAModelError
from topicclf.features.lookup import narrow
from topicclf.scoring.join import VIEWS, Join
from topicclf.scoring.scores import Weights

__all__ = ["Parts", "model_bytes", "read_model"]


@dataclass(frozen=True, eq=False)
class Parts:
    """What a `topicclf.model.TopicModel` is made of, by the same names."""

    topics: tuple[str, ...]
    thresholds: NDArray[np.float64]
    weights: Weights
    join: Join
    abbreviations: tuple[str, ...]
    provenance: Mapping[str, Any]


def read_model(path: str | os.PathLike[str]) -> Parts:
    """Read a model file, and audit all of it.

    Raises:
        FileNotFoundError: There is no such file.
        ModelFileError: It is refused; the subclass says why.
    """
    header, arrays = view_artifact(path)
    if missing := missing_members(arrays):
        msg = f"{path} lacks parts of a model: {', '.join(missing)}. Fetch or train it again."
        raise NotAModelError(msg)
    try:
        return _audited(header, arrays)
    except FlawError as flaw:
        msg = f"{path} can't be used: {flaw}. Fetch or train it again."
        raise InvalidModelError(msg) from flaw


def model_bytes(parts: Parts) -> bytes:
    """The bytes of a model file; equal models are equal bytes.

    Raises:
        InvalidModelError: No model with these parts could be loaded.
    """
    vocabulary = parts.weights.vocabulary
    header = {
        "topics": list(parts.topics),
        "thresholds": parts.thresholds.tolist(),
        "intercept": parts.weights.intercept.tolist(),
        "join": {
            "views": list(VIEWS),
            "coef": parts.join.coef.tolist(),
            "intercept": parts.join.intercept.tolist(),
            "prevalence": parts.join.prevalence.tolist(),
        },
        "abbreviations": list(parts.abbreviations),
        "provenance": dict(parts.provenance),
    }
    # What 16 bits can't hold becomes infinite, and is refused below.
    with np.errstate(over="ignore"):
        arrays: dict[str, NDArray[Any]] = {
            "surfaces": np.frombuffer(vocabulary.surfaces, np.uint8),
            "surface_terms": narrow(vocabulary.surface_terms),
            "surface_seeds": vocabulary.surface_lookup.seeds,
            "pair_gaps": narrow(np.diff(vocabulary.pairs, prepend=0)),
            "pair_seeds": vocabulary.pair_lookup.seeds,
            "idf": vocabulary.idf.astype(np.float16),
            "coef": parts.weights.coef.astype(np.float16),
        }
        if vocabulary.term_vectors is not None:
            arrays["term_vectors"] = vocabulary.term_vectors
    try:
        _audited(header, arrays)
    except FlawError as flaw:
        msg = f"this model can't be saved: {flaw}"
        raise InvalidModelError(msg) from flaw
    return artifact_bytes(header=header, arrays=arrays)


def _audited(raw: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Parts:
    header = Header.of(raw)
    require_members(arrays)
    vocabulary = audited_vocabulary(arrays)
    return Parts(
        topics=header.topics,
        thresholds=header.thresholds,
        weights=Weights(
            coef=audited_coef(arrays["coef"], vocabulary, n_topics=len(header.topics)),
            intercept=header.intercept,
            vocabulary=vocabulary,
        ),
        join=header.join,
        abbreviations=header.abbreviations,
        provenance=header.provenance,
    )
