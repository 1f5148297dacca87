"""Trials of a draft: they do what an execution would do, and leave nothing behind."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app

from fikoadmin import documents
from fikoadmin.extensions import committed, db
from fikoadmin.services import trials, trying, workflows
from fikoadmin.services.trials import Move, Occasion, Trial
from tests import scenes
from tests.conftest import STACKS, NewStack
from tests.contract import documents as made
from tests.contract.documents import Document
from tests.in_process import bring_up, opened
from tests.scenes import ACTOR

SAYS_HELLO = Occasion("MESSAGE_RECEIVED", text="hello", name="Ada")


@pytest.fixture(scope="module", params=STACKS)
def any_app(
    request: pytest.FixtureRequest, new_stack: NewStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """On both databases: that nothing is left behind is a matter of the database."""
    folder = tmp_path_factory.mktemp("trying")
    with new_stack(request.param) as stack:
        bring_up(stack.environment, folder)
        with opened(stack.environment, folder) as app, app.app_context():
            yield app


@pytest.fixture(scope="module")
def _app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("trying-sqlite")
    copy = shutil.copy(sqlite_template, folder / "fiko.sqlite3")
    with opened({"FIKO_DATABASE_URL": f"sqlite:///{copy}"}, folder) as app:
        yield app


@pytest.fixture
def app(_app: Flask) -> Iterator[Flask]:
    with _app.app_context():
        yield _app


def everything() -> dict[str, list[Any]]:
    """Every row of every table."""
    db.session.rollback()
    tables = db.metadata.sorted_tables
    return {table.name: sorted(map(repr, db.session.execute(table.select()).all())) for table in tables}


def tried(document: Document, occasion: Occasion = SAYS_HELLO, *moves: Move) -> Trial:
    """A trial of a draft made of that document, which must leave the database and the log as they were."""
    workflow, _warnings = workflows.import_read(documents.read_value(document), ACTOR)
    before, log = everything(), current_app.extensions["config"].log_file.read_text()
    trial = trying.try_draft(workflow.id, occasion, moves, ACTOR)
    assert everything() == before
    assert current_app.extensions["config"].log_file.read_text() == log
    return trial


def told(trial: Trial) -> list[tuple[str, str | None]]:
    """Title and outcome of each step."""
    assert trial.execution is not None
    return [(step.title, step.outcome) for step in trial.execution.steps]


def said(trial: Trial) -> list[str]:
    return [message.content for message in trial.messages]


ASKS = made.node(
    "waiting", "Ask", customer_message="Your e-mail, {{user.first_name}}?", storage_type="email", allowed_errors=2,
    error_message="No e-mail?", response_time_limit_enabled=True, response_timeout_amount=30,
    response_timeout_unit="minutes", exit_keywords=["stop"],
)  # fmt: skip


def asking() -> Document:
    start, thanks = made.when("hello", title="Start"), made.send("Thanks, {{answers.Ask}}", "Thanks")
    people, gone = made.redirect("support", "People"), made.tag("silent", "Silent")
    lines = [made.connection(start, ASKS), made.connection(ASKS, thanks)]
    lines += [made.connection(ASKS, people, "failure"), made.connection(ASKS, gone, "timeout")]
    return made.document([start, ASKS, thanks, people, gone], lines)


def test_a_redirect_is_shown_and_does_not_happen(any_app: Flask) -> None:
    trial = tried(made.redirect_workflow("sales", "hello"))
    assert told(trial) == [("When", "passed"), ("Redirect", "changed")]
    assert (trial.before["status"], trial.after["status"]) == ("active", "support_active")
    assert (trial.after["destination"], trial.asks_ai) == ("sales", False)


def test_one_that_would_not_start_says_why(app: Flask) -> None:
    trial = tried(made.row(made.when("price", channels=["telegram"]), made.send("Hi")))
    assert trial.execution is None
    assert [refusal["reason"] for refusal in trial.refusals] == ["another channel", "no keyword is in the message"]


@pytest.mark.parametrize(
    ("moves", "ends", "words"),
    [
        ([Move("answer", text="a@b.com")], "COMPLETED", "Thanks, a@b.com"),
        ([Move("answer", text="no")], "WAITING", "No e-mail?"),
        ([Move("answer", text="no"), Move("answer", text="nope")], "COMPLETED", "nope"),
        ([Move("time")], "COMPLETED", "Your e-mail, Ada?"),
        ([Move("operator")], "CANCELLED", "…"),
    ],
)
def test_a_question_is_answered_in_every_way(app: Flask, moves: list[Move], ends: str, words: str) -> None:
    trial = tried(asking(), SAYS_HELLO, *moves)
    assert trial.execution is not None
    assert (trial.execution.status, said(trial)[-1], trial.missed) == (ends, words, 0)


def test_an_answer_changes_the_customer_only_in_the_trial(any_app: Flask) -> None:
    trial = tried(asking(), SAYS_HELLO, Move("answer", text="a@b.com"))
    assert (trial.before["email"], trial.after["email"]) == ("", "a@b.com")


def test_time_passes_for_conditions_too(app: Flask) -> None:
    late = made.condition(made.field("conversation.unanswered_minutes", "greater_equal", 10), title="Late?")
    pause = made.action("delay", "Pause", delay_amount=10, delay_unit="minutes")
    document = made.row(made.when("hello"), pause, late, made.redirect("support", "People"))
    waiting = tried(document)
    assert (told(waiting)[-1], waiting.asks_ai) == (("Pause", None), True)
    assert told(tried(document, SAYS_HELLO, Move("time")))[-1] == ("People", "changed")
    answered = tried(document, SAYS_HELLO, Move("ai"), Move("time"))
    assert told(answered)[-1] == ("Late?", "passed")


def test_it_begins_at_the_moment_that_was_chosen(app: Flask) -> None:
    night = made.condition(made.field("now.weekday", "equals", "saturday"), title="Weekend?")
    document = made.row(made.when("hello"), night, made.redirect("support", "People"))
    for day, steps in ((28, 3), (24, 2)):
        moment = datetime(2026, 11, day, 12, tzinfo=UTC)
        assert len(told(tried(document, Occasion("MESSAGE_RECEIVED", "hello", at=moment)))) == steps


@pytest.mark.parametrize(("answer", "title"), [("true", "People"), ("false", "Robot")])
def test_the_model_says_what_the_operator_says(app: Flask, answer: str, title: str) -> None:
    start, asks = made.when("hello"), made.condition({"type": "ai", "prompt": "Angry?"}, title="Angry?")
    people, ai = made.redirect("support", "People"), made.redirect("ai", "Robot")
    lines = [made.connection(start, asks), made.connection(asks, people), made.connection(asks, ai, "failure")]
    document = made.document([start, asks, people, ai], lines)
    trial = tried(document)
    assert [trials.is_judgement(wait) for wait in trial.waits] == [True]
    assert told(tried(document, SAYS_HELLO, Move(answer, 1)))[-1][0] == title


@pytest.mark.parametrize(("outcome", "title"), [("done", "Good"), ("fails", "Bad")])
def test_a_call_is_not_made_and_comes_out_as_said(app: Flask, outcome: str, title: str) -> None:
    start, call = made.when("hello"), made.action("webhook", "Call", webhook_url="http://127.0.0.1:9/x")
    good, bad = made.send("Good", "Good"), made.send("Bad", "Bad")
    lines = [made.connection(start, call), made.connection(call, good), made.connection(call, bad, "failure")]
    document = made.document([start, call, good, bad], lines)
    assert told(tried(document, SAYS_HELLO, Move(outcome, 1)))[-1] == (title, "changed")


def test_moves_that_fit_no_more_are_counted(app: Flask) -> None:
    moves = [Move("time"), Move("true", 1), Move("answer"), Move("nonsense"), Move("done", 2**40)]
    assert tried(made.redirect_workflow("sales", "hello"), SAYS_HELLO, *moves).missed == 5


def test_a_real_conversation_is_tried_on_and_left_as_it_is(any_app: Flask) -> None:
    conversation_id = scenes.begin()
    scenes.say(conversation_id, "earlier")
    occasion = Occasion("MESSAGE_RECEIVED", "hello", conversation_id=conversation_id)
    trial = tried(made.row(made.when("hello"), made.tag("asked"), made.redirect("billing")), occasion)
    assert said(trial) == ["hello"]
    assert trial.after["tags"] == ["asked"]
    assert scenes.owner(conversation_id)[:3] == ("active", True, "ai")


def test_other_starts_and_what_they_bring(app: Flask) -> None:
    tagged = made.row(made.when("", when_type="add_tag", tags=["VIP"]), made.send("Welcome"))
    assert said(tried(tagged, Occasion("TAG_ADDED", tag="VIP"))) == ["Welcome"]
    assert tried(tagged, Occasion("TAG_ADDED", tag="other")).execution is None
    by_hand = made.by_hand(made.send("You wrote {{event.data.content}}"))
    assert said(tried(by_hand, Occasion("MANUAL", "this")))[-1] == "You wrote this"


def test_a_limit_holds_it_back_as_it_would(app: Flask) -> None:
    document = made.redirect_workflow("sales", "hello")
    document["workflow"] |= {"end_date": "2020-01-01T00:00:00"}
    trial = tried(document)
    assert trial.execution is not None
    assert (trial.execution.status, trial.execution.reason) == ("SKIPPED", "the workflow's end date has passed")


def test_a_long_workflow_runs_to_its_end_and_unfinished_nodes_fail(app: Flask) -> None:
    steps = [made.tag(f"t{n}", f"T{n}") for n in range(120)]
    trial = tried(made.row(made.when("hello"), *steps, made.redirect("", "Nowhere")))
    assert told(trial)[-1] == ("Nowhere", "failed")
    assert len(told(trial)) == 122


def test_p19_what_was_tried_is_never_what_runs(any_app: Flask) -> None:
    tried(made.redirect_workflow("sales", "hello"))  # a version that is published next gets the id of this one's
    scenes.live(made.redirect_workflow("billing", word := made.unique()))
    conversation_id = scenes.begin()
    scenes.say(conversation_id, word)
    assert scenes.owner(conversation_id)[2] == "billing"


def test_no_bell_is_rung_for_a_trial(app: Flask) -> None:
    heard: list[object] = []
    with committed.connected_to(lambda _sender, facts: heard.extend(facts)):
        workflow, _warnings = workflows.import_read(documents.read_value(made.redirect_workflow("ai", "hello")), ACTOR)
        told_of_import = len(heard)
        trying.try_draft(workflow.id, SAYS_HELLO, [], ACTOR)
    assert len(heard) == told_of_import
