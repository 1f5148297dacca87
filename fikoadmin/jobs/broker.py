"""Celery as the carrier of ids over Redis: the app that both sides use, and the side that sends.

An id on its way is worth nothing by itself: one that is lost is handed out again (DISPATCH_SECONDS), one that arrives
twice is taken once. So nothing is acknowledged, restored or stored by the broker.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from celery import Celery
from kombu.entity import Queue
from kombu.exceptions import KombuError
from kombu.messaging import Producer
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis
from redis import RedisError

from ..redis_client import Circuit, client, options

log = logging.getLogger(__name__)

QUEUE = "fiko_jobs"
TASK = "fikoadmin.execute"

# Who sends is the dispatcher: what a frozen Redis costs it is a look that comes late.
SEND_SECONDS = 0.25
# Longer than the second for which a consumer asks Redis to wait for the next id.
RECEIVE_SECONDS = 5.0


class Channel(kombu_redis.Channel):
    """Connects as fikoadmin.redis_client does: the library's own retries would hold everything up."""

    supports_batch_publish = True  # the library doubts it where a retry is set, but ours does not retry

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        found: dict[str, Any] = super()._connparams(asynchronous)  # type: ignore[no-untyped-call]
        return found | {key: value for key, value in options().items() if key in ("retry", "protocol", "driver_info")}

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        """Nothing is acknowledged; an attempt to, for what came over a connection since lost, would end the worker."""


class Transport(kombu_redis.Transport):
    Channel = Channel


TRANSPORT_ALIASES["fiko"] = f"{__name__}:{Transport.__name__}"


def celery_app(url: str, seconds: float, execute: Callable[[int], None] | None = None) -> Celery:
    """A Celery app over that Redis which knows one task, `execute`, for the side that does it.

    `seconds` is how long it waits for Redis.
    """
    app = Celery("fikoadmin", broker=_broker_url(url), set_as_current=False)
    app.conf.update(
        broker_transport_options={
            "socket_timeout": seconds, "socket_connect_timeout": seconds, "priority_steps": [0],
        },
        broker_use_ssl={"ssl_cert_reqs": ssl.CERT_REQUIRED} if url.startswith("rediss:") else None,
        broker_connection_retry_on_startup=True,
        task_queues=[Queue(QUEUE, no_ack=True)],  # type: ignore[no-untyped-call]
        task_default_queue=QUEUE,
        task_ignore_result=True,
        worker_disable_prefetch=True,  # an id that waits in one worker could be begun by another
        worker_enable_prefetch_count_reduction=False,
        worker_cancel_long_running_tasks_on_connection_loss=True,
    )  # fmt: skip
    if execute:
        app.task(execute, name=TASK)
    return app


def _broker_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return parts._replace(scheme="fiko").geturl()
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"fiko+socket://{parts.path}?virtual_host={database}"


class Broker:
    """Sends ids, and knows how many nobody has fetched yet. It waits for Redis at most SEND_SECONDS, once a second."""

    def __init__(self, url: str) -> None:
        self._redis = client(url)
        self._circuit = Circuit()
        self._celery = celery_app(url, SEND_SECONDS)
        self._producer: Producer | None = None
        self._is_away = False

    def waiting(self) -> int | None:
        """How many ids no worker has fetched yet; None while the broker cannot be reached."""
        if self._circuit.reason:
            return None
        try:
            return int(self._redis.llen(QUEUE))
        except RedisError as error:
            self._failed(error)
            return None

    def send(self, job_ids: Sequence[int]) -> bool:
        """Hands each id to whichever worker fetches it first; False where the broker may not have taken them all."""
        if self._circuit.reason:
            return False
        try:
            self._producer = self._producer or self._connected()
            with self._producer.batch():  # type: ignore[no-untyped-call]  # one round trip for all
                for job_id in job_ids:
                    self._celery.send_task(TASK, (job_id,), producer=self._producer, retry=False)
        except (RedisError, KombuError, OSError) as error:
            self._failed(error)
            return False
        if self._is_away:
            self._is_away = False
            log.info("Jobs: the broker takes them again")
        return True

    def _connected(self) -> Producer:
        connection = self._celery.connection_for_write().ensure_connection(max_retries=0)
        producer: Producer = self._celery.amqp.Producer(connection.channel())
        return producer

    def _failed(self, error: Exception) -> None:
        cause = error.__cause__  # the library's own errors name none
        reason = self._circuit.failed(cause if isinstance(cause, Exception) else error)
        if not self._is_away:
            self._is_away = True
            log.warning("Jobs: the broker cannot be reached (%s)", reason)
        self.close()

    def close(self) -> None:
        """Lets go of its connection; the next id opens another."""
        producer, self._producer = self._producer, None
        if producer:
            producer.channel.connection.client.release()
