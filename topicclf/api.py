"""One-shot functions over the shipped model."""

import os
from threading import RLock

# Not from typing, whose import would cost as much as the start of Python.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from topicclf.evidence.explanation import Explanation
    from topicclf.evidence.prediction import Prediction
    from topicclf.model import TopicModel
    from topicclf.scoring.thresholds import Thresholds
    from topicclf.text.article import Item

__all__ = ["explain", "load", "predict", "predict_many", "shipped_file"]

# Held while modules and the shipped model are loaded.
_lock = RLock()
_shipped: "TopicModel | None" = None
_LONGEST_WAIT = 10


def _wait_for_loading() -> None:
    """Before a fork: a child could wait for ever for what another thread was about to load."""
    _lock.acquire(timeout=_LONGEST_WAIT)


def _go_on() -> None:
    from contextlib import suppress

    with suppress(RuntimeError):  # The wait was in vain.
        _lock.release()


def _renew_lock() -> None:
    """In a forked process, where a thread that held the lock is no more."""
    global _lock
    _lock = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_wait_for_loading, after_in_parent=_go_on, after_in_child=_renew_lock
    )


def load(path: "str | os.PathLike[str] | None" = None) -> "TopicModel":
    """Load a model. Nothing in its file can run code.

    Args:
        path: A model file, or a folder with a ``model.npz``. None gives the shipped model, which is
            read once, whatever the number of threads; so does ``"shipped"``, unless that is a file.

    Raises:
        FileNotFoundError: There is no such file.
        ModelFileError: The file is refused; the subclass says why.
    """
    global _shipped
    if path is None and _shipped is not None:
        return _shipped
    with _lock:
        from pathlib import Path

        # NumPy comes in here, so that importing topicclf stays instant.
        from topicclf.model import TopicModel

        if path is None or (path == "shipped" and not Path(path).exists()):
            if _shipped is None:
                _shipped = TopicModel.load(shipped_file())
            return _shipped
    return TopicModel.load(path)


def shipped_file() -> "Path":
    """The file of the model that comes with topicclf."""
    from pathlib import Path

    in_wheel = Path(__file__).with_name("news.npz")
    in_clone = Path(__file__).parent.parent / "models" / "news" / "model.npz"
    return in_wheel if in_wheel.exists() else in_clone


def predict(
    text: str, *, title: str | None = None, thresholds: "Thresholds | None" = None
) -> "Prediction":
    """Find the topics of an article with the shipped model.

    Args:
        text: The article, as plain text.
        title: Its headline, if that is not in the text.
        thresholds: The minimum probability for a topic: one number for all
            topics, a mapping from topics to numbers, or one for each topic. None for the model's.

    Raises:
        TypeError: The text or the title isn't a `str`, or a threshold is not a number.
        ValueError: There is no such topic, or a threshold is not between 0 and 1.

    >>> from topicclf import predict
    >>> prediction = predict("The navy ordered two frigates.", title="Shipyard wins contract")
    >>> prediction.topics
    ('defence',)
    >>> prediction.evidence["defence"].sentences[0].text
    'The navy ordered two frigates.'
    >>> predict("The navy ordered two frigates.", thresholds={"defence": 1}).topics
    ()
    """
    return load().predict(text, title=title, thresholds=thresholds)


def predict_many(
    items: "Iterable[Item]",
    *,
    workers: int | None = None,
    thresholds: "Thresholds | None" = None,
) -> "Iterator[Prediction]":
    """Find the topics of many articles with the shipped model, lazily and in order.

    Args:
        items: Texts, or mappings with a ``text`` and perhaps a ``title``.
        workers: How many threads predict; None or 1 for this one alone. More are of use with the
            compiled kernel only.
        thresholds: As for `predict`.

    Raises:
        TypeError: An item is neither; the message gives its number, from 0. The articles before it
            have been answered.
        ValueError: `workers` is less than 1, or as for `predict`.

    >>> from topicclf import predict_many
    >>> [p.topics for p in predict_many(["The navy ordered two frigates.", "A new opera opens."])]
    [('defence',), ()]
    """
    return load().predict_many(items, workers=workers, thresholds=thresholds)


def explain(text: str, *, title: str | None = None) -> "Explanation":
    """Explain the shipped model's answer for an article.

    Args:
        text: The article, as plain text.
        title: Its headline, if that is not in the text.

    Raises:
        TypeError: The text or the title isn't a `str`.

    >>> from topicclf import explain
    >>> defence = explain("The navy ordered two frigates.").topics["defence"]
    >>> abs(sum(each.value for each in defence.contributions) - defence.log_odds) < 1e-9
    True
    >>> defence.tip.words
    ('navy', 'frigates')
    """
    return load().explain(text, title=title)
