"""The sheet of keys, and the keys of a workflow's pages that are on it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.app_server import App
from tests.browser.axe import findings
from tests.contract import documents as made

OpenPage = Callable[..., Page]
SHEET = "dialog[open] .keys"
CLIPBOARD = "navigator.clipboard.readText()"


@pytest.fixture
def workflow(fiko: App) -> str:
    """The address of Start, First, Second."""
    document = made.row(made.when(title="Start"), made.note("x", "First"), made.note("y", "Second"))
    return f"{fiko.url}/workflows/{fiko.api('POST', '/workflows/import', document).json['id']}"


def outline(page: Page, workflow: str, title: str) -> None:
    """Opens the outline with the focus on the node of that title."""
    page.goto(workflow)
    page.wait_for_load_state("load")
    page.locator(".node-title a", has_text=title).focus()


def press(page: Page, key: str, code: str) -> None:
    """A key as a layout has it that this browser's driver does not know."""
    page.evaluate(
        "([key, code]) => document.activeElement.dispatchEvent("
        "new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true }))",
        [key, code],
    )


@pytest.mark.parametrize("language", ["en", "fa"])
def test_the_sheet_opens_over_the_page_and_closes(fiko: App, signed_in: OpenPage, language: str) -> None:
    page = signed_in(language)
    page.goto(f"{fiko.url}/workflows")
    page.wait_for_load_state("load")
    press(page, "؟" if language == "fa" else "?", "Slash")
    expect(page.locator(SHEET)).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.locator(SHEET)).to_have_count(0)
    page.goto(f"{fiko.url}/conversations")
    page.focus("input[type=search]")
    page.keyboard.type("?")
    expect(page.locator("input[type=search]")).to_have_value("?")
    expect(page.locator(SHEET)).to_have_count(0)


def test_the_sheet_is_a_page_without_javascript(fiko: App, signed_in: OpenPage) -> None:
    page = signed_in("fa", java_script_enabled=False)
    page.click(".operator summary")
    page.click(".operator a[href='/keys']")
    expect(page.locator("#keys kbd").first).to_have_text("?")


def test_a_node_is_found_and_opened_and_left(signed_in: OpenPage, workflow: str) -> None:
    page = signed_in("en")
    outline(page, workflow, "Start")
    page.keyboard.press("Control+f")
    page.wait_for_url("**/find")
    page.keyboard.type("secon")
    page.keyboard.press("Enter")
    expect(page.locator(".node-title a:focus")).to_have_text("Second")
    page.keyboard.press("Enter")
    page.wait_for_selector("#node-form")
    page.wait_for_load_state("load")
    page.focus("[name=title]")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".node-title a:focus")).to_have_text("Second")


def test_a_form_that_was_changed_is_not_left_by_a_key(signed_in: OpenPage, workflow: str) -> None:
    page = signed_in("en")
    outline(page, workflow, "Second")
    page.keyboard.press("F2")
    page.wait_for_selector("#node-form")
    page.wait_for_load_state("load")
    page.focus("[name=title]")
    page.keyboard.type("!")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#node-form a.button-quiet")).to_be_focused()


def test_a_node_is_copied_and_cut(signed_in: OpenPage, workflow: str) -> None:
    page = signed_in("en", permissions=["clipboard-read", "clipboard-write"])
    outline(page, workflow, "First")
    page.keyboard.press("Control+c")
    expect(page.locator(".notices")).to_have_text("Copied")
    assert "First" in page.evaluate(CLIPBOARD)
    page.locator(".node-title a", has_text="Second").focus()
    page.keyboard.press("Control+x")
    page.wait_for_url("**/delete")
    assert "Second" in page.evaluate(CLIPBOARD)


def test_publishing_and_letters_of_a_persian_keyboard(signed_in: OpenPage, workflow: str) -> None:
    page = signed_in("fa")
    outline(page, workflow, "First")
    page.keyboard.press("Shift+P")
    page.wait_for_url("**/publish")
    outline(page, workflow, "First")
    press(page, "ش", "KeyA")
    page.wait_for_url("**/nodes/new?*")
