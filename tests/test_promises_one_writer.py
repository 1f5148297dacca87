"""P1 and P7 as the code has it: who may write a conversation's owner, and who may give it back to the AI.

Read from the source, so on no database; the verbs at random run on SQLite, where they are the same code.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from fikoadmin import destinations
from fikoadmin.errors import Conflict
from fikoadmin.extensions import Base, transaction
from fikoadmin.jobs.kinds import KINDS
from fikoadmin.models.base import UtcDateTime
from fikoadmin.models.conversations import ACTIVE, CLOSED
from fikoadmin.services import conversations, executions
from tests.contract.documents import by_hand, control, redirect, send, set_status
from tests.scenes import ACTOR, begin, fresh, history, live, owner, say, work

PACKAGE = Path(__file__).resolve().parent.parent / "fikoadmin"
OWNED = {"status", "ai_enabled", "destination", "epoch"}
# Others that have a status or an epoch of their own.
NOT_CONVERSATIONS = {"workflow", "execution", "self.execution"}
WRITER = ("models.conversations", "Conversation._own")

Place = tuple[str, str]


def functions(tree: ast.AST, name: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Each node of the tree with the qualified name of the function or class around it."""
    for node in ast.iter_child_nodes(tree):
        inner = name
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            inner = f"{name}.{node.name}".strip(".")
        yield inner, node
        yield from functions(node, inner)


@cache
def modules() -> dict[str, list[tuple[str, ast.AST]]]:
    """What `functions` finds, by module."""
    paths = sorted(PACKAGE.rglob("*.py"))
    names = [".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in paths]
    return {name: list(functions(ast.parse(path.read_text()))) for name, path in zip(names, paths, strict=True)}


def is_conversation(base: ast.expr, place: str) -> bool:
    text = ast.unparse(base)
    return place.startswith("Conversation.") if text == "self" else text not in NOT_CONVERSATIONS


def targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return [part for t in node.targets for part in (t.elts if isinstance(t, ast.Tuple) else [t])]
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


def writes(nodes: Iterable[tuple[str, ast.AST]]) -> Iterator[str]:
    """Where an owner is written: by an attribute, when one is made, or by a statement."""
    for place, node in nodes:
        for target in targets(node):
            if isinstance(target, ast.Attribute) and target.attr in OWNED and is_conversation(target.value, place):
                yield place
        if isinstance(node, ast.Call) and writes_by_call(node, place):
            yield place


def writes_by_call(call: ast.Call, place: str) -> bool:
    name, first = ast.unparse(call.func), ast.unparse(call.args[0]) if call.args else ""
    if name == "setattr":
        return first == "conversation"
    if name in {"Conversation", "cls"} and (name == "Conversation" or place.startswith("Conversation.")):
        return any(keyword.arg in OWNED or keyword.arg is None for keyword in call.keywords)
    statement = name.split(".")[-1] in {"update", "insert", "insert_into", "values", "text"}
    return statement and ("Conversation" in first.split(".") or "UPDATE conversations" in first)


def test_p01_one_function_alone_writes_an_owner() -> None:
    found = {(module, place) for module, nodes in modules().items() for place in writes(nodes)}
    assert found == {WRITER}


@pytest.mark.parametrize(
    "line",
    [
        "conversation.status = 'active'",
        "conversation.ai_enabled, x = True, 1",
        "other.epoch += 1",
        "setattr(conversation, name, value)",
        "session.execute(update(Conversation).values(status='active'))",
        "session.execute(text('UPDATE conversations SET status = 1'))",
        "Conversation(status='active')",
        "Conversation(**fields)",
    ],
)
def test_p01_a_second_writer_would_be_found(line: str) -> None:
    assert list(writes(functions(ast.parse(f"def f():\n    {line}\n")))) == ["f"]


# -- the verbs, in any order ---------------------------------------------------------------------------------------

Verb = Callable[[str], object]


def to(destination: str) -> Verb:
    return lambda c: conversations.redirect(c, destination, ACTOR)


def by_workflow(name: str) -> Verb:
    return lambda c: executions.trigger(WORKFLOWS[name], c, ACTOR)


WORKFLOWS: dict[str, int] = {}
DRAWN = {
    "campaign": by_hand(set_status("marketing_active")),
    "close": by_hand(set_status("closed")),
    "enable": by_hand(control("enable")),
    "tell and redirect": by_hand(send("Moment"), redirect("billing"), redirect("ai")),
}
VERBS: dict[str, Verb] = {
    **{f"redirect to {d.value}": to(d.value) for d in destinations.DESTINATIONS},
    **{f"workflow: {name}": by_workflow(name) for name in DRAWN},
    "take over": lambda c: conversations.take_over(c, ACTOR, "sales"),
    "reply": lambda c: conversations.reply(c, "Hello", ACTOR, "technical"),
    "note": lambda c: conversations.note(c, "Remember", ACTOR),
    "close": lambda c: conversations.close(c, ACTOR),
    "silence": lambda c: conversations.set_ai(c, False, ACTOR),
    "enable": lambda c: conversations.set_ai(c, True, ACTOR),
    "the customer writes": lambda c: say(c, "hello"),
    "the worker works": lambda c: work(),
}


@pytest.fixture
def drawn(inside: Flask) -> Flask:
    WORKFLOWS.update({name: live(document).id for name, document in DRAWN.items()})
    return inside


@given(st.lists(st.sampled_from(sorted(VERBS)), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_p01_after_any_verbs_the_flag_is_on_in_active_only_and_history_tells_all(
    drawn: Flask, names: list[str]
) -> None:
    conversation = begin()
    for name in names:
        try:
            VERBS[name](conversation)
        except Conflict:
            assert name == "enable"
        now, told = fresh(conversation), history(conversation)
        assert now.status == ACTIVE or not now.ai_enabled
        assert now.ai_enabled or not now.ai_may_reply
        assert [event.epoch for event in told] == list(range(1, now.epoch + 1))
        last = told[-1]
        assert owner(conversation) == (last.new_status, last.new_ai_enabled, last.new_destination, last.epoch)


# -- P7: who can switch the AI on, and that time does not ------------------------------------------------------------


def named_calls(name: str) -> set[Place]:
    """Where a method of that name is called."""
    return {
        (module, place)
        for module, nodes in modules().items()
        for place, node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
    }


def enabling() -> set[str]:
    """The verbs that ask the one writer for a flag that is not simply off."""
    return {
        place
        for place, node in modules()["models.conversations"]
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("._own")
        for keyword in node.keywords
        if keyword.arg == "ai_enabled" and ast.unparse(keyword.value) != "False"
    }


def test_p07_only_a_redirect_enabling_and_beginning_can_switch_the_ai_on() -> None:
    assert enabling() == {"Conversation.redirect", "Conversation.enable_ai", "Conversation._begin"}
    assert named_calls("enable_ai") == {
        ("services.conversations", "set_ai"),
        ("engine.actions", "control_ai_response"),
    }
    assert named_calls("reopen") == {
        ("services.events", "_message_received"),
        ("services.trying", "_Stage._receive"),  # a trial: always rolled back
    }
    assert named_calls("_begin") == {
        ("models.conversations", "Conversation.start"),
        ("models.conversations", "Conversation.reopen"),
    }


def time_passes(hours: int) -> None:
    """Every stored moment lies that much further back: to the app and to the database's clock alike."""
    with transaction() as session:
        for table in Base.metadata.sorted_tables:
            key = next(iter(table.primary_key.columns))
            for column in (column for column in table.columns if isinstance(column.type, UtcDateTime)):
                for row_key, moment in session.execute(select(key, column).where(column.is_not(None))).all():
                    moved = {column.name: moment - timedelta(hours=hours)}
                    session.execute(update(table).where(key == row_key).values(moved))


QUIET: dict[str, Verb] = {
    **{f"to {value}": to(value) for value in destinations.DEPARTMENTS},
    "taken over": VERBS["reply"],
    "silenced": VERBS["silence"],
    "in a campaign": VERBS["workflow: campaign"],
    CLOSED: VERBS["close"],
}


@pytest.mark.parametrize("name", QUIET)
def test_p07_two_days_enable_nothing(drawn: Flask, name: str) -> None:
    conversation = begin("web")
    say(conversation)
    QUIET[name](conversation)
    before = owner(conversation)
    time_passes(48)
    work(*KINDS)
    assert owner(conversation) == before
    assert fresh(conversation).silent_because()
