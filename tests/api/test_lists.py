"""Lists: every row once, and as many queries for a long page as for a short one."""

from itertools import pairwise
from typing import Any

import pytest

from tests.api.client import Api, found, unique
from tests.contract.documents import by_hand, redirect, tag


def pages(api: Api, path: str, **query: Any) -> list[list[dict[str, Any]]]:
    """Each page, following `next`; bounded."""
    page = found(api.get(path, **query))
    read = [page["items"]]
    for _ in range(500):
        if page["next"] is None:
            break
        page = found(api.get(path, **query, after=page["next"]))
        read.append(page["items"])
    return read


@pytest.fixture
def customer(api: Api) -> str:
    """A customer with seven conversations, each with three changes of owner."""
    customer_id = str(api.customer()["id"])
    for _ in range(7):
        conversation = found(api.post("/conversations", {"customer_id": customer_id, "source": "test"}), 201)["id"]
        for destination in ("sales", "billing"):
            found(api.post(f"/conversations/{conversation}/redirect", {"destination": destination}))
    return customer_id


def test_conversations_changed_last_first(api: Api, customer: str) -> None:
    read = pages(api, "/conversations", customer_id=customer, limit=3)
    assert [len(page) for page in read] == [3, 3, 1]
    rows = [row for page in read for row in page]
    assert len({row["id"] for row in rows}) == 7
    assert all(one["updated_at"] >= other["updated_at"] for one, other in pairwise(rows))


def test_a_full_last_page_is_the_last(api: Api, customer: str) -> None:
    assert [len(page) for page in pages(api, "/conversations", customer_id=customer, limit=7)] == [7]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"status": "support_active"}, 7), ({"status": "active"}, 0), ({"ai_enabled": "false"}, 7),
        ({"ai_enabled": "true"}, 0), ({"destination": "billing"}, 7), ({"destination": "marketing"}, 0),
    ],
)  # fmt: skip
def test_the_filters_of_conversations(api: Api, customer: str, query: dict[str, str], count: int) -> None:
    assert len(found(api.get("/conversations", customer_id=customer, **query))["items"]) == count


def test_the_pages_are_the_same_on_postgres(api_on_postgres: Api) -> None:
    made = {api_on_postgres.conversation()["id"] for _ in range(5)}
    for _ in range(3):
        api_on_postgres.live(by_hand(tag("x")))
    read = pages(api_on_postgres, "/conversations", limit=2)
    assert made <= {row["id"] for page in read for row in page}
    orders = [row["order"] for page in pages(api_on_postgres, "/workflows", limit=1) for row in page]
    assert orders == sorted(orders)
    assert len(orders) >= 3


def test_messages_are_read_from_where_one_stopped(api: Api) -> None:
    conversation = api.conversation()["id"]
    for text in ("one", "two"):
        last = found(api.post(f"/conversations/{conversation}/messages", {"content": text}), 201)
    path = f"/conversations/{conversation}/messages"
    assert found(api.get(path, after=last["id"]))["items"] == []
    api.say(conversation, "three")
    (new,) = found(api.get(path, after=last["id"]))["items"]
    assert new["content"] == "three"


@pytest.fixture
def workflow(api: Api, customer: str) -> str:
    """A workflow with an execution of each of the customer's conversations."""
    workflow_id = api.live(by_hand(tag(unique()), redirect("general")))
    for row in found(api.get("/conversations", customer_id=customer))["items"]:
        found(api.post(f"/workflows/{workflow_id}/trigger", {"conversation_id": row["id"]}), 201)
    return workflow_id


def queries(api: Api, path: str, **query: Any) -> int:
    with api.statements() as statements:
        assert found(api.get(path, **query))["items"]
    return len(statements)


def test_a_page_of_executions_is_a_fixed_number_of_queries(api: Api, workflow: str) -> None:
    counts = {queries(api, "/executions", workflow_id=workflow, limit=limit) for limit in (1, 7)}
    assert len(counts) == 1
    assert counts.pop() <= 4


def test_a_page_of_conversations_is_a_fixed_number_of_queries(api: Api, customer: str) -> None:
    assert {queries(api, "/conversations", customer_id=customer, limit=limit) for limit in (1, 7)} == {4}


def test_workflows_messages_and_history_too(api: Api, workflow: str, customer: str) -> None:
    conversation = found(api.get("/conversations", customer_id=customer))["items"][0]["id"]
    assert len({queries(api, "/workflows", limit=limit) for limit in (1, 50)}) == 1
    assert len({queries(api, f"/conversations/{conversation}/events", limit=limit) for limit in (1, 50)}) == 1


def test_conversations_of_the_ai_too(api: Api) -> None:
    customer = str(api.customer()["id"])
    for _ in range(5):
        found(api.post("/conversations", {"customer_id": customer, "source": "test"}), 201)
    assert len({queries(api, "/conversations", customer_id=customer, limit=limit) for limit in (1, 5)}) == 1
