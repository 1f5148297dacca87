"""The list of customers, and what one customer's page shows; each a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload, selectinload

from ..extensions import db
from . import found, pages
from .conversations import Conversation
from .customers import Customer, CustomerTag
from .executions import Execution
from .pages import PAGE_SIZE, Page, number
from .searches import customers_with_words

CONVERSATIONS_SHOWN = 10
EXECUTIONS_SHOWN = 10


@dataclass(frozen=True)
class Listed:
    """A page of customers; `is_cut` where the search found more than it looks at."""

    page: Page[Customer]
    is_cut: bool


@dataclass(frozen=True)
class Known:
    """One customer with the conversations that changed last, and the last executions in those."""

    customer: Customer
    conversations: Sequence[Conversation]
    has_more_conversations: bool
    executions: Sequence[Execution]


def customers(text: str = "", tag: str = "", after: str | None = None, limit: int = PAGE_SIZE) -> Listed:
    """Newest first, with their tags: those whose names begin with all words of `text`, and that have the tag.

    Raises Invalid for a malformed cursor.
    """
    statement = select(Customer).options(selectinload(Customer._tags)).order_by(Customer.id.desc())
    is_cut = False
    if text:
        ids, is_cut = customers_with_words(text)
        statement = statement.where(Customer.id.in_(ids))
    if tag:
        statement = statement.join(CustomerTag, CustomerTag.customer_id == Customer.id).where(CustomerTag.name == tag)
    if after is not None:
        statement = statement.where(Customer.id < number(after))
    rows = db.session.scalars(statement.limit(limit + 1)).all()
    return Listed(Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None), is_cut)


def known(customer_id: int) -> Known:
    """Raises NotFound."""
    customer = found.customer(customer_id)
    page = pages.conversations(CONVERSATIONS_SHOWN, customer_id=customer_id)
    ids = [conversation.id for conversation in page.items]
    last = (
        select(Execution)
        .options(joinedload(Execution.workflow), joinedload(Execution.version), defer(Execution.state))
        .where(Execution.conversation_id.in_(ids))
        .order_by(Execution.id.desc())
        .limit(EXECUTIONS_SHOWN)
    )
    return Known(customer, page.items, page.next is not None, db.session.scalars(last).all())
