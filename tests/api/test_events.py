"""What an event started, and why the others did not start."""

from fikoadmin.matching import NO_KEYWORD
from tests.api.client import Api, found, unique
from tests.contract.documents import redirect, row, tag, when


def test_p15_each_workflow_that_might_have_started_says_why_not(api: Api) -> None:
    keyword, name = unique("key"), unique("tag")
    started = api.live(row(when(keyword), tag("seen")))
    refused = api.live(row(when(keyword, tags=[name]), redirect("sales")))
    receipt = api.say(api.conversation()["id"], f"{keyword}!")
    shown = found(api.get(f"/events/{receipt['event_id']}"))
    considered = {each["workflow_id"]: each for each in shown["workflows"]}
    assert shown["executions"] == receipt["executions"] != []
    assert (considered[started]["started"], considered[started]["reasons"]) == (True, [])
    (reason,) = considered[refused]["reasons"]
    assert (considered[refused]["started"], reason["expected"], reason["actual"]) == (False, [name], [])
    assert reason["node_id"]
    assert reason["reason"] != NO_KEYWORD


def test_an_event_is_found_by_the_name_that_its_sender_gave(api: Api) -> None:
    name, conversation = f"update/{unique()} 7", api.conversation()["id"]
    api.say(conversation, "hello", event_id=name)
    shown = found(api.get(f"/events/{name}"))
    assert (shown["event_id"], shown["conversation_id"], shown["data"]) == (name, conversation, {"content": "hello"})


def test_around_the_transaction_of_an_event_there_is_the_token_alone(api: Api) -> None:
    conversation = api.conversation()["id"]
    with api.statements() as statements:
        api.say(conversation, "hello")
    begin = statements.index("BEGIN IMMEDIATE")
    before = [statement for statement in statements[:begin] if statement != "BEGIN DEFERRED"]
    assert len(before) == 1
    assert "api_tokens" in before[0]
    assert statements[-1].startswith("UPDATE events")  # nothing is read again after the commit


def test_p23_a_stale_click_is_shown_the_state(api: Api) -> None:
    conversation = api.conversation()["id"]
    found(api.post(f"/conversations/{conversation}/redirect", {"destination": "sales", "epoch": 1}))
    refused = found(api.post(f"/conversations/{conversation}/redirect", {"destination": "ai", "epoch": 1}), 409)
    assert refused["conversation"] == found(api.get(f"/conversations/{conversation}"))
