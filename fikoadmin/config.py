"""Every setting of the process, its variable and its check, read once at start."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ("en", "fa")
_SENDER = re.compile(r"from=[\w!#$%'*+/=?^`{|}~.-]+@[\w.-]+", re.ASCII)


class ConfigError(Exception):
    """A setting is wrong; the message is one line that names the variable."""


@dataclass(frozen=True)
class Config:
    """The settings of one process, checked.

    `database_url` is an SQLAlchemy URL, `redis_url` empty for everything in process, `timezone` an IANA zone.
    """

    database_url: str
    redis_url: str
    secret_key: str
    log_file: Path
    timezone: ZoneInfo
    locale: str
    ai_base_url: str
    ai_api_key: str
    ai_model: str
    smtp_url: str
    outbound_allow: tuple[str, ...]
    trusted_proxies: int
    instance: Path = field(default=ROOT / "instance")

    @property
    def embedded(self) -> bool:
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Config:
        """Reads the FIKO_* variables; raises ConfigError for the first that is wrong."""
        instance = ROOT / "instance"
        database_url = _database_url(environment, instance)
        return cls(
            database_url=database_url,
            redis_url=_url(environment, "FIKO_REDIS_URL", ("redis", "rediss", "unix")),
            secret_key=_secret_key(environment, database_url, instance),
            log_file=_log_file(environment, instance),
            timezone=_timezone(environment),
            locale=_locale(environment),
            ai_base_url=_url(environment, "FIKO_AI_BASE_URL", ("http", "https")).rstrip("/"),
            ai_api_key=environment.get("FIKO_AI_API_KEY", ""),
            ai_model=_ai_model(environment),
            smtp_url=_smtp_url(environment),
            outbound_allow=_outbound_allow(environment),
            trusted_proxies=_trusted_proxies(environment),
            instance=instance,
        )


def _database_url(environment: Mapping[str, str], instance: Path) -> str:
    text = environment.get("FIKO_DATABASE_URL", "") or f"sqlite:///{instance / 'fiko.sqlite3'}"
    try:
        url = make_url(text)
    except ArgumentError:
        raise ConfigError("FIKO_DATABASE_URL: not a database URL; e.g. postgresql://user:password@host/name") from None
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise ConfigError("FIKO_DATABASE_URL: must be postgresql://… or sqlite:///path/to/file")
    return url.set(drivername="sqlite", database=str(ROOT / url.database)).render_as_string(hide_password=False)


def _url(environment: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    text = environment.get(name, "").strip()
    try:
        parts = urlsplit(text)
        well_formed = not text or (parts.scheme in schemes and bool(parts.netloc or parts.path))
        _ = parts.port
    except ValueError:
        well_formed = False
    if not well_formed:
        raise ConfigError(f"{name}: must be a URL that begins with {' or '.join(s + '://' for s in schemes)}")
    return text


def _secret_key(environment: Mapping[str, str], database_url: str, instance: Path) -> str:
    key = environment.get("FIKO_SECRET_KEY", "")
    if key:
        if len(key) < 16:
            raise ConfigError("FIKO_SECRET_KEY: must have at least 16 characters")
        return key
    if not database_url.startswith("sqlite"):
        raise ConfigError("FIKO_SECRET_KEY: is required with PostgreSQL; any random text of 16 characters or more")
    return kept_secret(instance / "secret-key")


def kept_secret(path: Path, length: int = 32) -> str:
    """The text kept in that file (mode 0600), generated the first time; `length` is in random bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(length) + "\n")
    return path.read_text().strip()


def _log_file(environment: Mapping[str, str], instance: Path) -> Path:
    path = ROOT / (environment.get("FIKO_LOG_FILE", "") or instance / "workflow.log")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a"):
            return path
    except OSError as error:
        raise ConfigError(f"FIKO_LOG_FILE: {path} cannot be written ({error.strerror})") from None


def _timezone(environment: Mapping[str, str]) -> ZoneInfo:
    name = environment.get("FIKO_TIMEZONE", "") or "UTC"
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ConfigError(f"FIKO_TIMEZONE: '{name}' is not a time zone; e.g. Asia/Tehran") from None


def _locale(environment: Mapping[str, str]) -> str:
    locale = environment.get("FIKO_LOCALE", "") or "en"
    if locale not in LOCALES:
        raise ConfigError(f"FIKO_LOCALE: '{locale}' is not a language of this release; en or fa")
    return locale


def _ai_model(environment: Mapping[str, str]) -> str:
    model = environment.get("FIKO_AI_MODEL", "")
    if environment.get("FIKO_AI_BASE_URL", "").strip() and not model:
        raise ConfigError("FIKO_AI_MODEL: must name a model when FIKO_AI_BASE_URL is set")
    return model


def _smtp_url(environment: Mapping[str, str]) -> str:
    url = _url(environment, "FIKO_SMTP_URL", ("smtp", "smtps"))
    parts = urlsplit(url)
    # An unescaped / ? or # in a password ends up in what follows the host.
    if url and not (parts.hostname and parts.port != 0 and parts.path in ("", "/") and not parts.fragment):
        raise ConfigError(
            "FIKO_SMTP_URL: must be like smtp://user:password@host:587/?from=name@example.org, with characters"
            " such as @ : / ? # % of user and password written as %40 …"
        )
    if bool(parts.username) != bool(parts.password) or not unquote(f"{parts.username}{parts.password}").isascii():
        raise ConfigError("FIKO_SMTP_URL: must have both user and password, in plain ASCII, or neither")
    if parts.query and not _SENDER.fullmatch(unquote(parts.query)):
        raise ConfigError("FIKO_SMTP_URL: after the ? must be from= and one e-mail address, or nothing")
    return url


def _outbound_allow(environment: Mapping[str, str]) -> tuple[str, ...]:
    entries = tuple(e.strip() for e in environment.get("FIKO_OUTBOUND_ALLOW", "").split(",") if e.strip())
    for entry in entries:
        try:
            if "/" in entry:
                ip_network(entry)
        except ValueError:
            raise ConfigError(f"FIKO_OUTBOUND_ALLOW: '{entry}' is not a host, host:port or network") from None
    return entries


def _trusted_proxies(environment: Mapping[str, str]) -> int:
    text = environment.get("FIKO_TRUSTED_PROXIES", "") or "0"
    if not text.isascii() or not text.isdigit() or int(text) > 10:
        raise ConfigError("FIKO_TRUSTED_PROXIES: must be the number of proxies in front, 0 to 10")
    return int(text)
