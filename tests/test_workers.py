"""Several processes: the same answers in the same order, and nothing hangs when one dies."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import topicclf
from topicclf import TopicModel
from topicclf.errors import WorkerError


@pytest.fixture
def workers() -> Callable[[], set[Any]]:
    """What gives the processes that run now and did not before: joblib keeps some of its own."""
    before = set(multiprocessing.active_children())
    return lambda: set(multiprocessing.active_children()) - before


@pytest.mark.slow
def test_two_workers_answer_as_one_does(
    shipped: TopicModel, articles: list[dict[str, Any]]
) -> None:
    """In order, evidence included."""
    many = articles * 12
    alone = list(shipped.predict_many(many))
    shared = list(shipped.predict_many(many, workers=2))
    assert [p.probabilities for p in shared] == [p.probabilities for p in alone]
    assert [p.to_dict() for p in shared[:50]] == [p.to_dict() for p in alone[:50]]


def test_workers_take_an_endless_stream(
    shipped: TopicModel, workers: Callable[[], set[Any]]
) -> None:
    """A few tasks ahead of the reader and no more; leaving early ends them."""
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield f"The navy ordered {taken} frigates."

    found = list(islice(shipped.predict_many(endless(), workers=2), 3000))
    assert all(p.topics == ("defence",) for p in found)
    assert taken < 20_000
    assert not workers()


def test_no_articles_give_no_predictions(shipped: TopicModel) -> None:
    """The workers have nothing to do."""
    assert list(shipped.predict_many([], workers=2)) == []


def test_a_bad_item_is_named_by_its_number_and_ends_the_workers(
    shipped: TopicModel, workers: Callable[[], set[Any]]
) -> None:
    """As without workers."""
    with pytest.raises(TypeError, match="item 1 must be a str"):
        list(shipped.predict_many(["fine", 7], workers=2))  # type: ignore[list-item]
    assert not workers()


@pytest.mark.parametrize("workers", [0, -1])
def test_there_is_at_least_one_worker(workers: int) -> None:
    """Said at once, not when the first prediction is asked for."""
    with pytest.raises(ValueError, match="1 or more"):
        topicclf.predict_many(["A text."], workers=workers)


def test_a_worker_that_is_killed_is_reported(
    shipped: TopicModel, workers: Callable[[], set[Any]]
) -> None:
    """And not waited for."""
    texts = (f"The navy ordered {number} frigates." for number in range(1_000_000))
    stream = shipped.predict_many(texts, workers=2)
    next(stream)
    for process in workers():
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(WorkerError, match="died"):
        list(stream)
    assert not workers()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_workers_end_when_the_process_that_began_them_is_killed() -> None:
    """No orphan goes on waiting for work."""
    script = (
        "import itertools, multiprocessing, time, topicclf\n"
        "stream = topicclf.predict_many(itertools.repeat('The navy.'), workers=2)\n"
        "next(stream)\n"
        "print(*(p.pid for p in multiprocessing.active_children()), flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        pids = [int(pid) for pid in run.stdout.readline().split()]
        run.kill()
    assert len(pids) == 2
    deadline = time.monotonic() + 60
    while any(map(_runs, pids)):
        assert time.monotonic() < deadline, "a worker outlives its parent"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
