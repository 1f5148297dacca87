"""The list of conversations and the page of one, as somebody without JavaScript uses them.

On SQLite, because they read plain rows; what a database may refuse, and the counts of queries, on both.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select

from fikoadmin.extensions import db, transaction
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.history import ConversationEvent
from fikoadmin.models.messages import NOTE, OPERATOR_MESSAGE, Message
from fikoadmin.services import conversations, executions
from tests.in_process import opened
from tests.web.browsing import Visitor, signed_in_as
from tests.web.talking import AUTHOR, begun, live_workflow, now_at, supersede

VERBS = {
    "redirect": {"destination": "billing"},
    "take-over": {},
    "close": {},
    "ai/off": {},
    "reply": {"content": "Good day"},
    "note": {"content": "Good day"},
    "trigger": {},
    "customer": {"content": "Good day"},
}


@pytest.fixture(scope="module")
def fiko(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One installation for most tests: each makes its own conversations, and its workflows wait for its own words."""
    folder = tmp_path_factory.mktemp("conversations")
    copy = shutil.copy(sqlite_template, folder / "fiko.sqlite3")
    with opened({"FIKO_DATABASE_URL": f"sqlite:///{copy}"}, folder) as app:
        yield app


@pytest.fixture(scope="module")
def operator(fiko: Flask) -> Visitor:
    return signed_in_as(fiko, "operator", name="Sara Ahmadi")


@pytest.fixture(scope="module")
def viewer(fiko: Flask) -> Visitor:
    return signed_in_as(fiko, "viewer")


def act(visitor: Visitor, conversation_id: str, verb: str, epoch: int = 1, **typed: str) -> tuple[int, str]:
    """Status and text of the answer to a form of the conversation's page, sent under the epoch shown."""
    address = f"/conversations/{conversation_id}"
    answer = visitor.post(f"{address}/{verb}", {"epoch": str(epoch), **typed}, form_at=address)
    return answer.status_code, answer.text


def changes(fiko: Flask, conversation_id: str) -> list[tuple[str, str, str]]:
    with fiko.app_context():
        rows = select(ConversationEvent).filter_by(conversation_id=conversation_id).order_by(ConversationEvent.epoch)
        return [(e.kind, e.new_destination, e.actor_label) for e in db.session.scalars(rows)]


def said(fiko: Flask, conversation_id: str, kind: str) -> list[tuple[str, str]]:
    with fiko.app_context():
        rows = select(Message).filter_by(conversation_id=conversation_id, type=kind).order_by(Message.id)
        return [(m.content, m.author_label) for m in db.session.scalars(rows)]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(Engine, "before_cursor_execute", note)
    yield statements
    event.remove(Engine, "before_cursor_execute", note)


def statements_for(visitor: Visitor, path: str) -> int:
    with counted() as statements:
        assert visitor.get(path).status_code == 200
    return len(statements)


# -- the list ------------------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do_first(app: Flask) -> None:
    text = signed_in_as(app, "operator").text("/conversations")
    assert "No conversations yet" in text
    assert "New test conversation" in text


def test_the_list_shows_who_waits_and_why_the_ai_did_not_answer(fiko: Flask, operator: Visitor) -> None:
    waiting = begun(fiko, "hello", name="Omid")
    with fiko.app_context(), transaction() as session:
        session.get_one(Conversation, waiting).unanswered_reason = "AI service: HTTP 502"
    text = operator.text("/conversations")
    assert all(words in text for words in ("Omid", "Unanswered", "AI service: HTTP 502", waiting, "AI Assistant"))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"AI", "People", "Silent", "Closed"}),
        ("?status=active&ai=on", {"AI"}),
        ("?status=support_active&unanswered=yes", {"People"}),
        ("?status=active&ai=off", {"Silent"}),
        ("?destination=billing", {"People"}),
        ("?status=&ai=&destination=", {"AI", "People", "Silent", "Closed"}),
        ("?status=escalated", set()),
    ],
)
def test_filters_stand_in_the_address(fiko: Flask, operator: Visitor, query: str, shown: set[str]) -> None:
    ids = {name: begun(fiko, name=name) for name in ("AI", "People", "Silent", "Closed")}
    with fiko.app_context():
        conversations.redirect(ids["People"], "billing", AUTHOR)
        conversations.set_ai(ids["Silent"], False, AUTHOR)
        conversations.close(ids["Closed"], AUTHOR)
    begun(fiko)  # makes the list longer than what is looked for
    act(operator, ids["People"], "customer", content="hello?")
    text = operator.text(f"/conversations{query}")
    assert {name for name, id_ in ids.items() if f"/conversations/{id_}" in text} == shown


def test_a_list_goes_on_by_its_cursor_and_keeps_the_filters(fiko: Flask, operator: Visitor) -> None:
    for number in range(55):
        begun(fiko, name=f"Customer{number}x")
    first = operator.text("/conversations?status=active")
    address = re.search(r'rel="next" href="([^"]+)"', first)
    assert address
    assert "status=active" in address[1]
    second = operator.text("/conversations" + address[1].replace("&amp;", "&"))
    names = [re.findall(r"Customer\d+x", text) for text in (first, second)]
    assert [len(set(found)) for found in names] == [50, 5]
    assert not set(names[0]) & set(names[1])


def test_p29_what_a_database_refuses_is_a_clear_error(any_app: Flask) -> None:
    visitor = signed_in_as(any_app, "viewer")
    for query in ("?after=x", "?status=%00", "?destination=a%00b", "?after=1.%00"):
        assert visitor.get(f"/conversations{query}").status_code == 422, query


def test_the_rows_alone_are_those_of_the_whole_page(fiko: Flask, operator: Visitor) -> None:
    begun(fiko, "hello")
    rows = operator.text("/conversations/rows?status=active")
    assert 'data-live-topic="conversations"' in rows
    assert 'data-live-fragment="/conversations/rows?status=active"' in rows
    assert rows.strip() in operator.text("/conversations?status=active")


def test_a_newcomer_begins_a_test_conversation(operator: Visitor) -> None:
    answer = operator.post("/conversations", {"first_name": " Nika "})
    assert answer.status_code == 303
    text = operator.text(answer.location)
    assert "<h1" in text
    assert "Nika" in text
    assert "Write as the customer" in text


def test_p29_a_name_that_cannot_be_stored_is_refused_at_the_field(operator: Visitor) -> None:
    answer = operator.post("/conversations", {"first_name": "n" * 201})
    assert answer.status_code == 422
    assert "At most 200 characters" in answer.text
    assert "n" * 201 in answer.text


def test_y6_the_list_takes_as_many_queries_for_60_rows_as_for_10(any_app: Flask) -> None:
    visitor = signed_in_as(any_app, "viewer")
    counts = []
    for more in (10, 50):
        for _ in range(more):
            begun(any_app)
        counts.append(statements_for(visitor, "/conversations"))
    assert counts[0] == counts[1] <= 6


# -- one conversation ----------------------------------------------------------------------------------------------


def test_the_strip_says_who_owns_it_and_by_what(fiko: Flask, operator: Visitor) -> None:
    live_workflow(fiko, "technical", "broken", name="Repairs")
    conversation_id = begun(fiko, "it is broken")
    strip = operator.text(f"/conversations/{conversation_id}/strip")
    words = ("support_active", "AI off", "Technical", "conversation is not active", "Repairs", "Hand over", "no mirror")
    assert [word for word in words if word not in strip] == []
    assert 'data-epoch="2"' in strip


def test_the_strip_tells_whether_the_mirror_is_in_step(pg_app: Flask) -> None:
    viewer = signed_in_as(pg_app, "viewer")
    conversation_id = begun(pg_app)
    with pg_app.app_context():
        conversations.redirect(conversation_id, "sales", AUTHOR)
    address = f"/conversations/{conversation_id}/strip"
    assert "mirror in step" in viewer.text(address)


def test_the_timeline_has_messages_changes_and_executions_in_order(fiko: Flask, operator: Visitor) -> None:
    live_workflow(fiko, "sales", "lamps", name="Buyers")
    conversation_id = begun(fiko, "I want lamps")
    act(operator, conversation_id, "note", content="A good customer")
    supersede(fiko, conversation_id, "Let me see", "owner changed")
    text = operator.text(f"/conversations/{conversation_id}/timeline").partition('class="entries"')[2]
    places = [
        text.index(words)
        for words in ("I want lamps", "Buyers", "Redirected to Sales", "A good customer", "Set aside", "Let me see")
    ]
    assert places == sorted(places)


def test_p26_what_people_wrote_is_never_markup(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, "<script>alert(1)</script>\nsecond line", name="<b>Eve</b>")
    text = operator.text(f"/conversations/{conversation_id}")
    assert "<script>alert" not in text
    assert "<b>Eve" not in text
    assert 'dir="auto">&lt;script&gt;alert(1)&lt;/script&gt;\nsecond line</div>' in text


def test_older_entries_are_behind_a_link(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, *(f"line{n}x" for n in range(70)))
    seen: list[str] = []
    address: str | None = f"/conversations/{conversation_id}"
    while address:
        text = operator.text(address)
        seen = re.findall(r"line\d+x", text[text.index('class="entries"') :]) + seen
        older = re.search(r'href="([^"]+before=[^"]+)"', text)
        address = older[1] if older else None
    assert seen == [f"line{n}x" for n in range(70)]


def test_an_older_page_is_not_replaced_by_the_newest(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, "hello")
    text = operator.text(f"/conversations/{conversation_id}?before=1.0.0")
    assert "/timeline" not in text
    assert "To the newest" in text


@pytest.mark.parametrize("before", ["x", "1.2", "1.2.%00", "9" * 30])
def test_p29_a_place_that_is_none_is_a_clear_error(fiko: Flask, operator: Visitor, before: str) -> None:
    assert operator.get(f"/conversations/{begun(fiko)}?before={before}").status_code == 422


def test_p29_an_unknown_conversation_is_not_found(any_app: Flask) -> None:
    visitor = signed_in_as(any_app, "operator")
    for unknown in ("nowhere", "a%00b", "a.b", "a" * 300):
        for part in ("", "/strip", "/timeline", "/actions", "/about"):
            assert visitor.get(f"/conversations/{unknown}{part}").status_code == 404, unknown


def test_y6_a_page_takes_as_many_queries_for_much_as_for_little(any_app: Flask) -> None:
    viewer = signed_in_as(any_app, "operator")
    live_workflow(any_app, "sales", "buy")
    little, much = begun(any_app, "buy"), begun(any_app, *(["buy", "hello", "well?"] * 12))
    counts = [statements_for(viewer, f"/conversations/{id_}") for id_ in (little, much)]
    assert counts[0] == counts[1] <= 14


def test_the_page_in_persian_reads_from_the_right(fiko: Flask) -> None:
    operator = signed_in_as(fiko, "operator", email="persian@fiko.local")
    operator.post("/language", {"language": "fa", "next": "/"}, form_at="/conversations")
    text = operator.text(f"/conversations/{begun(fiko, 'Hello there')}")
    assert '<html lang="fa" dir="rtl">' in text
    assert all(words in text for words in ("دستیار روشن", "با دستیار", "ارجاع", "به دست گرفتن", "یادداشت داخلی"))


def test_the_parts_alone_are_those_of_the_whole_page(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, "hello", source="web")
    whole = operator.text(f"/conversations/{conversation_id}")
    for part in ("strip", "timeline", "actions", "about"):
        fragment = operator.text(f"/conversations/{conversation_id}/{part}")
        assert fragment.strip() in whole
        assert f'data-live-fragment="/conversations/{conversation_id}/{part}"' in fragment
        assert f'data-live-topic="conversation:{conversation_id}' in fragment
        assert "csrf_token" not in fragment  # it differs each time: equal parts must not be replaced


# -- what operators do there ---------------------------------------------------------------------------------------


def test_p25_a_redirect_names_its_operator(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko)
    assert act(operator, conversation_id, "redirect", destination="technical")[0] == 303
    now = now_at(fiko, conversation_id)
    assert (now.status, now.ai_enabled, now.destination, now.epoch) == ("support_active", False, "technical", 2)
    assert changes(fiko, conversation_id)[-1] == ("redirect", "technical", "Sara Ahmadi")
    assert "Sara Ahmadi" in operator.text(f"/conversations/{conversation_id}/strip")


def test_taking_over_is_for_the_operators_department(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko)
    assert act(operator, conversation_id, "take-over")[0] == 303
    assert changes(fiko, conversation_id)[-1] == ("take_over", "sales", "Sara Ahmadi")


def test_the_ai_is_switched_off_and_on_again(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko)
    assert act(operator, conversation_id, "ai/off")[0] == 303
    assert act(operator, conversation_id, "ai/on", epoch=2)[0] == 303
    assert [kind for kind, _, _ in changes(fiko, conversation_id)] == ["create", "silence", "enable"]


def test_the_ai_cannot_be_switched_on_where_people_are(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko)
    act(operator, conversation_id, "take-over")
    status, text = act(operator, conversation_id, "ai/on", epoch=2)
    assert (status, "conversation is not active" in text) == (409, True)


def test_a_conversation_is_closed(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko)
    assert act(operator, conversation_id, "close")[0] == 303
    assert now_at(fiko, conversation_id).status == "closed"


def test_p08_a_reply_takes_the_conversation_over(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, "hello")
    assert "Reply and take over" in operator.text(f"/conversations/{conversation_id}")
    assert act(operator, conversation_id, "reply", content=" Good\r\nday ")[0] == 303
    assert said(fiko, conversation_id, OPERATOR_MESSAGE) == [("Good\nday", "Sara Ahmadi")]
    now = now_at(fiko, conversation_id)
    assert (now.status, now.destination, now.unanswered_since) == ("support_active", "sales", None)
    assert "Reply and take over" not in operator.text(f"/conversations/{conversation_id}")


def test_a_note_stays_among_operators_and_moves_nobody(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, "hello")
    assert act(operator, conversation_id, "note", content="Look at the order")[0] == 303
    assert said(fiko, conversation_id, NOTE) == [("Look at the order", "Sara Ahmadi")]
    assert now_at(fiko, conversation_id).epoch == 1


def test_a_workflow_runs_by_hand(fiko: Flask, operator: Visitor) -> None:
    workflow_id = live_workflow(fiko, "billing", "invoice")
    conversation_id = begun(fiko)
    assert act(operator, conversation_id, "trigger", workflow=str(workflow_id))[0] == 303
    assert now_at(fiko, conversation_id).destination == "billing"
    assert "Started by hand" in operator.text(f"/conversations/{conversation_id}")


@pytest.mark.parametrize("workflow", ["", "0", "x", "9" * 40])
def test_p29_only_a_live_workflow_can_be_chosen(fiko: Flask, operator: Visitor, workflow: str) -> None:
    live_workflow(fiko, "billing", "invoice")
    status, text = act(operator, begun(fiko), "trigger", workflow=workflow)
    assert (status, "Choose a workflow that is active." in text) == (422, True)


def test_one_plays_the_customer_of_a_test_conversation(fiko: Flask, operator: Visitor) -> None:
    live_workflow(fiko, "support", "human")
    conversation_id = begun(fiko)
    assert act(operator, conversation_id, "customer", content="A human please")[0] == 303
    now = now_at(fiko, conversation_id)
    assert (now.status, now.unanswered_since is None) == ("support_active", False)


def test_nobody_writes_in_a_real_customers_name(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, source="web")
    assert "Write as the customer" not in operator.text(f"/conversations/{conversation_id}")
    assert act(operator, conversation_id, "customer", content="Refund me")[0] == 409
    assert said(fiko, conversation_id, "customer") == []


@pytest.mark.parametrize(
    ("verb", "typed"),
    [
        ("reply", {"content": "Typed long ago"}),
        ("redirect", {"destination": "billing"}),
        ("take-over", {}),
        ("close", {}),
        ("ai/off", {}),
    ],
)
@pytest.mark.parametrize("epoch", ["1", "", "x", "9" * 30])
def test_p23_a_stale_click_changes_nothing_and_loses_nothing(
    fiko: Flask, operator: Visitor, verb: str, typed: dict[str, str], epoch: str
) -> None:
    conversation_id = begun(fiko, "hello")
    with fiko.app_context():
        conversations.redirect(conversation_id, "technical", AUTHOR)
    address = f"/conversations/{conversation_id}"
    answer = operator.post(f"{address}/{verb}", {"epoch": epoch, **typed}, form_at=address)
    assert answer.status_code == 409
    assert "nothing was done" in answer.text
    assert 'data-epoch="2"' in answer.text
    assert typed.get("content", "") in answer.text
    if "destination" in typed:
        assert re.search(r'<option value="billing"[^>]* selected', answer.text)
    assert len(changes(fiko, conversation_id)) == 2
    assert said(fiko, conversation_id, OPERATOR_MESSAGE) == []


@pytest.mark.parametrize("verb", ["reply", "note", "customer"])
@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("", "Write something first."),
        (" \n ", "Write something first."),
        ("x" * 10_001, "At most 10,000 characters; this is 10,001."),
        ("kept\0text", "cannot be kept (NUL)"),
    ],
)
def test_p29_what_cannot_be_said_is_refused_at_the_field(
    fiko: Flask, operator: Visitor, verb: str, content: str, error: str
) -> None:
    conversation_id = begun(fiko)
    status, text = act(operator, conversation_id, verb, content=content)
    assert status == 422
    field = "customer-content" if verb == "customer" else "composer-content"
    assert re.search(rf'id="{field}-error">.*?{re.escape(error)}', text, re.DOTALL)
    assert content.strip().replace("\0", "")[:20] in text.replace("\0", "")
    assert changes(fiko, conversation_id)[1:] == []


@pytest.mark.parametrize("destination", ["", "vip", "AI", "\0"])
def test_p29_only_a_known_destination_is_accepted(fiko: Flask, operator: Visitor, destination: str) -> None:
    status, text = act(operator, begun(fiko), "redirect", destination=destination)
    assert (status, "Choose where the conversation goes." in text) == (422, True)


@pytest.mark.parametrize("verb", ["redirect", "take-over", "close", "ai/off"])
def test_a_repeated_click_is_harmless(fiko: Flask, operator: Visitor, verb: str) -> None:
    conversation_id = begun(fiko)
    answers = [act(operator, conversation_id, verb, epoch, **VERBS[verb])[0] for epoch in (1, 1, 2)]
    assert answers == [303, 409, 303]
    assert len(changes(fiko, conversation_id)) == 2


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_refuses_get(fiko: Flask, operator: Visitor, verb: str) -> None:
    assert operator.get(f"/conversations/{begun(fiko)}/{verb}").status_code == 405


@pytest.mark.parametrize("verb", [None, *VERBS])
def test_a_verb_refuses_a_form_without_token(fiko: Flask, operator: Visitor, verb: str | None) -> None:
    address = f"/conversations/{begun(fiko)}/{verb}" if verb else "/conversations"
    assert operator.client.post(address, data={"epoch": "1", **VERBS.get(verb or "", {})}).status_code == 400


@pytest.mark.parametrize("verb", [None, *VERBS])
def test_a_verb_refuses_a_viewer(fiko: Flask, viewer: Visitor, verb: str | None) -> None:
    conversation_id = begun(fiko)
    address = f"/conversations/{conversation_id}/{verb}" if verb else "/conversations"
    answer = viewer.post(address, {"epoch": "1", **VERBS.get(verb or "", {})}, form_at="/conversations")
    assert (answer.status_code, "Operator" in answer.text) == (403, True)
    assert now_at(fiko, conversation_id).epoch == 1


@pytest.mark.parametrize("verb", [None, *VERBS])
def test_a_verb_sends_a_stranger_to_sign_in(fiko: Flask, verb: str | None) -> None:
    conversation_id = begun(fiko)
    address = f"/conversations/{conversation_id}/{verb}" if verb else "/conversations"
    answer = Visitor(fiko).post(address, {"epoch": "1", **VERBS.get(verb or "", {})}, form_at="/sign-in")
    assert answer.status_code in (302, 303)
    assert answer.location.startswith("/sign-in")
    assert now_at(fiko, conversation_id).epoch == 1


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "trigger"])
def test_a_verb_on_an_unknown_conversation_is_not_found(fiko: Flask, operator: Visitor, verb: str) -> None:
    answer = operator.post(f"/conversations/nowhere/{verb}", {"epoch": "1", **VERBS[verb]}, form_at="/conversations")
    assert answer.status_code == 404


def test_a_viewer_sees_everything_and_has_no_forms(fiko: Flask, viewer: Visitor) -> None:
    live_workflow(fiko, "sales", "chairs")
    conversation_id = begun(fiko, "chairs")
    page = viewer.text(f"/conversations/{conversation_id}")
    assert "Redirected to Sales" in page
    assert f"/conversations/{conversation_id}/reply" not in page
    assert "<textarea" not in page


def test_p23_a_workflow_is_not_run_on_what_the_page_no_longer_shows(fiko: Flask, operator: Visitor) -> None:
    workflow_id = live_workflow(fiko, "billing", "receipt")
    conversation_id = begun(fiko)
    act(operator, conversation_id, "take-over")
    status, text = act(operator, conversation_id, "trigger", epoch=1, workflow=str(workflow_id))
    assert (status, "nothing was done" in text) == (409, True)
    assert re.search(rf'<option selected value="{workflow_id}"', text)
    assert "Started by hand" not in text
    assert now_at(fiko, conversation_id).epoch == 2


def test_an_execution_names_the_version_that_ran(fiko: Flask, operator: Visitor) -> None:
    workflow_id = live_workflow(fiko, "sales", "never-said")
    conversation_id = begun(fiko)
    with fiko.app_context():
        executions.trigger(workflow_id, conversation_id, AUTHOR)
    assert "version 1" in operator.text(f"/conversations/{conversation_id}/timeline")
