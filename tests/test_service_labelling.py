"""Labelling: one article for one person at a time, and no label lost or given twice."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.serving import client_of
from topicclf.labelled.reading import read_labelled
from topicclf.service import label_queue
from topicclf.service.label_queue import GivenLabel, LabelQueue, Offer
from topicclf.service.problems import ProblemError
from topicclf.service.settings import Limits

KIND = {"content-type": "application/octet-stream"}


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """A client of a service."""
    return client_of(tmp_path)


@pytest.fixture
def queue(tmp_path: Path) -> LabelQueue:
    """A queue of twenty articles."""
    queue = LabelQueue(tmp_path / "labelling.db", most_bytes=1 << 20)
    queue.add(Offer("", f"Article {number}.") for number in range(20))
    return queue


def _add(client: TestClient, lines: list[dict[str, Any]], query: str = "") -> Any:
    content = "\n".join(map(json.dumps, lines))
    return client.post(f"/v1/labelling/articles?name=a.jsonl{query}", content=content, headers=KIND)


def _ask(client: TestClient, action: str, **body: Any) -> Any:
    return client.post(f"/v1/labelling/{action}", json={"labeller": "anna", **body}).json()


def test_a_pool_is_labelled_one_after_the_other(client: TestClient, tmp_path: Path) -> None:
    """What comes out is what training takes."""
    lines: list[dict[str, Any]] = [
        {"suggested": {}, "topics": None, "text": "The navy ordered frigates.", "id": 1},
        {"suggested": {}, "topics": None, "text": "A new opera opens.", "title": "Arts"},
        {"suggested": {}, "topics": None, "text": "Exports fell."},
    ]
    assert _add(client, lines).json()["added"] == 3
    first = _ask(client, "next")["next"]
    assert (first["text"], first["answer"]) == (lines[0]["text"], ["defence"])
    second = _ask(client, "labels", article=first["number"], topics=["defence"])["next"]
    third = _ask(client, "labels", article=second["number"], topics=[], unknown=["trade"])["next"]
    end = _ask(client, "labels", article=third["number"], topics=["trade"])
    assert end["next"] is None
    assert end["progress"]["labellers"] == {"anna": 3}
    assert end["progress"]["with_model"]["compared"] == 3
    (tmp_path / "out.jsonl").write_bytes(client.get("/v1/labelling/labels").content)
    items, _ = read_labelled(tmp_path / "out.jsonl")
    assert [set(item.topics) for item in items] == [{"defence"}, set(), {"trade"}]
    assert items[1].unknown == {"trade"}
    assert items[0].fields["labelled_by"] == "anna"


def test_the_best_of_a_plain_pool_are_chosen(
    client: TestClient, articles: list[dict[str, object]]
) -> None:
    """As topicclf suggest would."""
    added = _add(client, [{"text": each["text"]} for each in articles[:60]], "&choose=12").json()
    assert (added["added"], added["chosen_from"]) == (12, 60)


def test_labels_of_an_audit_are_compared(client: TestClient) -> None:
    """With those that were given before."""
    doubts = [{"topic": "trade", "labelled": True}]
    _add(client, [{"text": "Exports fell.", "topics": ["trade", "energy"], "doubts": doubts}])
    task = _ask(client, "next")["next"]
    assert (task["before"], task["doubts"]) == (["trade", "energy"], doubts)
    progress = _ask(client, "labels", article=task["number"], topics=["trade"])["progress"]
    assert progress["with_before"] == {"same": 0, "compared": 1}


def test_undo_brings_an_article_back_with_its_label(client: TestClient) -> None:
    """And takes the label back."""
    _add(client, [{"suggested": {}, "text": f"Article {number}."} for number in range(3)])
    number = _ask(client, "next")["next"]["number"]
    _ask(client, "labels", article=number, topics=["trade"], unknown=["energy"])
    undone = _ask(client, "undo")
    assert undone["next"]["number"] == number
    assert (undone["next"]["topics"], undone["next"]["unknown"]) == (["trade"], ["energy"])
    assert undone["progress"]["labelled"] == 0
    assert _ask(client, "undo")["next"] is None


def test_what_is_skipped_goes_to_others(client: TestClient) -> None:
    """And not to the same person again."""
    _add(client, [{"suggested": {}, "text": f"Article {number}."} for number in range(2)])
    first = _ask(client, "next")["next"]["number"]
    assert _ask(client, "skip", article=first)["next"]["number"] != first
    assert _ask(client, "next", labeller="bo")["next"]["number"] == first


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"article": 99, "topics": []}, 404),
        ({"article": 1, "topics": ["trode"]}, 422),
        ({"article": 1, "topics": ["trade"], "unknown": ["trade"]}, 422),
        ({"article": 1, "topics": [], "labeller": ""}, 422),
        ({"topics": []}, 422),
    ],
)
def test_labels_that_make_no_sense_are_refused(
    client: TestClient, body: dict[str, Any], status: int
) -> None:
    """And the article stays."""
    _add(client, [{"suggested": {}, "text": "An article."}])
    refused = client.post("/v1/labelling/labels", json={"labeller": "anna", **body})
    assert refused.status_code == status
    assert client.get("/v1/labelling").json()["labelled"] == 0


@pytest.mark.parametrize("content", [b"", b"{}", b'{"title": 3}\n', b"\x00\xff"])
def test_a_file_without_articles_is_refused(client: TestClient, content: bytes) -> None:
    """And is told of without where it was put."""
    refused = client.post("/v1/labelling/articles?name=a.jsonl", content=content, headers=KIND)
    assert refused.status_code == 422
    assert "/tmp" not in refused.text


def test_the_same_article_comes_once(queue: LabelQueue) -> None:
    """White space aside."""
    assert queue.add([Offer("", "Article  3.\n"), Offer("", "Another.")]) == (1, 1)


def test_two_people_never_get_the_same_article(queue: LabelQueue) -> None:
    """Eight label at once; each article is labelled once, and none is left out."""

    def work(who: str) -> list[int]:
        done = []
        task = queue.lend(who)
        while task is not None:
            done.append(task.number)
            task = queue.label(GivenLabel(task.number, who, [], [], []))
        return done

    with ThreadPoolExecutor(8) as pool:
        numbers = [n for done in pool.map(work, map(str, range(8))) for n in done]
    assert sorted(numbers) == list(range(1, 21))
    assert len(list(queue.lines())) == 20


def test_a_loan_ends_and_a_late_label_is_refused(
    queue: LabelQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless nobody else has the article."""
    monkeypatch.setattr(label_queue, "_LOAN_SECONDS", -1.0)
    first = queue.lend("anna")
    assert first is not None
    monkeypatch.setattr(label_queue, "_LOAN_SECONDS", 60.0)
    second = queue.lend("bo")
    assert second is not None
    assert second.number == first.number
    late = GivenLabel(first.number, "anna", ["trade"], [], [])
    with pytest.raises(ProblemError, match="bo labels this article now"):
        queue.label(late)
    queue.label(GivenLabel(first.number, "bo", [], [], []))
    with pytest.raises(ProblemError, match="bo has labelled this article"):
        queue.label(late)
    assert [line["labelled_by"] for line in queue.lines()] == ["bo"]


def test_the_same_label_may_come_again(queue: LabelQueue) -> None:
    """The answer may have been lost on its way."""
    task = queue.lend("anna")
    assert task is not None
    for topics in ([], ["trade"]):
        queue.label(GivenLabel(task.number, "anna", topics, [], []))
    assert [line["topics"] for line in queue.lines()] == [["trade"]]


def test_a_reload_of_the_page_brings_the_same_article(queue: LabelQueue) -> None:
    """Renewed or not."""
    first = queue.lend("anna")
    queue.renew("anna")
    assert queue.lend("anna") == first


def test_articles_do_not_fill_the_disk(tmp_path: Path) -> None:
    """And those that fit no more are refused as a whole."""
    client = client_of(tmp_path, limits=Limits(labels=200_000))
    many = [{"suggested": {}, "text": f"{number} " + "x" * 1000} for number in range(500)]
    assert _add(client, many).status_code == 507
    assert client.get("/v1/labelling").json()["articles"] == 0
    assert _add(client, many[:10]).json()["added"] == 10
