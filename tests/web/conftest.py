"""One app for all tests of a module, for those that make their own rows and count nothing else's."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.in_process import opened
from tests.web.browsing import Visitor, signed_in_as


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The app on SQLite without Redis."""
    folder = tmp_path_factory.mktemp("office")
    copy = shutil.copy(sqlite_template, folder / "fiko.sqlite3")
    with opened({"FIKO_DATABASE_URL": f"sqlite:///{copy}"}, folder) as app:
        yield app


@pytest.fixture(scope="module")
def editor(office: Flask) -> Visitor:
    """An operator who has signed in there."""
    return signed_in_as(office, "operator")


@pytest.fixture(scope="module")
def reader(office: Flask) -> Visitor:
    """A viewer who has signed in there."""
    return signed_in_as(office, "viewer")
