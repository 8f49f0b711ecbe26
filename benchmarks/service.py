"""The service under load: throughput, latency and memory.

python -m benchmarks.service [--rounds 5] [--seconds 60] [--megabytes 1024]

Everything runs on loopback: the service, a bare FastAPI endpoint that returns a constant under the
same server with the same options, and the load, each in a process of its own.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
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


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--megabytes", type=int, default=1024)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        served(folder) as (address, process),
        bare() as constant,
    ):
        rate = throughput((address, process), constant, options.rounds)
        batch(address, process)
        half(address, rate)
        stream(address, process, options.megabytes)
        twice(address, process, rate, options.seconds)


if __name__ == "__main__":
    main()
