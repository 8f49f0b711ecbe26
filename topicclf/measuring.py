"""What a model is worth on articles and labels in memory, and scorers for scikit-learn."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from topicclf.errors import DataError
from topicclf.evaluation.answers import Answers, require_topics
from topicclf.evaluation.evaluation import Evaluation, TopicEvaluation
from topicclf.evaluation.evaluation import evaluate as evaluate_answers
from topicclf.evaluation.intervals import Bootstrap, Estimate
from topicclf.evaluation.measures import OverallMeasures, measure, measures_in
from topicclf.installation.extras import extra, require
from topicclf.labelled.label_array import label_array
from topicclf.text.article import Item, articles_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from topicclf.estimator import TopicClassifier
    from topicclf.model import TopicModel

__all__ = ["ModelEvaluation", "evaluate", "scorer"]


@dataclass(frozen=True)
class ModelEvaluation(Evaluation):
    """What a model is worth, with pictures and as a table.

    Attributes:
        answers: The answers that it was measured on.
    """

    answers: Answers | None = field(default=None, repr=False)

    def plot(self, topic: str | None = None) -> "Figure":
        """A picture: one topic's curve, calibration and histograms, or the F1 of all.

        Args:
            topic: The topic; None for the F1 of every topic with its interval.

        Raises:
            DataError: It wasn't measured.
            MissingExtraError: matplotlib is not installed, extra ``[report]``.
        """
        extra("matplotlib", name="report")
        # Imported here: measuring goes without pictures.
        from topicclf.render.figures import estimates_picture, topic_picture

        if topic is None:
            f1 = {name: each.f1 for name, each in self.topics.items()}
            return estimates_picture(f1, label="F1")
        assert self.answers is not None
        if topic not in self.topics:
            msg = f"{topic!r} was not measured; {', '.join(map(repr, self.topics))} were"
            raise DataError(msg)
        return topic_picture(self.answers, topic)

    def to_frame(self) -> Any:
        """The measures of each topic as a pandas ``DataFrame``, a row for each topic.

        A measure has a column of its name, and its interval two more, ``f1_low`` and ``f1_high``
        for example; NaN where there is nothing to measure on.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        require("pandas")
        import pandas

        rows = [_row(each) for each in self.topics.values()]
        return pandas.DataFrame(rows, index=pandas.Index(self.topics, name="topic"))


def _row(topic: TopicEvaluation) -> dict[str, float]:
    row: dict[str, float] = {}
    for each in fields(topic):
        value = getattr(topic, each.name)
        if isinstance(value, Estimate):
            ends = {f"{each.name}_low": value.low, f"{each.name}_high": value.high}
            row |= {each.name: value.value, **ends}
        else:
            row[each.name] = value
    return row


def evaluate(
    model: "TopicModel | TopicClassifier | Answers",
    X: Iterable[Item] | None = None,
    Y: Any = None,
    *,
    topics: Iterable[str] | None = None,
    slices: Mapping[str, Mapping[str, NDArray[np.int64]]] | None = None,
    bootstrap: Bootstrap | None = None,
    groups: NDArray[Any] | None = None,
    on_drawn: Callable[[int], object] | None = None,
) -> ModelEvaluation:
    """Measure a model on labelled articles.

    Args:
        model: A model, a fitted classifier, or answers that `topicclf.answer` has asked for; these
            go without `X` and `Y`.
        X: Texts, or mappings with a ``text`` and perhaps a ``title``.
        Y: Their labels, in any form that `topicclf.TopicClassifier.fit` takes; columns without
            names are the model's topics in their order. Unknown labels are left out.
        topics: Those of the model's topics to look at; None for the columns of a table, or all.
        slices: By field and value, the numbers of the articles to measure apart.
        bootstrap: How to draw the intervals.
        groups: Articles of one group share a name or a number and are drawn together, shape
            (n_articles,).
        on_drawn: Called with the number of articles whenever some have been drawn and measured.

    Raises:
        DataError: The labels don't fit, or the model lacks one of the topics.
        TypeError: An item of `X` is not an article, or `X` or `Y` is missing.

    >>> import topicclf
    >>> texts = ["The navy ordered two frigates.", "A new opera opens tonight."]
    >>> evaluation = topicclf.evaluate(topicclf.load(), texts, [{"defence"}, set()])
    >>> evaluation.topics["defence"].f1.value
    1.0
    """
    answers = model if isinstance(model, Answers) else _answers(model, X, Y, topics)
    evaluation = evaluate_answers(
        answers, slices=slices, bootstrap=bootstrap, groups=groups, on_drawn=on_drawn
    )
    return ModelEvaluation(**vars(evaluation), answers=answers)


def _answers(model: Any, X: Any, Y: Any, topics: Iterable[str] | None) -> Answers:
    if X is None or Y is None:
        msg = "give articles and their labels, evaluate(model, X, Y), or answers"
        raise TypeError(msg)
    # A pipeline's last step is the classifier; all of it has to see the articles.
    last = model[-1] if hasattr(model, "steps") else model
    fitted = getattr(last, "model_", last)
    named = [str(name) for name in getattr(Y, "columns", ())]
    given = fitted.topics if set(named).isdisjoint(fitted.topics) else tuple(named)
    names = given if topics is None else tuple(topics)
    require_topics(fitted, names)
    items = list(articles_of(X))
    try:
        labels, _ = label_array(Y, given, n_articles=len(items))
    except ValueError as error:
        raise DataError(str(error)) from error
    return Answers(
        topics=names,
        labels=labels[:, [given.index(name) for name in names]],
        probability=model.predict_proba(items)[:, columns := [*map(fitted.topics.index, names)]],
        thresholds=fitted.thresholds[columns],
    )


def scorer(name: str = "macro_f1") -> Callable[[Any, Any, Any], float]:
    """A scorer for scikit-learn's searches and cross-validation that takes labels in any form.

    scikit-learn's own take arrays of 0 and 1 alone: for names or unknown labels they give NaN, and
    a search takes the first candidate. This one leaves unknown labels out.

    Args:
        name: A measure over all topics: ``"macro_f1"``, ``"micro_f1"``, ``"micro_precision"``,
            ``"micro_recall"``, ``"macro_average_precision"`` or ``"exact_match"``.

    Returns:
        A callable of a fitted classifier (or a pipeline that ends in one), articles and labels. It
        raises a `ValueError` where there is nothing to measure on.

    Raises:
        ValueError: There is no such measure.

    >>> from sklearn.model_selection import GridSearchCV
    >>> from topicclf import TopicClassifier
    >>> search = GridSearchCV(TopicClassifier(), {"C": [0.1, 1]}, scoring=scorer("macro_f1"))
    """
    known = measures_in(OverallMeasures).keys() - {"false_tags"}
    if name not in known:
        msg = f"no measure {name!r} to score by; there are {', '.join(sorted(known))}"
        raise ValueError(msg)
    return partial(_score, name=name)


def _score(estimator: Any, X: Any, Y: Any, *, name: str) -> float:
    value = float(getattr(measure(_answers(estimator, X, Y, None)), name)[0])
    if np.isnan(value):
        msg = f"{name}: no article of this part carries a topic, or no label is known"
        raise ValueError(msg)
    return value
