"""Topics in Ray Data: of datasets, a block at a time."""

from typing import TYPE_CHECKING

from topicclf.engines.reference import ModelLike
from topicclf.engines.tagger import Tagger
from topicclf.installation.extras import extra

if TYPE_CHECKING:
    from ray.data import Dataset

__all__ = ["tag"]

# Large enough to hide what a batch costs, small enough for the memory of many workers.
_BATCH = 4096


def tag(
    dataset: "Dataset",
    *,
    text: str | None = None,
    title: str | None = None,
    model: ModelLike = None,
    evidence: bool = False,
) -> "Dataset":
    """Find the topics of the articles in a dataset, one in each row, when it is read.

    Args:
        dataset: A dataset.
        text: The column of the texts; None finds it by its name, such as ``text`` or ``body``.
        title: The column of the titles, likewise; where there is none, articles have no title.
        model: A model, which travels with the tasks, or the path of its file or folder, which must
            be on every node; None for the shipped one, which nodes have with their topicclf.
        evidence: Whether to give the sentences and terms behind each topic, which takes several
            times as long.

    Returns:
        The dataset with ``topics`` (a list, most probable first), ``probabilities`` (a struct),
        ``language`` (null for the model's own), ``error`` (why there is no answer) and perhaps
        ``evidence`` added. A column that has such a name already gets ``input_`` before it.

    Raises:
        DataError: The columns are known, and there is none for the texts. Where they aren't, the
            job fails with this.
        FileNotFoundError: There is no such model file.
        MissingExtraError: Ray is not installed.
        ModelFileError: The file is refused. On a node, where the file is another one, this makes
            the job fail.
    """
    extra("ray.data", name="ray")
    tagger = Tagger.of(model, text=text, title=title, evidence=evidence)
    known = dataset.schema(fetch_if_missing=False)
    if known is not None:
        tagger.schema_with(known.base_schema)
    return dataset.map_batches(
        tagger, batch_format="pyarrow", batch_size=_BATCH, zero_copy_batch=True
    )
