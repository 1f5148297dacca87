"""Schedules from the clock to the steps, on a database whose clock the tests set.

On SQLite and PostgreSQL where rows are raced for or locked (`any_clock`); the rest is the same code on both.
"""

from __future__ import annotations

import pytest
from flask import Flask

from tests.database_clock import DatabaseClock


@pytest.fixture
def clock(inside: Flask) -> DatabaseClock:
    return DatabaseClock()


@pytest.fixture
def any_clock(inside_any: Flask) -> DatabaseClock:
    return DatabaseClock()
