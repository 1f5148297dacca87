"""Malformed documents and events, posted to the running app."""

import copy
import random
from collections.abc import Callable, Iterator

from tests.contract.client import Client
from tests.contract.documents import Document, sample, unique
from tests.documents.malformed import COMMON, huge


def post(client: Client, path: str, text: str) -> int:
    """The status of an answer that is either what was asked for or a problem in words."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {client.app.token()}"}
    answer = client.app.request("POST", f"/api/v1{path}", text.encode("utf-8", "surrogatepass"), headers)
    assert answer.status < 500, f"{answer.text[:500]} to {text[:500]}"
    if answer.status >= 400:
        assert answer.headers.get_content_type() == "application/problem+json"
        assert answer.json["status"] == answer.status
    return answer.status


def malformed(count: int, chance: random.Random, make_document: Callable[[], Document]) -> Iterator[str]:
    for number in range(count):
        yield COMMON[number % len(COMMON)](chance, copy.deepcopy(make_document()))


def imports_refused_whole(client: Client, count: int, seed: int) -> None:
    """What is accepted becomes a workflow, what is refused nothing."""
    chance, document = random.Random(seed), sample("en_2_redirect_to_human_support")["workflow_data"]
    texts = [*malformed(count, chance, lambda: document), huge(chance, copy.deepcopy(document))]
    before = len(client.everything("/workflows"))
    statuses = [post(client, "/workflows/import", text) for text in texts]
    assert set(statuses) <= {201, 400, 413, 422}
    assert len(client.everything("/workflows")) - before == statuses.count(201)
    assert 0 < statuses.count(201) < count


def events_refused_whole(client: Client, count: int, seed: int) -> None:
    """What is accepted is stored once, what is refused not at all."""
    conversation = client.conversation()

    def event() -> Document:
        data = {"content": "سلام hello", "message_id": unique("m"), "extra": {"a": [1, "b"]}}
        return {
            "event_type": "MESSAGE_RECEIVED", "conversation_id": conversation, "event_id": unique("e"), "data": data,
        }  # fmt: skip

    statuses = [post(client, "/events", text) for text in malformed(count, random.Random(seed), event)]
    assert set(statuses) <= {202, 400, 409, 413, 422}
    assert 0 < statuses.count(202) < count
    assert len(client.messages(conversation, "customer")) <= statuses.count(202)
