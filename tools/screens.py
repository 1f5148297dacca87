"""`make screens`: a picture of every page, in both languages, light and dark, wide and narrow, into build/screens/."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests import services
from tests.browser.pages import LANGUAGES, SCHEMES, WIDTHS, addresses, demo, operator_page
from tests.conftest import CHROMIUM_FLAGS

FOLDER = Path(__file__).parent.parent / "build" / "screens"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as app, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=services.chromium(), args=CHROMIUM_FLAGS)
        for language in LANGUAGES:
            for scheme in SCHEMES:
                for width in WIDTHS:
                    with operator_page(browser, app, language, scheme, width) as page:
                        for name, path in addresses(page, app).items():
                            page.goto(app.url + path)
                            page.wait_for_load_state("load")
                            page.screenshot(path=FOLDER / f"{name}-{language}-{scheme}-{width}.png", full_page=True)
    print(f"{len(list(FOLDER.glob('*.png')))} pictures in {FOLDER}")


if __name__ == "__main__":
    main()
