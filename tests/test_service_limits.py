"""What the service takes on, whom it lets in, and what becomes of everything else."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.serving import client_of
from topicclf.service.gate import Gate
from topicclf.service.metrics import Metrics
from topicclf.service.settings import Limits, Settings

TEXT = {"text": "The navy ordered two frigates."}
CORRECTION = {"id": "12345678", **TEXT, "topics": []}


@pytest.mark.parametrize("path", ["/v1/predict", "/v1/feedback", "/v1/labelling/next"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_a_page_elsewhere_cannot_post(tmp_path: Path, path: str, headers: dict[str, str]) -> None:
    """Not to a service on loopback either, which the browser can reach."""
    refused = client_of(tmp_path).post(path, json=TEXT, headers=headers)
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("foreign-origin")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_a_form_could_send_is_refused(tmp_path: Path, kind: str) -> None:
    """Other content types make browsers ask first."""
    content = '{"text": "x"}'
    refused = client_of(tmp_path).post(
        "/v1/predict", content=content, headers={"content-type": kind}
    )
    assert refused.status_code == 415


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("127.0.0.1:8000", 200),
        ("[::1]:8000", 200),
        ("news.example", 421),
        ("localhost.news.example", 421),
        ("", 421),
    ],
)
def test_a_name_that_is_rebound_is_not_answered(tmp_path: Path, host: str, status: int) -> None:
    """Only addresses, localhost and names that were allowed."""
    client = client_of(tmp_path)
    assert client.post("/v1/predict", json=TEXT, headers={"host": host}).status_code == status


def test_a_name_can_be_allowed(tmp_path: Path) -> None:
    """For a proxy in front."""
    client = client_of(tmp_path, base_url="https://news.example", names=frozenset({"news.example"}))
    own = {"origin": "https://news.example"}
    assert client.post("/v1/predict", json=TEXT, headers=own).status_code == 200


@pytest.mark.parametrize("path", ["/v1/feedback", "/v1/reload", "/v1/labelling/next", "/v1/files"])
def test_whoever_others_can_reach_needs_a_token_to_be_changed(tmp_path: Path, path: str) -> None:
    """Without one, corrections, labels, files and reloads are off; predictions are not."""
    client = client_of(tmp_path, host="0.0.0.0", base_url="http://10.0.0.1")
    assert client.post(path, json=CORRECTION).status_code == 403
    assert client.post("/v1/predict", json=TEXT).status_code == 200


@pytest.mark.parametrize(
    "shown", [None, "Bearer wrong", "Basic secret", "Bearer secret2", "Bearer é"]
)
def test_a_token_is_asked_for(tmp_path: Path, shown: str | None) -> None:
    """Of all who want answers; health and the page itself are open."""
    client = client_of(tmp_path, token="secret")
    headers = {b"authorization": shown.encode("latin-1")} if shown else {}
    refused = client.post("/v1/predict", json=TEXT, headers=headers)
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert client.get("/metrics", headers=headers).status_code == 401
    assert client.get("/healthz").status_code == client.get("/").status_code == 200
    right = {"authorization": "Bearer secret"}
    assert client.post("/v1/predict", json=TEXT, headers=right).status_code == 200


def test_a_token_is_not_shown() -> None:
    """Where settings are printed, say."""
    assert "secret" not in repr(Settings(token="secret"))


def test_a_body_that_is_too_large_is_refused(tmp_path: Path) -> None:
    """By its length, or by what comes where it doesn't say its length."""
    client = client_of(tmp_path, limits=Limits(body=1000))
    kind = {"content-type": "application/json"}

    def chunks() -> Iterator[bytes]:
        yield b'{"text": "'
        for _ in range(100):
            yield b"x" * 100

    assert client.post("/v1/predict", json={"text": "x" * 2000}).status_code == 413
    assert client.post("/v1/predict", content=chunks(), headers=kind).status_code == 413
    assert client.post("/v1/predict", json=TEXT).status_code == 200


def test_every_answer_tells_browsers_what_they_may_do(tmp_path: Path) -> None:
    """Refusals as well; nothing from elsewhere, no inline script, no frame."""
    client = client_of(tmp_path)
    for answer in (client.get("/"), client.get("/nothing"), client.get("/v1/predict")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_texts_are_logged_only_when_asked(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Not even at the most talkative level."""
    caplog.set_level("DEBUG")
    client_of(tmp_path).post("/v1/predict", json=TEXT)
    assert "frigates" not in caplog.text
    client_of(tmp_path, log_texts=True).post("/v1/predict", json=TEXT)
    assert "frigates" in caplog.text


def _asked(
    gate: Gate, body: AsyncIterator[bytes] | None = None, *, kind: bytes = b"application/json"
) -> "asyncio.Task[int]":
    """Ask through a gate, and give the status of the answer."""
    status = 0

    async def receive() -> Message:
        if body is None:
            return {"type": "http.request", "body": b"", "more_body": False}
        return {"type": "http.request", "body": await anext(body), "more_body": True}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)

    async def ask() -> int:
        headers = [(b"content-type", kind)]
        scope = {"type": "http", "path": "/v1/predict", "method": "POST", "headers": headers}
        await gate(scope, receive, send)
        return status

    return asyncio.get_running_loop().create_task(ask())


def test_more_requests_than_can_wait_are_sent_away() -> None:
    """With 429; those who wait are answered, and none is lost."""
    done = asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await done.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def crowd() -> list[int]:
        gate = Gate(slow, Limits(at_once=2, waiting=3), Metrics(frozenset()))
        tasks = [_asked(gate) for _ in range(9)]
        await asyncio.sleep(0.01)
        done.set()
        return sorted(await asyncio.gather(*tasks))

    assert asyncio.run(crowd()) == [200] * 5 + [429] * 4


async def _drop_by_drop() -> AsyncIterator[bytes]:
    while True:
        await asyncio.sleep(0.01)
        yield b"x"


def test_a_request_that_takes_too_long_is_given_up() -> None:
    """503 where the answer takes long, 408 where the request does."""

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(10)

    async def both() -> tuple[int, int]:
        gate = Gate(slow, Limits(seconds=0.05), Metrics(frozenset()))
        return await _asked(gate), await _asked(gate, _drop_by_drop())

    assert asyncio.run(both()) == (503, 408)


def test_whoever_sends_slowly_takes_no_place_from_others() -> None:
    """Neither a body that never ends nor a stream; too many of either are sent away."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def crowd() -> tuple[list[int], list[int], int]:
        limits = Limits(seconds=0.3, at_once=1, waiting=2, streams=2)
        gate = Gate(answer, limits, Metrics(frozenset()))
        bodies = [_asked(gate, _drop_by_drop()) for _ in range(3)]
        stream = b"application/x-ndjson"
        streams = [_asked(gate, _drop_by_drop(), kind=stream) for _ in range(3)]
        await asyncio.sleep(0.02)
        assert [task.done() for task in bodies + streams] == [False, False, True] * 2
        refused = bodies[2].result(), streams[2].result()
        for task in streams[:2]:
            task.cancel()
        ended = await asyncio.gather(*bodies[:2])
        return list(refused), ended, await _asked(gate)

    assert asyncio.run(crowd()) == ([429, 429], [408, 408], 200)
