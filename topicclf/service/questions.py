"""What requests look like; the OpenAPI document is made from it."""

from typing import Annotated, Any, NotRequired

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, TypeAdapter

# Python's own lacks what pydantic reads of it before 3.12.
from typing_extensions import TypedDict

__all__ = [
    "MOST_ARTICLES",
    "Article",
    "ArticleFields",
    "Articles",
    "Correction",
    "OneArticle",
    "Question",
    "predict_question",
]

#: Articles in one request that is read whole.
MOST_ARTICLES = 1000

Probability = Annotated[float, Field(ge=0, le=1)]


class Question(BaseModel):
    """How to answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: Annotated[str | None, Field(description="A model's name; the first without.")] = None
    thresholds: Annotated[
        Probability | dict[str, Probability] | None,
        Field(description="Minimum probability for all topics, or for some by name."),
    ] = None
    precision: Annotated[
        float | None, Field(gt=0, lt=1, description="Take thresholds that promise this precision.")
    ] = None
    evidence: Annotated[
        bool, Field(description="Add the sentences and words that speak for each topic.")
    ] = False


class Article(BaseModel):
    """An article."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Annotated[str, Field(description="The article, as plain text.")]
    title: Annotated[str | None, Field(description="Its headline, if not in the text.")] = None


class ArticleFields(TypedDict):
    """An article."""

    __pydantic_config__ = ConfigDict(extra="forbid", strict=True)  # type: ignore[misc]

    text: Annotated[str, Field(description="The article, as plain text.")]
    title: NotRequired[
        Annotated[str | None, Field(description="Its headline, if not in the text.")]
    ]


class OneArticle(Article, Question):
    """One article to answer."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {"text": "The navy ordered two frigates.", "title": "Shipyard wins contract"}
            ]
        },
    )


class Articles(Question):
    """Several articles to answer."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "articles": [
                        {"text": "The navy ordered two frigates."},
                        {"text": "A new opera opens."},
                    ],
                    "thresholds": {"defence": 0.8},
                }
            ]
        },
    )

    # Plain dictionaries: a thousand objects would take as long as half of the answers.
    articles: Annotated[list[ArticleFields], Field(max_length=MOST_ARTICLES)]


def _kind(body: Any) -> str:
    return "articles" if isinstance(body, dict) and "articles" in body else "article"


#: Reads the body of a request to predict.
predict_question: TypeAdapter[OneArticle | Articles] = TypeAdapter(
    Annotated[
        Annotated[OneArticle, Tag("article")] | Annotated[Articles, Tag("articles")],
        Discriminator(_kind),
    ]
)


class Correction(Article):
    """An article with the topics that it really carries."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "5b1f9a4e-6f3c-4b0e-9a51-0c9b1d3c7a10",
                    "text": "The navy ordered two frigates.",
                    "topics": ["defence", "trade"],
                    "sha256": "0" * 64,
                    "answered": ["defence"],
                }
            ]
        },
    )

    id: Annotated[
        str,
        Field(
            pattern=r"^[0-9A-Za-z_-]{8,64}$",
            description="Chosen by the client. What is sent again with the same id is kept once.",
        ),
    ]
    topics: Annotated[list[str], Field(max_length=1000, description="The right topics.")]
    unknown: Annotated[
        list[str], Field(max_length=1000, description="Topics of which nothing is known.")
    ] = []
    model: Annotated[str | None, Field(description="The model that answered.")] = None
    sha256: Annotated[
        str | None,
        Field(pattern="^[0-9a-f]{64}$", description="The hash of the model that answered."),
    ] = None
    answered: Annotated[
        list[str] | None, Field(max_length=1000, description="The topics that it answered.")
    ] = None
