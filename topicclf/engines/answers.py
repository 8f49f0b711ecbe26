"""Articles to answers, both as Arrow arrays."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from topicclf.installation.extras import extra

if TYPE_CHECKING:
    from topicclf.evidence.prediction import Prediction
    from topicclf.model import TopicModel
    from topicclf.text.article import Item

__all__ = ["answer_batch", "answer_schema", "answers_of"]


def answer_schema(topics: Sequence[str], *, evidence: bool = False) -> Any:
    """The Arrow schema of answers.

    Args:
        topics: The model's topics.
        evidence: Whether the answers have their evidence.

    Returns:
        A `pyarrow.Schema`: ``topics`` (the most probable first), ``probabilities`` (a struct with
        each topic's), ``language`` (null for the model's own), ``error`` (why there is no answer)
        and perhaps ``evidence`` (for each topic carried).
    """
    pa = extra("pyarrow", name="parquet")
    words = pa.list_(pa.string())
    sentence = pa.struct(
        [
            ("text", pa.string()),
            ("start", pa.int64()),
            ("end", pa.int64()),
            ("score", pa.float64()),
            ("where", pa.string()),
        ]
    )
    topic = pa.struct([("topic", pa.string()), ("sentences", pa.list_(sentence)), ("terms", words)])
    return pa.schema(
        [
            ("topics", words),
            ("probabilities", pa.struct([(name, pa.float64()) for name in topics])),
            ("language", pa.string()),
            ("error", pa.string()),
            *([("evidence", pa.list_(topic))] if evidence else []),
        ]
    )


def answer_batch(model: "TopicModel", texts: Any, titles: Any, *, evidence: bool = False) -> Any:
    """Answer articles.

    Args:
        model: The model.
        texts: A `pyarrow.Array` of strings, of whatever width.
        titles: Likewise, as many; or None.
        evidence: Whether to give the evidence.

    Returns:
        A `pyarrow.RecordBatch` with a row for each article. Where the text is null, or text or
        title isn't UTF-8, all but ``error`` is null.
    """
    pa = extra("pyarrow", name="parquet")
    articles, errors = _articles(texts, titles)
    answers = answers_of(model, articles, evidence=evidence)
    columns = list(zip(*answers, strict=True)) or [()] * 4
    whole = [_spread(column, errors) for column in columns]
    schema = answer_schema(model.topics, evidence=evidence)
    kinds = {field.name: field.type for field in schema}
    arrays = {
        "topics": pa.array(whole[0], kinds["topics"]),
        "probabilities": _structs(whole[1], kinds["probabilities"], errors),
        "language": pa.array(whole[2], kinds["language"]),
        "error": pa.array(errors, kinds["error"]),
    }
    if evidence:
        arrays["evidence"] = pa.array(whole[3], kinds["evidence"])
    return pa.RecordBatch.from_arrays(list(arrays.values()), schema=schema)


def answers_of(
    model: "TopicModel", items: "Iterable[Item]", *, evidence: bool = False
) -> Iterator[tuple[Any, ...]]:
    """Answer articles as `topicclf.model.TopicModel.tag_many` does, perhaps with evidence.

    Returns:
        For each the topics, the probabilities in the order of the model's topics, the language
        and, if asked, the evidence as in `answer_schema`.
    """
    if not evidence:
        return model.tag_many(items)
    return map(_explained, model.predict_many(items))


def _explained(
    prediction: "Prediction",
) -> tuple[tuple[str, ...], list[float], str | None, list[dict[str, Any]]]:
    found = prediction.to_dict()["evidence"]
    evidence = [{"topic": topic, **why} for topic, why in found.items()]
    return prediction.topics, list(prediction.probabilities.values()), prediction.language, evidence


def _articles(texts: Any, titles: Any) -> tuple[list[Any], list[str | None]]:
    """The articles that can be answered, and for each row why it can't be, if it can't."""
    read = _cells(texts)
    if titles is None:
        errors = [None if type(text) is str else _error(text, None) for text in read]
        return (read if not any(errors) else [text for text in read if type(text) is str]), errors
    named = _cells(titles)
    errors = list(map(_error, read, named))
    articles = [
        {"text": text, "title": title}
        for text, title, error in zip(read, named, errors, strict=True)
        if error is None
    ]
    return articles, errors


def _cells(column: Any) -> list[str | UnicodeDecodeError | None]:
    """The values; an error in the place of each that isn't UTF-8, which Arrow doesn't check."""
    try:
        values: list[str | UnicodeDecodeError | None] = column.to_pylist()
    except UnicodeDecodeError:
        values = list(map(_cell, column))
    return values


def _cell(scalar: Any) -> str | UnicodeDecodeError | None:
    try:
        value: str | None = scalar.as_py()
    except UnicodeDecodeError as error:
        return error
    return value


def _error(text: object, title: object) -> str | None:
    if type(text) is str and (title is None or type(title) is str):
        return None
    if text is None:
        return "the text is null"
    name, flaw = ("title", title) if type(text) is str else ("text", text)
    place = f" at byte {flaw.start:,}" if isinstance(flaw, UnicodeDecodeError) else ""
    return f"the {name} isn't UTF-8{place}"


def _spread(values: Sequence[Any], errors: Sequence[str | None]) -> list[Any]:
    """One value for each row, None where there is an error."""
    if len(values) == len(errors):
        return list(values)
    left = iter(values)
    return [next(left) if error is None else None for error in errors]


def _structs(rows: list[Any], kind: Any, errors: Sequence[str | None]) -> Any:
    pa = extra("pyarrow", name="parquet")
    empty = [np.nan] * kind.num_fields
    table = np.array([empty if row is None else row for row in rows]).reshape(len(rows), len(empty))
    # A transposed copy, so that each column is taken as it is.
    columns = [pa.array(column) for column in np.ascontiguousarray(table.T)]
    mask = pa.array([error is not None for error in errors], pa.bool_())
    if not columns:
        return pa.nulls(len(rows), kind)
    return pa.StructArray.from_arrays(columns, fields=list(kind), mask=mask)
