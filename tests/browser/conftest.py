"""A running installation and real browser pages on it; nothing here imports the app."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.app_server import App

EMAIL = "sara@example.org"
PASSWORD = "a-long-enough-password"

NewContext = Callable[..., BrowserContext]

# As long as it waits for all else: five seconds of its own say more of the machine than of the page.
expect.set_options(timeout=30_000)


def add_operator(app: App) -> None:
    account = ("user", "create", "--email", EMAIL, "--name", "Sara", "--role", "administrator", "--password-stdin")
    assert app.command(*account, stdin=PASSWORD + "\n").returncode == 0


def sign_in(page: Page, fiko: App, language: str) -> Page:
    page.goto(fiko.url)
    page.click(f"button[name=language][value={language}]")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.click("form .button-primary")
    page.wait_for_selector(".shell")
    return page


@pytest.fixture(scope="module")
def fiko() -> Iterator[App]:
    """One installation with one administrator and one knowledge entry a language can be asked about."""
    with App() as app:
        add_operator(app)
        yield app


@pytest.fixture
def signed_in(browser: Browser, fiko: App) -> Iterator[Callable[..., Page]]:
    """Opens a page of a signed-in operator: `signed_in(language, **options of the browser context)`."""
    contexts: list[BrowserContext] = []

    def open_page(language: str, **options: object) -> Page:
        context = browser.new_context(locale=language, **options)  # type: ignore[arg-type]
        contexts.append(context)
        return sign_in(context.new_page(), fiko, language)

    yield open_page
    for context in contexts:
        context.close()
