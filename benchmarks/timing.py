"""Timing several things in one run, in turn, so that what else the machine does hits them alike."""

import platform
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

__all__ = ["clock", "machine", "medians", "rounds_of"]


def medians(
    tasks: Mapping[str, Callable[[], object]], *, rounds: int, unmeasured: int = 1
) -> dict[str, float]:
    """The median seconds of each task; arguments as for `rounds_of`."""
    seconds = rounds_of(tasks, rounds=rounds, unmeasured=unmeasured)
    return {name: statistics.median(times) for name, times in seconds.items()}


def rounds_of(
    tasks: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    unmeasured: int = 1,
    now: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """The seconds of each task in each round, all of them in turn in every round.

    Args:
        tasks: What to time, by name.
        rounds: How often.
        unmeasured: How many rounds to run before, which fill caches and make tables.
        now: The clock; `time.process_time` leaves out what other processes take.
    """
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(unmeasured + rounds):
        for name, task in tasks.items():
            start = now()
            task()
            if turn >= unmeasured:
                seconds[name].append(now() - start)
    return seconds


def clock() -> float | None:
    """The clock of the first processor in Hz, where Linux reports it."""
    speeds = _processors("cpu MHz")
    return float(speeds[0]) * 1e6 if speeds else None


def _processors(name: str) -> list[str]:
    """What /proc/cpuinfo says of each."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return []
    return [line.split(":")[1].strip() for line in lines if line.startswith(name)]


def machine() -> str:
    """The processor, how many of it, and the versions that matter."""
    models = _processors("model name")
    processor = f"{models[0]}, {len(models)} cores" if models else platform.processor()
    return (
        f"{processor}; {platform.system()}, Python {platform.python_version()}, "
        f"NumPy {np.__version__}"
    )
