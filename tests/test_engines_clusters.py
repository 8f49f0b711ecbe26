"""Topics in Dask and Ray, and what is learnt by their workers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import joblib
import pandas as pd
import pyarrow as pa
import pytest

import topicclf
from tests.conftest import LABELS, TEXTS
from topicclf import Plan, TopicClassifier, TopicModel
from topicclf.errors import DataError
from topicclf.labelled.reading import Source, read_source
from topicclf.training.run import fit, prepare

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
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labelled articles in a file."""
    path = tmp_path_factory.mktemp("labelled") / "labelled.jsonl"
    items = zip(TEXTS, LABELS, strict=True)
    lines = [json.dumps({"text": text, "topics": sorted(topics)}) for text, topics in items]
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture(scope="module")
def one_process(data: Path) -> tuple[bytes, list[Any]]:
    """The model that this process learns, and the trials of its tuning."""
    return _learnt(), _tried(data)


def _learnt() -> bytes:
    return TopicClassifier(min_pair_frequency=2).fit(TEXTS, LABELS).model_.to_bytes()


def _tried(data: Path) -> list[Any]:
    """Trials and their scores, and the model that is learnt with the best."""
    trials: list[Any] = []
    plan = Plan(tune="quick", settings={"max_pairs": 60})
    prepared = prepare([read_source(Source(data))], plan)
    trained = fit(prepared, plan, on_trial=lambda trial, *_: trials.append(trial))
    return [*((each.settings, each.score) for each in trials), trained.model.to_bytes()]


def _learnt_by_two(backend: str, data: Path) -> tuple[bytes, list[Any]]:
    with joblib.parallel_config(backend=backend, n_jobs=2):
        return _learnt(), _tried(data)


def test_dask_learns_and_tunes_the_same_model(
    data: Path, one_process: tuple[bytes, list[Any]]
) -> None:
    """By way of joblib, with two workers: folds and trials, to the last byte."""
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: extra [dask]")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as two,
        distributed.Client(two),
    ):
        assert _learnt_by_two("dask", data) == one_process


def test_ray_learns_and_tunes_the_same_model(
    ray: "ModuleType", data: Path, one_process: tuple[bytes, list[Any]]
) -> None:
    """Likewise."""
    from ray.util import joblib as for_joblib

    register: Any = for_joblib.register_ray
    register()
    assert _learnt_by_two("ray", data) == one_process
