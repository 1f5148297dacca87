"""What can be refused, as classes; `web` and `api` translate them to HTTP once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError

from .words import N_

# What is wrong with fields of many kinds.
NOT_ONE_OF = N_("'%(value)s' must be one of: %(choices)s")
OTHER_LENGTH = N_("must have 1 to %(most)s characters")


class Problem(Exception):
    """A request that is refused for a reason its sender can read; nothing has been changed."""

    status = 400
    title = "Bad request"

    def __init__(self, message: str, **members: Any) -> None:
        super().__init__(message)
        self.message = message
        self.members: Mapping[str, Any] = members


class NotFound(Problem):
    status = 404
    title = "Not found"


class Forbidden(Problem):
    status = 403
    title = "Not permitted"


class Conflict(Problem):
    """The thing is not in the state that the request takes for granted."""

    status = 409
    title = "Conflict"


class Busy(Problem):
    """The database cannot take the write now; the same request may be sent again."""

    status = 503
    title = "Try again shortly"


class Invalid(Problem):
    """One field is wrong: `field` says which, `text` what is wrong and what would be right.

    `text` may have places for values, `%(name)s`; it stays apart from them, so that a page can translate it.
    """

    status = 422
    title = "Invalid input"

    def __init__(self, field: str, text: str, **values: object) -> None:
        self.field = field
        self.text = text
        self.values = values
        self.reason = text % values if values else text
        self.errors = [{"field": field, "message": self.reason}]
        super().__init__(f"{field}: {self.reason}" if field else self.reason)


class Retry(Exception):
    """A job's work failed for now; it is due again `after` seconds, by default after its kind's growing pause."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class LeaseLost(Exception):
    """The job is no longer this runner's: somebody else has taken it, or it was armed anew."""


def is_busy(error: Exception) -> bool:
    """Whether the database was away, locked or full: what was sent is fine and may be sent again."""
    if isinstance(error, OperationalError | InterfaceError | TimeoutError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated
