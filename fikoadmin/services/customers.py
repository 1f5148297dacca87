"""Customers: made, changed and tagged; each raises its event."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from ..errors import Invalid, NotFound
from ..extensions import db, transaction
from ..models import conversations, events
from ..models.base import insert_into
from ..models.conversations import Conversation
from ..models.customers import Customer
from ..models.events import Event
from ..words import N_
from .reactions import Reaction

FIELDS = ("first_name", "last_name", "email", "phone_number", "username")
TAG_LENGTH = 100
TAG_OF_OTHER_LENGTH = N_("a tag has 1 to %(most)s characters")


def create(fields: Mapping[str, str], source: str, source_id: str | None, tags: list[str]) -> tuple[Customer, bool]:
    """A new customer, or the one known by that source and source id; the flag says whether it is new."""
    with transaction():
        customer, created = find_or_make(fields, source, source_id, tags)
        if created:
            raise_event(events.USER_CREATED, customer, None, {})
    return customer, created


def find_or_make(
    fields: Mapping[str, str], source: str, source_id: str | None, tags: list[str]
) -> tuple[Customer, bool]:
    """As `create`, without the event; inside the caller's transaction."""
    if source_id is not None and (known := Customer.by_source(source, source_id)):
        return known, False
    values = {"source": source, "source_id": source_id, **{name: fields.get(name, "") for name in FIELDS}}
    insert = insert_into(Customer).values(values).on_conflict_do_nothing().returning(Customer.id)
    customer_id = db.session.scalar(insert)
    if customer_id is None:  # somebody else made it between the two statements
        return db.session.scalars(select(Customer).filter_by(source=source, source_id=source_id)).one(), False
    customer = db.session.get_one(Customer, customer_id)
    for tag in tags:
        customer.add_tag(clean_tag(tag))
    return customer, True


def update(customer: Customer, fields: Mapping[str, str]) -> None:
    """Writes the named fields of a customer that the caller's transaction holds."""
    for name in FIELDS:
        if name in fields:
            setattr(customer, name, fields[name])


def add_tag(customer_id: int, name: str) -> Customer:
    """Raises `TAG_ADDED` where the customer did not have the tag; raises NotFound, Invalid."""
    return _change_tag(customer_id, clean_tag(name), added=True)


def remove_tag(customer_id: int, name: str) -> Customer:
    """Raises `TAG_REMOVED` where the customer had the tag; raises NotFound."""
    return _change_tag(customer_id, name.strip(), added=False)  # it was added without the spaces at its ends


def _change_tag(customer_id: int, name: str, *, added: bool) -> Customer:
    with transaction():
        customer = db.session.get(Customer, customer_id)
        if customer is None:
            raise NotFound(N_("there is no such customer"))
        conversation = _latest_open(customer)
        changed = customer.add_tag(name) if added else customer.remove_tag(name)
        if changed:
            event_type = events.TAG_ADDED if added else events.TAG_REMOVED
            raise_event(event_type, customer, conversation, {"tag": name})
    return customer


def clean_tag(name: str) -> str:
    """`name` without spaces at its ends; raises Invalid where nothing is left or it is too long."""
    name = name.strip()
    if not name or len(name) > TAG_LENGTH:
        raise Invalid("name", TAG_OF_OTHER_LENGTH, most=TAG_LENGTH)
    return name


def raise_event(
    event_type: str, customer: Customer, conversation: Conversation | None, data: dict[str, object]
) -> Event:
    """Stores the event and lets it start what it matches."""
    event = Event(
        event_type=event_type, customer_id=customer.id, conversation_id=conversation.id if conversation else None,
        data=data, chain=[],
    )  # fmt: skip
    db.session.add(event)
    Reaction(event, customer, conversation).run_matching()
    return event


def _latest_open(customer: Customer) -> Conversation | None:
    """The customer's open conversation that changed last, locked."""
    conversation_id = db.session.scalar(
        select(Conversation.id)
        .where(Conversation.customer_id == customer.id, Conversation.status != conversations.CLOSED)
        .order_by(Conversation.updated_at.desc())
        .limit(1)
    )
    return Conversation.locked(conversation_id) if conversation_id else None
