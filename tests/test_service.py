"""The service over HTTP: answers, refusals, reloads, corrections."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import topicclf
import topicclf.errors
from tests.serving import client_of
from topicclf import TopicClassifier, TopicModel
from topicclf.service.app import application
from topicclf.service.settings import Limits, Settings

NAVY = "The navy ordered two frigates."


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of a service with the shipped model."""
    with client_of(tmp_path) as client:
        yield client


def test_an_article_gets_the_answer_of_the_library(client: TestClient) -> None:
    """With the model's name, its hash and its thresholds."""
    answer = client.post("/v1/predict", json={"text": NAVY, "title": "Yard"}).json()
    prediction = topicclf.predict(NAVY, title="Yard")
    assert answer["topics"] == list(prediction.topics)
    assert answer["probabilities"] == pytest.approx(dict(prediction.probabilities))
    assert answer["model"]["name"] == "shipped"
    assert len(answer["model"]["sha256"]) == 64
    assert answer["thresholds"].keys() == answer["probabilities"].keys()
    assert "evidence" not in answer


def test_evidence_comes_when_it_is_asked_for(client: TestClient) -> None:
    """With offsets into the text."""
    answer = client.post("/v1/predict", json={"text": NAVY, "evidence": True}).json()
    sentence = answer["evidence"]["defence"]["sentences"][0]
    assert NAVY[sentence["start"] : sentence["end"]] == sentence["text"]


def test_several_articles_are_answered_in_order(client: TestClient) -> None:
    """As each is by itself."""
    texts = [NAVY, "A new opera opens.", "An earthquake hit the coast.", ""]
    articles = [{"text": text} for text in texts]
    answers = client.post("/v1/predict", json={"articles": articles}).json()["articles"]
    assert [each["topics"] for each in answers] == [
        list(topicclf.predict(text).topics) for text in texts
    ]


def test_more_than_a_thousand_articles_are_refused(client: TestClient) -> None:
    """A stream takes any number."""
    refused = client.post("/v1/predict", json={"articles": [{"text": "x"}] * 1001})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["where"] == "articles"


def test_thresholds_can_be_chosen_per_request(client: TestClient) -> None:
    """For all topics, for one, or by the precision that they promise."""

    def thresholds(**options: Any) -> dict[str, float]:
        answer = client.post("/v1/predict", json={"text": NAVY, **options}).json()
        assert answer["topics"] == [
            topic
            for topic, p in sorted(answer["probabilities"].items(), key=lambda item: -item[1])
            if p >= answer["thresholds"][topic]
        ]
        found: dict[str, float] = answer["thresholds"]
        return found

    own = thresholds()
    assert set(thresholds(thresholds=0.25).values()) == {0.25}
    assert thresholds(thresholds={"trade": 0.0}) == {**own, "trade": 0.0}
    assert thresholds(precision=0.9) != own


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ("{", 400, "JSON"),
        ("[]", 422, "the body"),
        ("{}", 422, "text"),
        ('{"text": 3}', 422, "text"),
        ('{"text": "a", "texts": 1}', 422, "texts"),
        ('{"articles": [{"text": "a"}, {"title": "b"}]}', 422, "articles[1].text"),
        ('{"text": "a", "thresholds": {"trode": 0.5}}', 422, "did you mean 'trade'?"),
        ('{"text": "a", "thresholds": 2}', 422, "thresholds"),
        ('{"text": "a", "model": "nwes"}', 422, "no model 'nwes'"),
        ('{"text": "a", "precision": 0.999999}', 422, "precision"),
        ('{"text": "\\ud800"}', 400, "JSON"),
    ],
)
def test_a_bad_request_is_told_what_is_wrong_and_where(
    client: TestClient, body: str, status: int, words: str
) -> None:
    """As problem details, RFC 9457."""
    answer = client.post("/v1/predict", content=body, headers={"content-type": "application/json"})
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in problem["detail"]
    assert problem["type"].startswith("urn:topicclf:problem:")


def test_unknown_paths_and_methods_are_problems_too(client: TestClient) -> None:
    """With the methods that there are."""
    assert client.get("/v1/nothing").json()["status"] == 404
    wrong = client.get("/v1/predict")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert wrong.headers["content-type"] == "application/problem+json"


def test_a_stream_is_answered_line_by_line(client: TestClient) -> None:
    """Bad lines get an error in their place, blank ones nothing; ids come back."""
    lines = ['{"text": "The navy ordered frigates.", "id": "a"}', "", "{", '{"text": 1}', "[]"]
    lines.append('{"text": "A new opera opens.", "id": 7, "more": [1]}')
    answer = client.post(
        "/v1/predict?thresholds=0.5&evidence=true",
        content="\n".join(lines),
        headers={"content-type": "application/x-ndjson"},
    )
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert [row.get("line") for row in rows] == [None, 3, 4, 5, None]
    assert [row.get("id") for row in rows] == ["a", None, None, None, 7]
    assert rows[0]["evidence"]["defence"]
    assert rows[0]["model"]["sha256"]


def test_a_line_that_is_too_long_is_refused_alone(tmp_path: Path) -> None:
    """Those around it are answered."""
    limits = Limits(article=1000)
    good = json.dumps({"text": NAVY})
    with client_of(tmp_path, limits=limits) as client:
        answer = client.post(
            "/v1/predict",
            content=f"{good}\n{json.dumps({'text': 'x' * 5000})}\n{good}",
            headers={"content-type": "application/x-ndjson"},
        )
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert ["error" in row for row in rows] == [False, True, False]


def test_an_explanation_adds_up(client: TestClient) -> None:
    """Over HTTP as well."""
    answer = client.post("/v1/explain", json={"text": NAVY}).json()
    for topic in answer["topics"].values():
        total = sum(each["value"] for each in topic["contributions"])
        assert total == pytest.approx(topic["log_odds"], abs=1e-9)
    assert answer["model"]["sha256"]


def test_files_of_any_format_are_read(client: TestClient) -> None:
    """A web page gives its article; of the name only the ending counts."""
    pages = sorted((Path(__file__).parent / "pages").glob("*.html"))
    page = pages[0].read_bytes()
    kind = {"content-type": "application/octet-stream"}
    answer = client.post("/v1/read?name=../../x.html", content=page, headers=kind)
    [article] = answer.json()["articles"]
    assert article["title"]
    assert "<" not in article["text"]
    nothing = client.post("/v1/read?name=a.csv", content=b"a,b\n1,2\n", headers=kind)
    assert nothing.status_code == 422
    assert "/tmp" not in nothing.text


def test_the_models_are_described(client: TestClient) -> None:
    """With the numbers that they state, the guide to the topics, and no path."""
    about = client.get("/v1/model").json()
    [model] = about["models"]
    assert model["topics"]["trade"]["speaks_for"]
    assert "file" not in model
    assert "the" in about["function_words"]
    assert about["guide"].startswith("# The four topics")


@pytest.fixture
def folder(small: TopicClassifier, tmp_path: Path) -> Path:
    """The folder of a small model."""
    small.model_.save(tmp_path / "model")
    return tmp_path / "model"


def test_several_models_answer_by_name(tmp_path: Path, folder: Path) -> None:
    """The first where a request names none."""
    with client_of(tmp_path, models=(folder, Path("shipped"))) as client:
        first = client.post("/v1/predict", json={"text": NAVY}).json()
        second = client.post("/v1/predict", json={"text": NAVY, "model": "shipped"}).json()
    assert (first["model"]["name"], second["model"]["name"]) == ("model", "shipped")
    assert first["probabilities"].keys() != second["probabilities"].keys()


def test_a_new_model_takes_over_and_a_broken_one_is_refused(
    tmp_path: Path, folder: Path, shipped: TopicModel
) -> None:
    """The old one answers until then."""
    with client_of(tmp_path, models=(folder,)) as client:

        def answering() -> str:
            answer = client.post("/v1/predict", json={"text": NAVY}).json()
            sha256: str = answer["model"]["sha256"]
            return sha256

        old = answering()
        assert client.post("/v1/reload").json()["changed"] == []
        whole = (folder / "model.npz").read_bytes()
        (folder / "model.npz").write_bytes(whole[: len(whole) // 2])
        refused = client.post("/v1/reload")
        assert refused.status_code == 409
        assert "the old models stay" in refused.json()["detail"]
        assert answering() == old
        shipped.save(folder)
        assert client.post("/v1/reload").json()["changed"] == ["model"]
        assert answering() != old
        (folder / "model.npz").unlink()
        assert client.post("/v1/reload").status_code == 409
        counted = client.get("/metrics").text
    assert 'topicclf_reloads_total{outcome="refused"} 2.0' in counted


def test_no_request_is_dropped_while_models_change(
    tmp_path: Path, folder: Path, shipped: TopicModel, small: TopicClassifier
) -> None:
    """Each is answered by one model or the other, as a whole."""
    known = [{"defence", "disaster"}, set(shipped.topics)]
    with client_of(tmp_path, models=(folder,)) as client:

        def answered(_: int) -> bool:
            answer = client.post("/v1/predict", json={"text": NAVY})
            return answer.status_code == 200 and set(answer.json()["probabilities"]) in known

        with ThreadPoolExecutor(4) as pool:
            answers = pool.map(answered, range(200))
            for model in (shipped, small.model_, shipped):
                model.save(folder)
                assert client.post("/v1/reload").status_code == 200
            assert all(answers)


def test_the_service_counts_what_it_does(client: TestClient) -> None:
    """For Prometheus; and it is well."""
    client.post("/v1/predict", json={"articles": [{"text": "a"}] * 3})
    client.get("/nowhere/else")
    counted = client.get("/metrics").text
    assert 'topicclf_articles_total{model="shipped"} 3.0' in counted
    assert 'topicclf_requests_total{path="other",status="404"} 1.0' in counted
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/readyz").text == "ready\n"


def test_a_missing_model_stops_the_start(tmp_path: Path) -> None:
    """Before anything is bound."""
    with pytest.raises(FileNotFoundError):
        application(Settings(models=(tmp_path / "none",)))
    shutil.copy(Path(__file__), tmp_path / "model.npz")
    with pytest.raises(topicclf.errors.ModelFileError):
        application(Settings(models=(tmp_path,)))


@pytest.mark.parametrize("threshold", [0.0, 5e-324, 1e-17, 1 - 1e-16, 1.0])
def test_explanations_at_extreme_thresholds_are_json(client: TestClient, threshold: float) -> None:
    """Infinite margins are null: JSON has no such number."""
    question = {"text": "The navy ordered two frigates.", "thresholds": threshold}
    answer = client.post("/v1/explain", json=question)
    assert answer.status_code == 200
    json.loads(answer.text, parse_constant=pytest.fail)
