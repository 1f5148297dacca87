"""The log: its lines to the letter, one per fact, and nothing that a customer wrote."""

import logging
import multiprocessing
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from fikoadmin import destinations
from fikoadmin.extensions import transaction
from fikoadmin.log import logger, told
from fikoadmin.models.actors import SYSTEM
from tests import services
from tests.small_app import conversation_at, new_conversation, redirect, small_app

WORDS = "my card number is 4111"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    with small_app(tmp_path, timezone=ZoneInfo("Asia/Tehran")) as app:
        yield app


def lines(app: Flask) -> list[str]:
    """The log without its times."""
    found: Path = app.extensions["config"].log_file
    text = found.read_text() if found.exists() else ""
    return [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", "", line) for line in text.splitlines()]


def test_a_redirect_is_a_line(app: Flask) -> None:
    one = new_conversation()
    for destination in ("support", "sales", "ai", "ai"):
        redirect(one, destination)
    assert lines(app) == [
        f"[INFO] [Redirect to support] Conversation {one}: AI disabled, status -> support_active",
        f"[INFO] [Redirect to sales] Conversation {one}: AI disabled, status -> support_active",
        f"[INFO] [Redirect to AI] Conversation {one}: AI enabled, status -> active",
    ]


def test_every_destination_can_be_found_by_its_redirect(app: Flask) -> None:
    one = new_conversation()
    for value in destinations.DEPARTMENTS:
        redirect(one, value)
    assert [line.split("]")[1] for line in lines(app)] == [f" [Redirect to {d}" for d in destinations.DEPARTMENTS]


def test_other_changes_of_owner_are_lines_too(app: Flask) -> None:
    one = new_conversation()
    with transaction():
        conversation = conversation_at(one)
        conversation.silence_ai(SYSTEM)
        conversation.enable_ai(SYSTEM)
        conversation.take_over(SYSTEM, "billing")
        conversation.start_campaign(SYSTEM)
        conversation.close(SYSTEM)
        conversation.reopen(SYSTEM)
    assert [line.removeprefix(f"[INFO] [Ownership] Conversation {one}: AI ") for line in lines(app)] == [
        "disabled, status -> active",
        "enabled, status -> active",
        "disabled, status -> support_active",
        "disabled, status -> marketing_active",
        "disabled, status -> closed",
        "enabled, status -> active",
    ]


def test_what_is_rolled_back_is_not_in_the_log(app: Flask) -> None:
    one = new_conversation()
    with pytest.raises(ZeroDivisionError), transaction():
        redirect(one, "sales").epoch //= 0
    assert lines(app) == []


def test_time_is_the_installations(app: Flask) -> None:
    record = logger.makeRecord("fikoadmin", logging.INFO, "", 0, "text", (), None)
    record.created, record.msecs = datetime(2026, 11, 22, 20, 33, 5, tzinfo=UTC).timestamp(), 250.0
    assert logger.handlers[0].format(record) == "2026-11-23 00:03:05,250 [INFO] text"


def test_a_line_stays_one_line(app: Flask) -> None:
    logger.warning("no such page: %s", "/a\n2026-11-22 14:03:05,123 [INFO] [Redirect to AI]\r\x1b[2J\u2028")
    assert lines(app) == [r"[WARNING] no such page: /a\n2026-11-22 14:03:05,123 [INFO] [Redirect to AI]\r\x1b[2J\u2028"]


def test_an_exception_is_told_by_class_and_place(app: Flask) -> None:
    def fail() -> None:
        raise KeyError(WORDS)

    try:
        fail()
    except KeyError as error:
        try:
            raise ValueError(f"bad value: {WORDS}") from error
        except ValueError:
            logger.exception("Exception on /x [POST]")
    (line,) = lines(app)
    pattern = r"\[ERROR\] Exception on /x \[POST\]: ValueError at tests/test_log.py:\d+ .* from KeyError at .* fail"
    assert re.fullmatch(pattern, line)


def test_no_words_of_customers_in_an_unexpected_error(app: Flask) -> None:
    """Through the app's own door: an exception that nobody caught, in a view."""

    @app.post("/x")
    def view() -> str:
        raise RuntimeError(WORDS)

    assert app.test_client().post("/x", data={"content": WORDS}).status_code == 500
    (line,) = lines(app)
    assert line.startswith("[ERROR] Exception on /x [POST]: RuntimeError at ")
    assert WORDS not in line


def test_no_words_of_customers_in_a_database_error(app: Flask, postgres: services.Postgres) -> None:
    """PostgreSQL quotes the row that it refused, although the library hides parameters."""
    engine = create_engine(postgres.url, hide_parameters=True)
    refused = text("INSERT INTO m VALUES (:content, NULL)")
    with engine.connect() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE m (content text, id int NOT NULL)"))
        with pytest.raises(IntegrityError) as raised:
            connection.execute(refused, {"content": WORDS})
    engine.dispose()
    assert WORDS in str(raised.value)  # the danger is real
    assert "NotNullViolation" in told(raised.value)
    assert WORDS not in told(raised.value)


def test_a_chain_of_causes_that_bites_its_tail_ends(app: Flask) -> None:
    one, other = sqlite3.OperationalError(), ValueError()
    one.__cause__, other.__cause__ = other, one
    assert told(one) == "OperationalError at ? from ValueError at ?"


def test_warnings_are_on_standard_error_too(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("fikoadmin.jobs").warning("a warning")
    logger.info("a fact")
    assert capsys.readouterr().err.endswith("[WARNING] a warning\n")
    assert lines(app) == ["[WARNING] a warning", "[INFO] a fact"]


def test_a_rotated_file_is_left_for_the_new_one(app: Flask, tmp_path: Path) -> None:
    logger.info("before")
    (tmp_path / "workflow.log").rename(tmp_path / "workflow.log.1")
    logger.info("after")
    assert lines(app) == ["[INFO] after"]


def write_lines(folder: Path, name: str) -> None:
    with small_app(folder):
        for number in range(200):
            logger.info("%s %d %s", name, number, "x" * 500)


def test_several_processes_write_whole_lines(app: Flask, tmp_path: Path) -> None:
    # A fork of this process would carry locks that threads of other tests hold.
    context = multiprocessing.get_context("forkserver")
    names = ["one", "two", "three"]
    processes = [context.Process(target=write_lines, args=(tmp_path, name)) for name in names]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    expected = [f"[INFO] {name} {number} {'x' * 500}" for name in names for number in range(200)]
    assert sorted(lines(app)) == sorted(expected)
