"""Stories: articles with the same name of a story stay on one side of every split."""

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from topicclf.installation.extras import extra
from topicclf.labelled.fields import MISSING, field_values
from topicclf.labelled.reading import LabelledArticle
from topicclf.text.words import words

__all__ = ["NEAR_DUPLICATES", "name_stories"]

#: The name under which articles are grouped by their text instead of by a field.
NEAR_DUPLICATES = "near-duplicates"

_SHINGLE_WORDS = 3
# Copies that were cut or edited share about half of their runs of three words.
_LIKENESS = 0.5
_PERMUTATIONS = 64
# How many of those in a bucket a text is compared with.
_COMPARED = 16


def name_stories(items: Sequence[LabelledArticle], by: str) -> list[str]:
    """Name the story of each article; one that lacks the field is a story of its own.

    Args:
        items: The articles.
        by: A field (of dates also ``field:month`` and the like), or `NEAR_DUPLICATES`.

    Raises:
        DataError: No article has the field.
        MissingExtraError: Near duplicates need the extra ``[train]``.
    """
    if by == NEAR_DUPLICATES:
        return _near_duplicates([item.joined for item in items])
    values = field_values(items, by)
    return [f"{MISSING} {i}" if value == MISSING else value for i, value in enumerate(values)]


def _near_duplicates(texts: Sequence[str]) -> list[str]:
    """Group texts that share half of their runs of three words, and texts that share with these.

    By MinHash and locality-sensitive hashing; Broder (1997), "On the Resemblance and Containment
    of Documents". A text is compared with the last few of each bucket, so that the time grows with
    the number of texts, also where all are alike.
    """
    datasketch = extra("datasketch", name="train")
    index = datasketch.MinHashLSH(threshold=_LIKENESS, num_perm=_PERMUTATIONS)
    bands = [slice(start, start + index.r) for start in range(0, index.b * index.r, index.r)]
    buckets: defaultdict[tuple[int, bytes], deque[int]]
    buckets = defaultdict(lambda: deque(maxlen=_COMPARED))
    signatures: list[NDArray[np.uint64]] = []
    families = _Families(len(texts))
    for number, text in enumerate(texts):
        signature = _signature(text, datasketch)
        own = [buckets[band.start, signature[band].tobytes()] for band in bands]
        for other in sorted({each for bucket in own for each in bucket}):
            # Hashing finds candidates; some are less alike.
            if not families.share(other, number) and (
                np.mean(signatures[other] == signature) >= _LIKENESS
            ):
                families.unite(other, number)
        for bucket in own:
            # Copies would drive out what they are copies of.
            if not bucket or not np.array_equal(signatures[bucket[-1]], signature):
                bucket.append(number)
        signatures.append(signature)
    return [str(families.root(number)) for number in range(len(texts))]


def _signature(text: str, datasketch: Any) -> NDArray[np.uint64]:
    tokens = words(text)
    runs = {
        b" ".join(tokens[start : start + _SHINGLE_WORDS])
        for start in range(max(len(tokens) - _SHINGLE_WORDS + 1, 1))
    }
    sketch = datasketch.MinHash(num_perm=_PERMUTATIONS, seed=1)
    sketch.update_batch(sorted(runs))
    signature: NDArray[np.uint64] = sketch.hashvalues
    return signature


class _Families:
    """Which texts belong together; each family is named by its first one."""

    def __init__(self, n: int) -> None:
        self._parent = list(range(n))

    def root(self, number: int) -> int:
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    def share(self, one: int, other: int) -> bool:
        return self.root(one) == self.root(other)

    def unite(self, one: int, other: int) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        self._parent[second] = first
