"""`make screens`: a picture of every page and state, in both languages, light and dark, wide and narrow, into
build/screens/."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import services
from tests.app_server import App
from tests.browser.installations import INSTALLATIONS
from tests.browser.pages import LANGUAGES, SCHEMES, WIDTHS, Served, addresses, demo, operator_page
from tests.browser.states import STATES
from tests.conftest import CHROMIUM_FLAGS

Look = tuple[str, str, int]  # language, scheme, width
LOOKS = [(language, scheme, width) for language in LANGUAGES for scheme in SCHEMES for width in WIDTHS]

FOLDER = Path(__file__).parent.parent / "build" / "screens"


def main() -> None:
    """With names after it, only those pages and states are taken."""
    wanted = frozenset(sys.argv[1:])
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=services.chromium(), args=CHROMIUM_FLAGS)
        _take_demo(browser, wanted)
        for installation in INSTALLATIONS:
            with installation() as app:
                for look in LOOKS:
                    _pages(browser, app, app.paths, wanted, look)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")


def _take_demo(browser: Browser, wanted: frozenset[str]) -> None:
    with demo() as app:
        paths = {language: _paths(browser, app, language) for language in LANGUAGES}
        for look in LOOKS:
            _pages(browser, app, paths[look[0]], wanted, look)
        for look in LOOKS:  # what a state leaves behind is in no picture of a page
            _states(browser, app, paths[look[0]], wanted, look)


def _paths(browser: Browser, app: App, language: str) -> Mapping[str, str]:
    with operator_page(browser, app, language) as page:
        return addresses(page, app)


def _pages(browser: Browser, app: Served, paths: Mapping[str, str], wanted: frozenset[str], look: Look) -> None:
    with operator_page(browser, app, *look) as page:
        for name, path in paths.items():
            if not wanted or name in wanted:
                page.goto(app.url + path)
                _shot(page, name, look)


def _states(browser: Browser, app: App, paths: Mapping[str, str], wanted: frozenset[str], look: Look) -> None:
    for name, reach in STATES.items():
        if not wanted or name in wanted:
            with operator_page(browser, app, *look) as page:
                reach(page, app, paths)
                _shot(page, name, look)


def _shot(page: Page, name: str, look: Look) -> None:
    page.wait_for_load_state("load")
    language, scheme, width = look
    page.screenshot(path=FOLDER / f"{name}-{language}-{scheme}-{width}.png", full_page=True)


if __name__ == "__main__":
    main()
