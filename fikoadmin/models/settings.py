"""Settings of the installation: rows, changed on the Settings page and with `fikoadmin setting`."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any, cast

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..destinations import DESTINATIONS
from ..extensions import connection, db
from .base import Model, UtcDateTime

LANGUAGES = ("en", "fa")

DEFAULTS: dict[str, Any] = {
    "ai_switch": True,
    "first_answer": "ai",
    "business_name": "",
    "channel_api_url": "",
    "channel_api_secret": "",
    **{f"notice.{d.value}.{language}": "" for d in DESTINATIONS for language in LANGUAGES},
}
SECRETS = frozenset({"channel_api_secret"})

# Not for operators: raised whenever the set of live workflows changes, so that every process renews its index.
LIVE_WORKFLOWS = "live_workflows"


class Setting(Model):
    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


# Built once: they are read in every transaction.
_ALL = select(Setting.name, Setting.value, Setting.updated_at)


class Settings:
    """All settings as they stand in the present transaction, in one query."""

    def __init__(self, values: dict[str, Any], live_workflows_at: datetime | None) -> None:
        self._values = values
        self._live_workflows_at = live_workflows_at

    @classmethod
    def load(cls) -> Settings:
        """Reads them, once for each transaction, be it reading or writing."""
        session = db.session()
        known = session.info.get("settings")
        if known is None or known[0] is not session.get_transaction():
            settings = cls._read()
            known = session.info["settings"] = (session.get_transaction(), settings)
        return cast("Settings", known[1])

    @classmethod
    def _read(cls) -> Settings:
        rows = connection().execute(_ALL).all()
        changed = next((row.updated_at for row in rows if row.name == LIVE_WORKFLOWS), None)
        return cls({row.name: row.value for row in rows}, changed)

    @staticmethod
    def changed() -> None:
        """Has the next `load` of this transaction read again."""
        db.session().info.pop("settings", None)

    @property
    def version(self) -> str:
        """Another text for other settings: a save names the one that its author saw (P22)."""
        shown = json.dumps([self[name] for name in DEFAULTS], sort_keys=True)
        return hashlib.sha256(shown.encode()).hexdigest()[:16]

    def __getitem__(self, name: str) -> Any:
        return self._values.get(name, DEFAULTS[name])

    @property
    def live_workflows(self) -> int:
        """The generation of their set: raised whenever it changes."""
        return int(self._values.get(LIVE_WORKFLOWS, 0))

    @property
    def live_workflows_at(self) -> datetime | None:
        """When that was: with the generation it names one set, even after a database was restored."""
        return self._live_workflows_at

    @property
    def ai_is_on(self) -> bool:
        return bool(self["ai_switch"])

    @property
    def ai_answers_first(self) -> bool:
        return bool(self["first_answer"] == "ai")

    def notice(self, destination: str, language: str) -> str:
        """What a customer of that language is told on a redirect there; empty for nothing."""
        return str(self._values.get(f"notice.{destination}.{language}", ""))
