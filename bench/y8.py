"""Y8: what a browser that knows nothing yet transfers for a page, compressed; Lighthouse is in `make audit`."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import sync_playwright

from bench.table import Line
from tests import services
from tests.browser.pages import addresses, demo, operator_page
from tests.conftest import CHROMIUM_FLAGS
from tools.audit.first_load import AT_MOST, first_load

PAGES = ("dashboard", "conversation", "workflow", "execution")


def measure() -> Iterator[Line]:
    with demo() as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=services.chromium(), args=CHROMIUM_FLAGS)
        for language in ("en", "fa"):
            with operator_page(browser, app, language) as page:
                paths, cookies = addresses(page, app), [dict(cookie) for cookie in page.context.cookies()]
            sizes = {name: first_load(browser, app.url + paths[name], cookies) for name in PAGES}
            largest = max(sizes, key=lambda name: sizes[name])
            yield Line(
                f"Y8 largest first load, {language} ({largest})", f"{sizes[largest] / 1000:.0f} KB", "", "",
                f"under {AT_MOST / 1000:.0f} KB", sizes[largest] < AT_MOST,
            )  # fmt: skip
        browser.close()
