"""Y8: what a browser that knows nothing yet loads for one page, compressed as nginx does it."""

from __future__ import annotations

import gzip

from playwright.sync_api import Browser, Response

AT_MOST = 350_000
PACKED = ("font/", "image/png", "image/jpeg")


def first_load(browser: Browser, address: str, cookies: list[dict[str, object]]) -> int:
    """Bytes, headers left out."""
    context = browser.new_context()
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(address, wait_until="load")
    page.evaluate("document.fonts.ready.then(() => true)")
    size = sum(_size(answer) for answer in answers if "event-stream" not in answer.headers.get("content-type", ""))
    context.close()
    return size


def _size(answer: Response) -> int:
    if answer.status in range(300, 400):
        return 0
    packed = answer.headers.get("content-type", "").startswith(PACKED)
    body = answer.body()
    return len(body) if packed else len(gzip.compress(body, 6))
