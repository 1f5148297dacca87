"""Roles that one process at a time may have."""

from __future__ import annotations

import os
import secrets
import socket

from sqlalchemy import delete, or_

from ..extensions import transaction
from ..models.base import database_time, insert_into
from ..models.jobs import Lease


def new_holder() -> str:
    """A name for whoever takes a role: readable in the table, and nobody else's."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def take(name: str, holder: str, seconds: float) -> bool:
    """Takes or renews the role for that many seconds of the database's clock; False where another has it."""
    fresh = insert_into(Lease).values(name=name, holder=holder, until=database_time(seconds))
    is_free = or_(
        Lease.holder == fresh.excluded.holder,
        Lease.until <= database_time(0),
        Lease.until > database_time(2 * seconds),  # written before the database's clock was turned back
    )
    with transaction() as session:
        taken = session.execute(
            fresh.on_conflict_do_update(
                index_elements=["name"],
                set_={"holder": fresh.excluded.holder, "until": fresh.excluded.until},
                where=is_free,
            ).returning(Lease.name)
        )
        return taken.one_or_none() is not None


def release(name: str, holder: str) -> None:
    """Gives the role up, so that another process need not wait for its end."""
    with transaction() as session:
        session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
