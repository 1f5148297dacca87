"""F11: live streams are cut at random or fall silent, the server is killed and comes back: pages show what is true."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from fikoadmin.services import conversations
from tests.conftest import Stack
from tests.faults.chance import wait_until
from tests.faults.cuts import SECONDS, disturb, hall_of, threads_for
from tests.faults.ground import PERSON, new_conversation, shown
from tests.faults.programs import site

STREAMS, BROWSER_PAGES = 50, 3
WATCHING = Path(__file__).with_name("watching.js")


@contextmanager
def browser_pages(browser: Browser, cookie: str, port: int, ids: Sequence[str]) -> Iterator[list[Page]]:
    context = browser.new_context()
    yield [_open(context, cookie, port, id_) for id_ in ids]
    context.close()


def _open(context: BrowserContext, cookie: str, port: int, conversation_id: str) -> Page:
    context.add_cookies([{"name": "fiko_session", "value": cookie, "url": f"http://127.0.0.1:{port}"}])
    context.add_init_script(path=WATCHING)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/conversations/{conversation_id}")
    return page


def shows(page: Page, epoch: int) -> None:
    page.wait_for_selector(f"#strip[data-epoch='{epoch}']", timeout=SECONDS * 1000)


def an_old_answer_changes_nothing(page: Page, conversation_id: str) -> None:
    """P24: an answer that was long under way comes last."""
    epoch = shown(conversation_id).epoch
    page.evaluate("window.answersAreOld = true")
    conversations.note(conversation_id, "look again", PERSON)
    wait_until(lambda: page.evaluate("window.oldAnswers"), "the page has asked again", SECONDS)
    shows(page, epoch)
    epochs = page.evaluate("window.shownEpochs")
    assert epochs == sorted(epochs), "an older epoch replaced a newer one"


@pytest.mark.parametrize("ground", ["sqlite"], indirect=True)
def test_p24_pages_show_the_truth_whatever_is_cut(app: Flask, ground: Stack, browser: Browser, tmp_path: Path) -> None:
    chance, ids = Random(11), [new_conversation() for _ in range(STREAMS - BROWSER_PAGES)]
    watched = ids[:BROWSER_PAGES]
    with (
        site(threads_for(ground, STREAMS).environment, tmp_path, workers=0) as running,
        hall_of(app, running, ids) as (hall, cookie, port),
        browser_pages(browser, cookie, port, watched) as pages,
    ):
        disturb(running, hall, ids, chance)
        # One that fell silent last is still waiting for a word.
        wait_until(lambda: all(screen.losses for screen in hall.screens), "every page has lost its stream")
        for page, id_ in zip(pages, watched, strict=True):
            shows(page, shown(id_).epoch)
            an_old_answer_changes_nothing(page, id_)
