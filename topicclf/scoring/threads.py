"""One function over many tasks in several threads, in order and in bounded memory."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["map_in_threads"]

Task = TypeVar("Task")
Result = TypeVar("Result")

# Enough for a thread that is done to find the next task waiting.
_TASKS_PER_WORKER = 3


def map_in_threads(
    function: Callable[[Task], Result], tasks: Iterable[Task], *, workers: int
) -> Iterator[tuple[Task, Result]]:
    """Call a function for each task, and give tasks and results in the order of the tasks.

    Args:
        function: What to call. Threads pay where it lets other threads run.
        tasks: What to call it with, taken one by one, a few more than there are workers.
        workers: How many threads.

    Raises:
        Exception: Whatever the function or the tasks raised, after the results before that.
    """
    waiting: deque[tuple[Task, Future[Result]]] = deque()
    left = iter(tasks)
    threads = ThreadPoolExecutor(workers, "topicclf")
    ended: Exception | None = None
    try:
        while waiting or ended is None:
            while ended is None and len(waiting) < _TASKS_PER_WORKER * workers:
                try:
                    task = next(left)
                except Exception as error:
                    ended = error
                else:
                    waiting.append((task, threads.submit(function, task)))
            if waiting:
                task, future = waiting.popleft()
                yield task, future.result()
    finally:
        threads.shutdown(cancel_futures=True)
    if not isinstance(ended, StopIteration):
        raise ended
