"""Requests over so many connections, from a process of its own that does nothing else."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from bench.ground import TEXT


@dataclass(frozen=True)
class Loaded:
    """How many requests a second were answered, and each one's latency in seconds, in order."""

    per_second: float
    latencies: tuple[float, ...]

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


def load(port: int, token: str, ids: list[str], connections: int) -> Loaded:
    """One event for each conversation; every answer is checked."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_run, port, token, ids, connections).result()


def _run(port: int, token: str, ids: list[str], connections: int) -> Loaded:
    return asyncio.run(_load(port, token, ids, connections))


async def _load(port: int, token: str, ids: list[str], connections: int) -> Loaded:
    waiting, latencies = iter(ids), list[float]()
    began = time.perf_counter()
    await asyncio.gather(*(_connection(port, token, waiting, latencies) for _ in range(connections)))
    return Loaded(len(ids) / (time.perf_counter() - began), tuple(sorted(latencies)))


async def _connection(port: int, token: str, waiting: Iterator[str], latencies: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for conversation_id in waiting:
        began = time.perf_counter()
        writer.write(_request(token, conversation_id))
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        body = await reader.readexactly(_length(head))
        latencies.append(time.perf_counter() - began)
        assert head.startswith("HTTP/1.1 202"), f"{head}{body[:500]!r}"
        answer = json.loads(body)
        assert (len(answer["executions"]), answer["duplicate"]) == (1, False), answer
        if "connection: close" in head.lower():
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()


def _request(token: str, conversation_id: str) -> bytes:
    event = {"event_type": "MESSAGE_RECEIVED", "conversation_id": conversation_id, "data": {"content": TEXT}}
    body = json.dumps(event).encode()
    head = (
        "POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _length(head: str) -> int:
    return next(int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-length:"))
