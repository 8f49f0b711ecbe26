"""Files that are tagged: given back in their format, summed up, and removed."""

import csv
import fcntl
import io
import json
import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import topicclf
from tests.serving import client_of
from topicclf.service.settings import Limits

KIND = {"content-type": "application/octet-stream"}
LINES: list[dict[str, Any]] = [
    {"text": "The navy ordered two frigates.", "date": "2026-11-02", "more": [1]},
    {"text": "A new opera <b>opens</b>.", "date": "2026-11-03"},
    {"title": "<script>alert(1)</script>", "text": "An earthquake hit.", "date": "2026-11-10"},
]


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """A client of a service that keeps two files."""
    return client_of(tmp_path, limits=Limits(jobs=2))


def _tag(client: TestClient, content: bytes | str, query: str) -> dict[str, Any]:
    """Send a file, and wait until it is done."""
    sent = client.post(f"/v1/files?{query}", content=content, headers=KIND)
    assert sent.status_code == 202, sent.text
    job: dict[str, Any] = sent.json()
    while job["state"] == "running":
        time.sleep(0.01)
        job = client.get(f"/v1/files/{job['id']}").json()
    return job


def test_a_file_comes_back_tagged(client: TestClient) -> None:
    """Record for record; a bad one is an error in its place."""
    content = "\n".join([*map(json.dumps, LINES), '{"text": 3}'])
    job = _tag(client, content, "name=a.jsonl")
    assert (job["state"], job["articles"], job["bad"]) == ("done", 3, 1)
    tagged = client.get(f"/v1/files/{job['id']}/tagged")
    rows = [json.loads(line) for line in tagged.text.splitlines()]
    for line, row in zip(LINES, rows, strict=False):
        prediction = topicclf.predict(str(line["text"]), title=line.get("title"))
        assert row["topics"] == list(prediction.topics)
        assert line.items() <= row.items()
    assert "must be a text" in rows[3]["error"]
    assert "tmp" not in rows[3]["file"]
    assert "attachment" in tagged.headers["content-disposition"]


def test_it_is_summed_up(client: TestClient) -> None:
    """By time, with examples; all text is escaped."""
    job = _tag(client, "\n".join(map(json.dumps, LINES)), "name=a.jsonl&by=date:week")
    answer = client.get(f"/v1/files/{job['id']}/summary").json()
    slots = answer["summary"]["slots"]
    assert [(slot["name"], slot["articles"]) for slot in slots] == [
        ("2026-11-02", 2),
        ("2026-11-09", 1),
    ]
    assert "&lt;script&gt;" in answer["html"]
    assert "<script" not in answer["html"]
    assert " style=" not in answer["html"]


def test_a_table_comes_back_as_a_table(client: TestClient) -> None:
    """With a column for each probability."""
    job = _tag(client, "text,n\nThe navy ordered frigates.,1\n", "name=x.csv")
    text = client.get(f"/v1/files/{job['id']}/tagged").text
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["topics"], row["n"], job["format"]) == ("defence", "1", "csv")


@pytest.mark.parametrize(
    ("content", "query", "words"),
    [
        (b"a,b\n1,2\n", "name=x.csv", "no field is called"),
        (b"PAR1 no parquet", "name=x.parquet", "Parquet"),
        (b'{"text": "a"}', "name=x.jsonl&by=day:day", "no article has a field 'day'"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(
    client: TestClient, tmp_path: Path, content: bytes, query: str, words: str
) -> None:
    """Without where it was put."""
    job = _tag(client, content, query)
    assert job["state"] == "failed"
    assert words in job["problem"]
    assert str(tmp_path) not in job["problem"]
    assert not list((tmp_path / "files" / job["id"]).glob("input*"))


@pytest.mark.parametrize(
    "name", ["0" * 32, "..", "../labelling.db", "%2e%2e%2flabelling.db", "A" * 32]
)
def test_no_request_names_a_path(client: TestClient, tmp_path: Path, name: str) -> None:
    """There are only files that were sent."""
    (tmp_path / "tagged").write_text("mine")
    (tmp_path / "job.json").write_text("{}")
    for path in (f"/v1/files/{name}", f"/v1/files/{name}/tagged", f"/v1/files/{name}/summary"):
        assert client.get(path).status_code == 404
    assert client.delete(f"/v1/files/{name}").status_code in {404, 405}


def test_files_are_removed_when_asked_or_old(client: TestClient, tmp_path: Path) -> None:
    """Or when others come, the oldest first."""
    first, second = (_tag(client, json.dumps(LINES[0]), "name=a.jsonl")["id"] for _ in range(2))
    long_ago = time.time() - 1000
    os.utime(tmp_path / "files" / first / "job.json", (long_ago, long_ago))
    third = _tag(client, json.dumps(LINES[0]), "name=a.jsonl")["id"]
    assert client.get(f"/v1/files/{first}").status_code == 404
    assert client.get(f"/v1/files/{second}").status_code == 200
    os.utime(tmp_path / "files" / second / "job.json", (long_ago - 4000, long_ago - 4000))
    _tag(client, json.dumps(LINES[0]), "name=a.jsonl")
    assert client.get(f"/v1/files/{second}").status_code == 404
    assert client.delete(f"/v1/files/{third}").status_code == 204
    assert client.get(f"/v1/files/{third}").status_code == 404


def test_too_many_files_at_once_have_to_wait(client: TestClient, tmp_path: Path) -> None:
    """And are told for how long."""
    with ExitStack() as others:
        for _ in range(2):
            folder = _as_when_running(client, tmp_path)
            fcntl.flock(others.enter_context((folder / "held").open("rb")), fcntl.LOCK_EX)
        full = client.post("/v1/files", content=b"x", headers=KIND)
        assert (full.status_code, full.headers["retry-after"]) == (429, "60")


def test_a_killed_service_leaves_no_file_running(client: TestClient, tmp_path: Path) -> None:
    """Whoever waits is told, and it takes nobody's place."""
    folders = [_as_when_running(client, tmp_path) for _ in range(2)]
    left = client.get(f"/v1/files/{folders[1].name}").json()
    assert left["state"] == "failed"
    assert "send it again" in left["problem"]
    assert _tag(client, json.dumps(LINES[0]), "name=a.jsonl")["state"] == "done"


def _as_when_running(client: TestClient, folder: Path) -> Path:
    """The folder of a file as it is while somebody works on it, but for the lock."""
    job = _tag(client, json.dumps(LINES[0]), "name=a.jsonl")
    place = folder / "files" / str(job["id"])
    (place / "job.json").write_text(json.dumps({"id": job["id"], "state": "running"}))
    return place


@pytest.mark.parametrize(("limit", "content", "status"), [(10, b"x" * 100, 413), (10, b"", 422)])
def test_a_file_that_does_not_fit_leaves_nothing(
    tmp_path: Path, limit: int, content: bytes, status: int
) -> None:
    """Neither do empty ones."""
    client = client_of(tmp_path, limits=Limits(upload=limit))
    assert client.post("/v1/files", content=content, headers=KIND).status_code == status
    assert not list((tmp_path / "files").iterdir())
