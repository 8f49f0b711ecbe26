"""What answers look like; the OpenAPI document is made from it."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

__all__ = [
    "Answer",
    "Answers",
    "ExplanationAnswer",
    "FileAnswer",
    "FileArticle",
    "Kept",
    "ModelName",
    "ModelsAnswer",
    "Reloaded",
]


class ModelName(BaseModel):
    """The model that answered."""

    name: str
    sha256: Annotated[str, Field(description="Of its file.")]


class TermAnswer(BaseModel):
    """A word or phrase that speaks for a topic."""

    text: str
    start: int
    end: int
    weight: float


class SentenceAnswer(BaseModel):
    """A sentence that speaks for a topic; offsets count characters of the text, or of the title."""

    text: str
    start: int
    end: int
    score: float
    terms: list[TermAnswer]
    where: Literal["text", "title"]


class EvidenceAnswer(BaseModel):
    """Why an article carries a topic."""

    sentences: list[SentenceAnswer]
    terms: list[str]


class ArticleAnswer(BaseModel):
    """The answer for one article."""

    topics: Annotated[list[str], Field(description="Most probable first; empty for none.")]
    probabilities: dict[str, float]
    known_share: Annotated[float, Field(description="Of its words, the share that is known.")]
    n_words: int
    language: Annotated[str | None, Field(description="Null, or a language not the model's.")]
    evidence: dict[str, EvidenceAnswer] | None = None


class Answer(ArticleAnswer):
    """The answer for one article, and who gave it."""

    model: ModelName
    thresholds: dict[str, float]


class Answers(BaseModel):
    """The answers for several articles, in their order."""

    model: ModelName
    thresholds: dict[str, float]
    articles: list[ArticleAnswer]


class ContributionAnswer(BaseModel):
    """A summand of a topic's log-odds."""

    name: str
    kind: Literal["term", "passages", "start"]
    value: float
    spans: Annotated[list[tuple[int, int]], Field(description="Offsets into the joined text.")]


class TipAnswer(BaseModel):
    """Words without which a topic would not be carried."""

    words: list[str]
    probability: float


class TopicAnswer(BaseModel):
    """Why the log-odds of a topic are what they are."""

    topic: str
    carried: bool
    probability: float
    threshold: float
    log_odds: float
    margin: Annotated[float | None, Field(description="Null at thresholds of 0 and 1.")]
    contributions: list[ContributionAnswer]
    views: dict[str, float]
    tip: TipAnswer | None


class PassageAnswer(BaseModel):
    """A passage, and how strongly it speaks for each topic."""

    start: int
    end: int
    scores: dict[str, float]


class ExplanationAnswer(BaseModel):
    """Everything about the answer for one article."""

    model: ModelName
    text: Annotated[str, Field(description="The title on a line of its own, and the text.")]
    prediction: ArticleAnswer
    topics: dict[str, TopicAnswer]
    passages: list[PassageAnswer]


class TopicInfo(BaseModel):
    """What a model knows of a topic."""

    threshold: float
    prevalence: float
    numbers: Annotated[dict[str, object], Field(description="What was measured out of fold.")]
    speaks_for: list[str]
    speaks_against: list[str]


class ModelInfo(ModelName):
    """What is in a model."""

    size: int
    languages: list[str]
    n_words: int
    n_terms: int
    n_pairs: int
    training: dict[str, object]
    topics: dict[str, TopicInfo]


class ModelsAnswer(BaseModel):
    """The models that answer, the usual one first."""

    models: list[ModelInfo]
    guide: Annotated[
        str | None, Field(description="What the shipped model's topics mean, as Markdown.")
    ]
    card: Annotated[str | None, Field(description="The card beside the first, as Markdown.")]
    function_words: Annotated[
        list[str], Field(description="Words of its languages that mean little by themselves.")
    ]


class FileArticle(BaseModel):
    """An article that was in a file."""

    title: str
    text: str


class FileAnswer(BaseModel):
    """The articles that were in a file."""

    articles: list[FileArticle]


class Kept(BaseModel):
    """A correction that is on the disk."""

    id: str
    kept: Literal[True] = True
    again: Annotated[bool, Field(description="Whether it had been kept before.")]
    corrections: Annotated[int, Field(description="How many there are.")]
    bytes_left: Annotated[int, Field(description="Until no more are taken.")]


class Reloaded(BaseModel):
    """The models after a reload."""

    models: list[ModelName]
    changed: Annotated[list[str], Field(description="The names of those that are new.")]
