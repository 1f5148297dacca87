"""The outline by keyboard alone: built, duplicated, undone, moved, deleted; and its menu, which opens in place."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.app_server import App
from tests.contract import documents as made

OpenPage = Callable[..., Page]


def tab_to(page: Page, selector: str) -> None:
    """Presses Tab until the focus is there."""
    for _ in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {selector} on {page.url}")


def press_at(page: Page, selector: str, key: str = "Enter") -> None:
    tab_to(page, selector)
    page.keyboard.press(key)


def fill_in(page: Page, kind: str, **typed: str) -> None:
    """On the page where a kind is chosen: chooses it, types its fields and saves with Enter."""
    page.wait_for_selector("a.kind")
    press_at(page, f"a.kind[href*='kind={kind}']")
    page.wait_for_selector("#node-form")
    for name, text in typed.items():
        tab_to(page, f"[name={name}]")
        page.keyboard.type(text)
    press_at(page, "main form .button-primary")
    expect(page.locator(".node-title a:focus")).to_have_text(typed["title"])


def build(page: Page, fiko: App) -> None:
    """Start, then two notes, First and Second."""
    page.goto(f"{fiko.url}/workflows/new")
    tab_to(page, "[name=name]")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    page.wait_for_selector("#outline")
    press_at(page, "#outline a[href*='/nodes/new']")
    fill_in(page, "receive_message", title="Start")
    for title in ("First", "Second"):
        page.keyboard.press("a")
        fill_in(page, "add_note", title=title, note="x")


def shows(page: Page, *titles: str) -> None:
    expect(page.locator(".node-title a")).to_have_text(list(titles))
    page.wait_for_load_state("load")  # the keys are there by then


def test_a_workflow_is_built_and_changed_by_keyboard_alone(fiko: App, signed_in: OpenPage) -> None:
    page = signed_in("en")
    build(page, fiko)
    shows(page, "Start", "First", "Second")
    page.keyboard.press("Control+d")
    shows(page, "Start", "First", "Second", "Second (2)")
    page.keyboard.press("Control+z")
    shows(page, "Start", "First", "Second")
    page.keyboard.press("Control+Shift+z")
    shows(page, "Start", "First", "Second", "Second (2)")
    tab_to(page, ".node-title a")
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Alt+ArrowUp")
    shows(page, "Start", "Second", "First", "Second (2)")
    expect(page.locator(".node-title a:focus")).to_have_text("Second")
    page.keyboard.press("Delete")
    page.wait_for_selector(".button-danger")
    press_at(page, ".button-danger")
    shows(page, "Start", "First", "Second (2)")


def test_a_menu_opens_in_place_and_gives_the_focus_back(fiko: App, signed_in: OpenPage) -> None:
    page = signed_in("fa")
    document = made.row(made.when(title="Start"), made.note("x", "First"))
    page.goto(f"{fiko.url}/workflows/{fiko.api('POST', '/workflows/import', document).json['id']}")
    press_at(page, "a[id^=more-]")
    expect(page.locator("details[id^=more-][open]")).to_be_visible()
    press_at(page, ".menu-panel button[formaction$='/switch']")
    expect(page.locator(".node-line.is-off .node-title a")).to_be_focused()
    page.wait_for_load_state("load")  # before that, the link leads to the menu's own page
    press_at(page, "a[id^=more-]")
    page.locator("details[id^=more-][open] summary").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator("details[id^=more-] > summary")).to_be_focused()
