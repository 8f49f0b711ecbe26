"""The service as a process: workers, signals, and what a kill leaves."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from topicclf import TopicClassifier, TopicModel

ROOT = Path(__file__).parent.parent
pytestmark = pytest.mark.slow


@contextmanager
def _served(*options: str, status: int = 0) -> Iterator[tuple[str, int]]:
    """The service's address and its process, which ends with a status."""
    command = [sys.executable, "-m", "topicclf", "serve", "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.search(r"http://\S+?(?=/)", line)
        assert found, line + process.stderr.read()
        threading.Thread(target=process.stderr.read, daemon=True).start()
        try:
            yield found[0], process.pid
        finally:
            process.terminate()
            assert process.wait(60) == status


def _post(address: str, path: str, body: object) -> Any:
    headers = {"Content-Type": "application/json"}
    request = Request(f"{address}{path}", json.dumps(body).encode(), headers)
    with urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def _hash(address: str) -> str:
    sha256: str = _post(address, "/v1/predict", {"text": "x"})["model"]["sha256"]
    return sha256


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_brings_the_new_model(
    tmp_path: Path, small: TopicClassifier, shipped: TopicModel, workers: str
) -> None:
    """To all workers, and no request is lost on the way; SIGTERM ends them."""
    small.model_.save(tmp_path / "model")
    data = str(tmp_path / "data")
    options = ("--model", str(tmp_path / "model"), "--data", data, "--workers", workers)
    with _served(*options) as (address, process):
        old = _hash(address)
        shipped.save(tmp_path / "model")
        os.kill(process, signal.SIGHUP)
        end = time.monotonic() + 60
        run = 0
        # New again and again: no worker has the old one any more.
        while run < 20:
            run = run + 1 if _hash(address) != old else 0
            assert time.monotonic() < end


def test_a_reload_by_one_worker_reaches_the_other(
    tmp_path: Path, small: TopicClassifier, shipped: TopicModel
) -> None:
    """And their counters are one."""
    small.model_.save(tmp_path / "model")
    options = ("--model", str(tmp_path / "model"), "--data", str(tmp_path), "--workers", "2")
    with _served(*options) as (address, _):
        old = _hash(address)
        shipped.save(tmp_path / "model")
        assert _post(address, "/v1/reload", {})["changed"] == ["model"]
        end = time.monotonic() + 60
        run = 0
        while run < 20:
            run = run + 1 if _hash(address) != old else 0
            assert time.monotonic() < end
        with urlopen(f"{address}/metrics") as answer:
            counted = answer.read().decode()
        [articles] = re.findall(r'^topicclf_articles_total{model="model"} (\S+)', counted, re.M)
        assert float(articles) >= 21


def test_a_kill_loses_no_correction(tmp_path: Path) -> None:
    """Those that were acknowledged are there, once, and the next start goes on."""
    kept = []
    for number in range(3):
        with _served("--data", str(tmp_path), status=-signal.SIGKILL) as (address, process):
            for each in range(5):
                name = f"correction-{number}-{each}"
                body = {"id": name, "text": "The navy.", "topics": []}
                for _ in range(2):
                    _post(address, "/v1/feedback", body)
                kept.append(name)
            os.kill(process, signal.SIGKILL)
    lines = (tmp_path / "corrections.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == kept


def test_an_address_that_is_taken_is_named(tmp_path: Path) -> None:
    """In one line, with status 3; and so is a missing model."""
    with _served("--data", str(tmp_path)) as (address, _):
        port = address.rpartition(":")[2]
        for options, words in (
            (["--port", port], f"127.0.0.1:{port}"),
            (["--model", "nowhere"], "no such file: nowhere"),
        ):
            command = [sys.executable, "-m", "topicclf", "serve", *options]
            run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            assert run.returncode == 3
            assert words in run.stderr
            assert run.stderr.count("\n") == 1
