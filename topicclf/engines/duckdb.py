"""Topics in DuckDB: SQL functions that take columns by way of Arrow."""

from typing import TYPE_CHECKING, Any

from topicclf.engines.reference import ModelLike
from topicclf.engines.tagger import Tagger
from topicclf.installation.extras import extra

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["register"]


def register(
    connection: "DuckDBPyConnection",
    *,
    name: str = "topicclf",
    model: ModelLike = None,
    evidence: bool = False,
) -> None:
    """Make SQL functions of a model.

    ``topicclf(text)`` gives a struct of ``topics`` (a list, most probable first), ``probabilities``
    (a struct), ``language`` (null for the model's own), ``error`` (why there is no answer) and
    perhaps ``evidence``; ``topicclf_topics(text)`` gives the topics alone. Both take a title as
    well: ``topicclf(text, title)``.

    Args:
        connection: The connection.
        name: What to call the first; the second has ``_topics`` behind it.
        model: A model, or the path of its file or folder; None for the shipped one.
        evidence: Whether to give the sentences and terms behind each topic, which takes several
            times as long.

    Raises:
        FileNotFoundError: There is no such model file.
        MissingExtraError: duckdb or pyarrow is not installed.
        ModelFileError: The file is refused; the subclass says why.
    """
    extra("duckdb", name="duckdb")
    pa = extra("pyarrow", name="duckdb")
    tagger = Tagger.of(model, evidence=evidence)

    # DuckDB takes any number of arguments for a star alone.
    def answers(*columns: Any) -> Any:
        return tagger.answer(*columns).to_struct_array()

    def topics(*columns: Any) -> Any:
        return tagger.answer(*columns)["topics"]

    database: Any = connection  # Its types know neither Arrow nor stars.
    none = tagger.answer(pa.array([], pa.string()))
    columns = {"answer": none.to_struct_array(), "topics": none["topics"]}
    whole, topics_only = database.from_arrow(pa.table(columns)).types
    for function, its_name, kind in (
        (answers, name, whole),
        (topics, f"{name}_topics", topics_only),
    ):
        # Nulls are passed on, as they have an answer, too: why there is none.
        database.create_function(
            its_name, function, None, kind, type="arrow", null_handling="special"
        )
