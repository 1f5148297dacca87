"""A form says what its node will do."""

import re
from typing import Any

import pytest
from flask import Flask

from fikoadmin.engine import kinds
from tests.web.browsing import Visitor
from tests.web.drafting import changed_by_somebody_else, node_titled, one_node
from tests.web.forms import form_on, send
from tests.web.node_forms.conftest import Save


def told(page: str) -> str:
    """What the page says that the node will do."""
    inside = page.split('id="effects"', 1)[1].split("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", "", inside).split())


@pytest.mark.parametrize(
    ("node_type", "fields", "words"),
    [
        ("waiting", {"storage_type": "email"}, ("An e-mail address", "{{answers.Node}}", "kept with the customer")),
        ("waiting", {"allowed_errors": 0}, ("wrong answer number 1", "within 30 minutes", "Timeout")),
        (
            "waiting",
            {"exit_keywords": ["stop"], "response_time_limit_enabled": False},
            ("After stop", "without a limit"),
        ),
        (
            "action",
            {"action_type": "delay", "delay_amount": 2, "delay_unit": "hours"},
            ("after 2 hours", "looks again"),
        ),
        ("action", {"action_type": "webhook", "webhook_url": "https://x.test/"}, ("as JSON", "2xx", "the same key")),
        ("action", {"action_type": "webhook", "webhook_method": "GET"}, ("No content is sent along",)),
        (
            "action",
            {"action_type": "send_email", "configuration": {"subject": "Hi"}},
            ("the customer", "FIKO_SMTP_URL"),
        ),
        ("when", {"when_type": "scheduled"}, ("it would never start",)),
        ("when", {"when_type": "scheduled", "tags": ["VIP"]}, ("open conversation and: VIP",)),
    ],
)
def test_a_form_says_what_its_node_will_do(
    office: Flask, editor: Visitor, node_type: str, fields: dict[str, Any], words: tuple[str, ...]
) -> None:
    workflow_id, node_id = one_node(office, node_type, **fields)
    text = told(editor.text(f"/workflows/{workflow_id}/nodes/{node_id}"))
    assert [each for each in words if each not in text] == []


def test_what_it_will_do_follows_what_is_typed_before_it_is_saved(office: Flask, editor: Visitor) -> None:
    workflow_id, node_id = one_node(office, "when", when_type="scheduled")
    page = f"/workflows/{workflow_id}/nodes/{node_id}"
    typed = {"schedule_frequency": "yearly", "schedule_start_date": "2999-05-01", "schedule_time": "09:30"}
    assert "Next: 1 May 2999, 09:30" in told(send(editor, page, page, step="choose", **typed).text)
    assert node_titled(office, workflow_id, "Node")["schedule_time"] is None


@pytest.mark.parametrize("names", [("to", "subject", "body"), ("recipient", "email_subject", "content")])
def test_an_e_mail_goes_back_to_where_another_system_had_it(save: Save, names: tuple[str, str, str]) -> None:
    to, subject, text = names
    found = {"action_type": "send_email", "configuration": {to: "a@b.test", "z": 1}, subject: "Old", text: "Old text"}
    node = save("action", found, to="c@d.test, {{user.email}}", subject="New", text="New\r\ntext")
    assert node["configuration"] == {to: "c@d.test, {{user.email}}", "z": 1}
    assert (node[subject], node[text]) == ("New", "New\ntext")


def test_a_new_e_mail_is_written_where_the_engine_reads_it(save: Save) -> None:
    node = save("action", {"action_type": "send_email"}, to="a@b.test", subject="S", text="T")
    assert [kinds.email_part(node, part) for part in ("to", "subject", "text")] == ["a@b.test", "S", "T"]


def test_p22_a_conflict_says_what_differs_and_who_did_what_since(office: Flask, editor: Visitor) -> None:
    workflow_id, node_id = one_node(office, "action", message_content="first")
    page = f"/workflows/{workflow_id}/nodes/{node_id}"
    form = form_on(editor.text(page), page)
    changed_by_somebody_else(office, workflow_id, node_id, message_content="theirs")
    text = editor.client.post(page, data=form.sent(message_content="mine")).text
    for words in ("Yours differs in: Message", "Since you opened it", "node changed: Node", "test"):
        assert words in text
