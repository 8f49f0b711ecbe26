"""What is known of each article: yes, no or unknown per topic."""

import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

__all__ = ["check_topics", "label_array"]

_FEW = 10


def label_array(
    Y: Any, topics: Sequence[str] | None, *, n_articles: int
) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    """Understand the labels that a user gives.

    Args:
        Y: 1 (yes), 0 (no) and -1, NaN, None or NA (unknown), shape (n_articles, n_topics), as an
            array, a sparse one, or a table of pandas or Polars; or, for each article, the names of
            its topics, as a sequence, an array or a series.
        topics: The topics' names; None for those of a table's columns, or those found in `Y`. Of a
            table that has them all, the columns of these names are taken.
        n_articles: How many articles there are.

    Returns:
        The labels as 1, 0 and -1, shape (n_articles, n_topics), and the topics' names.

    Raises:
        ValueError: Shapes, values or names don't fit.
    """
    columns = [str(name) for name in getattr(Y, "columns", ())] or None
    for names in (topics or (), columns or ()):
        for name, count in Counter(names).items():
            if count > 1:
                msg = f"topic {name!r} is named twice"
                raise ValueError(msg)
    if issparse(Y):
        Y = Y.toarray()  # type: ignore[attr-defined]
    elif not isinstance(Y, Sequence):
        Y = np.atleast_1d(Y)
    if columns and topics is not None and set(topics) <= set(columns):
        Y = Y[:, [columns.index(name) for name in topics]]
    if _are_names(Y):
        labels, names = _from_names(Y, topics)
    else:
        labels, names = _from_array(np.asarray(Y), columns if topics is None else topics)
    if len(labels) != n_articles:
        msg = f"{n_articles} texts, but labels for {len(labels)}"
        raise ValueError(msg)
    return labels, names


def _are_names(Y: Sequence[Any]) -> bool:
    return all(
        isinstance(row, set | frozenset | list | tuple | np.ndarray)
        and all(isinstance(name, str) for name in row)
        for row in Y
    )


def _from_names(
    Y: Sequence[Iterable[str]], topics: Sequence[str] | None
) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    met = {name for row in Y for name in row}
    names = tuple(sorted(met) if topics is None else topics)
    if unknown := sorted(met - set(names)):
        msg = f"topics {unknown} are not among {list(names)}"
        raise ValueError(msg)
    column = {name: i for i, name in enumerate(names)}
    labels = np.zeros((len(Y), len(names)), np.int8)
    for i, row in enumerate(Y):
        labels[i, [column[name] for name in row]] = 1
    return labels, names


def _from_array(
    Y: NDArray[Any], topics: Sequence[str] | None
) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    if Y.ndim != 2 or Y.dtype.kind not in "biufO":
        msg = (
            "Y must be an array (n_articles, n_topics) of 1, 0 and -1 for unknown, or the names of "
            f"the topics of each article; got shape {Y.shape} of {Y.dtype}"
        )
        raise ValueError(msg)
    if Y.dtype.kind == "O":
        Y = np.array([_number(value) for value in Y.flat]).reshape(Y.shape)
    values = np.nan_to_num(Y.astype(float), nan=-1.0)
    if not np.isin(values, (-1, 0, 1)).all():
        msg = "Y must hold 1 for yes, 0 for no, and -1 or NaN for unknown, nothing else"
        raise ValueError(msg)
    names = tuple(map(str, range(Y.shape[1])) if topics is None else topics)
    if len(names) != Y.shape[1]:
        msg = f"{len(names)} topics are named, but Y has {Y.shape[1]} columns"
        raise ValueError(msg)
    return values.astype(np.int8), names


def _number(value: object) -> float:
    """A cell of a table of objects; infinity, which is not a label, for other objects."""
    # pandas' NA is recognised by name, as pandas may not be installed.
    if value is None or type(value).__name__ == "NAType":
        return float("nan")
    return float(value) if isinstance(value, Real | np.bool_) else float("inf")


def check_topics(labels: NDArray[np.int8], topics: Sequence[str]) -> None:
    """Check that each topic can be learnt.

    Raises:
        ValueError: A topic has no positives or no negatives; the message names it.

    Warns:
        UserWarning: A topic has only a few.
    """
    if not topics:
        msg = "no topic to learn"
        raise ValueError(msg)
    for column, topic in enumerate(topics):
        for value, kind in ((1, "with"), (0, "without")):
            count = int((labels[:, column] == value).sum())
            if not count:
                msg = (
                    f"no article {kind} topic {topic!r}: a topic is learnt from articles with it "
                    f"and without it. Add some, or leave the topic out."
                )
                raise ValueError(msg)
            if count < _FEW:
                articles = f"{count} article" + "s" * (count != 1)
                msg = f"only {articles} {kind} topic {topic!r}: expect little of it"
                warnings.warn(msg, UserWarning, stacklevel=3)
