"""Customers and their tags."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Connection,
    Executable,
    ForeignKey,
    Index,
    String,
    Text,
    bindparam,
    delete,
    event,
    inspect,
    select,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

from ..clock import now
from ..extensions import connection, db
from .base import BigId, Id, Model, UtcDateTime, insert_into
from .searchable import without_words, words_from, words_of

# By these a customer is found.
NAMES = ("first_name", "last_name", "username", "email", "phone_number")


def shown_name(first_name: str, last_name: str, username: str, email: str, phone_number: str, id_: int) -> str:
    """What a page calls a customer of whom this is known."""
    return f"{first_name} {last_name}".strip() or username or email or phone_number or f"#{id_}"


class CustomerTag(Model):
    __tablename__ = "customer_tags"
    __table_args__ = (Index(None, "name", "customer_id"),)

    customer_id: Mapped[int] = mapped_column(BigId, ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)


_TAGS = select(CustomerTag.name).where(CustomerTag.customer_id == bindparam("customer_id")).order_by(CustomerTag.name)


class Customer(Model):
    """A person who writes to the business."""

    __tablename__ = "customers"
    __table_args__ = (Index(None, "source", "source_id", unique=True), without_words("customers"))

    id: Mapped[Id]
    first_name: Mapped[str] = mapped_column(String(200), default="")
    last_name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone_number: Mapped[str] = mapped_column(String(40), default="")
    username: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(20))
    source_id: Mapped[str | None] = mapped_column(String(200))
    words: Mapped[str | None] = mapped_column(Text, default=words_from(*NAMES), deferred=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    # Written by `add_tag` and `remove_tag` in statements of their own, so that two writers cannot collide.
    _tags: Mapped[list[CustomerTag]] = relationship(viewonly=True, order_by=CustomerTag.name)

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def shown_name(self) -> str:
        """What a page calls this customer."""
        return shown_name(self.first_name, self.last_name, self.username, self.email, self.phone_number, self.id)

    @property
    def tags(self) -> list[str]:
        if self.id and "_tags" in inspect(self).unloaded:
            # As the relationship would, in half the time: every event is matched against them.
            names = connection().scalars(_TAGS, {"customer_id": self.id})
            set_committed_value(self, "_tags", [CustomerTag(name=name) for name in names])
        return [tag.name for tag in self._tags]

    def add_tag(self, name: str) -> bool:
        """True if the customer did not have the tag; safe beside another writer of the same tag."""
        tag = insert_into(CustomerTag).values(customer_id=self.id, name=name).on_conflict_do_nothing()
        return self._changed_tags(tag.returning(CustomerTag.name))

    def remove_tag(self, name: str) -> bool:
        """True if the customer had the tag."""
        tag = delete(CustomerTag).where(CustomerTag.customer_id == self.id, CustomerTag.name == name)
        return self._changed_tags(tag.returning(CustomerTag.name))

    def _changed_tags(self, statement: Executable) -> bool:
        db.session.flush()
        # Asked for as a row: how many rows a statement changed is not known of every INSERT.
        changed = db.session.execute(statement).first() is not None
        db.session.expire(self, ["_tags"])
        return changed

    @classmethod
    def by_source(cls, source: str, source_id: str) -> Customer | None:
        return db.session.scalar(select(cls).where(cls.source == source, cls.source_id == source_id))


@event.listens_for(Customer, "before_update")
def _keep_words(_mapper: Mapper[Customer], _connection: Connection, customer: Customer) -> None:
    state = inspect(customer)
    if any(state.attrs[name].history.has_changes() for name in NAMES):
        customer.words = words_of(*(getattr(customer, name) for name in NAMES))
