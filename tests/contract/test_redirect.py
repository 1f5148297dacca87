"""A redirect, exactly: its event and author, the repeat that changes nothing, the stale click, the crowd."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.contract.client import Client, State, facts, leaves, path
from tests.contract.destinations import DESTINATIONS
from tests.contract.documents import by_hand, redirect
from tests.contract.routes import AI_OWNS, ROUTES, Route, by_api, by_command, by_trigger


@pytest.mark.parametrize("route", ROUTES)
def test_p25_each_change_of_owner_has_its_event(fiko: Client, route: Route) -> None:
    conversation = fiko.conversation()
    route(fiko, conversation, "billing")
    (change,) = [change for change in fiko.history(conversation) if change.epoch == 2]
    assert change.old == AI_OWNS
    assert change.new == ("support_active", False, "billing")
    assert change.event["actor"]


def test_p25_a_workflow_signs_with_execution_and_node(fiko: Client) -> None:
    conversation = fiko.conversation()
    execution = fiko.run(by_hand(redirect("sales")), conversation)
    written = leaves(fiko.history(conversation)[-1].event)
    assert execution["id"] in written
    assert execution["steps"][-1]["node_id"] in written


def test_p25_actors_differ(fiko: Client) -> None:
    conversation = fiko.conversation()
    for route, destination in ((by_api, "sales"), (by_trigger, "billing"), (by_command, "general")):
        route(fiko, conversation, destination)
    actors = [str(change.event["actor"]) for change in fiko.history(conversation)[-3:]]
    assert len(set(actors)) == 3


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("destination", ["ai", "support"])
def test_p11_a_redirect_to_where_it_already_is(fiko: Client, route: Route, destination: str) -> None:
    conversation = fiko.at(destination)
    before = fiko.state(conversation), len(fiko.history(conversation))
    route(fiko, conversation, destination)
    assert (fiko.state(conversation), len(fiko.history(conversation))) == before


def test_p11_and_its_step_says_already(fiko: Client) -> None:
    workflow, conversation = fiko.live(by_hand(redirect("sales"))), fiko.conversation()
    assert path(fiko.trigger(workflow, conversation))[-1] == ("Redirect", "changed")
    assert path(fiko.trigger(workflow, conversation))[-1] == ("Redirect", "already")


@pytest.mark.parametrize("destination", ["support", "ai"])
def test_p23_a_stale_epoch_is_refused_with_the_state(fiko: Client, destination: str) -> None:
    conversation = fiko.at("sales")
    body = {"destination": destination, "epoch": 1}
    answer = fiko.ask("POST", f"/conversations/{conversation}/redirect", body)
    assert answer.status == 409
    assert answer.headers.get_content_type() == "application/problem+json"
    assert facts(answer.json["conversation"]) == facts(fiko.show(conversation))
    assert fiko.state(conversation) == State("support_active", False, "sales", 2)


def test_p23_the_present_epoch_is_not(fiko: Client) -> None:
    conversation = fiko.at("sales")
    body = {"destination": "general", "epoch": 2}
    assert fiko.post(f"/conversations/{conversation}/redirect", body)["epoch"] == 3


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"destination": "marketing"}, "destination"),
        ({"destination": ""}, "destination"),
        ({"destination": None}, "destination"),
        ({"destination": 5}, "destination"),
        ({"destination": ["ai"]}, "destination"),
        ({}, "destination"),
        ({"destination": "sales", "epoch": "x"}, "epoch"),
        ({"destination": "sales", "epoch": {}}, "epoch"),
    ],
)
def test_p29_a_redirect_to_nowhere_names_the_field(fiko: Client, body: Any, field: str) -> None:
    conversation = fiko.conversation()
    answer = fiko.ask("POST", f"/conversations/{conversation}/redirect", body)
    assert answer.status == 422
    assert field in [error["field"] for error in answer.json["errors"]]
    assert fiko.state(conversation) == State(*AI_OWNS, 1)


def test_p01_many_at_once_leave_no_gap(fiko: Client) -> None:
    conversation = fiko.conversation()
    targets = [value for value, _ in DESTINATIONS] * 4
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda target: fiko.redirect(conversation, target), targets))
    changes = [change for change in fiko.history(conversation) if change.epoch > 1]
    state = fiko.state(conversation)
    assert [change.epoch for change in changes] == list(range(2, state.epoch + 1))
    assert all(before.new == after.old for before, after in zip(changes, changes[1:], strict=False))
    assert changes[-1].new == state[:3]
