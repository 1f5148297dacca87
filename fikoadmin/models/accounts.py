"""Operators and API tokens."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from flask_login import UserMixin
from sqlalchemy import ForeignKey, String, bindparam, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ..clock import now
from ..destinations import SUPPORT
from ..extensions import db
from .actors import Actor
from .base import BigId, Id, Model, UtcDateTime

ADMINISTRATOR = "administrator"
ROLES = ("viewer", "operator", ADMINISTRATOR)


class Operator(UserMixin, Model):
    """A person who works in Fiko Admin."""

    __tablename__ = "operators"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    department: Mapped[str] = mapped_column(String(40), default=SUPPORT)
    locale: Mapped[str] = mapped_column(String(5), default="")
    is_enabled: Mapped[bool] = mapped_column(default=True)
    # Part of the session cookie: raising it signs the operator out everywhere.
    session_number: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    def may(self, role: str) -> bool:
        """True if this operator's role includes what `role` may do."""
        return self.is_enabled and ROLES.index(self.role) >= ROLES.index(role)

    @property
    def actor(self) -> Actor:
        return Actor("operator", str(self.id), self.name)

    def get_id(self) -> str:
        return f"{self.id}.{self.session_number}"

    @classmethod
    def by_session(cls, text: str) -> Operator | None:
        """The enabled operator that a session cookie names, unless it has been signed out since."""
        operator_id, _, number = text.partition(".")
        operator = db.session.get(cls, int(operator_id)) if operator_id.isdigit() else None
        return operator if operator and operator.is_enabled and str(operator.session_number) == number else None

    @classmethod
    def by_id(cls, operator_id: int) -> Operator | None:
        return db.session.get(cls, operator_id)

    @classmethod
    def by_email(cls, email: str) -> Operator | None:
        if "\0" in email:  # no text column can hold it
            return None
        return db.session.scalar(select(cls).where(cls.email == email.strip().lower()))

    @classmethod
    def by_name(cls) -> list[Operator]:
        """Everybody, those who may sign in first."""
        return list(db.session.scalars(select(cls).order_by(cls.is_enabled.desc(), cls.name, cls.id)))

    @classmethod
    def locked_administrators(cls) -> list[Operator]:
        """Who may sign in as administrator, locked until the transaction ends: two cannot remove each other."""
        enabled = select(cls).where(cls.role == ADMINISTRATOR, cls.is_enabled).order_by(cls.id)
        return list(db.session.scalars(enabled.with_for_update().execution_options(populate_existing=True)))


class ApiToken(Model):
    """A key to the HTTP API. Only its SHA-256 is kept: the token is 256 random bits, no dictionary finds it."""

    __tablename__ = "api_tokens"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[str] = mapped_column(String(20), default="full")
    created_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("operators.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    created_by: Mapped[Operator | None] = relationship()

    @classmethod
    def newest_first(cls) -> list[ApiToken]:
        """Those that were not revoked, with who made them."""
        kept = select(cls).where(cls.revoked_at.is_(None)).options(joinedload(cls.created_by))
        return list(db.session.scalars(kept.order_by(cls.id.desc())))

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now()

    @classmethod
    def issue(cls, name: str, scope: str = "full", expires_at: datetime | None = None) -> tuple[ApiToken, str]:
        """A new token and its text, which is shown once and cannot be read again."""
        text = "fiko_" + secrets.token_urlsafe(32)
        return cls(name=name, scope=scope, expires_at=expires_at, digest=cls.digest_of(text)), text

    @staticmethod
    def digest_of(text: str) -> str:
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @classmethod
    def by_text(cls, text: str) -> ApiToken | None:
        """The token with that text if it may still be used."""
        token = db.session.scalar(_UNREVOKED, {"digest": cls.digest_of(text)})
        return token if token and not token.has_expired else None

    def may_write(self) -> bool:
        return self.scope == "full"

    @property
    def actor(self) -> Actor:
        return Actor("token", str(self.id), self.name)


# Built once: a token is looked up for each request.
_UNREVOKED = select(ApiToken).where(ApiToken.digest == bindparam("digest"), ApiToken.revoked_at.is_(None))
