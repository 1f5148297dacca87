"""What a page can look like besides its plain self: refused, in conflict, cut off, tried, done."""

import re
from collections.abc import Callable, Mapping

from playwright.sync_api import Page

from tests.app_server import App

Paths = Mapping[str, str]
State = Callable[[Page, App, Paths], None]

VIEWER = "viewer@fiko.local"
PASSWORD = "viewer-password-for-looking"


def signed_out(page: Page, app: App, _: Paths) -> None:
    page.context.clear_cookies()
    page.goto(f"{app.url}/sign-in")


def sign_in_refused(page: Page, app: App, paths: Paths) -> None:
    signed_out(page, app, paths)
    page.fill("[name=email]", VIEWER)
    page.fill("[name=password]", "not the password")
    page.click("form .button-primary")


def no_permission(page: Page, app: App, paths: Paths) -> None:
    """A viewer wants what only an operator may."""
    account = ("--email", VIEWER, "--name", "Vera", "--role", "viewer", "--password-stdin")
    app.command("user", "create", *account, stdin=PASSWORD + "\n")
    signed_out(page, app, paths)
    page.fill("[name=email]", VIEWER)
    page.fill("[name=password]", PASSWORD)
    page.click("form .button-primary")
    page.wait_for_selector(".shell")
    page.goto(f"{app.url}/workflows/new")


def workflow_without_name(page: Page, app: App, _: Paths) -> None:
    page.goto(f"{app.url}/workflows/new")
    _send_unchecked(page)


def import_refused(page: Page, app: App, _: Paths) -> None:
    page.goto(f"{app.url}/workflows/import")
    page.locator("form textarea").fill('{"nodes": [')
    _send_unchecked(page)


def node_refused(page: Page, app: App, paths: Paths) -> None:
    page.goto(app.url + paths["node"])
    page.evaluate("document.querySelector('[name=title]').removeAttribute('maxlength')")
    page.fill("[name=title]", "A title that is much too long. " * 8)
    _send_unchecked(page)


def _send_unchecked(page: Page) -> None:
    """As a browser without checks of its own sends it."""
    page.evaluate("document.querySelectorAll('main form').forEach((form) => { form.noValidate = true })")
    page.locator("main form .button-primary").first.click()


def node_conflict(page: Page, app: App, paths: Paths) -> None:
    """Somebody else saved the node after this page was opened."""
    node = app.url + _node_of(page, app, paths["changed-workflow"])
    other = page.context.new_page()
    for each in (page, other):
        each.goto(node)
    for each, words in ((other, "call me\nphone call\nring"), (page, "call me\nphone call\ntelephone")):
        each.fill("[name=keywords]", words)
        each.click("form .button-primary")
    other.close()


def _node_of(page: Page, app: App, workflow: str) -> str:
    page.goto(app.url + workflow)
    links = page.locator("main a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    return next(str(link) for link in links if link and re.search(r"/nodes/[0-9a-f-]{36}$", link))


def stale_click(page: Page, app: App, paths: Paths) -> None:
    """The conversation changed hands after this page was opened."""
    page.goto(app.url + paths["conversation"])
    page.wait_for_timeout(1_000)  # the page has read itself anew by then
    page.evaluate("""() => {
        const form = document.querySelector("form:has(#destination)");
        form.elements.epoch.value = 1;
        form.elements.destination.value = "billing";
        form.requestSubmit();
    }""")
    page.wait_for_selector(".notice-bad")


def tested(page: Page, app: App, paths: Paths) -> None:
    page.goto(app.url + paths["changed-workflow"] + "/try")
    page.fill("[name=content]", "Could you give me a call? call me")
    page.locator("main form .button-primary").click()


def bulk_done(page: Page, app: App, _: Paths) -> None:
    for name in ("Ines", "Omid"):
        app.api("POST", "/conversations", {"customer": {"first_name": name}, "source": "api"})
    page.goto(f"{app.url}/conversations?source=api")
    page.click("#choose button[name=all]")
    page.select_option("#destination", "general")
    page.locator("#start button").click()
    page.wait_for_selector("#bulk-state .chip-good")


def executions_cancelled(page: Page, app: App, _: Paths) -> None:
    page.goto(f"{app.url}/executions?period=week")
    page.click("#choose button[name=all]")
    page.check("[value=cancel]")
    page.locator("#start button").click()
    page.wait_for_selector("#bulk-state .chip-good")


def reconnecting(page: Page, app: App, _: Paths) -> None:
    """The server does not answer any more."""
    for path in ("**/live?*", "**/rows*"):
        page.route(path, lambda route: route.abort())
    page.goto(f"{app.url}/conversations")
    page.wait_for_selector("[data-live-state=offline]:not([hidden])")


def menu_open(page: Page, app: App, paths: Paths) -> None:
    page.goto(app.url + paths["workflow"])
    page.click("#more summary")


def token_made(page: Page, app: App, _: Paths) -> None:
    page.goto(f"{app.url}/settings/tokens/new")
    page.fill("[name=name]", "Shop")
    page.click("form .button-primary")


STATES: Mapping[str, State] = {
    "sign-in": signed_out,
    "sign-in-refused": sign_in_refused,
    "no-permission": no_permission,
    "workflow-new-refused": workflow_without_name,
    "workflow-import-refused": import_refused,
    "node-refused": node_refused,
    "node-conflict": node_conflict,
    "conversation-stale": stale_click,
    "workflow-tested": tested,
    "bulk-redirect-done": bulk_done,
    "bulk-operation-done": executions_cancelled,
    "reconnecting": reconnecting,
    "menu-open": menu_open,
    "settings-token-made": token_made,
}
