"""P25: each change names who made it; on SQLite, because its author is written in the change's own transaction."""

import pytest
from sqlalchemy import select

from fikoadmin.extensions import db
from fikoadmin.models.actors import Actor
from fikoadmin.models.audit import AuditEntry
from fikoadmin.models.conversations import ACTIVE, CLOSED
from fikoadmin.models.jobs import ANSWER_CUSTOMER
from fikoadmin.models.messages import Message
from fikoadmin.services import accounts, drafts, executions, settings, workflows
from tests.contract.documents import by_hand, redirect
from tests.ownership import CLICKS, at, reply
from tests.scenes import ACTOR, begin, history, live, say, work

pytestmark = pytest.mark.usefixtures("inside")


@pytest.mark.parametrize("click", CLICKS)
def test_p25_a_change_of_owner_names_its_operator(click: str) -> None:
    conversation = begin()
    CLICKS[click](conversation, 1)
    event = history(conversation)[-1]
    assert (event.actor_kind, event.actor_id, event.actor_label) == ("operator", "7", "Sara")
    assert (event.old_status, event.old_ai_enabled, event.old_destination) == (ACTIVE, True, "ai")


def test_p25_a_workflows_redirect_names_version_node_and_execution() -> None:
    action = redirect("technical")
    workflow = live(by_hand(action))
    conversation = begin()
    execution = executions.trigger(workflow.id, conversation, ACTOR)
    event = history(conversation)[-1]
    assert (event.actor_kind, event.actor_id, event.actor_label) == ("workflow", str(workflow.id), workflow.name)
    assert (event.version, event.execution_id) == (1, execution.id)
    assert event.node_id == next(n.id for n in workflow.nodes if n.node_type == "action")


def test_p25_a_customer_who_reopens_is_the_author() -> None:
    conversation = at(CLOSED)
    say(conversation)
    event = history(conversation)[-1]
    assert (event.kind, event.actor_kind, event.actor_label) == ("reopen", "customer", "Ada")


def audited(author: Actor) -> list[tuple[str, str]]:
    """What was changed, all of it by `author`."""
    entries = [entry for entry in AuditEntry.latest(100) if entry.actor_kind != "command"]
    assert {Actor(e.actor_kind, e.actor_id, e.actor_label) for e in entries} == {author}
    return [(entry.subject_kind, entry.action) for entry in reversed(entries)]


def test_p25_workflows_versions_and_drafts_have_authors() -> None:
    workflow = workflows.create("New", ACTOR)
    node = drafts.add_node(workflow.id, "when", {}, ACTOR)
    drafts.change_node(workflow.id, node.id, {"title": "Start"}, ACTOR)
    workflows.activate(workflow.id, ACTOR)
    workflows.pause(workflow.id, ACTOR)
    changes = ["created", "node added", "node changed"]
    made = [("workflow", change) for change in changes]
    assert audited(ACTOR) == [*made, ("version", "published"), ("workflow", "status"), ("workflow", "status")]


def test_p25_settings_accounts_and_tokens_have_authors() -> None:
    first = Actor("command", "", "root")
    sara = accounts.create_operator("s@fiko.local", "Sara", "administrator", "sales", "long enough!", first).actor
    settings.change("ai_switch", False, sara)
    operator = accounts.create_operator("a@fiko.local", "A", "operator", "sales", "long enough!", sara)
    accounts.change_operator(operator.id, "viewer", "sales", True, sara)
    accounts.set_password(operator.id, "even longer!", sara)
    token, _text = accounts.create_token("Bridge", sara)
    accounts.revoke_token(token.id, sara)
    accounts_changed = [("operator", action) for action in ("created", "changed", "password changed")]
    assert audited(sara) == [("setting", "changed"), *accounts_changed, ("token", "created"), ("token", "revoked")]


def test_p25_a_message_names_who_wrote_it() -> None:
    conversation = begin()
    say(conversation)
    work(ANSWER_CUSTOMER)
    reply(conversation)
    authors = select(Message.type, Message.author_label).order_by(Message.id)
    assert [tuple(row) for row in db.session.execute(authors)] == [("customer", ""), ("AI", ""), ("support", "Sara")]
