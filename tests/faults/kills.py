"""The whole app is killed while programs post events, and started again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from tests.contract.client import Client
from tests.faults.chance import PATIENCE, wait_until

CLIENTS = 4
# Each kill has to hit an app at work.
AT_LEAST = 20


@dataclass
class Posting:
    """What programs posted and were told; only what was answered with 202 counts as acknowledged."""

    acknowledged: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    killed: bool = False


@contextmanager
def posting(client: Client, keyword: str, conversations: list[str], name: str) -> Iterator[Posting]:
    """So many programs post events, one after another, until their app is gone."""
    done, over = Posting(), threading.Event()

    def post(number: int) -> None:
        count = 0
        while not over.is_set():
            count += 1
            event = {
                "event_type": "MESSAGE_RECEIVED", "conversation_id": conversations[number],
                "event_id": f"{name}-{number}-{count}", "data": {"content": f"{keyword} {count}"},
            }  # fmt: skip
            try:
                answer = client.ask("POST", "/events", event)
            except (OSError, HTTPException) as error:
                if not done.killed:
                    done.errors.append(repr(error))
                return  # killed: nobody knows what became of this one
            if answer.status != 202:
                done.errors.append(answer.text)
                return
            done.acknowledged.append((event, answer.json))

    threads = [threading.Thread(target=post, args=(number,), daemon=True) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield done
    finally:
        over.set()
        for thread in threads:
            thread.join(PATIENCE)


def kill_under_load(client: Client, keyword: str, name: str) -> Posting:
    """Kills the app after it has acknowledged at least so many events, and starts it again."""
    conversations = [client.conversation() for _ in range(CLIENTS)]
    with posting(client, keyword, conversations, name) as done:
        wait_until(lambda: len(done.acknowledged) >= AT_LEAST or done.errors, "the app acknowledges events")
        done.killed = True
        client.app.kill()
    client.app.start()
    assert not done.errors, done.errors
    return done


def all_stored(client: Client, workflow: str, done: Posting) -> None:
    """P28: each acknowledged event is there, with the execution it was answered with, once; and P12: still a repeat."""
    executions = client.executions(workflow)
    by_event = {execution["event_id"]: execution for execution in executions}
    assert len(by_event) == len(executions)
    for event, told in done.acknowledged:
        execution = by_event[event["event_id"]]
        assert (told["executions"], execution["status"]) == ([execution["id"]], "COMPLETED")
    event, told = done.acknowledged[-1]
    assert client.post("/events", event, 202) == told | {"duplicate": True}
