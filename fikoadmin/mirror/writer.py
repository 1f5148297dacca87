"""Writes the mirror's keys after a commit."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from redis import Redis, RedisError

from ..background import Drain
from ..models.facts import MirrorDue
from ..redis_client import REQUEST_SECONDS, Circuit
from . import keys

log = logging.getLogger(__name__)

AT_ONCE = 200


@dataclass
class Write:
    """Keys due after one commit; `loud` names the conversations whose owner changed: the log has a line for each."""

    dues: list[MirrorDue]
    loud: set[str]
    done: threading.Event = field(default_factory=threading.Event)


class Writer:
    """Writes in a thread of its own: nothing that Redis or the network does keeps a request longer than 50 ms."""

    def __init__(self, redis: Redis, circuit: Circuit) -> None:
        self._redis = redis
        self._circuit = circuit
        self._drain: Drain[Write] = Drain("mirror", self._write_all)

    def write(self, dues: list[MirrorDue], loud: set[str]) -> None:
        """Writes those keys and waits for it up to 50 ms; what fails is logged, and repaired later."""
        write = Write(dues, loud)
        self._drain.put(write)
        write.done.wait(REQUEST_SECONDS)

    def _write_all(self, writes: list[Write]) -> None:
        try:
            lines = [(due, due.conversation_id in write.loud) for write in writes for due in write.dues]
            for start in range(0, len(lines), AT_ONCE):
                self._write_some(lines[start : start + AT_ONCE])
        finally:
            for write in writes:
                write.done.set()

    def _write_some(self, lines: list[tuple[MirrorDue, bool]]) -> None:
        left_alone = self._circuit.reason
        dues = [due for due, _ in lines]
        results: Sequence[object] = [left_alone] * len(dues) if left_alone else self._send(dues)
        for (due, loud), result in zip(lines, results, strict=True):
            if loud:
                _tell(due, result)

    def _send(self, dues: list[MirrorDue]) -> Sequence[object]:
        """What became of each: 1 written, 0 the key is newer, or the name of what failed."""
        pipeline = self._redis.pipeline(transaction=False)
        for due in dues:
            text = keys.value(due.ai_enabled, due.epoch, due.custom_prompt)
            pipeline.eval(keys.WRITE, 1, keys.key(due.conversation_id), due.epoch, text, keys.LIFE_SECONDS)
        try:
            results = pipeline.execute(raise_on_error=False)
        except RedisError as error:
            results = [error] * len(dues)
        return [self._circuit.failed(r) if isinstance(r, Exception) else r for r in results]


def _tell(due: MirrorDue, result: object) -> None:
    if isinstance(result, str):
        log.warning("Failed to set AI control cache: %s", result)
    elif result:
        shown = keys.value(due.ai_enabled, due.epoch)  # without the prompt: the log never has one
        log.info("%s set: %s (expires in %d s)", keys.key(due.conversation_id), shown, keys.LIFE_SECONDS)
