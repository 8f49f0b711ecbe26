"""What is known of each article, as an array: yes, no or unknown per topic."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import did_you_mean
from topicclf.text.topic_names import clean_name, name_problem

__all__ = ["label_array", "topic_names"]

_YES_OR_NO = {"0", "1", "0.0", "1.0", "-1", "true", "false", "yes", "no", "y", "n", "t", "f", ""}
_SHOWN = 10
_FORMS = (
    "Y must be an array (n_articles, n_topics) of 1, 0 and -1 for unknown, or the names of the "
    "topics of each article"
)


def topic_names(topics: Any) -> tuple[str, ...] | None:
    """The names of topics that a user gives, in a list, an array, an index or the like.

    Raises:
        TypeError: It is a single text.
        ValueError: A name can't be one, or two look the same.
    """
    if topics is None:
        return None
    if isinstance(topics, str | bytes | Mapping | Set | Iterator):
        msg = f"topics are a list of names in the order of the columns, not {topics!r}"
        raise TypeError(msg)
    names = list(topics)
    for name in names:
        if problem := name_problem(name):
            raise ValueError(problem)
    for name, count in Counter(map(clean_name, names)).items():
        if count > 1:
            msg = f"topic {name!r} is named twice"
            raise ValueError(msg)
    # NumPy's strings become Python's.
    return tuple(map(str, names))


def label_array(
    Y: Any, topics: Sequence[str] | None, *, n_articles: int, strict: bool = True
) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    """Understand the labels that a user gives.

    Args:
        Y: 1 (yes), 0 (no) and -1, NaN, None or NA (unknown), shape (n_articles, n_topics), as an
            array, a sparse one, or a table of pandas or Polars; or, for each article, the names of
            its topics, as a sequence, an array or a series.
        topics: The topics' names; None for those of a table's columns, or those found in `Y`. Of a
            table the columns of these names are taken; columns without names get them in order.
        n_articles: How many articles there are.
        strict: Whether names that are not among the topics are refused; otherwise they get columns
            of their own, the last ones.

    Returns:
        The labels as 1, 0 and -1, shape (n_articles, n_topics), and the topics' names.

    Raises:
        ValueError: Shapes, values or names don't fit.
    """
    columns, topics = _columns(Y), topic_names(topics)
    if hasattr(Y, "toarray"):
        Y = Y.toarray()
    elif not isinstance(Y, Sequence):
        Y = np.atleast_1d(Y)
    if columns and topics is not None:
        Y = Y[:, _chosen(columns, topics)]
    if _are_names(Y):
        labels, names = _from_names(Y, topics, strict=strict)
    else:
        labels, names = _from_array(_square(Y), columns if topics is None else topics)
    if len(labels) != n_articles:
        msg = f"{n_articles} texts, but labels for {len(labels)}"
        raise ValueError(msg)
    return labels, names


def _columns(Y: Any) -> tuple[str, ...] | None:
    """The names of a table's columns; None if it is no table or only numbers them."""
    columns = list(getattr(Y, "columns", ()))
    # As pandas and Polars number columns that nobody has named.
    if not columns or columns in (
        list(range(len(columns))),
        [f"column_{number}" for number in range(len(columns))],
    ):
        return None
    return topic_names([str(name) for name in columns])


def _chosen(columns: Sequence[str], topics: Sequence[str]) -> list[int]:
    place = {clean_name(name): number for number, name in enumerate(columns)}
    for topic in topics:
        if clean_name(topic) not in place:
            hint = did_you_mean(topic, columns, otherwise=f"it has {_listed(columns)}")
            msg = f"Y has no column {topic!r}; {hint}. To rename columns, rename them in Y."
            raise ValueError(msg)
    return [place[clean_name(topic)] for topic in topics]


def _are_names(Y: Sequence[Any]) -> bool:
    return all(
        isinstance(row, set | frozenset | list | tuple | np.ndarray)
        and all(isinstance(name, str) for name in row)
        for row in Y
    )


def _from_names(
    Y: Sequence[Iterable[str]], topics: Sequence[str] | None, *, strict: bool
) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    met = sorted({str(name) for row in Y for name in row})
    if met and all(name.strip().lower() in _YES_OR_NO for name in met):
        msg = (
            f"Y holds {_listed(met)}, not names of topics: give 1 for yes and 0 for no, as numbers"
        )
        raise ValueError(msg)
    names = topic_names(met) if topics is None else tuple(topics)
    assert names is not None
    column = {clean_name(name): i for i, name in enumerate(names)}
    if unknown := [name for name in met if clean_name(name) not in column]:
        if strict:
            hint = did_you_mean(unknown[0], names, otherwise="correct them, or leave topics=None")
            msg = f"topics {unknown} are not among {list(names)}; {hint}"
            raise ValueError(msg)
        column |= {clean_name(name): i for i, name in enumerate(unknown, len(names))}
        names = (*names, *unknown)
    labels = np.zeros((len(Y), len(names)), np.int8)
    for i, row in enumerate(Y):
        labels[i, [column[clean_name(name)] for name in row]] = 1
    return labels, names


def _square(Y: Any) -> NDArray[Any]:
    try:
        return np.asarray(Y)
    except ValueError as error:
        msg = f"{_FORMS}; the rows differ in length"
        raise ValueError(msg) from error


def _from_array(
    Y: NDArray[Any], topics: Sequence[str] | None
) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    if Y.ndim != 2 or Y.dtype.kind not in "biufO":
        hint = ""
        if Y.ndim == 1 and len(Y):
            is_text = isinstance(Y[0], str)
            hint = "; split each text into a list of names" if is_text else ""
            hint = "; of one topic give Y.reshape(-1, 1)" if Y.dtype.kind in "biuf" else hint
        msg = f"{_FORMS}; got shape {Y.shape} of {Y.dtype}{hint}"
        raise ValueError(msg)
    if Y.dtype.kind == "O":
        Y = np.array([_number(value) for value in Y.flat]).reshape(Y.shape)
    values = np.nan_to_num(Y.astype(float), nan=-1.0)
    if not np.isin(values, (-1, 0, 1)).all():
        numbered = np.isin(values, (0, 1, 2)).all()
        hint = (
            " (scikit-learn's cross_val_predict numbers labels anew where some are unknown: "
            "take method='predict', or out_of_fold_proba_)"
        )
        msg = "Y must hold 1 for yes, 0 for no, and -1 or NaN for unknown, nothing else"
        raise ValueError(msg + hint * bool(numbered))
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


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(repr, names[:_SHOWN])) + more
