"""An explanation: each topic's log-odds as a sum, the passages, and the words it depends on."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from topicclf.evidence.prediction import Prediction

__all__ = [
    "Change",
    "Contribution",
    "Explanation",
    "Mark",
    "Passage",
    "Tip",
    "TopicChange",
    "TopicExplanation",
]

_TERMS_SHOWN = 8
_HEADLINE = 100
_DESCRIPTIONS = {
    "intercept": "to start with",
    "prevalence": "the topic's share of all articles: no word is known",
    "unevenness": "passages speak unevenly",
    "share": "share of passages that speak for it",
    "count": "number of passages",
}


@dataclass(frozen=True, init=False)
class Contribution:
    """One summand of a topic's log-odds.

    Attributes:
        name: The words as the article has them, in lower case; or what else is added: the
            ``"intercept"`` (for an article without a known word the ``"prevalence"``), the
            ``"unevenness"`` with which the passages speak, the ``"share"`` of them that score above
            zero, and their ``"count"``.
        kind: Whether it is a word or pair of words, a property of the passages, or the start.
        value: What it adds, in log-odds (natural logarithm).
        spans: The places of the words, as offsets (start, end) into the explanation's text.
    """

    name: str
    kind: Literal["term", "passages", "start"]
    value: float
    spans: tuple[tuple[int, int], ...] = ()

    def __init__(
        self,
        name: str,
        kind: Literal["term", "passages", "start"],
        value: float,
        spans: tuple[tuple[int, int], ...] = (),
    ) -> None:
        # An explanation has a thousand of these: what a frozen dataclass does takes three times as
        # long.
        attributes = self.__dict__
        attributes["name"] = name
        attributes["kind"] = kind
        attributes["value"] = value
        attributes["spans"] = spans

    @property
    def description(self) -> str:
        """The summand in words: a term in quotes, anything else spelt out."""
        return f'"{self.name}"' if self.kind == "term" else _DESCRIPTIONS[self.name]


@dataclass(frozen=True)
class Mark:
    """A place in the text and what it adds to a topic's log-odds.

    Attributes:
        start: Where it starts in the explanation's text, in characters.
        end: Where it ends, likewise.
        weight: What it adds.
    """

    start: int
    end: int
    weight: float


@dataclass(frozen=True)
class Tip:
    """Words without which a topic would not be carried.

    The strongest are taken until they are enough, and then those that can be spared are put back
    (where there are up to forty); a smaller set of other words may exist.

    Attributes:
        words: The words, each for all of its forms in the article.
        probability: What the model answers for the article without them.
    """

    words: tuple[str, ...]
    probability: float


@dataclass(frozen=True)
class TopicExplanation:
    """Why the log-odds of one topic are what they are.

    Attributes:
        topic: The topic.
        carried: Whether the article carries it.
        probability: Its calibrated probability.
        threshold: The probability from which an article carries it.
        log_odds: The probability's log-odds, ``ln(p / (1 - p))``.
        contributions: The summands, greatest first, whatever their sign; they add up to `log_odds`.
        views: The same sum by views: the ``"intercept"`` and the weighted views of
            `topicclf.scoring.join`; empty for an article without a known word.
        tip: Words without which it would not be carried; None if it isn't, or no words are enough.
    """

    topic: str
    carried: bool
    probability: float
    threshold: float
    log_odds: float
    contributions: tuple[Contribution, ...]
    views: Mapping[str, float]
    tip: Tip | None

    @property
    def margin(self) -> float:
        """The log-odds above the threshold's; below zero, what is missing."""
        if not 0 < self.threshold < 1:
            return -math.inf if self.threshold >= 1 else math.inf
        return self.log_odds - math.log(self.threshold / (1 - self.threshold))

    def summands(self, *, n_terms: int) -> list[tuple[str, float]]:
        """The sum in words, greatest summand first.

        Args:
            n_terms: How many terms to name; the others are one summand, the last.
        """
        named: list[Contribution] = []
        others: list[Contribution] = []
        for each in self.contributions:
            n_terms -= each.kind == "term"
            (named if each.kind != "term" or n_terms >= 0 else others).append(each)
        parts = [(each.description, each.value) for each in named]
        if others:
            name = f"{len(others)} other term{'s' * (len(others) > 1)}"
            parts.append((name, sum(each.value for each in others)))
        return parts

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Each place of each term, to highlight: the term's value, shared out evenly."""
        return tuple(
            Mark(start, end, each.value / len(each.spans))
            for each in self.contributions
            for start, end in each.spans
        )


@dataclass(frozen=True)
class Passage:
    """A passage of the article, and how strongly it speaks for each topic.

    Attributes:
        start: Where it starts in the explanation's text, in characters.
        end: Where it ends, likewise.
        scores: The score for each topic; above zero speaks for it.
    """

    start: int
    end: int
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Change:
    """What a summand adds under one model and under another.

    Attributes:
        name: The summand's name.
        kind: Its kind, as in `Contribution`.
        before: What it adds under the first model; 0 where that has no such summand.
        after: What it adds under the second.
    """

    name: str
    kind: Literal["term", "passages", "start"]
    before: float
    after: float

    @property
    def description(self) -> str:
        """As in `Contribution`."""
        return Contribution(self.name, self.kind, self.after).description


@dataclass(frozen=True)
class TopicChange:
    """How two models differ on one topic of one article.

    Attributes:
        topic: The topic.
        before: What the first model says.
        after: What the second says.
        changes: The summands, greatest difference first; ``after - before`` adds up to the
            difference of the log-odds.
    """

    topic: str
    before: TopicExplanation
    after: TopicExplanation
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Explanation:
    """Everything about the answer for one article.

    Attributes:
        text: The article, after its title on a line of its own. All offsets count here.
        prediction: The answer.
        topics: The explanation of each topic of the model, made when it is first asked for.
        passages: The passages, in order.
    """

    text: str
    prediction: Prediction
    topics: Mapping[str, TopicExplanation]
    passages: tuple[Passage, ...]

    def against(self, other: "Explanation") -> dict[str, TopicChange]:
        """Compare with another model's explanation of the same article.

        Args:
            other: The other model's; it counts as the later one.

        Returns:
            What differs for each topic that both know.

        Raises:
            ValueError: It explains another article.
        """
        if self.text != other.text:
            msg = "the other explanation is of another article; explain the same text and title"
            raise ValueError(msg)
        return {
            topic: _change(before, other.topics[topic])
            for topic, before in self.topics.items()
            if topic in other.topics
        }

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain dictionaries, lists, strings and numbers."""
        return {
            "text": self.text,
            "prediction": self.prediction.to_dict(),
            "topics": {
                topic: asdict(each) | {"margin": each.margin} for topic, each in self.topics.items()
            },
            "passages": [asdict(passage) for passage in self.passages],
        }

    def to_json(self) -> str:
        """What `to_dict` gives, as JSON in one line."""
        from topicclf.text.json_text import as_json

        return as_json(self.to_dict())

    def to_html(self, *, about: str = "") -> str:
        """A page that needs nothing else, with the article highlighted for each topic.

        Args:
            about: What is said below the headline, such as the model and the date.
        """
        from topicclf.render.notebook import explanation_html
        from topicclf.render.page import page
        from topicclf.render.wording import shortened

        headline = shortened(self.text.lstrip().partition("\n")[0], _HEADLINE)
        return page(explanation_html(self), title=headline or "An empty article", about=about)

    def _repr_html_(self) -> str:
        from topicclf.render.notebook import explanation_html

        return explanation_html(self)

    def __str__(self) -> str:
        return "\n\n".join(_readable(each) for each in self.topics.values())


def _change(before: TopicExplanation, after: TopicExplanation) -> TopicChange:
    old = {(each.name, each.kind): each.value for each in before.contributions}
    new = {(each.name, each.kind): each.value for each in after.contributions}
    changes = [
        Change(name, kind, old.get((name, kind), 0.0), new.get((name, kind), 0.0))
        for name, kind in old | new
    ]
    changes.sort(key=lambda change: -abs(change.after - change.before))
    return TopicChange(before.topic, before, after, tuple(changes))


def _readable(topic: TopicExplanation) -> str:
    lines = [
        f"{topic.topic}: {topic.probability:.1%}, {'carried' if topic.carried else 'not carried'} "
        f"(threshold {topic.threshold:.0%})",
        f"  log-odds {topic.log_odds:+.3f}, {abs(topic.margin):.3f} "
        f"{'above' if topic.margin >= 0 else 'below'} the threshold's; the sum of",
    ]
    for name, value in topic.summands(n_terms=_TERMS_SHOWN):
        lines.append(f"  {value:+8.3f}  {name}")
    if topic.tip:
        lines.append(
            f"  without {', '.join(topic.tip.words)}: {topic.tip.probability:.1%}, not carried"
        )
    return "\n".join(lines)
