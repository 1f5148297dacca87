"""The bell: "look now", rung after a commit for what it changed.

It listens to what the session writes, so nobody rings it by hand. It is never the truth: a ring that gets lost costs
a moment, and after an outage everybody is told to look at everything.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from redis import Redis, RedisError
from sqlalchemy.orm import Session

from ..background import Drain
from ..extensions import rows_written
from ..models.bulk import BulkList, BulkRedirect, BulkRow
from ..models.bulk_operations import BulkOperation, OperationRow
from ..models.conversations import Conversation
from ..models.customers import Customer
from ..models.executions import Execution, Step
from ..models.history import ConversationEvent
from ..models.jobs import Delivery, JobsWaiting
from ..models.messages import Message
from ..models.settings import Setting
from ..models.workflows import Connection, Node, Workflow, WorkflowVersion
from .hub import EVERYTHING, Hub, Topics, later, merged

CHANNEL = "fiko_bell"
RETRY_SECONDS = 1.0
# Many commits in a row become one message: the first leaves at once, the next ones together.
REST_SECONDS = 0.02


@dataclass(frozen=True)
class Changed:
    """Fact of a commit: what a topic names changed."""

    topic: str
    epoch: int | None = None


def _of_conversation(row: Any) -> Iterator[Changed]:
    yield Changed(f"conversation:{row.conversation_id}")


def _of_workflow(row: Any) -> Iterator[Changed]:
    yield Changed(f"workflow:{row.workflow_id}")


def _conversation(row: Conversation) -> Iterator[Changed]:
    yield Changed(f"conversation:{row.id}", row.epoch)
    yield Changed("conversations")


def _conversation_event(row: ConversationEvent) -> Iterator[Changed]:
    yield Changed(f"conversation:{row.conversation_id}", row.epoch)


def _customer(row: Customer) -> Iterator[Changed]:
    yield Changed(f"customer:{row.id}")


def _execution(row: Execution) -> Iterator[Changed]:
    yield Changed(f"execution:{row.id}")
    yield Changed("executions")
    if row.conversation_id:
        yield Changed(f"conversation:{row.conversation_id}")


def _step(row: Step) -> Iterator[Changed]:
    yield Changed(f"execution:{row.execution_id}")


def _workflow(row: Workflow) -> Iterator[Changed]:
    yield Changed(f"workflow:{row.id}")
    yield Changed("workflows")


def _bulk(row: BulkList) -> Iterator[Changed]:
    yield Changed(f"{row.topic}:{row.id}")


def _bulk_row(row: BulkRow) -> Iterator[Changed]:
    yield Changed(f"{BulkRedirect.topic}:{row.bulk_id}")


def _operation_row(row: OperationRow) -> Iterator[Changed]:
    yield Changed(f"{BulkOperation.topic}:{row.bulk_id}")


def _setting(_row: Setting) -> Iterator[Changed]:
    yield Changed("settings")


_TOPICS: dict[type[Any], Callable[[Any], Iterator[Changed]]] = {
    Conversation: _conversation,
    ConversationEvent: _conversation_event,
    Message: _of_conversation,
    Delivery: _of_conversation,
    Customer: _customer,
    Execution: _execution,
    Step: _step,
    Workflow: _workflow,
    WorkflowVersion: _of_workflow,
    Node: _of_workflow,
    Connection: _of_workflow,
    Setting: _setting,
    BulkRedirect: _bulk,
    BulkRow: _bulk_row,
    BulkOperation: _bulk,
    OperationRow: _operation_row,
}


@rows_written.connect
def _note_changes(session: Session, rows: Iterable[object]) -> None:
    facts = session.info.get("facts")  # kept by transaction(): sent after its commit, forgotten when it rolls back
    if facts is None:
        return
    for row in rows:
        if topics := _TOPICS.get(type(row)):
            facts.extend(topics(row))


def topics_of(facts: Iterable[object]) -> dict[str, int | None]:
    """What those facts of a commit say to look at."""
    topics: dict[str, int | None] = {}
    for fact in facts:
        if isinstance(fact, Changed):
            topics[fact.topic] = later(topics.get(fact.topic), fact.epoch)
        elif isinstance(fact, JobsWaiting):
            topics["jobs"] = None
    return topics


class Bell:
    """Rings in this process at once, and through Redis, where there is one, in all others."""

    def __init__(self, hub: Hub, redis: Redis | None) -> None:
        self.name = token_hex(8)
        self._hub = hub
        self._redis = redis
        self._behind = False
        self._drain: Drain[Topics] = Drain("bell", self._publish)

    def ring(self, topics: Topics) -> None:
        """Waits for nobody."""
        self._hub.deliver(topics)
        # While Redis is away nothing gathers: once it is back, all are told to look at everything.
        if self._redis and not self._behind:
            self._drain.put(topics)

    def _publish(self, batches: list[Topics]) -> None:
        topics = merged(batches)
        while not self._send(topics):
            self._behind = True
            time.sleep(RETRY_SECONDS)
            self._behind = False  # before it is sent: what is rung from now on gathers again
            topics = {EVERYTHING: None}
        time.sleep(REST_SECONDS)

    def _send(self, topics: Topics) -> bool:
        assert self._redis
        try:
            self._redis.publish(CHANNEL, json.dumps({"from": self.name, "topics": topics}))
        except RedisError:
            return False
        return True


def heard(text: bytes, own_name: str) -> Topics:
    """What a message on the channel says; nothing if this process sent it, everything if it cannot be read."""
    try:
        message = json.loads(text)
        if message["from"] == own_name:
            return {}
        return {str(topic): None if epoch is None else int(epoch) for topic, epoch in message["topics"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {EVERYTHING: None}
