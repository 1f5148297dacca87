"""Executions: their shape, their steps and outcomes, the ways through a workflow, limits."""

from typing import Any

import pytest

from tests.contract.client import Client, State, path
from tests.contract.documents import (
    action,
    by_hand,
    condition,
    connection,
    control,
    document,
    field,
    guard,
    in_a_row,
    never,
    note,
    redirect,
    row,
    send,
    tag,
    unique,
    untag,
    when,
)

EXECUTION = {"id", "status", "reason", "workflow_id", "version", "conversation_id", "event_id", "steps"}
STEP = {"node_id", "node_type", "title", "outcome", "reason", "connection", "data"}
STEP |= {"started_at", "finished_at"}


def test_the_shape_of_an_execution(fiko: Client) -> None:
    workflow, conversation = fiko.live(by_hand(tag("seen"))), fiko.conversation()
    execution = fiko.post(f"/workflows/{workflow}/trigger", {"conversation_id": conversation}, 201)
    assert execution.keys() >= EXECUTION
    assert (execution["workflow_id"], execution["conversation_id"]) == (workflow, conversation)
    assert execution["status"] == "COMPLETED"
    assert isinstance(execution["id"], str)
    assert isinstance(execution["event_id"], str)
    assert fiko.get(f"/executions/{execution['id']}") == execution


def test_the_shape_of_its_steps(fiko: Client) -> None:
    workflow = fiko.live(by_hand(tag("seen")))
    steps = fiko.trigger(workflow, fiko.conversation())["steps"]
    assert all(step.keys() >= STEP for step in steps)
    nodes = fiko.export(workflow)["nodes"]
    shown = [(step["node_id"], step["node_type"], step["title"]) for step in steps]
    assert shown == [(node["id"], node["node_type"], node["title"]) for node in nodes]
    assert all(step["started_at"] <= step["finished_at"] for step in steps)


def test_the_list_and_its_filters(fiko: Client) -> None:
    first, second = (fiko.live(by_hand(tag("seen"))) for _ in range(2))
    conversation, other = fiko.conversation(), fiko.conversation()
    made = [fiko.trigger(w, c)["id"] for w in (first, second) for c in (conversation, other)]
    ask = f"/executions?workflow_id={first}"
    filters = ["", f"&conversation_id={conversation}", "&status=COMPLETED", "&status=FAILED"]
    found = [{execution["id"] for execution in fiko.everything(ask + extra)} for extra in filters]
    assert found == [set(made[:2]), {made[0]}, set(made[:2]), set()]
    listed = {execution["id"] for execution in fiko.everything(f"/executions?conversation_id={other}", 1)}
    assert listed == {made[1], made[3]}


def test_outcomes_of_actions_that_find_nothing_to_change(fiko: Client) -> None:
    name, conversation = unique("tag"), fiko.conversation()
    doings = [tag(name, "a"), tag(name, "b"), untag(name, "c"), untag(name, "d"), redirect("ai", "e")]
    assert path(fiko.run(by_hand(*doings), conversation)) == [
        ("When", "passed"),
        ("a", "changed"),
        ("b", "already"),
        ("c", "changed"),
        ("d", "already"),
        ("e", "already"),
    ]


@pytest.mark.parametrize(
    "doing",
    [
        send("Hello"),
        note("odd"),
        control("custom_prompt", ai_custom_prompt="Be brief"),
        action("update_ai_context", ai_context_data={"plan": "gold"}),
        control("disable"),
    ],
    ids=lambda doing: doing["title"],
)
def test_outcomes_of_actions_that_change_something(fiko: Client, doing: dict[str, Any]) -> None:
    execution = fiko.run(by_hand(doing), fiko.conversation())
    assert execution["status"] == "COMPLETED"
    assert path(execution)[-1] == (doing["title"], "changed")


@pytest.mark.parametrize("true", [True, False])
def test_a_condition_goes_both_ways(fiko: Client, true: bool) -> None:
    start, asked = never(), condition(field("conversation.destination", "equals", "ai" if true else "sales"))
    yes, no = tag("yes", "Yes"), tag("no", "No")
    ways = [connection(start, asked), connection(asked, yes), connection(asked, no, "failure")]
    execution = fiko.run(document([start, asked, yes, no], ways), fiko.conversation())
    taken = [("Yes", "changed")] if true else [("No", "changed")]
    assert path(execution) == [("When", "passed"), ("Condition", "passed"), *taken]
    assert execution["steps"][1]["connection"] in ("success" if true else "failure", *(w["id"] for w in ways))


@pytest.mark.parametrize("true", [True, False])
def test_a_guard_on_a_connection(fiko: Client, true: bool) -> None:
    start, end = never(), tag("seen")
    extra = guard("conversation.source", "equals", "test" if true else "telegram")
    guarded = document([start, end], [connection(start, end, condition=extra)])
    execution = fiko.run(guarded, fiko.conversation())
    assert execution["status"] == "COMPLETED"
    assert path(execution) == [("When", "passed"), ("Tag", "changed")][: 2 if true else 1]


def test_p15_a_failed_step_takes_failure(fiko: Client) -> None:
    start, failing, after, rescue = never(), control("enable"), tag("after"), tag("rescue", "Rescue")
    ways = [connection(start, failing), connection(failing, after), connection(failing, rescue, "failure")]
    conversation = fiko.at("sales")
    execution = fiko.run(document([start, failing, after, rescue], ways), conversation)
    failed = ("Control", "failed(conversation is not active)")
    assert path(execution) == [("When", "passed"), failed, ("Rescue", "changed")]
    assert execution["status"] == "COMPLETED"
    assert fiko.tags(conversation) == {"rescue"}


def test_p15_without_one_it_fails_after_the_other_branches(fiko: Client) -> None:
    start, failing, other = never(), control("enable"), tag("other")
    ways = [connection(start, failing), connection(start, other)]
    execution = fiko.run(document([start, failing, other], ways), fiko.at("sales"))
    assert (execution["status"], execution["reason"]) == ("FAILED", "conversation is not active")
    assert path(execution)[-1] == ("Tag", "changed")


def test_branches_run_in_document_order(fiko: Client) -> None:
    start, ends = never(), [tag(unique("tag"), title) for title in ("One", "Two", "Three")]
    branches = document([start, *ends], [connection(start, end) for end in ends])
    execution = fiko.run(branches, fiko.conversation())
    assert [title for title, _ in path(execution)] == ["When", "One", "Two", "Three"]


def test_a_second_arrival_is_skipped(fiko: Client) -> None:
    start, left, right, end = never(), tag("left", "Left"), tag("right", "Right"), tag("end", "End")
    ways = [*in_a_row(start, left, end), *in_a_row(start, right, end)]
    execution = fiko.run(document([start, left, right, end], ways), fiko.conversation())
    ends = [outcome for title, outcome in path(execution) if title == "End"]
    assert ends == ["changed", "skipped(already ran)"]
    assert execution["status"] == "COMPLETED"


def test_a_switched_off_node_is_passed_over(fiko: Client) -> None:
    off, conversation = redirect("sales") | {"is_active": False}, fiko.conversation()
    execution = fiko.run(by_hand(off, tag("after")), conversation)
    assert path(execution)[1:] == [("Redirect", "skipped(switched off)"), ("Tag", "changed")]
    assert fiko.state(conversation) == State("active", True, "ai", 1)


def test_a_trigger_starts_at_every_switched_on_when(fiko: Client) -> None:
    starts = [never("One"), never("Off") | {"is_active": False}, when(title="Tagged", tags=[unique("tag")])]
    end = tag("end", "End")
    execution = fiko.run(document([*starts, end], [connection(s, end) for s in starts]), fiko.conversation())
    assert [title for title, _ in path(execution) if title != "End"] == ["One", "Tagged"]


def test_a_trigger_only_on_active_workflows(fiko: Client) -> None:
    workflow, body = fiko.load(by_hand(tag("seen"))), {"conversation_id": fiko.conversation()}
    found = [fiko.ask("POST", f"/workflows/{workflow}/trigger", body).status]
    for verb in ("activate", "pause", "activate", "archive"):
        fiko.post(f"/workflows/{workflow}/{verb}")
        found.append(fiko.ask("POST", f"/workflows/{workflow}/trigger", body).status)
    assert found == [409, 201, 409, 201, 409]


@pytest.mark.parametrize("body", [{}, {"conversation_id": None}, {"conversation_id": 7}])
def test_p29_a_trigger_without_a_conversation(fiko: Client, body: dict[str, Any]) -> None:
    workflow = fiko.live(by_hand(tag("seen")))
    answer = fiko.ask("POST", f"/workflows/{workflow}/trigger", body)
    assert answer.status in (404, 422)
    assert fiko.executions(workflow) == []


@pytest.mark.parametrize("limit", [{"max_executions": 1}, {"delay_between_executions": 3600}], ids=str)
def test_limits_hold_an_execution_back_with_the_reason(fiko: Client, limit: dict[str, int]) -> None:
    keyword, conversation = unique("key"), fiko.conversation()
    workflow = fiko.live(row(when(keyword), redirect("sales"), **limit))
    fiko.say(conversation, keyword)
    fiko.redirect(conversation, "ai")
    fiko.say(conversation, keyword)
    statuses = {execution["status"]: execution for execution in fiko.executions(workflow)}
    assert statuses.keys() == {"COMPLETED", "SKIPPED"}
    assert statuses["SKIPPED"]["reason"]
    assert fiko.state(conversation).destination == "ai"


def test_limits_count_for_triggers(fiko: Client) -> None:
    workflow, conversation = fiko.live(by_hand(tag("seen"), max_executions=1)), fiko.conversation()
    ended = [fiko.trigger(workflow, conversation) for _ in range(2)]
    assert [execution["status"] for execution in ended] == ["COMPLETED", "SKIPPED"]
    assert ended[1]["reason"]
    assert ended[1]["steps"] == []


def test_a_limit_is_per_customer(fiko: Client) -> None:
    workflow = fiko.live(by_hand(tag("seen"), max_executions=1))
    ended = [fiko.trigger(workflow, fiko.conversation())["status"] for _ in range(2)]
    assert ended == ["COMPLETED", "COMPLETED"]


def test_zero_is_no_limit(fiko: Client) -> None:
    workflow, conversation = fiko.live(by_hand(tag("seen"))), fiko.conversation()
    assert {fiko.trigger(workflow, conversation)["status"] for _ in range(3)} == {"COMPLETED"}


@pytest.mark.parametrize("ending", ["COMPLETED", "FAILED"])
def test_what_has_ended_cannot_be_cancelled(fiko: Client, ending: str) -> None:
    doing = tag("seen") if ending == "COMPLETED" else control("enable")
    execution = fiko.run(by_hand(doing), fiko.at("sales"))
    assert execution["status"] == ending
    assert fiko.ask("POST", f"/executions/{execution['id']}/cancel").status == 409
    assert fiko.get(f"/executions/{execution['id']}") == execution


def test_a_retry_is_a_new_execution(fiko: Client) -> None:
    conversation = fiko.at("sales")
    failed = fiko.run(by_hand(control("enable")), conversation)
    fiko.redirect(conversation, "ai")
    answer = fiko.ask("POST", f"/executions/{failed['id']}/retry")
    assert answer.status in (200, 201)
    retried = fiko.ended(answer.json["id"])
    assert retried["retry_of"] == failed["id"] != retried["id"]
    assert (retried["status"], retried["version"]) == ("COMPLETED", failed["version"])
    assert fiko.get(f"/executions/{failed['id']}")["status"] == "FAILED"


def test_p19_an_execution_keeps_its_version(fiko: Client) -> None:
    workflow, conversation = fiko.live(by_hand(tag("seen"))), fiko.conversation()
    first = fiko.trigger(workflow, conversation)
    for verb in ("pause", "activate"):
        fiko.post(f"/workflows/{workflow}/{verb}")
    assert fiko.trigger(workflow, conversation)["version"] == first["version"]
    assert fiko.get(f"/executions/{first['id']}") == first


def test_more_than_a_hundred_steps_go_on_as_a_job(fiko: Client) -> None:
    doings = [tag(f"tag {n}", f"Tag {n}") for n in range(150)]
    execution = fiko.run(by_hand(*doings), fiko.conversation())
    assert execution["status"] == "COMPLETED"
    assert [title for title, _ in path(execution)] == ["When", *(f"Tag {n}" for n in range(150))]
