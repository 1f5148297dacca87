"""The ready workflows: offered in the reader's language, usable as they are, and each does what it says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from fikoadmin import documents
from fikoadmin.documents import ready
from fikoadmin.engine.findings import findings
from fikoadmin.extensions import db, transaction
from fikoadmin.models.actors import Actor
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.jobs import END_WAIT, Job
from fikoadmin.models.workflows import ARCHIVED, Workflow
from fikoadmin.services import accounts, conversations, trials, trying
from fikoadmin.services.trials import Move, Occasion
from tests import scenes
from tests.scenes import ACTOR
from tests.web.browsing import PASSWORD, Visitor
from tests.web.drafting import draft_of, workflow_at

LANGUAGES = ("en", "fa")
ALL = [(key, language) for key in ready.KEYS for language in LANGUAGES]


@pytest.mark.parametrize(("key", "language"), ALL)
def test_each_can_be_published_as_it_is(key: str, language: str) -> None:
    read = documents.read_value(ready.template(key, language))
    assert not read.warnings
    assert findings(read.bare()) == []
    assert read.description


def test_both_languages_have_the_same_shape() -> None:
    for key in ready.KEYS:
        english, persian = (ready.template(key, language) for language in LANGUAGES)
        assert english["connections"] == persian["connections"]
        assert [node["id"] for node in english["nodes"]] == [node["id"] for node in persian["nodes"]]


def test_they_are_shown_drawn_and_a_draft_is_made(office: Flask, editor: Visitor) -> None:
    page = editor.text("/workflows/templates")
    assert page.count('class="graph-frame') == len(ready.KEYS)
    for key in ready.KEYS:
        assert 'class="reading"' in editor.text(f"/workflows/templates/{key}")
        answer = editor.post(f"/workflows/templates/{key}")
        assert answer.status_code == 303
        workflow_id = int(answer.location.rsplit("/", 1)[1])
        assert workflow_at(office, workflow_id).status == "DRAFT"
        assert draft_of(office, workflow_id)["workflow"]["name"] == ready.template(key, "en")["workflow"]["name"]


def test_they_come_in_the_readers_language(office: Flask) -> None:
    with office.app_context():
        accounts.create_operator("leila@fiko.local", "Leila", "operator", "sales", PASSWORD, Actor("command"), "fa")
    visitor = Visitor(office)
    visitor.post("/sign-in", {"email": "leila@fiko.local", "password": PASSWORD})
    assert "خوشامد" in visitor.text("/workflows/templates")
    answer = visitor.post("/workflows/templates/welcome")
    assert workflow_at(office, int(answer.location.rsplit("/", 1)[1])).name == "خوشامد"


def test_a_template_that_is_not_there_and_who_may(editor: Visitor, reader: Visitor) -> None:
    assert editor.get("/workflows/templates/nothing").status_code == 404
    assert editor.post("/workflows/templates/nothing", form_at="/workflows/templates").status_code == 404
    assert reader.get("/workflows/templates").status_code == 200
    assert reader.post("/workflows/templates/welcome", {}, "/workflows").status_code == 403


@pytest.fixture
def here(office: Flask) -> Iterator[Flask]:
    with office.app_context():
        yield office


# -- each does what it says ------------------------------------------------------------------------------------------


def live(key: str, language: str = "en") -> Workflow:
    """That template alone is live."""
    with transaction() as session:
        session.execute(update(Workflow).values(status=ARCHIVED))
    return scenes.live(ready.template(key, language))


@pytest.mark.parametrize(("language", "words"), [("en", "I need HELP"), ("fa", "لطفا پشتیباني")])
def test_a_word_brings_the_customer_to_support(here: Flask, language: str, words: str) -> None:
    live("keyword_to_support", language)
    conversation_id = scenes.begin()
    scenes.say(conversation_id, words)
    assert scenes.owner(conversation_id)[:3] == ("support_active", False, "support")
    scenes.say(conversation_id, words)
    assert len(scenes.messages(conversation_id, "marketing")) == 1


@pytest.mark.parametrize(("language", "free_day"), [("en", 28), ("fa", 26)])
@pytest.mark.parametrize(("day", "hour", "answers"), [(25, 12, False), (25, 3, True), (0, 12, True)])
def test_out_of_hours_the_ai_answers(
    here: Flask, language: str, free_day: int, day: int, hour: int, answers: bool
) -> None:
    workflow = live("out_of_hours", language)
    conversation_id = scenes.begin()
    conversations.redirect(conversation_id, "support", ACTOR)
    zone = here.extensions["config"].timezone
    moment = datetime(2026, 11, day or free_day, hour, tzinfo=zone)
    occasion = Occasion("MESSAGE_RECEIVED", "anybody?", conversation_id=conversation_id, at=moment)
    trial = trying.try_draft(workflow.id, occasion, [], ACTOR)
    assert (trial.after["destination"], trial.asks_ai) == (("ai", True) if answers else ("support", False))


@pytest.mark.parametrize("language", LANGUAGES)
def test_ten_minutes_without_an_answer(here: Flask, language: str) -> None:
    live("unanswered", language)
    conversation_id = scenes.begin()
    scenes.say(conversation_id, "hello?")
    assert scenes.owner(conversation_id)[0] == "active"
    early = datetime.now(UTC) - timedelta(minutes=10)
    with transaction():
        db.session.get_one(Conversation, conversation_id).unanswered_since = early
    with transaction() as session:
        session.execute(update(Job).where(Job.kind == END_WAIT).values(due_at=early))
    scenes.work(END_WAIT)
    assert scenes.owner(conversation_id)[:3] == ("support_active", False, "support")


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_was_answered_stays_with_the_ai(here: Flask, language: str) -> None:
    workflow = live("unanswered", language)
    moves = [Move(trials.AI), Move(trials.TIME)]
    trial = trying.try_draft(workflow.id, Occasion("MESSAGE_RECEIVED", "hello?"), moves, ACTOR)
    assert (trial.after["status"], trial.missed) == ("active", 0)


@pytest.mark.parametrize(("language", "words"), [("en", "call me"), ("fa", "لطفاً زنگ بزنید")])
def test_a_phone_number_is_asked_for_and_kept(here: Flask, language: str, words: str) -> None:
    live("phone_number", language)
    conversation_id = scenes.begin()
    for said in (words, "my number", "۰۹۱۲ ۳۴۵ ۶۷۸۹"):
        scenes.say(conversation_id, said)
    assert scenes.fresh(conversation_id).customer.phone_number == "09123456789"
    assert "09123456789" in scenes.messages(conversation_id, "marketing")[-1]
    assert scenes.owner(conversation_id)[2] == "sales"


@pytest.mark.parametrize(("language", "no"), [("en", "No"), ("fa", "نه")])
def test_who_gives_no_number_is_left_in_peace(here: Flask, language: str, no: str) -> None:
    workflow = live("phone_number", language)
    occasion = Occasion("MESSAGE_RECEIVED", ready.template("phone_number", language)["nodes"][0]["keywords"][0])
    trial = trying.try_draft(workflow.id, occasion, [Move(trials.ANSWER, text=no)], ACTOR)
    assert trial.execution is not None
    assert (trial.execution.status, trial.after["status"]) == ("COMPLETED", "active")


@pytest.mark.parametrize(("language", "tag"), [("en", "new"), ("fa", "جدید")])
def test_new_customers_are_welcomed(here: Flask, language: str, tag: str) -> None:
    live("welcome", language)
    conversation_id = scenes.begin()
    assert len(scenes.messages(conversation_id, "marketing")) == 1
    assert scenes.fresh(conversation_id).customer.tags == [tag]


@pytest.mark.parametrize(("language", "words"), [("en", "Any discount?"), ("fa", "تخفيف دارید؟")])
def test_the_discount_is_given_once(here: Flask, language: str, words: str) -> None:
    live("discount", language)
    conversation_id = scenes.begin()
    scenes.say(conversation_id, words)
    scenes.say(conversation_id, words)
    given, reminded = scenes.messages(conversation_id, "marketing")
    assert given != reminded
    assert "WELCOME10" in given
    assert len(scenes.fresh(conversation_id).customer.tags) == 1
