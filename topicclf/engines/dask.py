"""Topics in Dask: of data frames, a partition at a time."""

from typing import TYPE_CHECKING, Any

from topicclf.engines.reference import ModelLike
from topicclf.engines.tagger import Tagger
from topicclf.installation.extras import extra

if TYPE_CHECKING:
    from dask.dataframe import DataFrame

__all__ = ["tag"]


def tag(
    frame: "DataFrame",
    *,
    text: str | None = None,
    title: str | None = None,
    model: ModelLike = None,
    evidence: bool = False,
) -> "DataFrame":
    """Find the topics of the articles in a data frame, one in each row, when it is computed.

    Args:
        frame: A data frame. It is not changed.
        text: The column of the texts; None finds it by its name, such as ``text`` or ``body``.
        title: The column of the titles, likewise; where there is none, articles have no title.
        model: A model, which travels with the tasks, or the path of its file or folder, which must
            be on every worker; None for the shipped one, which workers have with their topicclf.
        evidence: Whether to give the sentences and terms behind each topic, which takes several
            times as long.

    Returns:
        The frame with ``topics`` (a list, most probable first), ``probabilities`` (a struct),
        ``language`` (null for the model's own), ``error`` (why there is no answer) and perhaps
        ``evidence`` added, all of Arrow's types. A column that has such a name already gets
        ``input_`` before it.

    Raises:
        DataError: There is no such column, or none that looks like the text.
        FileNotFoundError: There is no such model file.
        MissingExtraError: Dask is not installed.
        ModelFileError: The file is refused. On a worker, where the file is another one, this makes
            the computation fail.
    """
    extra("dask.dataframe", name="dask")
    tagger = Tagger.of(model, text=text, title=title, evidence=evidence)
    lazy: Any = frame
    tagged: DataFrame = lazy.map_partitions(tagger, meta=tagger(lazy._meta))
    return tagged
