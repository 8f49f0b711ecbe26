"""A prediction: topics, probabilities and the evidence for them."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from topicclf.lazy import lazy

__all__ = ["Evidence", "Prediction", "Sentence", "Term"]


@dataclass(frozen=True, init=False)
class Term:
    """A word or a pair of words that speaks for a topic.

    Attributes:
        text: The words as in the text.
        start: Where it starts, in characters from the start of the text (or title).
        end: Where it ends, likewise.
        weight: How strongly it speaks for the topic; comparable within one prediction.
    """

    text: str
    start: int
    end: int
    weight: float

    def __init__(self, text: str, start: int, end: int, weight: float) -> None:
        # A third of what a frozen dataclass does instead.
        attributes = self.__dict__
        attributes["text"] = text
        attributes["start"] = start
        attributes["end"] = end
        attributes["weight"] = weight


@dataclass(frozen=True)
class Sentence:
    """A sentence that speaks for a topic.

    Attributes:
        text: The sentence.
        start: Where it starts, in characters from the start of the text (or title).
        end: Where it ends, likewise.
        score: How strongly it speaks for the topic, less half of how it speaks for the loudest
            other one; comparable within one prediction.
        terms: The terms in it that do so, strongest first.
        where: Whether the offsets count in the text or in the title.
    """

    text: str
    start: int
    end: int
    score: float
    terms: tuple[Term, ...]
    where: Literal["text", "title"] = "text"


@dataclass(frozen=True)
class Evidence:
    """Why an article carries one topic.

    Attributes:
        sentences: The sentences that speak for the topic, strongest first.
        terms: The distinct terms in them that weigh most, strongest first.
    """

    sentences: tuple[Sentence, ...]
    terms: tuple[str, ...]


@dataclass(frozen=True, init=False)
class Prediction:
    """The answer for one article.

    Attributes:
        topics: The topics that it carries, most probable first; empty is an honest "none".
        probabilities: The calibrated probability of every topic.
        known_share: The share of its words that the model knows, from 0 to 1. Near zero, the
            answer means little: another language, say, or no words at all.
        n_words: How many words it has.
        language: None for the model's own language; otherwise what the text seems to be in, as an
            ISO 639 code (``"und"`` if undetermined), and the answer means little.
    """

    topics: tuple[str, ...]
    probabilities: Mapping[str, float]
    known_share: float
    n_words: int
    language: str | None
    _explain: Callable[[], dict[str, Evidence]] = field(repr=False, compare=False)

    def __init__(
        self,
        topics: tuple[str, ...],
        probabilities: Mapping[str, float],
        known_share: float,
        n_words: int,
        language: str | None,
        _explain: Callable[[], dict[str, Evidence]],
    ) -> None:
        # What a frozen dataclass does instead takes as long as all the rest of a short article.
        attributes = self.__dict__
        attributes["topics"] = topics
        attributes["probabilities"] = probabilities
        attributes["known_share"] = known_share
        attributes["n_words"] = n_words
        attributes["language"] = language
        attributes["_explain"] = _explain

    @lazy
    def evidence(self) -> dict[str, Evidence]:
        """The evidence for each topic that the article carries, computed when first asked for.

        Until then the prediction holds on to the article's text.
        """
        return self._explain()

    def to_dict(self) -> dict[str, Any]:
        """Everything, evidence included, as plain dictionaries, lists, strings and numbers."""
        return {
            "topics": list(self.topics),
            "probabilities": dict(self.probabilities),
            "known_share": self.known_share,
            "n_words": self.n_words,
            "language": self.language,
            "evidence": {topic: asdict(evidence) for topic, evidence in self.evidence.items()},
        }

    def to_json(self) -> str:
        """What `to_dict` gives, as JSON in one line."""
        from topicclf.text.json_text import as_json

        return as_json(self.to_dict())

    def _repr_html_(self) -> str:
        from topicclf.render.notebook import prediction_html

        return prediction_html(self)

    def __str__(self) -> str:
        lines = [", ".join(self.topics) or "none of the topics"]
        for topic, probability in self.probabilities.items():
            lines.append(f"  {topic:10} {probability:6.1%}{' *' if topic in self.topics else ''}")
        for topic, evidence in self.evidence.items():
            lines += ["", f"{topic}: {', '.join(evidence.terms)}"]
            lines += [f'  "{sentence.text}"' for sentence in evidence.sentences]
        if self.language:
            lines += ["", f"Not in the model's language ({self.language}): take it with care."]
        return "\n".join(lines)

    def __getstate__(self) -> dict[str, Any]:
        # Pickles have the evidence instead of the model.
        evidence = self.evidence
        state = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return state | {"_explain": _Found(evidence), "evidence": evidence}


@dataclass(frozen=True)
class _Found:
    evidence: dict[str, Evidence]

    def __call__(self) -> dict[str, Evidence]:
        return self.evidence
