"""Every page, in both languages: no accessibility finding, nothing that scrolls sideways, no error in the console."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.app_server import App
from tests.browser.axe import findings
from tests.browser.installations import INSTALLATIONS
from tests.browser.pages import LANGUAGES, addresses, demo, operator_page
from tests.browser.states import STATES

COLOURS = ["color-contrast", "link-in-text-block"]
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@dataclass
class Seen:
    """What is wrong with each page, by the page's name."""

    light: dict[str, list[str]] = field(default_factory=dict)
    dark: dict[str, list[str]] = field(default_factory=dict)
    sideways: list[str] = field(default_factory=list)
    errors: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def shop() -> Iterator[App]:
    with demo() as app:
        yield app


@pytest.fixture(scope="module", params=LANGUAGES)
def seen(request: pytest.FixtureRequest, browser: Browser, shop: App) -> Seen:
    """Every page is opened once in each language, looked at in both schemes, then made narrow."""
    found = Seen()
    with operator_page(browser, shop, request.param) as page:
        for name, path in addresses(page, shop).items():
            _look(page, name, shop.url + path, found)
    return found


def _look(page: Page, name: str, address: str, found: Seen) -> None:
    found.errors[name] = _errors(page, address)
    found.light[name] = findings(page)
    page.emulate_media(color_scheme="dark")
    found.dark[name] = findings(page, COLOURS)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 360, "height": 900})
    found.sideways += [name] if page.evaluate(SIDEWAYS) else []
    page.set_viewport_size({"width": 1280, "height": 900})


def _errors(page: Page, address: str) -> list[str]:
    """Goes there; what the console says of it."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    page.on("console", hear)
    page.goto(address)
    page.remove_listener("console", hear)
    return said


def some(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """The pages of which there is something to say."""
    return {name: each for name, each in found.items() if each}


def test_axe_finds_nothing_on_any_page(seen: Seen) -> None:
    assert some(seen.light) == {}


def test_axe_finds_no_colour_that_is_hard_to_read_in_the_dark(seen: Seen) -> None:
    assert some(seen.dark) == {}


def test_a_narrow_screen_never_scrolls_sideways(seen: Seen) -> None:
    assert seen.sideways == []


def test_no_page_breaks_its_own_security_policy(seen: Seen) -> None:
    said = some(seen.errors)
    assert said.pop("not-found")  # the browser reports the status itself
    assert said == {}


def test_axe_finds_a_planted_fault(browser: Browser, shop: App) -> None:
    with operator_page(browser, shop, "en") as page:
        page.evaluate("document.querySelector('main').append(document.createElement('input'))")
        assert any(finding.startswith("label") for finding in findings(page))


def test_axe_finds_a_planted_colour(browser: Browser, shop: App) -> None:
    with operator_page(browser, shop, "en", "dark") as page:
        page.evaluate("document.querySelector('h1').style.color = '#333'")
        assert any(finding.startswith("color-contrast") for finding in findings(page, COLOURS))


def test_axe_finds_nothing_on_the_first_day_and_in_trouble(browser: Browser) -> None:
    """Each page in one language, by turns: what it shows otherwise is looked at in both."""
    found = Seen()
    for installation in INSTALLATIONS:
        with installation() as app:
            for language in LANGUAGES:
                mine = list(app.paths.items())[LANGUAGES.index(language) :: len(LANGUAGES)]
                with operator_page(browser, app, language) as page:
                    for name, path in mine:
                        _look(page, name, app.url + path, found)
    assert (some(found.light), some(found.dark), found.sideways) == ({}, {}, [])


# Last in this file: the states leave something behind in the shop.
def test_axe_finds_nothing_in_any_state(browser: Browser, shop: App) -> None:
    """Each in one language, by turns: the pages themselves are looked at in both."""
    paths, found = {}, {}
    for language in LANGUAGES:
        with operator_page(browser, shop, language) as page:
            paths[language] = addresses(page, shop)
    for (name, reach), language in zip(STATES.items(), cycle(LANGUAGES), strict=False):
        with operator_page(browser, shop, language) as page:
            reach(page, shop, paths[language])
            found[name] = findings(page)
            page.emulate_media(color_scheme="dark")
            found[f"{name}, dark"] = findings(page, COLOURS)
    assert some(found) == {}
