"""Stories: articles with the same name of a story stay on one side of every split."""

from collections.abc import Sequence
from typing import Any

import numpy as np

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
    of Documents".
    """
    datasketch = extra("datasketch", name="train")
    index = datasketch.MinHashLSH(threshold=_LIKENESS, num_perm=_PERMUTATIONS)
    sketches: list[Any] = []
    parent = np.arange(len(texts))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = int(parent[number])
        return number

    for number, text in enumerate(texts):
        tokens = words(text)
        runs = {
            b" ".join(tokens[start : start + _SHINGLE_WORDS])
            for start in range(max(len(tokens) - _SHINGLE_WORDS + 1, 1))
        }
        sketch = datasketch.MinHash(num_perm=_PERMUTATIONS, seed=1)
        sketch.update_batch(sorted(runs))
        for other in index.query(sketch):
            first, second = sorted((root(other), root(number)))
            # Hashing finds candidates; some are less alike.
            if first != second and sketches[other].jaccard(sketch) >= _LIKENESS:
                parent[second] = first
        index.insert(number, sketch)
        sketches.append(sketch)
    return [str(root(number)) for number in range(len(texts))]
