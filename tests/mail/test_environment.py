"""The mail server is set by the environment, and a wrong one is told in one line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from fikoadmin.config import Config, ConfigError


def from_environment(smtp_url: str, tmp_path: Path) -> Config:
    environment: Mapping[str, str] = {"FIKO_LOG_FILE": str(tmp_path / "log"), "FIKO_SECRET_KEY": "k" * 16}
    return Config.from_environment({**environment, "FIKO_SMTP_URL": smtp_url})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "smtp://127.0.0.1:2525",
        "smtp://mail.example.org/",
        "smtps://shop%40example.org:p%40ss%3A%2F@mail.example.org:465/?from=fiko+shop@example.org",
        "smtp://mail.example.org?from=fiko%40example.org",
    ],
)
def test_a_mail_server_can_be_set(url: str, tmp_path: Path) -> None:
    assert from_environment(url, tmp_path).smtp_url == url


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mail.example.org", "must be a URL that begins with smtp:// or smtps://"),
        ("http://mail.example.org", "must be a URL that begins with smtp:// or smtps://"),
        ("smtp://mail.example.org:99999", "must be a URL that begins with smtp:// or smtps://"),
        ("smtp://mail.example.org:0", "must be like smtp://user:password@host:587/?from=name@example.org"),
        ("smtp://:25", "must be like smtp://user:password@host:587/?from=name@example.org"),
        ("smtp://mail.example.org/inbox", "must be like smtp://user:password@host:587/?from=name@example.org"),
        ("smtp://shop:p/ss@mail.example.org", "must be"),
        ("smtp://shop:secret#1@mail.example.org", "must be"),
        ("smtp://shop@mail.example.org", "must have both user and password, in plain ASCII, or neither"),
        ("smtp://:secret@mail.example.org", "must have both user and password, in plain ASCII, or neither"),
        ("smtp://shop:رمز@mail.example.org", "must have both user and password, in plain ASCII, or neither"),
        ("smtp://mail.example.org/?form=a@example.org", "after the ? must be from= and one e-mail address"),
        ("smtp://mail.example.org/?from=shop", "after the ? must be from= and one e-mail address"),
        ("smtp://mail.example.org/?from=a@b.org%0D%0ABcc:c@d.org", "after the ? must be from= and one e-mail address"),
        ("smtp://mail.example.org/?from=a@b.org,c@d.org", "after the ? must be from= and one e-mail address"),
    ],
)
def test_p29_a_wrong_mail_server_is_one_line_that_says_what_would_be_right(url: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"FIKO_SMTP_URL: {said}")) as caught:
        from_environment(url, tmp_path)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
