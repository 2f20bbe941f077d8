"""What the API did, for Prometheus: requests by route and status, their seconds, heavy questions that wait."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)


class Counted:
    """The counters of one server."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "learn_api_requests", "Requests by route and status.", ["route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "learn_api_seconds", "To the answer.", ["route"], buckets=SECONDS, registry=self._registry
        )
        self.heavy = Gauge(
            "learn_api_heavy", "Heavy questions that are being answered or wait.", registry=self._registry
        )

    def add(self, route: str, status: int, seconds: float) -> None:
        """Counts one answer; ``route`` is one of the API's own, never a caller's words."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All of it, in Prometheus's text format."""
        return generate_latest(self._registry)
