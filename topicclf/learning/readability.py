"""Whether articles have words that can be learnt from."""

import re
import warnings

import numpy as np

from topicclf.features.vocabulary import Vocabulary
from topicclf.learning.corpus import Corpus

__all__ = ["check_words"]

# Of the words of ordinary articles nine in ten are in another one, too.
_FEW_KNOWN = 0.3
# Longer runs of these scripts are phrases: Chinese, Japanese, Thai, Lao, Burmese, Khmer.
_RUN = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]{8,}"
)
_MANY_RUNS = 0.2


def check_words(corpus: Corpus, vocabulary: Vocabulary) -> None:
    """Warn where hardly any word of the articles is known, or words are not separated.

    Warns:
        UserWarning: It says what to do.
    """
    counts = corpus.counts
    known = vocabulary.terms(b" ".join(corpus.surfaces)) != vocabulary.unknown
    share = float(counts[known].sum() / max(counts.sum(), 1))
    runs = np.array([bool(_RUN.search(word.decode())) for word in corpus.surfaces], bool)
    if counts[runs].sum() > _MANY_RUNS * counts.sum():
        msg = (
            f"the articles are written without spaces between words, and only {share:.0%} of what "
            "is between spaces occurs in several of them: put spaces between the words first, here "
            "and where you predict (with jieba for Chinese, fugashi for Japanese, PyThaiNLP for "
            "Thai)"
        )
        warnings.warn(msg, UserWarning, stacklevel=3)
    elif share < _FEW_KNOWN:
        msg = (
            f"only {share:.0%} of the words of the articles are learnt, as the others occur in "
            "one of them alone: expect little. Is it the right field, and is it text?"
        )
        warnings.warn(msg, UserWarning, stacklevel=3)
