"""Customers and their tags."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..clock import now
from ..extensions import db
from .base import BigId, Id, Model, UtcDateTime


class CustomerTag(Model):
    __tablename__ = "customer_tags"

    customer_id: Mapped[int] = mapped_column(BigId, ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)


class Customer(Model):
    """A person who writes to the business."""

    __tablename__ = "customers"
    __table_args__ = (Index(None, "source", "source_id", unique=True),)

    id: Mapped[Id]
    first_name: Mapped[str] = mapped_column(String(200), default="")
    last_name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone_number: Mapped[str] = mapped_column(String(40), default="")
    username: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(20))
    source_id: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    _tags: Mapped[list[CustomerTag]] = relationship(cascade="all, delete-orphan", order_by=CustomerTag.name)

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def shown_name(self) -> str:
        """What a page calls this customer."""
        return self.full_name or self.username or self.email or self.phone_number or f"#{self.id}"

    @property
    def tags(self) -> list[str]:
        return [tag.name for tag in self._tags]

    def add_tag(self, name: str) -> bool:
        """True if the customer did not have the tag."""
        if name in self.tags:
            return False
        self._tags.append(CustomerTag(name=name))
        return True

    def remove_tag(self, name: str) -> bool:
        """True if the customer had the tag."""
        tag = next((tag for tag in self._tags if tag.name == name), None)
        if tag is None:
            return False
        self._tags.remove(tag)
        return True

    @classmethod
    def locked(cls, customer_id: int) -> Customer | None:
        """The customer, locked until the transaction ends, so that two writers of one tag see each other."""
        return db.session.scalar(
            select(cls).where(cls.id == customer_id).with_for_update().execution_options(populate_existing=True)
        )

    @classmethod
    def by_source(cls, source: str, source_id: str) -> Customer | None:
        return db.session.scalar(select(cls).where(cls.source == source, cls.source_id == source_id))
