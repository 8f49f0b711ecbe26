"""Topics in Polars: an expression for eager, lazy and streaming queries."""

from typing import TYPE_CHECKING, Any

from topicclf.engines.reference import ModelLike
from topicclf.engines.tagger import Tagger
from topicclf.installation.extras import extra

if TYPE_CHECKING:
    import polars as pl

__all__ = ["tag"]


def tag(
    text: "pl.Expr | str" = "text",
    *,
    title: "pl.Expr | str | None" = None,
    model: ModelLike = None,
    evidence: bool = False,
) -> "pl.Expr":
    """The topics of articles, as an expression.

    Args:
        text: The column of the texts, or an expression that gives them.
        title: Likewise for the titles, if there are any.
        model: A model, or the path of its file or folder; None for the shipped one.
        evidence: Whether to give the sentences and terms behind each topic, which takes several
            times as long.

    Returns:
        A struct of ``topics`` (a list, most probable first), ``probabilities`` (a struct),
        ``language`` (null for the model's own), ``error`` (why there is no answer) and perhaps
        ``evidence``.

    Raises:
        FileNotFoundError: There is no such model file.
        MissingExtraError: Polars or PyArrow is not installed.
        ModelFileError: The file is refused; the subclass says why.

    >>> import polars as pl
    >>> frame = pl.DataFrame({"text": ["The navy ordered two frigates.", "An opera opens."]})
    >>> frame.select(tag("text").struct.field("topics")).to_series().to_list()
    [['defence'], []]
    """
    polars = extra("polars", name="polars")
    tagger = Tagger.of(model, evidence=evidence)

    def answers(articles: "pl.Series") -> Any:
        columns = articles.struct.unnest().get_columns()
        return polars.Series(
            tagger.answer(*[each.to_arrow() for each in columns]).to_struct_array()
        )

    columns = {"text": text, "title": title}
    articles = polars.struct(
        polars.col(each).alias(name) if isinstance(each, str) else each.alias(name)
        for name, each in columns.items()
        if each is not None
    )
    kind = polars.Struct(polars.from_arrow(tagger.schema.empty_table()).schema)
    expression: pl.Expr = articles.map_batches(answers, return_dtype=kind, is_elementwise=True)
    return expression.alias("answer")
