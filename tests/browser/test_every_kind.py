"""Every kind of node, run through the pages; each step is told in words, in both languages."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from fikoadmin.engine import kinds
from tests.app_server import App
from tests.browser import every_kind
from tests.browser.conftest import add_operator, sign_in
from tests.contract.documents import Document, sample
from tests.fakes.ai_server import AIServer
from tests.fakes.receiver import Receiver
from tests.fakes.smtp_server import SMTPServer

OpenPage = Callable[..., Page]
ACTIONS, QUESTIONS = "همه‌چیز", "پرسش"
SCHEDULE_MS = 90_000
# What the steps say: without addresses, code and what a message, an answer or another system said.
TOLD = """([steps, ours]) => [...document.querySelectorAll(steps)].map((step) => {
    const copy = step.cloneNode(true);
    copy.querySelectorAll(ours).forEach((part) => part.remove());
    return copy.textContent.replace(/\\s+/g, " ").trim();
})"""


class Outside:
    """What stands outside the installation: a model, a mail server, another system."""

    def __init__(self, stack: ExitStack) -> None:
        self.ai, self.mail, self.hook = AIServer(), SMTPServer(), Receiver()
        for server in (self.ai, self.mail, self.hook):
            stack.enter_context(server)

    @property
    def settings(self) -> dict[str, str]:
        return {
            "FIKO_AI_BASE_URL": self.ai.url,
            "FIKO_AI_MODEL": "test",
            "FIKO_SMTP_URL": self.mail.url(sender="us@example.org"),
            "FIKO_OUTBOUND_ALLOW": "127.0.0.1",
        }


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    with ExitStack() as stack:
        yield Outside(stack)


@pytest.fixture(scope="module")
def fiko(outside: Outside) -> Iterator[App]:
    with App(outside.settings) as app:
        add_operator(app)
        yield app


@pytest.fixture(scope="module")
def scheduled(browser: Browser, fiko: App) -> str:
    """The address of a workflow that starts within the next minutes; its customer exists."""
    context = browser.new_context(locale="fa")
    page = sign_in(context.new_page(), fiko, "fa")
    address = publish(page, fiko, every_kind.at_a_set_time(every_kind.next_minute(datetime.now(UTC))))
    try_it(page, fiko, every_kind.DAILY)
    context.close()
    return address


@pytest.fixture(scope="module")
def ran(browser: Browser, fiko: App, outside: Outside, scheduled: str) -> list[str]:
    """The addresses of executions of every kind of node, made on Persian pages."""
    context = browser.new_context(locale="fa")
    page = sign_in(context.new_page(), fiko, "fa")
    actions, questions = every_kind.of_every_action(ACTIONS, outside.hook.url), every_kind.of_every_question(QUESTIONS)
    workflows = [publish(page, fiko, each) for each in (*every_kind.other_starts(), actions, questions)]
    outside.hook.fails(404)
    conversation = try_it(page, fiko, every_kind.GUEST)
    say(page, ACTIONS)
    shows(page, "support_active")
    for text in (QUESTIONS, *every_kind.ANSWERS):
        say(page, text)
    comment = {"event_type": "INSTAGRAM_COMMENT", "conversation_id": conversation, "data": {"content": "چه زیبا"}}
    assert fiko.api("POST", "/events", comment).status == 202
    addresses = [execution_of(page, fiko, workflow) for workflow in (*workflows, scheduled)]
    context.close()
    return addresses


def publish(page: Page, fiko: App, document: Document, name: str = "") -> str:
    """Imports it by its file and has it go live; returns its address."""
    page.goto(f"{fiko.url}/workflows/import")
    content = json.dumps(document).encode()
    page.set_input_files("#file", {"name": "workflow.json", "mimeType": "application/json", "buffer": content})
    page.fill("[name=name]", name)
    page.click("main form .button-primary")
    page.click("form[action$='/activate'] button")
    page.wait_for_selector("#actions form[action$='/pause']")
    return page.url


def try_it(page: Page, fiko: App, tag: str) -> str:
    """Begins a conversation with oneself as a customer with that tag; returns its id."""
    page.goto(f"{fiko.url}/try")
    if clear := page.query_selector("form[action$='/clear'] button"):
        clear.click()
    page.fill("#first_name", "نادر")
    page.fill("#tags", tag)
    page.click("form.form .button-primary")
    page.wait_for_selector("#chat-content")
    return page.url.rpartition("/")[2]


def say(page: Page, text: str) -> None:
    said = page.locator(".chat-mine")
    count = said.count()
    page.fill("#chat-content", text)
    page.keyboard.press("Enter")
    expect(said).to_have_count(count + 1)


def shows(page: Page, status: str) -> None:
    expect(page.locator("#strip code")).to_have_text(status)


def execution_of(page: Page, fiko: App, workflow: str) -> str:
    """The address of the workflow's first execution, once it has completed; the live list tells."""
    page.goto(f"{fiko.url}/executions?status=COMPLETED&workflow={workflow.rpartition('/')[2]}")
    found = page.locator("#rows th a").last
    found.wait_for(timeout=SCHEDULE_MS)
    return fiko.url + str(found.get_attribute("href"))


def told(page: Page, *written: str) -> list[str]:
    """What the page says of each step, parts of these selectors aside: people or other systems wrote them."""
    return list(page.evaluate(TOLD, [".run-step", ",".join(("code", ".step-text", *written))]))


def steps_of(fiko: App, address: str) -> list[dict[str, Any]]:
    answer = fiko.api("GET", f"/executions/{address.rpartition('/')[2]}")
    return list(answer.json["steps"])


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_english_sample_runs_through_the_pages(
    fiko: App, signed_in: OpenPage, scheduled: str, language: str
) -> None:
    page, name = signed_in(language), f"sample {language}"
    workflow = publish(page, fiko, sample("en_2_redirect_to_human_support"), name)
    try_it(page, fiko, every_kind.GUEST)
    say(page, "I need support, please")
    shows(page, "support_active")
    expect(page.locator(".chat-theirs")).to_contain_text("Hi نادر, thank you for reaching out!")
    page.click(f".ran summary:has-text('{name}')")
    page.click(".ran details[open] a[href*='/executions/']")
    words = told(page, "bdi")
    assert len(words) == 5
    assert all(is_persian(each) if language == "fa" else is_plain(each) for each in words), words
    page.goto(workflow)
    page.click("form[action$='/pause'] button")


def is_persian(text: str) -> bool:
    """No stored word, no English, no place left open: every letter is Persian but those of an e-mail address."""
    return not re.search(r"[A-Za-z{}%0-9]", text.replace(every_kind.ADDRESS, "").replace("sara@example.org", ""))


def is_plain(text: str) -> bool:
    """No stored word such as `support_active`, no place left open."""
    return not re.search(r"\w_\w|[{}%]|[A-Z]{3,}", text)


def test_every_kind_of_node_runs(fiko: App, outside: Outside, ran: list[str]) -> None:
    outcomes = {step["outcome"] for address in ran for step in steps_of(fiko, address)}
    assert outcomes == {"passed", "changed", "already", "skipped", "failed"}
    documents = [every_kind.of_every_action("", ""), every_kind.of_every_question(""), *every_kind.other_starts()]
    nodes = [node for document in documents for node in document["nodes"]]
    asked = {node["storage_type"] for node in nodes if node["node_type"] == "waiting"}
    assert asked == set(kinds.STORAGE_TYPES)
    assert {kinds.kind(node) for node in nodes} | {"scheduled"} | kinds.NOT_RUN == (
        {*kinds.WHEN_TYPES, *kinds.ACTION_TYPES, "condition", "waiting"}
    )  # fmt: skip
    assert outside.hook.methods == ["PUT", "POST"]
    assert [letter.subject for letter in outside.mail.received] == ["سفارش"]


def test_every_step_is_told_in_persian(fiko: App, signed_in: OpenPage, ran: list[str]) -> None:
    page = signed_in("fa")
    for address in ran:
        page.goto(address)
        words = told(page)
        assert len(words) == len(steps_of(fiko, address))
        assert [text for text in words if not is_persian(text)] == []


def test_every_step_is_told_in_english(fiko: App, signed_in: OpenPage, ran: list[str]) -> None:
    page = signed_in("en")
    for address in ran:
        page.goto(address)
        words = told(page)
        assert len(words) == len(steps_of(fiko, address))
        assert [text for text in words if not is_plain(text)] == []
        expect(page.locator(".run-step:not(:has(.run-title + *))")).to_have_count(0)
