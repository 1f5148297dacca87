"""F11: live streams are cut at random or fall silent, the server is killed and comes back: pages show what is true."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from fikoadmin import destinations
from fikoadmin.services import conversations
from tests.conftest import Stack
from tests.faults.chance import wait_until
from tests.faults.ground import PERSON, new_conversation, shown
from tests.faults.hall import Hall
from tests.faults.programs import Site, site
from tests.faults.relay import Relay
from tests.faults.screens import Screen
from tests.services import free_port
from tests.web.browsing import signed_in_as

STREAMS, BROWSER_PAGES = 50, 3
TROUBLES = 4
# The promise is 5 s; what a crowded machine adds is not the page's fault, and a page that never looks is found.
SECONDS = 15.0
WATCHING = Path(__file__).with_name("watching.js")


def threads_for(stack: Stack, streams: int) -> Stack:
    """A server admits streams on half of its threads."""
    return replace(stack, environment=stack.environment | {"GUNICORN_CMD_ARGS": f"--threads {2 * streams + 20}"})


def change(ids: Sequence[str], chance: Random) -> dict[str, float]:
    """Redirects each of them; when, in monotonic seconds."""
    changed = {}
    for id_ in ids:
        choices = [one.value for one in destinations.DESTINATIONS if one.value != shown(id_).destination]
        conversations.redirect(id_, chance.choice(choices), PERSON)
        changed[id_] = time.monotonic()
    return changed


def disturb(running: Site, hall: Hall, ids: Sequence[str], chance: Random, within: float = SECONDS) -> float:
    """Cuts, changes, a kill -9, more changes while nobody serves, a restart; the slowest page, in seconds since it
    was connected again."""
    changed: dict[str, float] = {}
    for _ in range(TROUBLES):
        hall.trouble(chance)
        changed |= change(chance.sample(ids, len(ids) // 5), chance)
        time.sleep(chance.uniform(0, 0.3))
    running.kill()
    changed |= change(chance.sample(ids, len(ids) // 2), chance)
    running.revive()
    truth = {id_: shown(id_).epoch for id_ in ids}
    wait_until(
        lambda: {s.conversation_id: s.epoch for s in hall.screens} == truth, "every page shows the truth", SECONDS
    )
    late = [s.seen[s.epoch] - max(s.connected_at, changed.get(s.conversation_id, 0)) for s in hall.screens]
    return max(late)


@contextmanager
def hall_of(app: Flask, running: Site, ids: Sequence[str]) -> Iterator[tuple[Hall, str, int]]:
    """A page for each of those conversations; the cookie of who reads them, and the port that may be cut."""
    session = Context().run(signed_in_as, app, "viewer").client.get_cookie("fiko_session")
    assert session
    port = free_port()
    screens = [Screen(id_, f"fiko_session={session.value}", port, port) for id_ in ids]
    with Hall(Relay(port, running.port), screens) as hall:
        yield hall, session.value, port


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
