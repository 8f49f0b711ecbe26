"""The arrays of a model file, audited: types, shapes that fit each other, ranges, order.

All of it is linear in the size of the arrays, and nothing larger than a few times them is
allocated. What passes can be used without another look.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from topicclf.artifact.flaw import FlawError, require
from topicclf.features.vocabulary import Vocabulary
from topicclf.text.words import fold

__all__ = ["audited_coef", "audited_vocabulary", "missing_members", "require_members"]

Arrays = Mapping[str, NDArray[Any]]


class _Form(NamedTuple):
    """The type that an array has, and its number of axes."""

    types: str
    axes: int = 1


# Integers are as narrow as their values allow; none at all are of 64 bits.
_FORMS = {
    "surfaces": _Form("B"),
    "surface_terms": _Form("BHIQLql"),
    "surface_seeds": _Form("BH"),
    "pair_gaps": _Form("BHIQLql"),
    "pair_seeds": _Form("BH"),
    "idf": _Form("e"),
    "coef": _Form("e", axes=2),
    "term_vectors": _Form("B", axes=2),
}
_OPTIONAL = frozenset({"surface_seeds", "pair_seeds", "term_vectors"})
_FOLDED_ASCII = b"abcdefghijklmnopqrstuvwxyz0123456789 "
# What folding makes of U+0149, and would itself leave out.
_LEFT_BY_FOLDING = "\u02bc"
# Of a term's vector: its largest number, in half precision.
_LARGEST_BYTES = 2


def require_members(arrays: Arrays) -> None:
    """See that all arrays are there, no others, and each in its form.

    Raises:
        FlawError: They aren't.
    """
    for name in arrays:
        require(name in _FORMS, f"it holds {name!r:.100}, which is not part of a model")
    for name, form in _FORMS.items():
        if name in arrays:
            array = arrays[name]
            fits = array.dtype.char in form.types and array.ndim == form.axes
            require(fits, f"{name!r} is of type {array.dtype} with {array.ndim} axes")


def missing_members(arrays: Arrays) -> list[str]:
    """The names of arrays that a model needs and that aren't there."""
    return [name for name in _FORMS if name not in arrays and name not in _OPTIONAL]


def audited_vocabulary(arrays: Arrays) -> Vocabulary:
    """The vocabulary, with its tables.

    Args:
        arrays: What `require_members` has seen.

    Raises:
        FlawError: Words, pairs, idf or seeds don't fit each other.
    """
    idf = arrays["idf"].astype(np.float32)
    n_terms = len(idf) - len(arrays["pair_gaps"]) - 1
    require(n_terms >= 0, "'idf' has fewer values than there are pairs")
    # The first models had line ends here.
    surfaces = arrays["surfaces"].tobytes().replace(b"\n", b" ")
    _require_words(surfaces, count=len(arrays["surface_terms"]))
    terms = _audited_terms(arrays["surface_terms"], n_terms)
    pairs = _audited_pairs(arrays["pair_gaps"], n_terms)
    require(np.isfinite(idf).all() and (idf >= 0).all(), "'idf' is not finite, or below zero")
    require(idf[n_terms] == 0, "'idf' gives unknown words a weight")
    vectors = _copied(arrays.get("term_vectors"))
    if vectors is not None:
        fits = len(vectors) <= n_terms and vectors.shape[1] > _LARGEST_BYTES
        require(fits, "'term_vectors' has more rows than there are terms, or no columns")
        largest = np.ascontiguousarray(vectors[:, :_LARGEST_BYTES]).view("<f2")
        require(np.isfinite(largest).all(), "'term_vectors' holds a number that is not finite")
    vocabulary = Vocabulary(
        surfaces=surfaces,
        surface_terms=terms,
        pairs=pairs,
        idf=idf,
        surface_seeds=_copied(arrays.get("surface_seeds")),
        pair_seeds=_copied(arrays.get("pair_seeds")),
        term_vectors=vectors,
    )
    try:
        # Made here, as they show whether the words are distinct and the seeds theirs.
        vocabulary.surface_lookup  # noqa: B018
        vocabulary.pair_lookup  # noqa: B018
    except ValueError as error:
        msg = f"its words or pairs can't be looked up: {error}"
        raise FlawError(msg) from error
    return vocabulary


def audited_coef(coef: NDArray[Any], vocabulary: Vocabulary, *, n_topics: int) -> NDArray[Any]:
    """The weights.

    Args:
        coef: What `require_members` has seen.
        vocabulary: What the rows are of.
        n_topics: How many columns there have to be.

    Returns:
        Shape (n_features, n_topics), float32.

    Raises:
        FlawError: They don't fit, or are not finite.
    """
    shape = (vocabulary.n_features, n_topics)
    require(coef.shape == shape, f"'coef' has the shape {coef.shape}, and not {shape}")
    weights = coef.astype(np.float32)
    require(np.isfinite(weights).all(), "'coef' has a value that is not finite")
    require(not weights[vocabulary.unknown].any(), "'coef' gives unknown words a weight")
    return weights


def _copied(array: NDArray[Any] | None) -> NDArray[Any] | None:
    # A view would keep the whole file in memory.
    return None if array is None else array.copy()


def _require_words(surfaces: bytes, *, count: int) -> None:
    # With a space before and after, no two of them may be neighbours.
    spaces = np.frombuffer(b" %b " % surfaces, np.uint8) == ord(" ")
    empty = surfaces and (spaces[1:] & spaces[:-1]).any()
    require(not empty, "'surfaces' has an empty word")
    words = np.count_nonzero(spaces) - 1 if surfaces else 0
    require(words == count, f"'surface_terms' has {count:,} values for {words:,} words")
    try:
        surfaces.decode()
        letters = set(surfaces.translate(None, _FOLDED_ASCII).decode())
    except UnicodeDecodeError as error:
        msg = "'surfaces' is not UTF-8"
        raise FlawError(msg) from error
    strange = sorted(each for each in letters if not _is_folded(each))
    require(not strange, f"'surfaces' has {strange[:1]}, which no word has once it is folded")


def _is_folded(character: str) -> bool:
    return (
        fold(character) == character.encode()
        or character == _LEFT_BY_FOLDING
        # A letter for the newer Python that trained the model.
        or unicodedata.category(character) == "Cn"
    )


def _audited_terms(stored: NDArray[Any], n_terms: int) -> NDArray[np.int64]:
    # A value beyond int64 comes out below zero.
    terms = stored.astype(np.int64)
    require(n_terms <= len(terms), f"it has {n_terms:,} terms for {len(terms):,} words")
    require(((terms >= 0) & (terms < n_terms)).all(), "'surface_terms' has an unknown term")
    every = np.bincount(terms, minlength=n_terms).all()
    require(every, "'surface_terms' leaves a term without a word")
    return terms


def _audited_pairs(gaps: NDArray[Any], n_terms: int) -> NDArray[np.int64]:
    # A gap or sum beyond int64 comes out below the pair before it.
    pairs = np.cumsum(gaps, dtype=np.int64)
    base = n_terms + 1
    if len(pairs):
        ascending = pairs[0] >= 0 and (pairs[1:] > pairs[:-1]).all()
        require(ascending, "'pair_gaps' has pairs that don't ascend")
        known = pairs[-1] < n_terms * base and (pairs % base < n_terms).all()
        require(known, "'pair_gaps' has a pair of an unknown term")
    return pairs
