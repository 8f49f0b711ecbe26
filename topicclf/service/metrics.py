"""What the service counts, for Prometheus."""

import os
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

__all__ = ["Metrics"]

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The counters of one process; with ``PROMETHEUS_MULTIPROC_DIR`` set, shown for all of them.

    Args:
        routes: The paths that are counted by themselves; all others are "other".
    """

    def __init__(self, routes: frozenset[str]) -> None:
        self.registry = CollectorRegistry()
        self._routes = routes
        self._requests = Counter(
            "topicclf_requests", "Requests by path and status", ["path", "status"],
            registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "topicclf_request_seconds", "Seconds from a request to its answer", ["path"],
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.inside = Gauge(
            "topicclf_requests_inside", "Requests that are answered or wait",
            registry=self.registry, multiprocess_mode="livesum",
        )  # fmt: skip
        self._articles = Counter(
            "topicclf_articles", "Articles answered, by model", ["model"], registry=self.registry
        )
        self.reloads = Counter(
            "topicclf_reloads", "Reloads of models, by outcome", ["outcome"],
            registry=self.registry,
        )  # fmt: skip
        self.corrections = Counter(
            "topicclf_corrections", "Corrections that were kept", registry=self.registry
        )
        # Looking children up by their labels costs as much as counting.
        self._known: dict[tuple[str, int], tuple[Counter, Histogram]] = {}
        self.articles_of = cache(self._articles.labels)

    def count(self, path: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        path = path if path in self._routes else "other"
        children = self._known.get((path, status))
        if children is None:
            children = self._requests.labels(path, str(status)), self._seconds.labels(path)
            self._known[path, status] = children
        children[0].inc()
        children[1].observe(seconds)

    def shown(self) -> bytes:
        """All of them in Prometheus's format."""
        registry = self.registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
