"""Having something done by another process while this one goes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from joblib import Parallel

__all__ = ["meanwhile"]


@contextmanager
def meanwhile(job: Any, *, n_jobs: int | None) -> Iterator[list[Any]]:
    """Start a job; its result is in the list that this gives once the block is left.

    Args:
        job: As `joblib.delayed` makes it.
        n_jobs: How many processes there are; with one the job is done when the block is left.
    """
    found: list[Any] = []
    try:
        pending = Parallel(n_jobs=n_jobs, return_as="generator")([job])
    except ValueError:
        # Some backends for clusters can only be waited for.
        pending = Parallel(n_jobs=n_jobs)([job])
    yield found
    # Not where the block fails: nobody would wait for the job.
    found.extend(pending)
