"""Running the service: one process, or several behind one socket."""

import gc
import logging
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn

from topicclf.service.app import application
from topicclf.service.roster import Roster
from topicclf.service.settings import Settings

__all__ = ["run"]

_logger = logging.getLogger(__name__)
_BACKLOG = 2048
# Seconds of waiting for answers that are being given, and between a worker's death and the next.
_GRACE = 30
_REST = 1.0


def run(settings: Settings, *, on_bound: Callable[[str], object]) -> None:
    """Answer requests until told to stop by a signal.

    Args:
        settings: How.
        on_bound: Called with the address once requests can come.

    Raises:
        OSError: The address is taken, or isn't this machine's.
        FileNotFoundError: There is no such model.
        ModelFileError: A model is refused.
    """
    # Before anything is bound, so that a model that is refused stops the start.
    roster = Roster(settings.models)
    bound = _bind(settings)
    host, port = bound.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    with bound:
        if settings.workers == 1:
            on_bound(f"http://{shown}:{port}/")
            _answer(settings, bound, roster)
        else:
            _Crew(settings, bound).run(lambda: on_bound(f"http://{shown}:{port}/"))


def _bind(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        error.filename = f"{settings.host}:{settings.port}"
        raise
    bound.listen(_BACKLOG)
    bound.set_inheritable(True)
    return bound


def _answer(settings: Settings, bound: socket.socket, roster: Roster) -> None:
    config = uvicorn.Config(
        application(settings, roster=roster),
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        timeout_keep_alive=15,
        backlog=_BACKLOG,
        # Whoever is in front must not be able to claim another client's address.
        proxy_headers=False,
    )
    # It may come before the loop that answers it is there.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    # The server raises it once more when all is done; that is no reason to die of it.
    signal.signal(signal.SIGTERM, lambda *_: None)
    # What is there by now stays: looking through it again and again would take long.
    gc.collect()
    gc.freeze()
    uvicorn.Server(config).run(sockets=[bound])


def _work(settings: Settings, bound: socket.socket, level: int) -> None:
    logging.basicConfig(level=level, format="%(message)s")
    # Ctrl-C reaches all processes at once; the one above ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _answer(settings, bound, Roster(settings.models))


class _Crew:
    """Several processes that answer from one socket, and are started anew where they die.

    Args:
        settings: How they answer.
        bound: The socket.
    """

    def __init__(self, settings: Settings, bound: socket.socket) -> None:
        self._settings = settings
        self._bound = bound
        self._workers: list[Any] = []
        self._stopping = False
        self._context = multiprocessing.get_context("spawn")

    def run(self, on_started: Callable[[], object]) -> None:
        """Start them, watch over them, and wait for their end."""
        counters = tempfile.mkdtemp(prefix="topicclf-metrics-")
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counters
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, self._hand_on)
        try:
            self._workers = [self._start() for _ in range(self._settings.workers)]
            on_started()
            while not self._stopping:
                time.sleep(0.2)
                self._replace_dead()
            for worker in self._workers:
                worker.join(_GRACE + 5)
        finally:
            for worker in self._workers:
                if worker.is_alive():
                    worker.kill()
            shutil.rmtree(counters, ignore_errors=True)

    def _start(self) -> Any:
        level = logging.getLogger().level
        arguments = (self._settings, self._bound, level)
        worker = self._context.Process(target=_work, args=arguments)
        worker.start()
        return worker

    def _replace_dead(self) -> None:
        for place, worker in enumerate(self._workers):
            if not worker.is_alive() and not self._stopping:
                _logger.warning("a worker died with status %s; starting another", worker.exitcode)
                time.sleep(_REST)
                self._workers[place] = self._start()

    def _signal(self, number: int) -> None:
        for worker in self._workers:
            if worker.is_alive():
                os.kill(worker.pid, number)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        self._signal(signal.SIGTERM)

    def _hand_on(self, number: int, frame: FrameType | None) -> None:
        self._signal(signal.SIGHUP)


if sys.platform == "win32":  # pragma: no cover
    msg = "the service runs on Linux and macOS"
    raise ImportError(msg)
