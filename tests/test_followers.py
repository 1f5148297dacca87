"""After a commit the mirror comes first: a page that looks at once finds it in step. Then pages, then the log."""

from pathlib import Path

import pytest

from fikoadmin import followers
from fikoadmin.extensions import transaction
from tests.small_app import new_conversation, redirect, small_app


class Recorder:
    def __init__(self, name: str, calls: list[str]) -> None:
        self.name, self.calls = name, calls

    def follow(self, facts: list[object]) -> None:
        assert facts
        self.calls.append(self.name)


def test_followers_come_in_their_order_once_after_the_commit(tmp_path: Path) -> None:
    calls: list[str] = []
    with small_app(tmp_path) as app:
        one = new_conversation()
        for name in reversed(followers.ORDER):
            followers.add(app, name, Recorder(name, calls))
        with transaction():
            redirect(one, "sales")
            redirect(one, "ai")
            assert calls == []
    assert calls == ["mirror", "live", "log"]


def test_nobody_follows_what_is_rolled_back(tmp_path: Path) -> None:
    calls: list[str] = []
    with small_app(tmp_path) as app:
        one = new_conversation()
        followers.add(app, "log", Recorder("log", calls))
        with pytest.raises(ZeroDivisionError), transaction():
            redirect(one, "sales").epoch //= 0
    assert calls == []


def test_each_app_has_its_own_followers(tmp_path: Path) -> None:
    calls: list[str] = []
    (tmp_path / "other").mkdir()
    with small_app(tmp_path / "other") as other:
        followers.add(other, "log", Recorder("log", calls))
        with small_app(tmp_path):
            redirect(new_conversation(), "sales")
    assert calls == []
