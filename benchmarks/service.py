"""The service under load: throughput, latency, memory, and what kills leave of corrections.

python benchmarks/service.py [--rounds 5] [--seconds 60] [--megabytes 1024] [--kills 200]

Everything runs on loopback: the service, a bare FastAPI endpoint that returns a constant under the
same server with the same options, and the load, each in a process of its own.
"""

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
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

import topicclf

ROOT = Path(__file__).parent.parent
ARTICLE = (ROOT / "examples" / "article.txt").read_text("utf-8")
TEXT = (ARTICLE * 2)[:2000]
BARE = """
import sys, uvicorn
from fastapi import FastAPI
app = FastAPI()
@app.post("/constant")
async def constant() -> dict[str, str]:
    return {"answer": "constant"}
uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False, server_header=False)
"""


@contextmanager
def served(folder: str, *options: str) -> Iterator[tuple[str, int]]:
    """The service in a process of its own; its address and the process's number."""
    command = [sys.executable, "-m", "topicclf", "serve", "--port", "0", "--data", folder, *options]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found, "the service did not start"
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield found[0], process.pid
        process.kill()


@contextmanager
def bare() -> Iterator[tuple[str, int]]:
    """The bare endpoint in a process of its own; its address and the process's number."""
    command = [sys.executable, "-c", BARE, "8799"]
    with subprocess.Popen(command, cwd=ROOT) as process:
        address = "http://127.0.0.1:8799/"
        for _ in range(100):
            try:
                HTTPConnection("127.0.0.1", 8799).connect()
                break
            except OSError:
                time.sleep(0.1)
        yield address, process.pid
        process.kill()


def load(address: str, path: str, **options: float) -> dict[str, Any]:
    """Load from another process, with articles of 2,000 characters."""
    command = [sys.executable, str(ROOT / "benchmarks" / "load.py"), address, path]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    body = json.dumps({"text": TEXT}).encode()
    run = subprocess.run(command, input=body, capture_output=True, check=True)
    result: dict[str, Any] = json.loads(run.stdout)
    return result


def memory(process: int) -> float:
    """The megabytes that a process takes now."""
    status = Path(f"/proc/{process}/status").read_text()
    return float(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def cpu_seconds(process: int) -> float:
    """The processor time that a process has taken so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def throughput(service: tuple[str, int], constant: tuple[str, int], rounds: int) -> float:
    """Requests a second beside the bare endpoint, in turns; gives the service's.

    Where the machine has other work, the processor time of a request says more.
    """
    (address, process), (other, other_process) = service, constant
    ours: list[float] = []
    theirs: list[float] = []
    times: list[float] = []
    for _ in range(rounds):
        costs = []
        for where, path, number, rates in (
            (other, "/constant", other_process, theirs),
            (address, "/v1/predict", process, ours),
        ):
            before = cpu_seconds(number)
            result = load(where, path)
            costs.append((cpu_seconds(number) - before) / sum(result["statuses"].values()))
            rates.append(result["rate"])
        times.append(costs[0] / costs[1])
        print(
            f"  processor time: constant {1e6 * costs[0]:.0f} us, predict {1e6 * costs[1]:.0f} us"
        )
    print(f"  share by processor time {statistics.median(times):.0%}")
    shares = sorted(a / b for a, b in zip(ours, theirs, strict=True))
    rate: float = statistics.median(ours)
    print(f"/v1/predict {rate:,.0f} requests/s, a constant {statistics.median(theirs):,.0f}")
    print(f"  share {statistics.median(shares):.0%} ({shares[0]:.0%} to {shares[-1]:.0%})")
    return rate


def half(address: str, rate: float) -> None:
    """Latency at half of full load."""
    result = load(address, "/v1/predict", rate=rate / 2, seconds=10, connections=64)
    p50, p99 = 1000 * result["p50"], 1000 * result["p99"]
    print(f"half load: p50 {p50:.2f} ms, p99 {p99:.2f} ms, {p99 / p50:.1f} times")


def twice(address: str, process: int, rate: float, seconds: float) -> None:
    """Every request is answered under twice the load, and memory stays flat."""
    load(address, "/v1/predict", rate=2 * rate, seconds=5, connections=500)
    before = memory(process)
    result = load(address, "/v1/predict", rate=2 * rate, seconds=seconds, connections=500)
    grown = memory(process) - before
    print(f"twice the load for {seconds:g} s: {result['statuses']}, memory {grown:+.1f} MB")


def batch(address: str, process: int) -> None:
    """A thousand articles in one request beside predict_many."""
    articles = [{"text": TEXT[:-10] + f"{number:10}"} for number in range(1000)]
    body = json.dumps({"articles": articles})
    model = topicclf.load()
    ours, theirs = [], []
    cpu = [0.0, 0.0]
    connection = HTTPConnection(urlsplit(address).netloc)
    for _ in range(15):
        start, used = time.perf_counter(), time.process_time()
        for _ in model.predict_many(articles):
            pass
        theirs.append(time.perf_counter() - start)
        cpu[1] += time.process_time() - used
        start, used = time.perf_counter(), cpu_seconds(process)
        connection.request("POST", "/v1/predict", body, {"Content-Type": "application/json"})
        assert connection.getresponse().read().startswith(b'{"model"')
        ours.append(time.perf_counter() - start)
        cpu[0] += cpu_seconds(process) - used
    a, b = statistics.median(ours), statistics.median(theirs)
    print(f"1,000 articles: {1000 * a:.0f} ms, predict_many {1000 * b:.0f} ms, {a / b:.2f} times")
    print(f"  by processor time {cpu[0] / cpu[1]:.2f} times")


def stream(address: str, process: int, megabytes: int) -> None:
    """One request of many megabytes of JSON lines: memory above idle."""
    idle = most = memory(process)
    block = b"".join(
        json.dumps({"id": number, "text": TEXT}).encode() + b"\n" for number in range(512)
    )
    n_blocks = megabytes * (1 << 20) // len(block)
    connection = HTTPConnection(urlsplit(address).netloc)
    connection.putrequest("POST", "/v1/predict")
    connection.putheader("Content-Type", "application/x-ndjson")
    connection.putheader("Content-Length", str(n_blocks * len(block)))
    connection.endheaders()
    start = time.perf_counter()

    def send() -> None:
        for _ in range(n_blocks):
            connection.send(block)

    thread = threading.Thread(target=send)
    thread.start()
    answer = connection.response_class(connection.sock)
    answer.begin()
    lines = 0
    while chunk := answer.read1(1 << 16):
        lines += chunk.count(b"\n")
        most = max(most, memory(process))
    thread.join()
    seconds = time.perf_counter() - start
    assert lines == 512 * n_blocks, (lines, 512 * n_blocks)
    print(
        f"{megabytes:,} MB of JSON lines in one request: {megabytes / seconds:.0f} MB/s, "
        f"{most - idle:+.1f} MB above idle ({idle:.0f} MB)"
    )


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

    def run(self) -> None:
        """Write until stopped."""
        while not self.stop.is_set():
            name = uuid.uuid4().hex
            body = {"id": name, "text": "The navy ordered two frigates.", "topics": ["trade"]}
            if self._acknowledged("/v1/feedback", body) is not None:
                self.corrected.append(name)
            self._label()

    def _label(self) -> None:
        answer = self._acknowledged("/v1/labelling/next", {"labeller": self.name})
        if answer is None or answer["next"] is None:
            return
        number = answer["next"]["number"]
        label = {"labeller": self.name, "article": number, "topics": ["energy"]}
        if self._acknowledged("/v1/labelling/labels", label) is not None:
            self.labelled.append(number)

    def _acknowledged(self, path: str, body: dict[str, Any]) -> Any:
        """The answer, however often it takes to get one; None if stopped before."""
        while True:
            try:
                connection = HTTPConnection(urlsplit(self.place[0]).netloc, timeout=10)
                kind = {"Content-Type": "application/json"}
                connection.request("POST", path, json.dumps(body), kind)
                answer = connection.getresponse()
                content = json.loads(answer.read())
                connection.close()
                assert answer.status == 200, content
                return content
            except (OSError, HTTPException, ValueError):
                if self.stop.is_set():
                    return None
                time.sleep(0.02)


def kills(folder: str, n: int) -> None:
    """Kill the service under load many times; count what is lost or doubled."""
    place, stop = ["http://127.0.0.1:1/"], threading.Event()
    writers = [Writer(place, f"writer {number}", stop) for number in range(4)]
    started = False
    for number in range(n + 1):
        with served(folder) as (address, process):
            place[0] = address
            if not started:
                _bring_articles(address)
                for writer in writers:
                    writer.start()
                started = True
            if number == n:
                stop.set()
                for writer in writers:
                    writer.join()
                labels = _labels(address)
            else:
                _until_ready(address)
                time.sleep(0.05 + 0.3 * (number * 0.618 % 1))
                os.kill(process, signal.SIGKILL)
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


def _until_ready(address: str) -> None:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", "/readyz")
    assert connection.getresponse().read() == b"ready\n"


def _bring_articles(address: str) -> None:
    lines = [json.dumps({"suggested": {}, "text": f"Number {n}."}) for n in range(20_000)]
    connection = HTTPConnection(urlsplit(address).netloc)
    kind = {"Content-Type": "application/octet-stream"}
    connection.request("POST", "/v1/labelling/articles?name=a.jsonl", "\n".join(lines), kind)
    assert connection.getresponse().read().startswith(b'{"added":20000')


def _labels(address: str) -> list[int]:
    connection = HTTPConnection(urlsplit(address).netloc)
    connection.request("GET", "/v1/labelling/labels")
    lines = connection.getresponse().read().splitlines()
    return [int(json.loads(line)["text"].removeprefix("Number ")[:-1]) + 1 for line in lines]


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--kills", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with served(folder) as (address, process), bare() as constant:
            rate = throughput((address, process), constant, options.rounds)
            batch(address, process)
            half(address, rate)
            stream(address, process, options.megabytes)
            twice(address, process, rate, options.seconds)
        kills(folder, options.kills)


if __name__ == "__main__":
    main()
