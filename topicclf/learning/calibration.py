"""The join, learnt from out-of-fold scores."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topicclf.scoring.join import Join

__all__ = ["learn_join", "relearn_join"]

# The log-odds of a topic of which there is no example, or no counterexample.
_SURE = 10.0
# Six or seven steps are usual.
_MOST_STEPS = 50
_SHORTEST_STEP = 1e-9
_TOLERANCE = 1e-6
# How strongly the weights of a join that is learnt anew, of standardised views, are held to the
# earlier ones; chosen on outlets that the model had not seen.
_HELD = 20.0
_INTERCEPT_HELD = 1.0


def learn_join(
    seen: NDArray[np.float64],
    labels: NDArray[np.int8],
    folds: NDArray[np.int64],
    weight: NDArray[np.float64],
    readable: NDArray[np.bool_],
) -> tuple[Join, NDArray[np.float64]]:
    """Learn how the views of an article become one probability per topic.

    Args:
        seen: The views of out-of-fold scores, shape (n_articles, n_topics, n_views).
        labels: 1 yes, 0 no, -1 unknown; shape (n_articles, n_topics).
        folds: The fold of each article, shape (n_articles,).
        weight: How much each article counts, likewise.
        readable: Whether any word of it is known, likewise. The others say nothing of the join, and
            get the share of the articles that carry the topic, as in prediction.

    Returns:
        The join, and the probabilities by joins that were learnt without the article's fold,
        shape (n_articles, n_topics): a join flatters the articles that it comes from.
    """
    n_articles, n_topics, n_views = seen.shape
    by_topic = np.ascontiguousarray(seen.transpose(1, 0, 2))
    coef = np.zeros((n_topics, n_views))
    intercept = np.zeros(n_topics)
    prevalence = np.zeros(n_topics)
    log_odds = np.zeros((n_articles, n_topics))
    for topic in range(n_topics):
        known, yes = labels[:, topic] >= 0, labels[:, topic] == 1
        prevalence[topic] = weight[yes].sum() / max(weight[known].sum(), 1)
        rows = known & readable
        mean, spread = np.zeros(n_views), np.full(n_views, np.inf)
        if rows.any():
            mean, spread = by_topic[topic][rows].mean(0), by_topic[topic][rows].std(0)
        spread[spread < 1e-9] = np.inf
        x = np.column_stack([(by_topic[topic] - mean) / spread, np.ones(n_articles)])
        weights = _logistic(x[rows], yes[rows], weight[rows], np.zeros(n_views + 1))
        coef[topic] = weights[:-1] / spread
        intercept[topic] = weights[-1] - coef[topic] @ mean
        for fold in range(int(folds.max(initial=-1)) + 1):
            held = folds == fold
            others = rows & ~held
            log_odds[held, topic] = x[held] @ _logistic(
                x[others], yes[others], weight[others], weights
            )
            others = known & ~held
            log_odds[held & ~readable, topic] = _log_odds_of_any(yes[others], weight[others])
    join = Join(coef=coef, intercept=intercept, prevalence=prevalence)
    return join, 0.5 + 0.5 * np.tanh(0.5 * log_odds)


def relearn_join(
    join: Join,
    seen: NDArray[np.float64],
    labels: NDArray[np.int8],
    folds: NDArray[np.int64],
    weight: NDArray[np.float64],
    readable: NDArray[np.bool_],
    *,
    rescaled: bool = False,
) -> tuple[Join, NDArray[np.float64]]:
    """Learn a join anew on other articles, held to what it was by an L2 penalty.

    Args:
        join: The earlier one.
        seen: The views of the articles' scores, as for `learn_join`.
        labels: Likewise.
        folds: Likewise.
        weight: Likewise.
        readable: Likewise.
        rescaled: Whether scores may be of another size than the earlier join's, as other weights
            give them: a factor and the intercept are then learnt first.

    Returns:
        As for `learn_join`.
    """
    n_articles, n_topics, n_views = seen.shape
    coef, intercept, prevalence = np.empty_like(join.coef), np.empty(n_topics), np.empty(n_topics)
    log_odds = np.zeros((n_articles, n_topics))
    penalty = np.append(np.full(n_views, _HELD), _INTERCEPT_HELD)
    for topic in range(n_topics):
        known, yes = labels[:, topic] >= 0, labels[:, topic] == 1
        prevalence[topic] = weight[yes].sum() / max(weight[known].sum(), 1)
        mean, spread = seen[:, topic].mean(0), np.maximum(seen[:, topic].std(0), 1e-9)
        x = np.column_stack([(seen[:, topic] - mean) / spread, np.ones(n_articles)])
        before = np.append(
            join.coef[topic] * spread, join.intercept[topic] + join.coef[topic] @ mean
        )
        held = _Held(x, yes, weight, before, penalty, rescaled)
        weights = held.learnt(known & readable)
        coef[topic] = weights[:-1] / spread
        intercept[topic] = weights[-1] - coef[topic] @ mean
        for fold in range(int(folds.max(initial=-1)) + 1):
            out, others = folds == fold, known & (folds != fold)
            log_odds[out, topic] = x[out] @ held.learnt(others & readable)
            log_odds[out & ~readable, topic] = _log_odds_of_any(yes[others], weight[others])
    relearnt = Join(coef=coef, intercept=intercept, prevalence=prevalence)
    return relearnt, 0.5 + 0.5 * np.tanh(0.5 * log_odds)


@dataclass(frozen=True, eq=False)
class _Held:
    """A topic's articles, and the weights that those learnt from them are held to.

    Attributes:
        x: As for `_logistic`, but of all articles; shape (n_articles, n_columns).
        yes: Shape (n_articles,).
        weight: Likewise.
        before: The earlier weights, shape (n_columns,).
        penalty: Likewise.
        rescaled: Whether a factor is learnt first.
    """

    x: NDArray[np.float64]
    yes: NDArray[np.bool_]
    weight: NDArray[np.float64]
    before: NDArray[np.float64]
    penalty: NDArray[np.float64]
    rescaled: bool

    def learnt(self, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The weights from some of the articles."""
        x, yes, weight = self.x[rows], self.yes[rows], self.weight[rows]
        centre = self._scaled(x, yes, weight) if self.rescaled else self.before
        return _logistic(x, yes, weight, centre, self.penalty, centre)

    def _scaled(
        self, x: NDArray[np.float64], yes: NDArray[np.bool_], weight: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The earlier weights times the factor, and with the intercept, that fit best."""
        if not len(x):
            return self.before
        score = x[:, :-1] @ self.before[:-1]
        mean, spread = score.mean(), max(score.std(), 1e-9)
        both = np.column_stack([(score - mean) / spread, np.ones(len(score))])
        slope, intercept = _logistic(both, yes, weight, np.zeros(2)) / (spread, 1)
        if slope <= 0:
            return self.before
        return np.append(self.before[:-1] * slope, intercept - slope * mean)


def _log_odds_of_any(yes: NDArray[np.bool_], weight: NDArray[np.float64]) -> float:
    """The log-odds of a topic in an article of which nothing is known."""
    if yes.all() or not yes.any():
        return _SURE if yes.any() else -_SURE
    return float(np.log(weight[yes].sum()) - np.log(weight[~yes].sum()))


def _logistic(
    x: NDArray[np.float64],
    yes: NDArray[np.bool_],
    weight: NDArray[np.float64],
    start: NDArray[np.float64],
    penalty: NDArray[np.float64] | None = None,
    centre: NDArray[np.float64] | float = 0.0,
) -> NDArray[np.float64]:
    """Logistic regression with an L2 penalty, by Newton's method.

    scikit-learn finds the same, but takes four times as long over so few columns.

    Args:
        x: Standardised views and, last, ones for the intercept; shape (n_articles, n_columns).
        yes: Shape (n_articles,).
        weight: Likewise.
        start: Where to begin, shape (n_columns,).
        penalty: Its strength for each weight, shape (n_columns,); None for 1, and 0 for the
            intercept.
        centre: The weights that are not penalised.

    Returns:
        The weights, shape (n_columns,).
    """
    if penalty is None and (yes.all() or not yes.any()):
        only = np.zeros_like(start)
        only[-1] = _SURE if yes.any() else -_SURE
        return only
    sign = np.where(yes, -1.0, 1.0)
    penalty = np.append(np.ones(len(start) - 1), 0.0) if penalty is None else penalty

    def loss(at: NDArray[np.float64]) -> float:
        return float(weight @ np.logaddexp(0, sign * (x @ at)) + penalty @ (at - centre) ** 2 / 2)

    weights = start
    before = loss(weights)
    for _ in range(_MOST_STEPS):
        p = 0.5 + 0.5 * np.tanh(0.5 * (x @ weights))
        gradient = x.T @ (weight * (p - yes)) + penalty * (weights - centre)
        curvature = (x.T * (weight * p * (1 - p))) @ x + np.diag(penalty)
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        # The penalised loss is convex, so that a short enough step always leads down.
        while (now := loss(weights - step)) > before and np.abs(step).max() > _SHORTEST_STEP:
            step /= 2
        weights = weights - step
        if before - now <= _TOLERANCE * before:
            break
        before = now
    return weights
