"""Clients of the service, for its tests."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from topicclf.service.app import application
from topicclf.service.roster import Roster
from topicclf.service.settings import Settings

__all__ = ["client_of"]


def client_of(folder: Path, *, base_url: str = "http://localhost", **settings: Any) -> TestClient:
    """A client of a service of its own.

    Args:
        folder: Where the service keeps things.
        base_url: How the client calls it.
        settings: Further settings. Without models it is the shipped one, loaded once for all tests.
    """
    roster = None if "models" in settings else _shipped()
    app = application(Settings(folder=folder, **settings), roster=roster)
    return TestClient(app, base_url=base_url, raise_server_exceptions=False)


@cache
def _shipped() -> Roster:
    return Roster()
