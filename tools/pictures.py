"""The pictures of the READMEs, into docs/pictures/: one short story in both languages, as compact WebP."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import services
from tests.app_server import App
from tests.browser.pages import LANGUAGES, demo, operator_page
from tests.conftest import CHROMIUM_FLAGS

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
QUALITY = 80
WIDE, NARROW = 1280, 360
SHOWN = (
    ("conversation", "light", WIDE, 960),
    ("workflow", "light", WIDE, 860),
    ("node", "light", WIDE, 800),
    ("execution", "dark", WIDE, 1040),
    ("dashboard", "light", WIDE, 1020),
    ("phone", "dark", NARROW, 740),
)
ANSWER_SECONDS = 20


@dataclass(frozen=True)
class Story:
    """What is said in one language, and to whom; the workflow is the template that asks for a phone number."""

    workflow: str
    redirect: str
    customer: Mapping[str, str]
    question: str
    wish: str
    number: str


STORIES = {
    "en": Story(
        "Ask for a phone number",
        "To Sales",
        {"first_name": "Amelia", "last_name": "Hart", "username": "ameliahart"},
        "What do the mugs cost?",
        "We need 60 of them for our café. Can we talk about it in a phone call?",
        "+44 20 5550 0182",
    ),
    "fa": Story(
        "گرفتن شمارهٔ تلفن",
        "به فروش",
        {"first_name": "نیلوفر", "last_name": "رستمی", "username": "nilourostami"},
        "قیمت ماگ‌ها چقدر است؟",
        "برای کافه‌مان شصت عدد می‌خواهیم. می‌شود به من زنگ بزنید؟",
        "۰۹۱۲ ۵۵۵ ۰۱۶۳",
    ),
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=services.chromium(), args=CHROMIUM_FLAGS)
        for language in LANGUAGES:
            with demo() as app:
                _take(browser, app, language)
    for picture in sorted(FOLDER.glob("*.webp")):
        print(f"{picture.name}: {picture.stat().st_size / 1000:.0f} KB")


def _take(browser: Browser, app: App, language: str) -> None:
    with operator_page(browser, app, language) as page:
        paths = _happened(page, app, STORIES[language])
    for name, scheme, width, height in SHOWN:
        with operator_page(browser, app, language, scheme, width) as page:
            page.set_viewport_size({"width": width, "height": height})
            page.goto(app.url + paths[name])
            page.wait_for_load_state("networkidle" if name == "dashboard" else "load")
            page.evaluate("document.fonts.ready.then(() => true)")
            _keep(page, FOLDER / f"{name}-{language}.webp", scale=2 if width == NARROW else 1)


def _keep(page: Page, file: Path, scale: int) -> None:
    """Only the browser's own protocol writes WebP."""
    size = page.viewport_size
    assert size
    clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": scale}
    asked = {"format": "webp", "quality": QUALITY, "clip": clip}
    taken = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    file.write_bytes(base64.b64decode(taken["data"]))


def _happened(page: Page, app: App, story: Story) -> Mapping[str, str]:
    """Lets the story happen; the paths of its pages."""
    page.goto(f"{app.url}/workflows/templates/phone_number")
    page.click(".page-actions .button-primary")
    page.click(".page-actions .button-primary")
    page.wait_for_selector("main .chip-good")
    workflow = re.sub(r"[?#].*", "", page.url)
    node = page.get_by_role("link", name=story.redirect, exact=True).first.get_attribute("href")
    made = app.api("POST", "/conversations", {"customer": story.customer, "source": "telegram"}).json
    for said in (story.question, story.wish, story.number):
        _says(app, made["id"], said)
    found = app.api("GET", f"/executions?conversation_id={made['id']}").json["items"]
    assert [each["status"] for each in found] == ["COMPLETED"], found
    conversation = f"/conversations/{made['id']}"
    return {
        "conversation": conversation,
        "phone": conversation,
        "workflow": workflow.removeprefix(app.url),
        "node": str(node),
        "execution": f"/executions/{found[0]['id']}",
        "dashboard": "/",
    }


def _says(app: App, conversation_id: str, content: str) -> None:
    """The customer writes, and has an answer."""
    before = len(_answers(app, conversation_id))
    event = {"event_type": "MESSAGE_RECEIVED", "conversation_id": conversation_id, "data": {"content": content}}
    assert app.api("POST", "/events", event).status == 202
    until = time.monotonic() + ANSWER_SECONDS
    while len(_answers(app, conversation_id)) == before:
        assert time.monotonic() < until, f"no answer to {content}"
        time.sleep(0.1)


def _answers(app: App, conversation_id: str) -> list[str]:
    items = app.api("GET", f"/conversations/{conversation_id}/messages").json["items"]
    return [each["content"] for each in items if each["type"] != "customer"]


if __name__ == "__main__":
    main()
