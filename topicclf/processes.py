"""One function over many tasks in several processes, in order and in bounded memory.

`concurrent.futures` would do, but for one thing: when a worker is killed while it sends a result,
its pool waits for the rest for ever. Here each worker has a connection of its own, which ends with
the worker, and which ends the worker when this process does.
"""

import multiprocessing
import os
import signal
import sys
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple, TypeVar

from topicclf.errors import WorkerError

__all__ = ["map_in_processes"]

Label = TypeVar("Label")
Task = TypeVar("Task")
Result = TypeVar("Result")

# Enough for a worker that is done to find the next task waiting.
_TASKS_PER_WORKER = 4


def map_in_processes(
    function: Callable[[Task], Result], tasks: Iterable[tuple[Label, Task]], *, workers: int
) -> Iterator[tuple[Label, Result]]:
    """Call a function for each task, and give its results in the order of the tasks.

    On Linux the workers are forks: they share what the function refers to (a model, say) with this
    process. Elsewhere each gets a copy, once.

    Args:
        function: What to call; where processes are not forked, it must be picklable.
        tasks: What to call it with, each behind a label that stays here. They are taken one by one,
            a few more than there are workers.
        workers: How many processes.

    Raises:
        WorkerError: A worker died.
        Exception: Whatever the function raised.
    """
    crew: list[_Worker] = []
    waiting: deque[tuple[Label, _Worker]] = deque()
    try:
        for _ in range(workers):
            crew.append(_start(function, crew))
        for number, (label, task) in enumerate(tasks):
            # In turn, so that results come in order without being sorted.
            worker = crew[number % workers]
            _send(worker, task)
            waiting.append((label, worker))
            if len(waiting) == _TASKS_PER_WORKER * workers:
                yield _next(waiting)
        while waiting:
            yield _next(waiting)
    finally:
        for worker in crew:
            worker.connection.close()
        for worker in crew:
            worker.process.join()


class _Worker(NamedTuple):
    process: Any
    connection: Connection


def _start(function: Callable[[Any], Any], others: list[_Worker]) -> _Worker:
    forks = sys.platform == "linux"
    context: Any = multiprocessing.get_context("fork" if forks else None)
    ours, theirs = context.Pipe()
    # A fork has copies of this process's ends, and while one is open a connection has no end.
    copies = [ours, *(worker.connection for worker in others)] if forks else []
    process = context.Process(target=_work, args=(function, theirs, copies), daemon=True)
    with warnings.catch_warnings():
        # NumPy's idle threads count as threads; no worker needs what they might hold.
        warnings.filterwarnings("ignore", r".*fork\(\)", DeprecationWarning)
        process.start()
    theirs.close()
    return _Worker(process, ours)


def _work(function: Callable[[Any], Any], connection: Connection, copies: list[Connection]) -> None:
    for copy in copies:
        copy.close()
    # Ctrl-C is for the process that gives out the tasks.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The thread that receives has little to do, and must not wait long for its turn to do it.
    sys.setswitchinterval(1e-4)
    tasks: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_receive_tasks, args=(connection, tasks), daemon=True).start()
    while True:
        try:
            result, error = function(tasks.get()), None
        except Exception as raised:
            result, error = None, raised
        connection.send((result, error))


def _receive_tasks(connection: Connection, tasks: SimpleQueue[Any]) -> None:
    """Take tasks as they come, so that neither side waits for the other with its hands full."""
    try:
        while True:
            tasks.put(connection.recv())
    except (EOFError, OSError):
        os._exit(0)


def _send(worker: _Worker, task: Any) -> None:
    try:
        worker.connection.send(task)
    except OSError as error:
        raise _died() from error


def _next(waiting: deque[tuple[Label, _Worker]]) -> tuple[Label, Any]:
    label, worker = waiting.popleft()
    try:
        result, error = worker.connection.recv()
    except (EOFError, OSError) as reason:
        raise _died() from reason
    if error is not None:
        raise error
    return label, result


def _died() -> WorkerError:
    msg = (
        "a worker process died: it was killed, or memory ran out. All that came before has been "
        "answered; try again with fewer workers"
    )
    return WorkerError(msg)
