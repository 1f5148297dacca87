"""The product's one story, in a real browser: build, activate, trigger, watch, talk, give back to the AI."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import App

OpenPage = Callable[..., Page]

AI_OFF = {"en": "AI off", "fa": "دستیار خاموش"}
DIRECTION = {"en": "ltr", "fa": "rtl"}
QUESTION = {"en": "Where is my parcel?", "fa": "بستهٔ من کجاست؟"}


def add_node(page: Page, kind: str, fill: Callable[[Page], Any]) -> None:
    """On the page where a kind is chosen: chooses it, fills its form and saves."""
    page.click(f"a.kind[href*='kind={kind}']")
    fill(page)
    page.click("main form .button-primary")


def build(page: Page, fiko: App, name: str) -> str:
    """Builds and activates "message › Redirect to Support" by its forms; returns the workflow's address."""
    page.goto(f"{fiko.url}/workflows/new")
    page.fill("[name=name]", name)
    page.click("main form .button-primary")
    page.click("a[href*='/nodes/new']")
    add_node(page, "receive_message", lambda p: p.fill("[name=keywords]", f"help {name}"))
    page.click("a[href*='way=success'][href*='/nodes/new']")
    add_node(page, "redirect_conversation", lambda p: p.select_option("[name=redirect_destination]", "support"))
    page.click("form[action$='/activate'] button")
    expect(page.locator("form[action$='/pause'] button")).to_be_visible()
    return page.url


def begin(fiko: App) -> str:
    answer = fiko.api("POST", "/conversations", {"source": "api", "customer": {"first_name": "Ali"}})
    return str(answer.json["id"])


def say(fiko: App, conversation: str, text: str) -> Any:
    event = {"event_type": "MESSAGE_RECEIVED", "conversation_id": conversation, "data": {"content": text}}
    answer = fiko.api("POST", "/events", event)
    assert answer.status == 202
    return answer.json


def redirect(page: Page, destination: str) -> None:
    page.select_option("#redirect [name=destination]", destination)
    page.click("#redirect button")


def shows(page: Page, status: str) -> None:
    expect(page.locator("#strip code")).to_have_text(status)


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_story_with_a_second_page_that_is_never_reloaded(fiko: App, signed_in: OpenPage, language: str) -> None:
    page, watcher = signed_in(language), signed_in(language)
    build(page, fiko, f"story {language}")
    conversation = begin(fiko)
    for each in (page, watcher):
        each.goto(f"{fiko.url}/conversations/{conversation}")
        expect(each.locator("html")).to_have_attribute("dir", DIRECTION[language])
    shows(watcher, "active")
    watcher.evaluate("window.neverReloaded = true")

    page.select_option("#trigger [name=workflow]", label=f"story {language}")
    page.click("#trigger button")
    shows(watcher, "support_active")
    expect(watcher.locator("#strip")).to_contain_text(AI_OFF[language])

    assert say(fiko, conversation, QUESTION[language])["ai_reply"] == "none"
    expect(watcher.locator(".said-customer")).to_contain_text(QUESTION[language])
    expect(watcher.locator(".said-ai")).to_have_count(0)

    redirect(page, "ai")
    shows(watcher, "active")
    expect(watcher.locator(".said-ai")).to_have_count(1)
    assert watcher.evaluate("window.neverReloaded") is True


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_core_of_it_without_javascript(fiko: App, signed_in: OpenPage, language: str) -> None:
    page = signed_in(language, java_script_enabled=False)
    build(page, fiko, f"plain {language}")
    conversation = begin(fiko)
    page.goto(f"{fiko.url}/conversations/{conversation}")
    page.select_option("#trigger [name=workflow]", label=f"plain {language}")
    page.click("#trigger button")
    shows(page, "support_active")
    say(fiko, conversation, QUESTION[language])
    redirect(page, "sales")
    page.fill("textarea[name=content]", "I am looking")
    page.click("button[formaction$='/reply']")
    expect(page.locator(".said-support")).to_contain_text("I am looking")
    redirect(page, "ai")
    shows(page, "active")


def test_a_customers_words_over_the_api_redirect(fiko: App, signed_in: OpenPage) -> None:
    page = signed_in("en")
    build(page, fiko, "by keyword")
    conversation = begin(fiko)
    page.goto(f"{fiko.url}/conversations/{conversation}")
    say(fiko, conversation, "please HELP by keyword, now")
    shows(page, "support_active")
    expect(page.locator(".said-ai")).to_have_count(0)


def test_p29_markup_in_a_message_stays_text(fiko: App, signed_in: OpenPage) -> None:
    page = signed_in("en")
    conversation = begin(fiko)
    say(fiko, conversation, "<img src=x onerror='window.hurt=1'><b>bold</b>")
    page.goto(f"{fiko.url}/conversations/{conversation}")
    expect(page.locator(".said-customer")).to_contain_text("<b>bold</b>")
    assert page.evaluate("window.hurt") is None
