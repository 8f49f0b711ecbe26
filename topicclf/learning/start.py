"""Where learning starts from if there is a base: another model's vocabulary, weights and join."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from topicclf.features.vocabulary import Vocabulary
from topicclf.learning.corpus import Corpus
from topicclf.learning.term_vectors import term_vectors_of
from topicclf.learning.vocabulary import extend_vocabulary
from topicclf.scoring.join import Join

if TYPE_CHECKING:
    from topicclf.model import TopicModel

__all__ = ["Start", "start_from"]

# Chosen by average precision on topics that were left out of the base, at 50 labelled articles: a
# pair says little that its words don't, and features that no topic of the base needed little, too.
_PAIRS = 0.25
_TEMPER = 0.25
_LEAST_USEFUL = 0.1


@dataclass(frozen=True, eq=False)
class Start:
    """What is known of the features and topics before the first article is read.

    Attributes:
        scale: How much each feature is trusted, shape (n_features,).
        term_vectors: The terms that have a vector in the base, and these vectors; None where none
            has.
        coef: The base's weights, shape (n_features, n_topics), float32; zero for new topics.
        intercept: The base's, shape (n_topics,); zero for new topics.
        known: Whether the base has the topic, shape (n_topics,), bool.
        join: The base's for its topics, and their mean for new ones.
    """

    scale: NDArray[np.float32]
    term_vectors: tuple[NDArray[np.int64], NDArray[np.float32]] | None
    coef: NDArray[np.float32]
    intercept: NDArray[np.float64]
    known: NDArray[np.bool_]
    join: Join

    def of(self, topics: slice) -> "Start":
        """What is known of some topics."""
        join = self.join
        return replace(
            self,
            coef=self.coef[:, topics],
            intercept=self.intercept[topics],
            known=self.known[topics],
            join=Join(join.coef[topics], join.intercept[topics], join.prevalence[topics]),
        )


def start_from(
    base: "TopicModel", topics: Sequence[str], corpus: Corpus, *, min_document_frequency: int
) -> tuple[Vocabulary, Start]:
    """Take a vocabulary and a start from another model.

    Args:
        base: The model.
        topics: The topics to learn, new ones or the model's.
        corpus: The articles, whose own words are added to the vocabulary.
        min_document_frequency: Words in fewer of the articles are not.
    """
    old = base.weights.vocabulary
    vocabulary = extend_vocabulary(old, corpus, min_document_frequency=min_document_frequency)
    new_terms = vocabulary.unknown - old.unknown
    # The terms keep their numbers, and the pairs their order; new terms come in between.
    row = np.arange(old.n_features)
    row[old.unknown :] += new_terms
    weights = base.weights.coef
    useful = np.linalg.norm(weights, axis=1)
    useful /= useful[useful > 0].mean() if useful.any() else 1
    scale = np.ones(vocabulary.n_features, np.float32)
    scale[row] = np.maximum(useful, _LEAST_USEFUL) ** _TEMPER
    scale[vocabulary.unknown + 1 :] *= _PAIRS

    columns = [base.topics.index(topic) if topic in base.topics else -1 for topic in topics]
    place = np.array(columns, np.int64)
    known = place >= 0
    coef = np.zeros((vocabulary.n_features, len(topics)), np.float32)
    coef[np.ix_(row, known.nonzero()[0])] = weights[:, place[known]]
    own = base.join
    return vocabulary, Start(
        scale=scale,
        term_vectors=term_vectors_of(old),
        coef=coef,
        intercept=np.where(known, base.weights.intercept[place], 0.0),
        known=known,
        join=Join(
            coef=np.where(known[:, None], own.coef[place], own.coef.mean(0)),
            intercept=np.where(known, own.intercept[place], own.intercept.mean()),
            prevalence=np.where(known, own.prevalence[place], own.prevalence.mean()),
        ),
    )
