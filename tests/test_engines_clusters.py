"""Topics in Dask and Ray, and what is learnt by their workers."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import pandas as pd
import pyarrow as pa
import pytest

import topicclf
from tests.conftest import LABELS, TEXTS
from topicclf import TopicClassifier, TopicModel
from topicclf.errors import DataError

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:ray"),
]


@pytest.fixture(scope="module")
def frame(articles: list[dict[str, Any]]) -> pd.DataFrame:
    """Articles, one of which has no text."""
    texts = [None if number == 7 else each["text"] for number, each in enumerate(articles[:40])]
    titles = [each.get("title") for each in articles[:40]]
    return pd.DataFrame({"id": range(40), "text": texts, "title": titles})


@pytest.fixture(scope="module")
def expected(frame: pd.DataFrame, shipped: TopicModel) -> list[list[str] | None]:
    """The topics of each, plainly."""
    rows: list[Any] = frame.to_dict("records")
    return [
        list(shipped.predict(row["text"], title=row["title"]).topics) if row["id"] != 7 else None
        for row in rows
    ]


def _topics(answered: pd.DataFrame) -> list[list[str] | None]:
    table = pa.Table.from_pandas(answered.sort_values("id")[["topics"]], preserve_index=False)
    topics: list[list[str] | None] = table["topics"].to_pylist()
    return topics


def test_dask_tags_partitions(frame: pd.DataFrame, expected: list[list[str] | None]) -> None:
    """With the types that it announced."""
    dd = pytest.importorskip("dask.dataframe", reason="Dask is not installed: extra [dask]")
    lazy: Any = topicclf.dask.tag(dd.from_pandas(frame, npartitions=3))
    answered = lazy.compute()
    assert dict(lazy.dtypes) == dict(answered.dtypes)
    assert _topics(answered) == expected
    assert answered.loc[7, "error"] == "the text is null"
    with pytest.raises(DataError, match="no column 'txt'"):
        topicclf.dask.tag(dd.from_pandas(frame, npartitions=3), text="txt")


@pytest.fixture(scope="module")
def ray() -> Iterator["ModuleType"]:
    """Two local workers."""
    ray = pytest.importorskip("ray", reason="Ray is not installed: extra [ray]")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(topicclf.__file__).parent.parent))
        patch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        ray.init(
            num_cpus=2,
            include_dashboard=False,
            log_to_driver=False,
            logging_level="error",
            object_store_memory=100_000_000,
        )
        yield ray
        ray.shutdown()


def test_ray_tags_blocks(
    ray: "ModuleType", frame: pd.DataFrame, expected: list[list[str] | None]
) -> None:
    """Each row once."""
    from ray import data

    data.DataContext.get_current().enable_progress_bars = False
    dataset = data.from_arrow(pa.Table.from_pandas(frame, preserve_index=False))
    answered = topicclf.ray.tag(dataset.repartition(3)).to_pandas().sort_values("id")
    assert _topics(answered) == expected
    with pytest.raises(DataError, match="no column 'txt'"):
        topicclf.ray.tag(dataset, text="txt")


@pytest.fixture(scope="module")
def one_process() -> bytes:
    """The model that this process learns."""
    return TopicClassifier(min_pair_frequency=2).fit(TEXTS, LABELS).model_.to_bytes()


def _learnt(backend: str) -> bytes:
    with joblib.parallel_config(backend=backend, n_jobs=2):
        return TopicClassifier(min_pair_frequency=2).fit(TEXTS, LABELS).model_.to_bytes()


def test_dask_learns_the_same_model(one_process: bytes) -> None:
    """By way of joblib, with two workers."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: extra [dask]")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as two,
        distributed.Client(two),
    ):
        assert _learnt("dask") == one_process


def test_ray_learns_the_same_model(ray: "ModuleType", one_process: bytes) -> None:
    """Likewise."""
    from ray.util import joblib as for_joblib

    register: Any = for_joblib.register_ray
    register()
    assert _learnt("ray") == one_process
