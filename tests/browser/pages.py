"""Every page of a demo installation: for whoever looks at all of them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from playwright.sync_api import Browser, Page

from tests.app_server import App

EMAIL = "demo@fiko.local"
PASSWORD = "demo-password-for-looking"
LANGUAGES = ("en", "fa")
SCHEMES = ("light", "dark")
WIDTHS = (1280, 360)

PLAIN = {
    "dashboard": "/",
    "dashboard-week": "/?period=week",
    "conversations": "/conversations",
    "conversations-none": "/conversations?status=closed&ai=on",
    "conversations-found": "/conversations?q=a&unanswered=yes",
    "bulk-redirects": "/conversations/bulk",
    "workflows": "/workflows",
    "workflow-new": "/workflows/new",
    "workflow-import": "/workflows/import",
    "workflow-templates": "/workflows/templates",
    "workflow-template": "/workflows/templates/phone_number",
    "executions": "/executions",
    "executions-none": "/executions?conversation=nobody",
    "executions-waiting": "/executions?status=WAITING",
    "bulk-operations": "/executions/bulk",
    "customers": "/customers",
    "customers-none": "/customers?q=nobody",
    "knowledge": "/knowledge",
    "knowledge-none": "/knowledge?q=nothing",
    "knowledge-ask": "/knowledge/ask?q=What+do+the+mugs+cost%3F&language=en",
    "knowledge-new": "/knowledge/new",
    "knowledge-import": "/knowledge/import",
    "try-begin": "/try",
    "keys": "/keys",
    "settings": "/settings",
    "settings-operators": "/settings/operators",
    "settings-operator-new": "/settings/operators/new",
    "settings-tokens": "/settings/tokens",
    "settings-token-new": "/settings/tokens/new",
    "settings-account": "/settings/account",
    "settings-changes": "/settings/changes",
    "not-found": "/conversations/nobody",
}


class Served(Protocol):
    """What a page can be opened of."""

    @property
    def url(self) -> str: ...


def demo() -> App:
    """A new installation with the demo data."""
    return App({"FIKO_DEMO_PASSWORD": PASSWORD}, "--demo")


@contextmanager
def operator_page(
    browser: Browser, app: Served, language: str, scheme: str = "light", width: int = 1280
) -> Iterator[Page]:
    """A page of its administrator, signed in."""
    context = browser.new_context(
        locale=language,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 900},
    )
    page = context.new_page()
    page.goto(f"{app.url}/sign-in")
    page.click(f"button[name=language][value={language}]")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("form .button-primary")
    page.wait_for_selector(".shell")
    yield page
    context.close()


def addresses(page: Page, app: App) -> dict[str, str]:
    """Name and path of each page, those of one conversation and one workflow found by their links."""
    conversation = _conversation(page, app, "status=support_active")
    workflow = _first(page, f"{app.url}/workflows", r"/workflows/\d+$")
    changed = _changed_workflow(page, app)
    node = _first(page, app.url + workflow, r"/workflows/\d+/nodes/[0-9a-f-]{36}$")
    execution = _first(page, f"{app.url}/executions", r"/executions/\d+$")
    event = _first(page, app.url + execution, r"/events/[a-z0-9]+$")
    customer = _first(page, f"{app.url}/customers", r"/customers/\d+$")
    entry = _first(page, f"{app.url}/knowledge", r"/knowledge/\d+$")
    return PLAIN | {
        "customer": customer,
        "knowledge-entry": entry,
        "knowledge-delete": f"{entry}/delete",
        "try": _tried(page, app),
        "conversation": conversation,
        "conversation-receipt": f"{conversation}?changed=2",
        "conversation-prospect": f"{conversation}/prospect/{workflow.rpartition('/')[2]}",
        "conversation-ai": _conversation(page, app, "status=active&source=web"),
        "conversation-campaign": _conversation(page, app, "status=marketing_active"),
        "conversation-closed": _conversation(page, app, "status=closed"),
        "bulk-redirect": _new_list(page, app, "conversations"),
        "bulk-operation": _new_list(page, app, "executions"),
        "settings-operator": _first(page, f"{app.url}/settings/operators", r"/settings/operators/\d+$"),
        "workflow": workflow,
        "workflow-drawing": f"{workflow}/drawing",
        "workflow-limits": f"{workflow}/limits",
        "workflow-versions": f"{workflow}/history",
        "workflow-version": f"{workflow}/versions/1",
        "workflow-compare": f"{workflow}/compare",
        "workflow-publish": f"{workflow}/publish",
        "workflow-stop": f"{workflow}/stop",
        "workflow-test": f"{workflow}/try",
        "workflow-changes": f"{workflow}/changes",
        "workflow-find": f"{workflow}/find?q=a",
        "workflow-copy": f"{workflow}/copy",
        "workflow-paste": f"{workflow}/paste",
        "node-kinds": f"{workflow}/nodes/new",
        "node": node,
        "node-delete": f"{node}/delete",
        "node-more": f"{node}/more",
        "execution": execution,
        "execution-drawing": f"{execution}/drawing?flow=down",
        "execution-waiting": _execution(page, app, "WAITING"),
        "execution-failed": _execution(page, app, "FAILED"),
        "execution-held-back": _execution(page, app, "SKIPPED"),
        "event": event,
        "changed-workflow": changed,
        "changed-workflow-publish": f"{changed}/publish",
        "changed-workflow-compare": f"{changed}/compare",
        "changed-workflow-versions": f"{changed}/history",
        "changed-workflow-drawing": f"{changed}/drawing",
    }


def _conversation(page: Page, app: App, query: str) -> str:
    return _first(page, f"{app.url}/conversations?{query}", r"/conversations/[a-z0-9]{10}$")


def _execution(page: Page, app: App, status: str) -> str:
    return _first(page, f"{app.url}/executions?status={status}", r"/executions/\d+$")


def _changed_workflow(page: Page, app: App) -> str:
    """Made of a template, published, and then changed: its draft is another one than what is live."""
    name = {"en": "Ask for a phone number", "fa": "گرفتن شمارهٔ تلفن"}[
        str(page.evaluate("document.documentElement.lang"))
    ]
    page.goto(f"{app.url}/workflows")
    if not page.get_by_role("link", name=name, exact=True).count():
        page.goto(f"{app.url}/workflows/templates/phone_number")
        page.click(".page-actions .button-primary")
        page.click(".page-actions .button-primary")
        page.goto(app.url + _first(page, page.url, r"/nodes/[0-9a-f-]{36}$"))
        page.fill("[name=keywords]", "call me\nphone call\nring me")
        page.click("form .button-primary")
    return _first(page, f"{app.url}/workflows", r"/workflows/\d+$", name)


def _new_list(page: Page, app: App, kind: str) -> str:
    """Of all conversations or executions; it is looked at and not started."""
    page.goto(f"{app.url}/{kind}")
    page.click("#choose button[name=all]")
    page.wait_for_url(re.compile(rf"/{kind}/bulk/\d+$"))
    return page.url.removeprefix(app.url)


def _first(page: Page, address: str, pattern: str, name: str = "") -> str:
    page.goto(address)
    links = page.locator("main a").filter(has_text=name).evaluate_all("all => all.map(a => a.getAttribute('href'))")
    return next(str(link) for link in links if link and re.search(pattern, link))


def _tried(page: Page, app: App) -> str:
    """A conversation with oneself, in which the assistant has answered."""
    page.goto(f"{app.url}/try")
    if page.locator("#first_name").count():
        page.click("form.form .button-primary")
        page.fill("#chat-content", "What do the mugs cost?")
        page.keyboard.press("Enter")
        page.wait_for_selector(".chat-theirs")
    return page.url.removeprefix(app.url)
