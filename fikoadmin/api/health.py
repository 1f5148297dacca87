"""What watches Fiko Admin: alive, ready, and in numbers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from ..extensions import committed
from ..models import due, schema
from ..models.facts import OwnerChanged
from ..models.jobs import DISPATCHER, Lease
from ..redis_client import client
from . import problems
from .access import bearer

bp = Blueprint("health", __name__)
bp.register_error_handler(Exception, problems.answer)

# Each part of the app counts what is its own in the process's REGISTRY; this is the API's.
REDIRECTS = Counter("fiko_redirects", "Redirects since this process started", ["destination"])


def init_app(app: Flask) -> None:
    url = app.extensions["config"].redis_url
    app.extensions["health_redis"] = client(url) if url else None
    committed.connect(_count)
    app.register_blueprint(bp)


@bp.get("/healthz")
def alive() -> ResponseReturnValue:
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """503 only for the database and its migrations: without Redis, or with a late worker, pages and API still work."""
    try:
        reason = "" if schema.is_ready() else "the database is not at the newest migration"
        degraded = [] if reason else _degraded()
    except SQLAlchemyError:
        reason = "the database cannot be reached"
    if reason:
        return jsonify(status="unavailable", reason=reason, degraded=[]), 503, {"Retry-After": "1"}
    return jsonify(status="degraded" if degraded else "ok", degraded=degraded)


def _degraded() -> list[str]:
    found = [] if _redis_answers() else ["redis"]
    return [*found, "worker"] if due.oldest_due_seconds() > due.LATE_SECONDS else found


def _redis_answers() -> bool:
    redis = current_app.extensions["health_redis"]
    try:
        return redis is None or bool(redis.ping())
    except RedisError:
        return False


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """For a scraper on the machine itself, or one with a token."""
    if not (_is_local() or bearer()):
        raise problems.Unauthorized("send a valid token, or ask from the machine itself")
    return Response(generate_latest(_counted()) + generate_latest(NOW), content_type=CONTENT_TYPE_LATEST)


def _counted() -> CollectorRegistry:
    """What this process counted; with the library's own PROMETHEUS_MULTIPROC_DIR what all that share it did."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def _is_local() -> bool:
    # Behind a proxy that we were not told of, everybody seems to be on the machine itself.
    forwarded = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    if forwarded and not current_app.extensions["config"].trusted_proxies:
        return False
    return bool(request.remote_addr) and ip_address(str(request.remote_addr)).is_loopback


class _Now(Collector):
    """What is read when it is asked for; nothing is counted that grows with the installation."""

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("fiko_jobs_due", "Jobs that are due and that nobody works on", due.depth())
        oldest = due.oldest_due_seconds()
        yield GaugeMetricFamily("fiko_jobs_oldest_due_seconds", "For how long the oldest of them has been due", oldest)
        role = GaugeMetricFamily("fiko_dispatcher", "Which process hands on due jobs; none, no line", labels=["holder"])
        if holder := Lease.holder_of(DISPATCHER):
            role.add_metric([holder], 1)
        yield role


NOW = CollectorRegistry()
NOW.register(_Now())


def _count(_sender: object, facts: list[object]) -> None:
    for fact in facts:
        if isinstance(fact, OwnerChanged) and fact.kind == "redirect":
            REDIRECTS.labels(fact.destination).inc()
