"""One picklable callable: a batch of articles in, a batch of answers out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from topicclf.engines.answers import answer_batch, answer_schema, answers_of
from topicclf.engines.columns import article_columns
from topicclf.engines.reference import ModelLike, ModelReference, reference_to
from topicclf.errors import DataError
from topicclf.installation.extras import extra
from topicclf.text.article import Item
from topicclf.writing.row import free_names

__all__ = ["Tagger"]


@dataclass(frozen=True)
class Tagger:
    """Answers batches of articles, in whatever process it is called.

    It pickles to a few hundred bytes: the model stays in its file, which each process reads once
    and checks by its SHA-256. Any engine that maps a Python function over batches can use it.

    Attributes:
        model: Where the model is.
        topics: The model's topics.
        text: The column of the texts; None finds it by its name, such as ``text`` or ``body``.
        title: The column of the titles, likewise; articles may have none.
        evidence: Whether answers have their evidence.

    >>> import pickle
    >>> tagger = pickle.loads(pickle.dumps(Tagger.of()))
    >>> [answer["topics"] for answer in tagger(["The navy ordered two frigates.", "An opera."])]
    [['defence'], []]
    """

    model: ModelReference
    topics: tuple[str, ...]
    text: str | None = None
    title: str | None = None
    evidence: bool = False

    @classmethod
    def of(
        cls,
        model: ModelLike = None,
        *,
        text: str | None = None,
        title: str | None = None,
        evidence: bool = False,
    ) -> Self:
        """Make one, after seeing that there is such a model.

        Args:
            model: A model, or the path of its file or folder, which every worker must be able to
                read; None for the shipped model.
            text: As in the attributes.
            title: Likewise.
            evidence: Likewise.

        Raises:
            FileNotFoundError: There is no such model file.
            ModelFileError: The file is refused; the subclass says why.
        """
        reference = reference_to(model)
        return cls(reference, reference.load().topics, text, title, evidence)

    @property
    def schema(self) -> Any:
        """The `pyarrow.Schema` of the answers; see `topicclf.engines.answers.answer_schema`."""
        return answer_schema(self.topics, evidence=self.evidence)

    def schema_with(self, schema: Any) -> Any:
        """The schema of a batch with its answers.

        Args:
            schema: The `pyarrow.Schema` of the batch alone.

        Raises:
            DataError: There is no column for the texts, or a column isn't of strings.
        """
        self._columns(schema)
        pa = extra("pyarrow", name="parquet")
        names = free_names(tuple(schema.names))
        kept = [field.with_name(name) for field, name in zip(schema, names, strict=True)]
        return pa.schema([*kept, *self.schema], metadata=schema.metadata)

    def __call__(self, batch: Any) -> Any:
        """Answer a batch.

        Args:
            batch: An Arrow record batch or table, a data frame of pandas or Polars, or an iterable
                of texts and mappings with a ``text`` and perhaps a ``title``.

        Returns:
            Of a batch or frame the same with the columns of `schema` added; columns that have
            such a name already get ``input_`` before it. In pandas they are of Arrow's types. Of
            other iterables a list with a dictionary for each article.

        Raises:
            DataError: There is no column for the texts, or a column isn't of strings.
            FileNotFoundError: The model isn't on this machine.
            ModelFileError: It is another one on this machine.
            TypeError: An item of an iterable is no article.
        """
        kind = type(batch).__module__.partition(".")[0]
        if kind == "pyarrow":
            return self._arrow(batch)
        if kind == "pandas":
            return self._pandas(batch)
        if kind == "polars":
            return self._polars(batch)
        return self._items(batch)

    def answer(self, texts: Any, titles: Any = None) -> Any:
        """Answer columns.

        Args:
            texts: A `pyarrow.Array` of strings.
            titles: Likewise, or None.

        Returns:
            A `pyarrow.RecordBatch` of `schema`.

        Raises:
            DataError: A column isn't of strings.
        """
        _check_strings("text", texts.type)
        if titles is not None:
            _check_strings("title", titles.type)
        return answer_batch(self.model.load(), texts, titles, evidence=self.evidence)

    def _columns(self, schema: Any) -> tuple[str, str | None]:
        text, title = article_columns(schema.names, text=self.text, title=self.title)
        for name in (text, title):
            if name is not None:
                _check_strings(name, schema.field(name).type)
        return text, title

    def _arrow(self, batch: Any) -> Any:
        pa = extra("pyarrow", name="parquet")
        if isinstance(batch, pa.Table):
            schema = self.schema_with(batch.schema)
            return pa.Table.from_batches(map(self._arrow, batch.to_batches()), schema)
        schema = self.schema_with(batch.schema)
        text, title = self._columns(batch.schema)
        answers = self.answer(batch[text], None if title is None else batch[title])
        return pa.RecordBatch.from_arrays([*batch.columns, *answers.columns], schema=schema)

    def _pandas(self, frame: Any) -> Any:
        pd = extra("pandas", name="frame")
        answers = self._articles(frame).to_pandas(types_mapper=pd.ArrowDtype)
        answers.index = frame.index
        return pd.concat(
            [frame.set_axis(free_names(tuple(frame.columns)), axis=1), answers], axis=1
        )

    def _polars(self, frame: Any) -> Any:
        pl = extra("polars", name="polars")
        answers = pl.from_arrow(self._articles(frame))
        renamed = frame.rename(
            dict(zip(frame.columns, free_names(tuple(frame.columns)), strict=True))
        )
        return renamed.hstack(answers.get_columns())

    def _articles(self, frame: Any) -> Any:
        """The answers alone for a frame of pandas or Polars."""
        text, title = article_columns(list(frame.columns), text=self.text, title=self.title)
        return self.answer(_strings(frame, text), None if title is None else _strings(frame, title))

    def _items(self, items: Iterable[Item]) -> list[dict[str, Any]]:
        # Not by way of Arrow, which can't hold all that a `str` can.
        names = ("topics", "probabilities", "language", "evidence")
        rows = answers_of(self.model.load(), items, evidence=self.evidence)
        dicts = [dict(zip(names, row, strict=False)) for row in rows]
        for each in dicts:
            each["topics"] = list(each["topics"])
            each["probabilities"] = dict(zip(self.topics, each["probabilities"], strict=True))
        return [{**each, "error": None} for each in dicts]


def _strings(frame: Any, name: str) -> Any:
    """A column of pandas or Polars as an Arrow array of strings."""
    pa = extra("pyarrow", name="parquet")
    series = frame[name]
    try:
        array = (
            series.to_arrow() if hasattr(series, "to_arrow") else pa.array(series, from_pandas=True)
        )
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        msg = f"column {name!r} isn't of strings alone: {error}"
        raise DataError(msg) from error
    _check_strings(name, array.type)
    return array


def _check_strings(name: str, kind: Any) -> None:
    if not _holds_strings(kind):
        msg = f"column {name!r} is of {kind}, not of strings; cast it"
        raise DataError(msg)


def _holds_strings(kind: Any) -> bool:
    types = extra("pyarrow", name="parquet").types
    if types.is_dictionary(kind):
        return _holds_strings(kind.value_type)
    # An engine may not know of a column of nulls that it is one of strings.
    tests = types.is_string, types.is_large_string, types.is_string_view, types.is_null
    return any(test(kind) for test in tests)
