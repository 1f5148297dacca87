"""What customers say in F13, and the workflows that listen for it."""

from __future__ import annotations

from tests.contract.documents import Document, action, connection, control, document, node, note, redirect, row, when

NOTICE = "You are with other people now"
HUMAN, SILENCE, ASK, WAIT = "human please", "be silent", "ask me", "wait a moment"


def asking() -> Document:
    """Asks the customer, and tells people whether it was answered."""
    begin = when(ASK)
    ask = node(
        "waiting", "Ask", customer_message="Your e-mail?", storage_type="email", allowed_errors=2, error_message="Hm?",
        exit_keywords=["stop"], response_time_limit_enabled=True, response_timeout_amount=1,
        response_timeout_unit="hours",
    )  # fmt: skip
    ways = {kind: note(kind) for kind in ("success", "failure", "timeout", "skip")}
    ends = [connection(ask, way, kind) for kind, way in ways.items()]
    return document([begin, ask, *ways.values()], [connection(begin, ask), *ends])


def delayed() -> Document:
    """Gives the conversation to billing an hour later."""
    later = action("delay", "Later", delay_amount=1, delay_unit="hours")
    return row(when(WAIT), later, redirect("billing"))


def workflows() -> list[Document]:
    return [row(when(HUMAN), redirect("support")), row(when(SILENCE), control("disable")), asking(), delayed()]
