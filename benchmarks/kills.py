"""What is left of corrections and labels when the service is killed under load, many times.

python -m benchmarks.kills [--kills 200] [--writes 20] [--minutes 60]

Four writers send corrections and labels, each again until it is acknowledged. The service is killed
in the midst of that, once there are enough new acknowledgements, and started anew; in the end all
that was acknowledged has to be there, once. Each service is a process of its own, forked from one
that has imported all that it needs: that saves most of a start's time.
"""

import argparse
import json
import multiprocessing
import os
import signal
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from topicclf.service.running import run
from topicclf.service.settings import Settings

_ARTICLES = 20_000


@contextmanager
def served(folder: str) -> Iterator[tuple[str, int]]:
    """The service in a process of its own; its address and the process's number."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "topicclf.service.running"])
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(folder, theirs))
    process.start()
    assert ours.poll(60), "the service did not start"
    assert process.pid
    try:
        yield ours.recv(), process.pid
    finally:
        process.kill()
        process.join()


def _serve(folder: str, bound: Any) -> None:
    run(Settings(folder=Path(folder), port=0), on_bound=bound.send)


class Writer(threading.Thread):
    """Sends corrections and labels, each until it is acknowledged, while the service is killed.

    Args:
        place: Where the address is, as it changes.
        name: Who labels.
        stop: Set when there are enough kills.
    """

    def __init__(self, place: list[str], name: str, stop: threading.Event) -> None:
        super().__init__()
        self.place, self.name, self.stop = place, name, stop
        self.corrected: list[str] = []
        self.labelled: list[int] = []
        self.refused: list[Any] = []
        self._connection: HTTPConnection | None = None

    def run(self) -> None:
        """Write until stopped."""
        while not self.stop.is_set():
            name = uuid.uuid4().hex
            body = {"id": name, "text": "The navy ordered two frigates.", "topics": ["trade"]}
            if self._acknowledged("/v1/feedback", body) is not None:
                self.corrected.append(name)
            self._label()

    @property
    def count(self) -> int:
        """How many writes have been acknowledged."""
        return len(self.corrected) + len(self.labelled)

    def _label(self) -> None:
        answer = self._acknowledged("/v1/labelling/next", {"labeller": self.name})
        if answer is None or answer["next"] is None:
            return
        number = answer["next"]["number"]
        label = {"labeller": self.name, "article": number, "topics": ["energy"]}
        if self._acknowledged("/v1/labelling/labels", label) is not None:
            self.labelled.append(number)

    def _acknowledged(self, path: str, body: dict[str, Any]) -> Any:
        """The answer, however often it takes to get one; None if refused, or stopped before."""
        while True:
            try:
                # A new service has a new address.
                if self._connection is None:
                    self._connection = HTTPConnection(urlsplit(self.place[0]).netloc, timeout=60)
                kind = {"Content-Type": "application/json"}
                self._connection.request("POST", path, json.dumps(body), kind)
                answer = self._connection.getresponse()
                content = json.loads(answer.read())
                if answer.status == 200:
                    return content
                self.refused.append(content)
                return None
            except (OSError, HTTPException, ValueError):
                if self._connection is not None:
                    self._connection.close()
                self._connection = None
                if self.stop.is_set():
                    return None
                time.sleep(0.02)


def kills(folder: str, most: int, writes: int, minutes: float) -> None:
    """Kill the service under load many times; count what is lost or doubled.

    Args:
        folder: Where the service keeps things.
        most: How often.
        writes: After how many new acknowledgements, at most.
        minutes: For how long.
    """
    end = time.monotonic() + 60 * minutes
    place, stop = ["http://127.0.0.1:1/"], threading.Event()
    writers = [Writer(place, f"writer {number}", stop) for number in range(4)]
    n = 0
    while n < most and time.monotonic() < end:
        with served(folder) as (address, process):
            place[0] = address
            if not n:
                _bring_articles(address)
                for writer in writers:
                    writer.start()
            share = n * 0.618 % 1
            _until(writers, sum(each.count for each in writers) + 1 + int(writes * share))
            # Not just after an acknowledgement, but anywhere in the work on the next ones.
            time.sleep(0.02 * (n * 0.382 % 1))
            os.kill(process, signal.SIGKILL)
            n += 1
    with served(folder) as (address, _):
        place[0] = address
        stop.set()
        for writer in writers:
            writer.join()
        labels = _labels(address)
    lines = Path(folder, "corrections.jsonl").read_text("utf-8").splitlines()
    kept = Counter(json.loads(line)["id"] for line in lines)
    sent = [name for writer in writers for name in writer.corrected]
    labelled = [number for writer in writers for number in writer.labelled]
    lost = sum(name not in kept for name in sent)
    doubled = sum(count > 1 for count in kept.values())
    print(f"{n} kills: {len(sent):,} corrections acknowledged, {lost} lost, {doubled} doubled;")
    lost = len(set(labelled) - set(labels))
    doubled = len(labels) - len(set(labels)) + len(labelled) - len(set(labelled))
    print(f"  {len(labelled):,} labels acknowledged, {lost} lost, {doubled} doubled")
    refused = [each for writer in writers for each in writer.refused]
    print(f"  {len(refused)} requests refused", *refused[:3])


def _until(writers: list[Writer], count: int) -> None:
    """Wait for acknowledgements, but not for ever."""
    end = time.monotonic() + 120
    while sum(each.count for each in writers) < count and time.monotonic() < end:
        time.sleep(0.005)


def _bring_articles(address: str) -> None:
    lines = [json.dumps({"suggested": {}, "text": f"Number {n}."}) for n in range(_ARTICLES)]
    connection = HTTPConnection(urlsplit(address).netloc)
    kind = {"Content-Type": "application/octet-stream"}
    connection.request("POST", "/v1/labelling/articles?name=a.jsonl", "\n".join(lines), kind)
    assert connection.getresponse().read().startswith(b'{"added":%d,' % _ARTICLES)


def _labels(address: str) -> list[int]:
    connection = HTTPConnection(urlsplit(address).netloc)
    connection.request("GET", "/v1/labelling/labels")
    lines = connection.getresponse().read().splitlines()
    return [int(json.loads(line)["text"].removeprefix("Number ")[:-1]) + 1 for line in lines]


def main() -> None:
    """Kill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--writes", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kills(folder, options.kills, options.writes, options.minutes)


if __name__ == "__main__":
    main()
