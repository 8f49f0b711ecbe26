"""Corrections: kept once, whole, in the format that training takes, and not without end."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import topicclf
from tests.serving import client_of
from topicclf.labelled.reading import read_labelled
from topicclf.service.corrections import Corrections
from topicclf.service.problems import ProblemError
from topicclf.service.settings import Limits

NAVY = "The navy ordered two frigates."


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """A client of a service that keeps corrections in a folder."""
    return client_of(tmp_path)


def _correction(number: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": f"correction-{number}", "text": NAVY, "topics": ["trade"], **more}


def test_a_correction_is_training_data(client: TestClient, tmp_path: Path) -> None:
    """With the model's hash and the answer that was corrected."""
    kept = client.post("/v1/feedback", json=_correction(unknown=["energy"], title="Yard"))
    assert kept.json()["corrections"] == 1
    [item], _ = read_labelled(tmp_path / "corrections.jsonl", topics=topicclf.load().topics)
    assert (item.text, item.title) == (NAVY, "Yard")
    assert (set(item.topics), set(item.unknown)) == ({"trade"}, {"energy"})
    corrected = item.fields["corrected"]
    assert corrected["topics"] == ["defence"]
    assert corrected["sha256"] == client.get("/v1/model").json()["models"][0]["sha256"]


def test_what_another_model_answered_is_taken_at_the_clients_word(
    client: TestClient, tmp_path: Path
) -> None:
    """The model may have been reloaded since."""
    client.post("/v1/feedback", json=_correction(sha256="a" * 64, answered=["energy"]))
    [line] = (tmp_path / "corrections.jsonl").read_text("utf-8").splitlines()
    corrected = json.loads(line)["corrected"]
    assert (corrected["sha256"], corrected["topics"]) == ("a" * 64, ["energy"])
    assert corrected["probabilities"] is None


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"topics": ["trode"]}, "did you mean 'trade'?"),
        ({"topics": ["trade"], "unknown": ["trade"]}, "both carried and unknown"),
        ({"id": "../../x"}, "id"),
        ({"sha256": "x"}, "sha256"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(
    client: TestClient, tmp_path: Path, more: dict[str, Any], words: str
) -> None:
    """And nothing is written."""
    refused = client.post("/v1/feedback", json=_correction(**more))
    assert refused.status_code == 422
    assert words in refused.json()["detail"]
    assert not (tmp_path / "corrections.jsonl").exists()


def test_line_ends_in_a_text_make_no_lines(client: TestClient, tmp_path: Path) -> None:
    """Nor do the characters that some programs take for them."""
    text = 'a\n{"topics": ["energy"]}\r\x0b\x0c\x1c\x85\u2028\u2029b'
    client.post("/v1/feedback", json=_correction(text=text))
    lines = (tmp_path / "corrections.jsonl").read_bytes().split(b"\n")
    assert [json.loads(line)["text"] for line in lines if line] == [text]


def test_what_is_sent_again_is_kept_once(tmp_path: Path) -> None:
    """Also when another process has kept it, or the service was started anew."""
    file = tmp_path / "new" / "corrections.jsonl"
    first, second = (Corrections(file, most_bytes=10_000) for _ in range(2))
    assert not first.keep("a", {"id": "a"}).again
    assert second.keep("a", {"id": "a"}).again
    assert not second.keep("b", {"id": "b"}).again
    assert first.keep("b", {"id": "b"}).again
    assert Corrections(file, most_bytes=10_000).keep("a", {"id": "a"}).again
    assert file.read_text() == '{"id":"a"}\n{"id":"b"}\n'


def test_half_a_line_of_a_killed_process_is_cut_off(tmp_path: Path) -> None:
    """It was never acknowledged, and would spoil the next line."""
    file = tmp_path / "corrections.jsonl"
    file.write_text('{"id":"a"}\n{"id":"b","te')
    kept = Corrections(file, most_bytes=10_000).keep("b", {"id": "b"})
    assert (kept.again, kept.count) == (False, 2)
    assert file.read_text() == '{"id":"a"}\n{"id":"b"}\n'


def test_corrections_do_not_fill_the_disk(tmp_path: Path) -> None:
    """At the cap they are refused, and told why."""
    client = client_of(tmp_path, limits=Limits(corrections=2000))
    statuses = [
        client.post("/v1/feedback", json=_correction(number)).status_code for number in range(10)
    ]
    assert set(statuses) == {200, 507}
    assert (tmp_path / "corrections.jsonl").stat().st_size <= 2000
    assert client.post("/v1/feedback", json=_correction(0)).json()["again"]


def test_a_planted_link_is_not_followed(tmp_path: Path) -> None:
    """Corrections go nowhere else."""
    (tmp_path / "elsewhere").write_text("mine")
    (tmp_path / "corrections.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=r"."):
        Corrections(tmp_path / "corrections.jsonl", most_bytes=10_000).keep("a", {"id": "a"})
    assert (tmp_path / "elsewhere").read_text() == "mine"


def test_many_at_once_are_all_kept(tmp_path: Path) -> None:
    """By threads and by objects that stand for processes."""
    file = tmp_path / "corrections.jsonl"
    keepers = [Corrections(file, most_bytes=1 << 20) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        names = [str(number) for number in range(100)]
        for _ in pool.map(lambda n: keepers[int(n) % 4].keep(n, {"id": n}), names * 2):
            pass
    kept = [json.loads(line)["id"] for line in file.read_text().splitlines()]
    assert sorted(kept) == sorted(names)


def test_a_full_file_says_so(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(ProblemError, match="train on it"):
        Corrections(tmp_path / "corrections.jsonl", most_bytes=5).keep("a", {"id": "a"})
