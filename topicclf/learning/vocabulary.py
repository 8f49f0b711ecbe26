"""The vocabulary: the words and pairs worth knowing, learnt from the training articles."""

from array import array
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from nltk.stem.snowball import SnowballStemmer
from numpy.typing import NDArray

from topicclf.features.fingerprints import FoldedWords
from topicclf.features.vocabulary import Vocabulary
from topicclf.learning.corpus import Corpus
from topicclf.learning.scratch import NumberFile

__all__ = ["extend_vocabulary", "learn_vocabulary", "prune"]

# The power to which the inverse document frequency is taken: rare words say more than it says.
_RARITY = 1.5


def learn_vocabulary(
    corpus: Corpus, *, min_document_frequency: int, min_form_frequency: int, min_pair_frequency: int
) -> Vocabulary:
    """Choose terms and pairs by document frequency; words that share a stem are one term.

    Of words that share a fingerprint the most frequent is learnt alone.

    Args:
        corpus: The training articles.
        min_document_frequency: Terms in fewer articles are left out.
        min_form_frequency: Forms of a word in as many articles are terms of their own.
        min_pair_frequency: Likewise for pairs.

    Raises:
        ValueError: No word is left.
    """
    n_articles, n_surfaces = len(corpus), len(corpus.surfaces)
    shadowed = _shadowed(corpus.surfaces, corpus.counts.tolist())
    head_of = _heads(corpus, min_form_frequency, shadowed)
    frequency = _document_frequency(corpus, head_of, n_surfaces)
    frequency[shadowed] = 0
    often = frequency.tolist()
    # Common terms get the small numbers, whatever the order of the articles.
    chosen = sorted(
        np.flatnonzero(frequency >= max(min_document_frequency, 1)).tolist(),
        key=lambda head: (-often[head], corpus.surfaces[head]),
    )
    if not chosen:
        msg = f"no word occurs in {min_document_frequency} or more of the {n_articles} articles"
        raise ValueError(msg)
    n_terms = len(chosen)
    term = np.full(n_surfaces, n_terms, np.int64)
    term[chosen] = np.arange(n_terms)

    term_of = term[head_of]
    known = np.flatnonzero(term_of < n_terms)
    order = sorted(known.tolist(), key=lambda i: corpus.surfaces[i])
    pairs, pair_frequency = _frequent_pairs(corpus, term_of, n_terms, least=min_pair_frequency)
    frequencies = np.concatenate([frequency[chosen], [0], pair_frequency])
    idf = (np.log((1 + n_articles) / (1 + frequencies)) + 1) ** _RARITY
    idf[n_terms] = 0
    return Vocabulary(
        surfaces=b" ".join(corpus.surfaces[i] for i in order),
        surface_terms=term_of[order],
        pairs=pairs,
        # As the model file keeps them, so that the saved model is the learnt one.
        idf=idf.astype(np.float16).astype(np.float32),
    )


def extend_vocabulary(
    base: Vocabulary, corpus: Corpus, *, min_document_frequency: int
) -> Vocabulary:
    """Add the words of a corpus to a vocabulary.

    Words of known stems become known forms; new stems become terms as rare as the rarest. Pairs
    stay those that are known. The numbers of the known terms stay, those of the pairs move by the
    number of new terms.

    Args:
        base: The vocabulary.
        corpus: The articles.
        min_document_frequency: New terms in fewer articles are left out.
    """
    stem = SnowballStemmer("english").stem
    surfaces = base.surfaces.split(b" ") if base.surfaces else []
    term_of = dict(zip(surfaces, base.surface_terms.tolist(), strict=True))
    known: dict[str, int] = {}
    # Of forms that are terms of their own the most common, which comes first, stands for others.
    for word, term in sorted(term_of.items(), key=lambda each: each[1]):
        known.setdefault(stem(word.decode()), term)
    # Known words stay, however rare.
    both = [*surfaces, *corpus.surfaces]
    ranks = [*(np.iinfo(np.int64).max for _ in surfaces), *corpus.counts.tolist()]
    shadowed = {both[place] for place in _shadowed(both, ranks)} - term_of.keys()
    stems = ["" if word in shadowed else stem(word.decode()) for word in corpus.surfaces]
    number = {name: place for place, name in enumerate(dict.fromkeys(stems))}
    stem_of = np.array([number[name] for name in stems], np.int64)
    often = _document_frequency(corpus, stem_of, len(number)).tolist()
    fresh = sorted(
        name
        for name, place in number.items()
        if name and name not in known and often[place] >= min_document_frequency
    )
    known |= {name: base.unknown + place for place, name in enumerate(fresh)}
    for word, name in zip(corpus.surfaces, stems, strict=True):
        if name in known:
            term_of.setdefault(word, known[name])
    words = sorted(term_of)
    n_terms = base.unknown + len(fresh)
    first, second = np.divmod(base.pairs, base.unknown + 1)
    terms, rest = np.split(base.idf, [base.unknown])
    rarest = terms.max(initial=1.0)
    return Vocabulary(
        surfaces=b" ".join(words),
        surface_terms=np.array([term_of[word] for word in words], np.int64),
        pairs=first * (n_terms + 1) + second,
        idf=np.concatenate([terms, np.full(len(fresh), rarest, np.float32), rest]),
        # New terms are as rare as any and come last, so that its rows are still of the same terms.
        term_vectors=base.term_vectors,
    )


def _heads(corpus: Corpus, min_form_frequency: int, alone: list[int]) -> NDArray[np.int64]:
    """The word whose term each word shares: its own, or the most frequent one with its stem.

    Many articles show what a form means by itself ("trading" is of shares, "trade" of goods); of
    few, all forms together show more. Some words are to stay alone.
    """
    stem = SnowballStemmer("english").stem
    stem_number: dict[str, int] = {}
    stem_of = np.array(
        [stem_number.setdefault(stem(word.decode()), len(stem_number)) for word in corpus.surfaces],
        np.int64,
    )
    stem_of[alone] = np.arange(len(alone)) + len(stem_number)
    every = np.arange(len(stem_of))
    frequency = _document_frequency(corpus, every, len(every))
    often = frequency.tolist()
    rarest_first = sorted(every.tolist(), key=lambda i: (-often[i], corpus.surfaces[i]))[::-1]
    head = np.zeros(len(stem_number) + len(alone), np.int64)
    # Of those with one stem the last stays.
    head[stem_of[rarest_first]] = rarest_first
    return np.where(frequency >= min_form_frequency, every, head[stem_of])


def _shadowed(words: list[bytes], counts: list[int]) -> list[int]:
    """The words that have the fingerprint of a more frequent one, as only crafted words do."""
    prints = FoldedWords.of(b" ".join(words)).fingerprints()
    _, which, shares = np.unique(prints, return_inverse=True, return_counts=True)
    alike = np.flatnonzero(shares[which] > 1).tolist()
    alike.sort(key=lambda i: (which[i], -counts[i], words[i]))
    return [later for earlier, later in pairwise(alike) if which[earlier] == which[later]]


def _document_frequency(
    corpus: Corpus, number_of: NDArray[np.int64], n_numbers: int
) -> NDArray[np.int64]:
    """How many articles have a word with each number."""
    frequency = np.zeros(n_numbers, np.int64)
    for article, places in corpus.chunks():
        keys = _distinct(article * n_numbers + number_of[places])
        frequency += np.bincount(keys % n_numbers, minlength=n_numbers)
    return frequency


def _frequent_pairs(
    corpus: Corpus, term_of: NDArray[np.int64], n_terms: int, *, least: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pairs of known neighbours in so many articles, ascending, and in how many each is."""
    parts = [
        _counted(keys, least=least) for keys in _parted(_pairs(corpus, term_of, n_terms), corpus)
    ]
    pairs, frequency = (np.concatenate(each) for each in zip(*parts, strict=True))
    if corpus.scratch is not None and len(pairs) > corpus.scratch.most_pairs:
        enough = np.partition(frequency, -corpus.scratch.most_pairs)[-corpus.scratch.most_pairs]
        kept = frequency > enough
        pairs, frequency = pairs[kept], frequency[kept]
    order = np.argsort(pairs)
    return pairs[order], frequency[order]


def _pairs(corpus: Corpus, term_of: NDArray[np.int64], n_terms: int) -> Iterator[NDArray[np.int64]]:
    """The distinct pairs of known neighbours of each article, a few articles at a time."""
    width = n_terms + 1
    for article, places in corpus.chunks():
        terms = term_of[places]
        left, right = terms[:-1], terms[1:]
        near = (left < n_terms) & (right < n_terms) & (article[:-1] == article[1:])
        keys = _distinct((article[:-1][near] * width + left[near]) * width + right[near])
        yield keys % width**2


def _parted(runs: Iterator[NDArray[np.int64]], corpus: Corpus) -> Iterator[NDArray[np.int64]]:
    """All keys, those that are equal together: in one array, or by way of files in several."""
    if corpus.scratch is None:
        every = array("q")
        for keys in runs:
            every.frombytes(keys.tobytes())
        yield np.frombuffer(every, np.int64)
        return
    n_parts = 1 + int(corpus.lengths.sum()) // corpus.scratch.most_keys
    files = [
        NumberFile(corpus.scratch.file(f"pairs-{number}"), np.int64) for number in range(n_parts)
    ]
    for keys in runs:
        part = keys % n_parts
        for number, file in enumerate(files):
            file.append(keys[part == number])
    for file in files:
        yield file.take()


def _counted(keys: NDArray[np.int64], *, least: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct keys that there are so often, ascending, and how often; sorts in place."""
    keys.sort()
    first = _first(keys)
    counts = np.diff(first, append=len(keys))
    often = counts >= least
    return keys[first[often]], counts[often]


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
