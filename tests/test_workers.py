"""Several threads: the same answers in the same order, and nothing hangs or is left behind."""

import multiprocessing
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import topicclf
from topicclf import TopicModel, kernel

TASKS = Path("/proc/self/task")


@pytest.fixture
def workers() -> Callable[[], set[str]]:
    """What gives the threads that run now and did not before, Python's or not."""

    def running() -> set[str]:
        return {task.name for task in TASKS.iterdir()} if TASKS.exists() else set()

    before = running()
    return lambda: running() - before


def run(script: str) -> str:
    """The output of a script in a process of its own, which must end."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


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
    shipped: TopicModel, workers: Callable[[], set[str]]
) -> None:
    """A few tasks ahead of the reader and no more; leaving early ends them."""
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield f"The navy ordered {taken} frigates."

    stream = shipped.predict_many(endless(), workers=2)
    assert all(p.topics == ("defence",) for p in islice(stream, 3000))
    assert taken < 20_000
    stream.close()  # type: ignore[attr-defined]
    assert not workers()


def test_no_articles_give_no_predictions(shipped: TopicModel) -> None:
    """The workers have nothing to do."""
    assert list(shipped.predict_many([], workers=2)) == []


@pytest.mark.parametrize("workers", [None, 1, 2])
def test_a_bad_item_is_named_once_those_before_it_have_been_answered(
    shipped: TopicModel, workers: int | None
) -> None:
    """Nothing before it is lost."""
    items: list[Any] = [*(f"The navy ordered {n} frigates." for n in range(1000)), 7, "More."]
    stream = shipped.predict_many(items, workers=workers)
    assert len(list(islice(stream, 1000))) == 1000
    with pytest.raises(TypeError, match="item 1000 must be a str"):
        next(stream)
    assert list(stream) == []


@pytest.mark.parametrize("workers", [None, 2])
def test_an_error_of_the_input_comes_once_what_was_read_has_been_answered(
    shipped: TopicModel, workers: int | None
) -> None:
    """The input's own error, whatever it is."""

    def broken() -> Iterator[str]:
        yield from ["The navy ordered frigates."] * 700
        msg = "the disk is gone"
        raise OSError(msg)

    stream = shipped.predict_many(broken(), workers=workers)
    assert len(list(islice(stream, 700))) == 700
    with pytest.raises(OSError, match="the disk is gone"):
        next(stream)


def test_a_bad_item_ends_the_workers(shipped: TopicModel, workers: Callable[[], set[str]]) -> None:
    """None is left."""
    with pytest.raises(TypeError, match="item 1"):
        list(shipped.predict_many(["fine", 7], workers=2))  # type: ignore[list-item]
    assert not workers()


@pytest.mark.parametrize("workers", [0, -1])
def test_there_is_at_least_one_worker(workers: int) -> None:
    """Said at once, not when the first prediction is asked for."""
    with pytest.raises(ValueError, match="1 or more"):
        topicclf.predict_many(["A text."], workers=workers)


@pytest.mark.skipif(not kernel.available, reason="the kernel is not built")
def test_a_crew_refuses_what_it_can_not_do(shipped: TopicModel) -> None:
    """With an error of Python's, and goes on."""
    judge = shipped._judge._kernel
    assert judge is not None
    with pytest.raises(ValueError, match="one worker at least"):
        kernel.Crew(judge, 0)
    crew = kernel.Crew(judge, 2)
    with pytest.raises(RuntimeError, match="no articles"):
        crew.take(True)
    with pytest.raises(TypeError, match="a text must be a str, not int"):
        crew.put([7], None)  # type: ignore[list-item]
    while crew.put(["The navy ordered frigates."], None):
        pass
    with pytest.raises(RuntimeError, match="takes no more"):
        crew.put(["One too many."], None)
    assert crew.take(True)[0][0] == ("defence",)
    crew.close()
    crew.close()
    with pytest.raises(RuntimeError, match="no articles"):
        crew.take(True)


def test_two_streams_with_workers_go_side_by_side(shipped: TopicModel) -> None:
    """Read in turn."""
    texts = ["The navy ordered two frigates.", "Tariffs on steel rose."] * 600
    one = shipped.predict_many(texts, workers=2)
    two = shipped.predict_many(texts, workers=2)
    assert sum(a.topics == b.topics for a, b in zip(one, two, strict=True)) == 1200


def test_workers_serve_a_daemon_thread() -> None:
    """And the program ends while its stream is open."""
    script = """
import itertools, threading, topicclf
ready = threading.Event()
def read():
    for count, p in enumerate(topicclf.predict_many(itertools.repeat("The navy."), workers=2)):
        if count == 2000:
            ready.set()
threading.Thread(target=read, daemon=True).start()
ready.wait()
print("read")
"""
    assert run(script) == "read\n"


def test_workers_serve_a_daemon_process() -> None:
    """It may have no processes of its own, but threads."""
    script = """
import multiprocessing, topicclf
def read():
    assert len(list(topicclf.predict_many(["The navy."] * 1000, workers=2))) == 1000
if __name__ == "__main__":
    p = multiprocessing.get_context("fork").Process(target=read, daemon=True)
    p.start()
    p.join()
    print(p.exitcode)
"""
    assert run(script) == "0\n"


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="nothing forks")
def test_a_process_that_is_forked_while_a_stream_runs_predicts() -> None:
    """Alone and with workers; the stream goes on where it was."""
    script = """
import os, topicclf
texts = ["The navy ordered two frigates."] * 5000
stream = topicclf.predict_many(texts, workers=2)
next(stream)
child = os.fork()
if not child:
    assert topicclf.predict(texts[0]).topics == ("defence",)
    assert len(list(topicclf.predict_many(texts, workers=2))) == 5000
    os._exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
print(len(list(stream)))
"""
    assert run(script) == "4999\n"


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="nothing forks")
def test_a_process_that_is_forked_beside_a_first_load_predicts() -> None:
    """The lock that another thread held is not waited for, nor are tables that it was building."""
    script = """
import os, threading, topicclf, topicclf.api
from topicclf.model import TopicModel
topicclf.api._LONGEST_WAIT = 0.1
begun, go_on = threading.Event(), threading.Event()
slow = TopicModel.load.__func__
def load(cls, path):
    if threading.current_thread() is loader:
        begun.set()
        go_on.wait()
    return slow(cls, path)
TopicModel.load = classmethod(load)
loader = threading.Thread(target=topicclf.load)
loader.start()
begun.wait()
child = os.fork()
if not child:
    os._exit(topicclf.predict("The navy ordered frigates.").topics == ("defence",))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
go_on.set()
"""
    assert run(script) == "1\n"


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="nothing forks")
def test_a_fork_waits_for_what_another_thread_is_about_to_import() -> None:
    """Python's own locks of modules stay locked in the child."""
    script = """
import importlib.abc, importlib.machinery, os, sys, threading, time, topicclf
class Slow(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name == "slow" else None
    def exec_module(self, module):
        begun.set()
        time.sleep(1)
sys.meta_path.append(Slow())
from topicclf.model import TopicModel
begun = threading.Event()
really = TopicModel.load.__func__
def load(cls, path):
    import slow
    return really(cls, path)
TopicModel.load = classmethod(load)
threading.Thread(target=topicclf.load).start()
begun.wait()
child = os.fork()
if not child:
    os._exit(topicclf.predict("The navy ordered frigates.").topics == ("defence",))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run(script) == "1\n"
