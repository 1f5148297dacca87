"""`python -m tools.audit`: Lighthouse on the main pages, valid HTML on every page, and what a first load transfers."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from playwright.sync_api import Browser, Page, sync_playwright

from tests import services
from tests.app_server import App
from tests.browser.pages import LANGUAGES, addresses, demo, operator_page
from tests.conftest import CHROMIUM_FLAGS
from tools.audit import first_load, lighthouse, markup, node
from tools.audit.canary import canary
from tools.audit.pages import reachable

MAIN = ("dashboard", "conversations", "conversation", "workflows", "workflow", "node", "executions", "execution",
        "knowledge", "settings")  # fmt: skip


def main() -> None:
    with canary() as planted, demo() as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=services.chromium(), args=CHROMIUM_FLAGS)
        wrong = [*_markup(browser, app), *_loads(browser, app, planted), *_lighthouse(browser, app, planted)]
        browser.close()
    print("\n".join(["", f"{len(wrong)} findings", *wrong]))
    sys.exit(bool(wrong))


def _markup(browser: Browser, app: App) -> Iterator[str]:
    for language in LANGUAGES:
        with operator_page(browser, app, language) as page:
            pages = reachable(page, app)
        print(f"HTML: {len(pages)} pages, {language}", flush=True)
        yield from (f"{language} {each}" for each in markup.findings(pages))


def _loads(browser: Browser, app: App, planted: str) -> Iterator[str]:
    if first_load.first_load(browser, planted, []) <= first_load.AT_MOST:
        raise node.Silent("the weighing of pages misses its canary")
    for language in LANGUAGES:
        with operator_page(browser, app, language) as page:
            cookies, paths = page.context.cookies(), _main_paths(page, app)
        for name, path in paths.items():
            size = first_load.first_load(browser, app.url + path, [dict(cookie) for cookie in cookies])
            print(f"first load: {name}, {language}: {size / 1000:.0f} KB", flush=True)
            if size > first_load.AT_MOST:
                yield f"first load: {name}, {language}: {size} bytes, {first_load.AT_MOST} at most"


def _lighthouse(browser: Browser, app: App, planted: str) -> Iterator[str]:
    with operator_page(browser, app, "en") as page:
        cookie = "; ".join(f"{each['name']}={each['value']}" for each in page.context.cookies())
        paths = _main_paths(page, app)
    lighthouse.check_canary(planted)
    for name, path, signed_in in [("sign-in", "/sign-in", ""), *((*each, cookie) for each in paths.items())]:
        scores = lighthouse.best_of_some(app.url + path, signed_in)
        print(f"Lighthouse: {name}: {scores}", flush=True)
        if not scores.reached:
            yield f"Lighthouse: {name}: {scores}"


def _main_paths(page: Page, app: App) -> dict[str, str]:
    found = addresses(page, app)
    return {name: found[name] for name in MAIN if name in found}


if __name__ == "__main__":
    main()
