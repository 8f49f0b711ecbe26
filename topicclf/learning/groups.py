"""Stories: articles that must stay together, as one would give the other away."""

from collections.abc import Hashable, Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

__all__ = ["number_groups"]


class _Alone:
    """A name that no other article has."""


def _is_missing(name: Hashable) -> bool:
    if isinstance(name, str):
        return not name.strip()
    # By their names, as pandas may not be installed.
    if name is None or type(name).__name__ in {"NAType", "NaTType"}:
        return True
    # Not a number, and not a time, differ from themselves.
    return bool(name != name)


def number_groups(*names: Iterable[Hashable]) -> NDArray[np.int64]:
    """Number stories: articles that share a name, by any way of naming them, share a number.

    Args:
        names: For each way of naming, the name of each article. Without one (None, NaN, NaT, NA or
            an empty string) it stands alone.

    Returns:
        From 0 on, in order of appearance; shape (n_articles,).

    >>> number_groups(["a", "b", "c", "d"], [1, 2, 2, 3]).tolist()
    [0, 1, 1, 2]
    >>> number_groups(["a", None, None, "a"]).tolist()
    [0, 1, 2, 0]
    """
    columns = [_numbers(each) for each in names]
    n_articles = n_nodes = len(columns[0])
    # Articles and names are the nodes; an article is tied to each of its names.
    for column in columns:
        column += n_nodes
        n_nodes = int(column.max(initial=n_nodes - 1)) + 1
    ends = np.concatenate(columns)
    starts = np.tile(np.arange(n_articles), len(columns))
    ties = sparse.coo_array((np.ones(len(ends), bool), (starts, ends)), shape=(n_nodes, n_nodes))
    return connected_components(ties, directed=False)[1][:n_articles].astype(np.int64)


def _numbers(names: Iterable[Hashable]) -> NDArray[np.int64]:
    if isinstance(names, np.ndarray):
        return np.unique(names, return_inverse=True)[1].astype(np.int64)
    place: dict[Hashable, int] = {}
    return np.array(
        [place.setdefault(_Alone() if _is_missing(name) else name, len(place)) for name in names],
        np.int64,
    )
