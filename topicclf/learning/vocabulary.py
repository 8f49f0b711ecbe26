"""The vocabulary: the words and pairs worth knowing, learnt from the training articles."""

from array import array

import numpy as np
from nltk.stem.snowball import SnowballStemmer
from numpy.typing import NDArray

from topicclf.features.vocabulary import Vocabulary
from topicclf.learning.corpus import Corpus

__all__ = ["learn_vocabulary", "prune"]


def learn_vocabulary(
    corpus: Corpus, *, min_document_frequency: int, min_pair_frequency: int
) -> Vocabulary:
    """Choose terms and pairs by document frequency; stem each distinct word once.

    Args:
        corpus: The training articles.
        min_document_frequency: Terms in fewer articles are left out.
        min_pair_frequency: Likewise for pairs.

    Raises:
        ValueError: No word is left.
    """
    stem = SnowballStemmer("english").stem
    stem_number: dict[str, int] = {}
    stem_of = np.array(
        [stem_number.setdefault(stem(word.decode()), len(stem_number)) for word in corpus.surfaces],
        np.int64,
    )
    n_articles = len(corpus)
    frequency = _document_frequency(corpus, stem_of, len(stem_number))
    # Common terms get the small numbers, whatever the order of the articles.
    names, often = list(stem_number), frequency.tolist()
    chosen = sorted(
        np.flatnonzero(frequency >= min_document_frequency).tolist(),
        key=lambda stem: (-often[stem], names[stem]),
    )
    if not chosen:
        msg = f"no word occurs in {min_document_frequency} or more of the {n_articles} articles"
        raise ValueError(msg)
    n_terms = len(chosen)
    term = np.full(len(stem_number), n_terms, np.int64)
    term[chosen] = np.arange(n_terms)

    term_of = term[stem_of]
    known = np.flatnonzero(term_of < n_terms)
    order = sorted(known.tolist(), key=lambda i: corpus.surfaces[i])
    keys, pair_frequency = _pair_frequency(corpus, term_of, n_terms)
    kept = pair_frequency >= min_pair_frequency
    frequencies = np.concatenate([frequency[chosen], [0], pair_frequency[kept]])
    idf = np.log((1 + n_articles) / (1 + frequencies)) + 1
    idf[n_terms] = 0
    return Vocabulary(
        surfaces=b" ".join(corpus.surfaces[i] for i in order),
        surface_terms=term_of[order],
        pairs=keys[kept],
        # As the model file keeps them, so that the saved model is the learnt one.
        idf=idf.astype(np.float16).astype(np.float32),
    )


def _document_frequency(
    corpus: Corpus, stem_of: NDArray[np.int64], n_stems: int
) -> NDArray[np.int64]:
    frequency = np.zeros(n_stems, np.int64)
    for article, places in corpus.chunks():
        keys = _distinct(article * n_stems + stem_of[places])
        frequency += np.bincount(keys % n_stems, minlength=n_stems)
    return frequency


def _pair_frequency(
    corpus: Corpus, term_of: NDArray[np.int64], n_terms: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each distinct pair of known neighbours, ascending, and how many articles have it."""
    width = n_terms + 1
    pairs = array("q")
    for article, places in corpus.chunks():
        terms = term_of[places]
        left, right = terms[:-1], terms[1:]
        near = (left < n_terms) & (right < n_terms) & (article[:-1] == article[1:])
        keys = _distinct((article[:-1][near] * width + left[near]) * width + right[near])
        pairs.frombytes((keys % width**2).tobytes())
    every = np.frombuffer(pairs, np.int64)
    every.sort()
    first = _first(every)
    return every[first], np.diff(first, append=len(every))


def _distinct(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    keys.sort()
    return keys[_first(keys)]


def _first(ordered: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each run of equals starts."""
    starts = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=starts[1:])
    return np.flatnonzero(starts)


def prune(
    vocabulary: Vocabulary, usefulness: NDArray[np.floating], *, max_pairs: int
) -> Vocabulary:
    """Keep the most useful pairs only.

    Args:
        vocabulary: The vocabulary.
        usefulness: Of each feature, shape (n_features,).
        max_pairs: How many pairs to keep.
    """
    base = vocabulary.unknown + 1
    best = np.sort(np.argsort(-usefulness[base:], kind="stable")[:max_pairs])
    return Vocabulary(
        surfaces=vocabulary.surfaces,
        surface_terms=vocabulary.surface_terms,
        pairs=vocabulary.pairs[best],
        idf=np.concatenate([vocabulary.idf[:base], vocabulary.idf[base + best]]),
    )
