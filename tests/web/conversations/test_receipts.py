"""Receipts: what followed from a redirect, and whether it can be read back."""

import pytest
from flask import Flask

from fikoadmin.services import conversations
from tests.contract.documents import node, redirect, row, when
from tests.scenes import live
from tests.web.browsing import Visitor, signed_in_as
from tests.web.conversations.sending import inside, send
from tests.web.talking import AUTHOR, begun, supersede


def test_a_redirect_shows_what_followed_from_it(office: Flask, editor: Visitor) -> None:
    with inside(office):
        live(
            row(
                when("ask me"),
                node("waiting", "Number", customer_message="Your number?"),
                redirect("sales"),
                name="Asks",
            )
        )
    conversation_id = begun(office, "ask me")
    address = f"/conversations/{conversation_id}"
    _, location = send(editor, f"{address}/redirect", {"epoch": "1", "destination": "billing"}, address)
    supersede(office, conversation_id, "The answer that came late", "owner changed")
    text = editor.text(location)
    receipt = text[text.index('id="receipt"') : text.index('class="split')]
    words = (
        "Redirected to Billing",
        "Support active",
        "AI off",
        "Asks",
        "the answer goes to the new owner",
        "no mirror",
    )
    assert [each for each in (*words, "The answer that came late") if each not in receipt] == []
    assert editor.text(f"{address}/receipt/2").strip() in text
    assert editor.get(f"{address}/receipt/3").status_code == 404


def test_a_receipt_reads_the_mirror_back(pg_app: Flask) -> None:
    visitor = signed_in_as(pg_app, "viewer")
    conversation_id = begun(pg_app)
    with inside(pg_app):
        conversations.redirect(conversation_id, "sales", AUTHOR)
    text = visitor.text(f"/conversations/{conversation_id}?changed=2")
    assert f"ai_control_{conversation_id} = " in text
    assert "&#34;epoch&#34;: 2" in text
    assert "The owner changed again." in visitor.text(f"/conversations/{conversation_id}?changed=1")


def test_a_redirect_to_where_it_is_says_that_nothing_changed(office: Flask, editor: Visitor) -> None:
    address = f"/conversations/{begun(office)}"
    status, location = send(editor, f"{address}/redirect", {"epoch": "1", "destination": "ai"}, address)
    assert (status, location) == (303, address)
    assert "nothing changed" in editor.text(address)


@pytest.mark.parametrize("epoch", ["0", "-1", "x", "9" * 30, "7"])
def test_p29_a_receipt_of_nothing_is_not_shown(office: Flask, reader: Visitor, epoch: str) -> None:
    answer = reader.get(f"/conversations/{begun(office)}?changed={epoch}")
    assert (answer.status_code, 'id="receipt"' in answer.text) == (200, False)
