"""Topics in Apache Spark: of data frames, in SQL, in streams; also through Spark Connect.

The work is done in Spark's own Python workers by way of Arrow, a batch at a time. Only texts and
titles go to them, and only answers come back. Nothing runs before Spark runs it.
"""

import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from topicclf.engines.columns import article_columns
from topicclf.engines.reference import ModelLike, ModelReference
from topicclf.engines.tagger import Tagger
from topicclf.errors import DataError
from topicclf.installation.extras import extra
from topicclf.writing.row import free_names

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["register", "tag"]

_ANSWER = "__topicclf"


def tag(
    frame: "DataFrame",
    *,
    text: str | None = None,
    title: str | None = None,
    model: ModelLike = None,
    evidence: bool = False,
    ship: bool = True,
) -> "DataFrame":
    """Find the topics of the articles in a data frame, one in each row.

    Args:
        frame: A data frame, static or streaming.
        text: The column of the texts; None finds it by its name, such as ``text`` or ``body``.
        title: The column of the titles, likewise; where there is none, articles have no title.
        model: A model, or the path of its file or folder on the driver; None for the shipped one,
            which workers have with their topicclf.
        evidence: Whether to give the sentences and terms behind each topic, which takes several
            times as long.
        ship: Whether Spark brings the model's file to the workers; False if it is at the same path
            on each of them.

    Returns:
        The frame with ``topics`` (an array, most probable first), ``probabilities`` (a struct with
        one double for each topic), ``language`` (null for the model's own), ``error`` and perhaps
        ``evidence`` added. Where the text is null, or text or title isn't UTF-8, ``error`` says so
        and the others are null. A column that has such a name already gets ``input_`` before it.

    Raises:
        DataError: There is no such column, or none that looks like the text, or it isn't of
            strings.
        FileNotFoundError: There is no such model file on the driver.
        MissingExtraError: pyspark is not installed.
        ModelFileError: The model's file is refused. On a worker, where the file is another one,
            this makes the job fail.
    """
    functions = extra("pyspark.sql.functions", name="spark")
    columns = article_columns(frame.columns, text=text, title=title)
    names = free_names(tuple(frame.columns))
    new_name = dict(zip(frame.columns, names, strict=True))
    articles = [functions.col(_quoted(new_name[name])) for name in columns if name is not None]
    _check_strings(frame, [name for name in columns if name is not None])
    function = _function(frame.sparkSession, Tagger.of(model, evidence=evidence), ship=ship)
    # Or a filter on the topics would have every article answered twice, below and above it.
    function = function.asNondeterministic()
    answered = frame.toDF(*names).withColumn(_ANSWER, function(*articles))
    kept = [functions.col(_quoted(name)) for name in names]
    return answered.select(*kept, f"{_ANSWER}.*")


def register(
    spark: "SparkSession",
    *,
    name: str = "topicclf",
    model: ModelLike = None,
    evidence: bool = False,
    ship: bool = True,
) -> None:
    """Make a SQL function of the model: ``SELECT topicclf(text).topics FROM articles``.

    It takes the text and, if there is one, the title, and gives a struct with the fields that
    `tag` adds as columns.

    Args:
        spark: The session.
        name: What to call it.
        model: As for `tag`.
        evidence: Likewise.
        ship: Likewise.

    Raises:
        FileNotFoundError: As for `tag`.
        MissingExtraError: Likewise.
        ModelFileError: Likewise.
    """
    function = _function(spark, Tagger.of(model, evidence=evidence), ship=ship)
    spark.udf.register(name, function)


@dataclass(frozen=True)
class _SparkFile(ModelReference):
    """A file that Spark has brought to the worker."""

    def file(self) -> Path:
        return Path(extra("pyspark", name="spark").SparkFiles.get(self.path))


@dataclass(frozen=True)
class _Answers:
    """What Spark calls in its workers, with Arrow arrays."""

    tagger: Tagger

    def __call__(self, texts: Any, titles: Any = None) -> Any:
        return self.tagger.answer(texts, titles).to_struct_array()


def _function(spark: "SparkSession", tagger: Tagger, *, ship: bool) -> Any:
    functions = extra("pyspark.sql.functions", name="spark")
    if ship and tagger.model.path is not None:
        tagger = replace(tagger, model=_shipped(spark, tagger.model))
    kind = _answer_type(tagger)
    with warnings.catch_warnings():
        # Spark would rather have type hints, which would need PyArrow before it is used.
        warnings.filterwarnings("ignore", ".*type hints", UserWarning)
        return functions.arrow_udf(_Answers(tagger), kind, functions.ArrowUDFType.SCALAR)


#: Spark reads files that it brings to workers when these ask, as long as the driver lives.
_folders: list[TemporaryDirectory[str]] = []


def _shipped(spark: "SparkSession", model: ModelReference) -> ModelReference:
    # Files of one name must be the same, and most models are called model.npz.
    name = f"topicclf-{model.sha256[:16]}.npz"
    folder = TemporaryDirectory(prefix="topicclf-")
    _folders.append(folder)
    file = copyfile(model.file(), Path(folder.name, name))
    spark.addArtifacts(str(file), file=True)
    return _SparkFile(name, model.sha256)


def _answer_type(tagger: Tagger) -> Any:
    types = extra("pyspark.sql.pandas.types", name="spark")
    return types.from_arrow_schema(tagger.schema)


def _check_strings(frame: "DataFrame", columns: list[str]) -> None:
    for name in columns:
        kind = frame.schema[name].dataType.simpleString()
        if kind not in {"string", "void"} and not kind.startswith(("varchar", "char")):
            hint = "decode it first" if kind == "binary" else "cast it"
            msg = f"column {name!r} is of {kind}, not of strings; {hint}"
            raise DataError(msg)


def _quoted(name: str) -> str:
    escaped = name.replace("`", "``")
    return f"`{escaped}`"
