"""The plain way to read texts: one word after the other, for readers and for tests.

`topicclf.features.batch.read` gives the same numbers many times as fast.
"""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from topicclf.features.batch import Batch
from topicclf.features.vocabulary import Vocabulary
from topicclf.text.words import words

__all__ = ["read_plainly"]


def read_plainly(texts: Iterable[str], vocabulary: Vocabulary) -> Batch:
    """Turn texts into numbered words."""
    term_of = dict(zip(vocabulary.surfaces.split(), vocabulary.surface_terms.tolist(), strict=True))
    unknown = vocabulary.unknown
    pair_of = {
        divmod(pair, unknown + 1): feature
        for feature, pair in enumerate(vocabulary.pairs.tolist(), start=unknown + 1)
    }
    terms: list[int] = []
    pairs: list[int] = []
    ends: list[int] = []
    for text in texts:
        article = [term_of.get(word, unknown) for word in words(text)]
        pairs += [pair_of.get(pair, unknown) for pair in pairwise(article)]
        pairs += [unknown] * (len(article) + 1 + len(terms) - len(pairs))
        terms += [*article, unknown]
        ends.append(len(terms) - 1)
    starts = [0, *(end + 1 for end in ends[:-1])]
    return Batch(
        terms=np.array(terms, np.int64),
        pairs=np.array(pairs, np.int64),
        starts=np.array(starts[: len(ends)], np.int64),
        ends=np.array(ends, np.int64),
    )
