"""The OpenAPI document: true to the service, by schemathesis, and with examples that work."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable

from tests.serving import client_of
from topicclf.service.settings import Limits

pytestmark = pytest.mark.slow
schemathesis = pytest.importorskip("schemathesis", reason="there is no schemathesis")
openapi_checks = pytest.importorskip("schemathesis.specs.openapi.checks")

_SETTINGS = settings(
    # A search in earnest: TOPICCLF_CASES=200 takes ten times as long.
    max_examples=int(os.environ.get("TOPICCLF_CASES", "20")),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of a service."""
    with client_of(tmp_path, limits=Limits(at_once=50)) as client:
        yield client


@pytest.mark.parametrize(("mode", "least"), [("positive", 18), ("negative", 11)])
def test_the_document_is_true(client: TestClient, mode: str, least: int) -> None:
    """Whatever it allows is answered as it says, and whatever it forbids is refused.

    What it allows may make no sense, such as a topic that there isn't, but is never "invalid".
    """
    host = {"host": "localhost"}
    schema = schemathesis.openapi.from_asgi("/openapi.json", client.app, headers=host)
    tried = set()
    for result in schema.get_all_operations():
        operation = result.ok()

        @_SETTINGS
        @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode)))
        def check(case: Any) -> None:
            answer = case.call(headers=host)
            senseless = answer.status_code == 422 and b":invalid" not in answer.content
            excluded = [openapi_checks.positive_data_acceptance] if senseless else []
            case.validate_response(answer, excluded_checks=excluded)
            tried.add(case.operation.label)

        # Where nothing can be sent, nothing can be wrong.
        with suppress(Unsatisfiable):
            check()
    assert len(tried) >= least, tried


def test_the_examples_work(client: TestClient) -> None:
    """All of them, as they are in the document."""
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    tried = 0
    for path, operations in document["paths"].items():
        body = operations.get("post", {}).get("requestBody", {}).get("content", {})
        schema = body.get("application/json", {}).get("schema", {})
        for reference in [schema, *schema.get("oneOf", ()), *schema.get("anyOf", ())]:
            name = reference.get("$ref", "").rpartition("/")[2]
            for example in schemas.get(name, {}).get("examples", ()):
                answer = client.post(path, json=example)
                assert answer.status_code == 200, (path, json.dumps(example), answer.text)
                tried += 1
    assert tried >= 4
