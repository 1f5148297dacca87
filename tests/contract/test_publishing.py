"""Publishing a workflow, with what stands in its way; pause and archive."""

import copy

import pytest

from tests.contract.client import Client, path
from tests.contract.documents import (
    Document,
    action,
    by_hand,
    condition,
    connection,
    document,
    field,
    in_a_row,
    never,
    node,
    redirect,
    sample,
    tag,
)


def test_activating_publishes_and_answers_with_the_workflow(fiko: Client) -> None:
    workflow = fiko.load(by_hand(tag("seen")))
    after = {"activate": "ACTIVE", "pause": "PAUSED", "archive": "ARCHIVED"}
    for verb, status in after.items():
        answer = fiko.post(f"/workflows/{workflow}/{verb}")
        assert (answer["id"], answer["status"]) == (workflow, status)
        assert fiko.get(f"/workflows/{workflow}")["status"] == status


def test_activating_again_publishes_nothing_new(fiko: Client) -> None:
    workflow, conversation = fiko.live(by_hand(tag("seen"))), fiko.conversation()
    first = fiko.trigger(workflow, conversation)
    fiko.post(f"/workflows/{workflow}/activate")
    assert fiko.trigger(workflow, conversation)["version"] == first["version"]


def cycle() -> Document:
    start, first, second = never(), tag("a", "First"), tag("b", "Second")
    return document([start, first, second], [*in_a_row(start, first, second), connection(second, first)])


# Documents that import and cannot be published, with the titles of nodes of which one must have the finding.
FINDINGS: list[tuple[str, Document, set[str]]] = [
    ("no destination", by_hand(redirect("", "Odd")), {"Odd"}),
    ("custom code", by_hand(action("custom_code", "Odd", custom_code="1")), {"Odd"}),
    ("comment reply", by_hand(action("instagram_comment_dm_reply", "Odd")), {"Odd"}),
    ("operator", by_hand(condition(field("user.email", "resembles", "x"), title="Odd")), {"Odd"}),
    ("field", by_hand(condition(field("user.shoe_size", "equals", "x"), title="Odd")), {"Odd"}),
    ("cycle", cycle(), {"First", "Second"}),
    ("no address", by_hand(action("webhook", "Odd")), {"Odd"}),
    ("no letter", by_hand(action("send_email", "Odd")), {"Odd"}),
    ("no time", by_hand(action("delay", "Odd")), {"Odd"}),
    ("no question", by_hand(node("waiting", "Odd")), {"Odd"}),
]


@pytest.mark.parametrize(("name", "bare", "titles"), FINDINGS, ids=[name for name, *_ in FINDINGS])
def test_p20_findings_keep_it_from_being_published(fiko: Client, name: str, bare: Document, titles: set[str]) -> None:
    workflow = fiko.load(copy.deepcopy(bare))
    answer = fiko.ask("POST", f"/workflows/{workflow}/activate")
    assert (answer.status, answer.headers.get_content_type()) == (409, "application/problem+json")
    findings = answer.json["findings"]
    assert all(finding["code"] and finding["message"] for finding in findings)
    odd = {node["id"] for node in fiko.export(workflow)["nodes"] if node["title"] in titles}
    assert odd & {finding["node_id"] for finding in findings}
    assert fiko.get(f"/workflows/{workflow}")["status"] == "DRAFT"


def test_the_welcome_sample_runs(fiko: Client) -> None:
    workflow = fiko.load(sample("fa_1_welcome_new_user"))
    fiko.post(f"/workflows/{workflow}/activate")
    conversation = fiko.conversation()
    fiko.post(f"/workflows/{workflow}/pause")
    (execution,) = [e for e in fiko.executions(workflow) if e["conversation_id"] == conversation]
    steps = path(fiko.get(f"/executions/{execution['id']}"))
    assert steps == [("کاربر جدید", "passed"), ("ارسال پیام", "changed")]
    (message,) = fiko.messages(conversation, "marketing")
    welcome = sample("fa_1_welcome_new_user")["workflow_data"]["nodes"][0]
    assert message["content"] == welcome["message_content"]
