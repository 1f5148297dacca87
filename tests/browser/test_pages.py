"""Every page, in both languages: no accessibility finding, nothing that scrolls sideways, no error in the console."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.app_server import App
from tests.browser.pages import LANGUAGES, SCHEMES, addresses, demo, operator_page

AXE = (Path(__file__).parent.parent / "vendor" / "axe-core@4.14.1" / "axe.min.js").read_text()
CHECK = """async () => (await axe.run()).violations.map(
    (found) => found.id + ": " + found.nodes.map((node) => node.target.join(" ")).join(", "))"""


@pytest.fixture(scope="module")
def shop() -> Iterator[App]:
    with demo() as app:
        yield app


def findings(page: Page) -> list[str]:
    """What axe finds on the page as it stands."""
    page.evaluate(AXE)
    return list(page.evaluate(CHECK))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_page(browser: Browser, shop: App, language: str, scheme: str) -> None:
    found = {}
    with operator_page(browser, shop, language, scheme) as page:
        for name, path in addresses(page, shop).items():
            page.goto(shop.url + path)
            found[name] = findings(page)
    assert {name: each for name, each in found.items() if each} == {}


def test_axe_finds_a_planted_fault(browser: Browser, shop: App) -> None:
    with operator_page(browser, shop, "en") as page:
        page.evaluate("document.querySelector('main').append(document.createElement('input'))")
        assert any(finding.startswith("label") for finding in findings(page))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_narrow_screen_never_scrolls_sideways(browser: Browser, shop: App, language: str) -> None:
    wide = []
    with operator_page(browser, shop, language, width=360) as page:
        for name, path in addresses(page, shop).items():
            page.goto(shop.url + path)
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wide.append(name)
    assert wide == []


def test_no_page_breaks_its_own_security_policy(browser: Browser, shop: App) -> None:
    with operator_page(browser, shop, "en") as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        for name, path in addresses(page, shop).items():
            page.goto(shop.url + path)
            if name == "not-found":
                said.clear()  # the browser reports the status itself
    assert said == []
