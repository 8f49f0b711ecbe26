"""Whether labels can be learnt from."""

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["check_topics"]

_FEW = 10


def check_topics(labels: NDArray[np.int8], topics: Sequence[str]) -> None:
    """Check that each topic can be learnt.

    Raises:
        ValueError: A topic has no positives or no negatives; the message names it.

    Warns:
        UserWarning: A topic has only a few.
    """
    if not topics:
        msg = "no topic to learn"
        raise ValueError(msg)
    for column, topic in enumerate(topics):
        for value, kind in ((1, "with"), (0, "without")):
            count = int((labels[:, column] == value).sum())
            if not count:
                msg = (
                    f"no article {kind} topic {topic!r}: a topic is learnt from articles with it "
                    f"and without it. Add some, or leave the topic out."
                )
                raise ValueError(msg)
            if count < _FEW:
                articles = f"{count} article" + "s" * (count != 1)
                msg = f"only {articles} {kind} topic {topic!r}: expect little of it"
                warnings.warn(msg, UserWarning, stacklevel=3)
