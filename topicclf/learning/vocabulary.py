"""Which words and pairs are worth knowing, learnt from the training articles."""

from collections.abc import Iterable

import numpy as np
from nltk.stem.snowball import SnowballStemmer
from numpy.typing import NDArray

from topicclf.vocabulary import Vocabulary
from topicclf.words import words

__all__ = ["Corpus", "learn_vocabulary", "prune"]


class Corpus:
    """Articles as numbers of distinct words, each distinct word kept once.

    Attributes:
        surfaces: The distinct words, in order of appearance.
        articles: The words of each article as places in `surfaces`, int32.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        place: dict[bytes, int] = {}
        self.articles: list[NDArray[np.int32]] = [
            np.array([place.setdefault(word, len(place)) for word in words(text)], np.int32)
            for text in texts
        ]
        self.surfaces: list[bytes] = list(place)


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
    stemmed = [stem_of[article] for article in corpus.articles]
    n_articles = len(stemmed)
    frequency = _document_frequency(stemmed, len(stem_number))
    # Common terms get the small numbers, whatever the order of the articles.
    names = np.array(list(stem_number))
    chosen = np.flatnonzero(frequency >= min_document_frequency)
    if not len(chosen):
        msg = f"no word stands in {min_document_frequency} or more of the {n_articles} articles"
        raise ValueError(msg)
    chosen = chosen[np.lexsort((names[chosen], -frequency[chosen]))]
    n_terms = len(chosen)
    term = np.full(len(stem_number), n_terms, np.int64)
    term[chosen] = np.arange(n_terms)

    known = term[stem_of] < n_terms
    order = sorted(np.flatnonzero(known).tolist(), key=lambda i: corpus.surfaces[i])
    keys, pair_frequency = _pair_frequency([term[a] for a in stemmed], n_terms)
    kept = pair_frequency >= min_pair_frequency
    frequencies = np.concatenate([frequency[chosen], [0], pair_frequency[kept]])
    idf = np.log((1 + n_articles) / (1 + frequencies)) + 1
    idf[n_terms] = 0
    return Vocabulary(
        surfaces=b" ".join(corpus.surfaces[i] for i in order),
        surface_terms=term[stem_of[order]],
        pairs=keys[kept],
        # As the model file keeps them, so that the saved model is the learnt one.
        idf=idf.astype(np.float16).astype(np.float32),
    )


def _document_frequency(articles: list[NDArray[np.int64]], n_stems: int) -> NDArray[np.int64]:
    frequency = np.zeros(n_stems, np.int64)
    for article in articles:
        frequency[np.unique(article)] += 1
    return frequency


def _pair_frequency(
    articles: list[NDArray[np.int64]], n_terms: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each distinct pair of known neighbours, ascending, and how many articles have it."""
    distinct = []
    for article in articles:
        known = (article[:-1] < n_terms) & (article[1:] < n_terms)
        distinct.append(np.unique(article[:-1][known] * (n_terms + 1) + article[1:][known]))
    every = np.concatenate(distinct) if distinct else np.empty(0, np.int64)
    return np.unique(every, return_counts=True)


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
