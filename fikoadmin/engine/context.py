"""What a node's function may see and use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from ..clock import now
from ..extensions import db
from ..models import messages
from ..models.actors import Actor
from ..models.conversations import Conversation
from ..models.customers import Customer
from ..models.events import MESSAGE_RECEIVED, Event
from ..models.messages import Message
from . import placeholders
from .conditions import Judgement

# An event that an execution causes, and its data: the services store it and let it start others.
Emit = Callable[[str, dict[str, Any]], None]


class FieldValues(Mapping[str, Any]):
    """The values that conditions and placeholders may name; each part is read when it is first asked for."""

    PARTS = ("user", "conversation", "event", "answers", "user_responses", "now")

    def __init__(
        self, event: Event, customer: Customer | None, conversation: Conversation | None,
        state: Mapping[str, Any], timezone: ZoneInfo,
    ) -> None:  # fmt: skip
        self._event, self._customer, self._conversation = event, customer, conversation
        self._state, self._timezone = state, timezone

    def __getitem__(self, part: str) -> Mapping[str, Any]:
        if part not in self.PARTS:
            raise KeyError(part)
        value: Mapping[str, Any] = getattr(self, f"_{part}_values")()
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self.PARTS)

    def __len__(self) -> int:
        return len(self.PARTS)

    def _user_values(self) -> dict[str, Any]:
        customer = self._customer
        if customer is None:
            return {}
        texts = ("first_name", "last_name", "full_name", "email", "phone_number", "username", "source")
        return {name: getattr(customer, name) for name in texts} | {
            "id": str(customer.id), "tags": customer.tags, "created_at": self._local(customer.created_at),
        }  # fmt: skip

    def _conversation_values(self) -> dict[str, Any]:
        c = self._conversation
        if c is None:
            return {}
        since = c.unanswered_since
        return {
            "id": c.id, "status": c.status, "source": c.source, "ai_enabled": c.ai_enabled,
            "destination": c.destination,
            "unanswered_minutes": int((now() - since).total_seconds() // 60) if since else 0,
        }  # fmt: skip

    def _event_values(self) -> dict[str, Any]:
        data = self._event.data
        if self._event.event_type != MESSAGE_RECEIVED and "content" not in data and self._conversation:
            data = {**data, "content": last_customer_text(self._conversation.id)}
        return {"type": self._event.event_type, "data": data}

    def _answers_values(self) -> Mapping[str, Any]:
        return self._state.get("answers", {})  # type: ignore[no-any-return]

    def _user_responses_values(self) -> Mapping[str, Any]:
        return self._state.get("user_responses", {})  # type: ignore[no-any-return]

    def _now_values(self) -> dict[str, str]:
        local = now().astimezone(self._timezone)
        return {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "weekday": f"{local:%A}".lower()}

    def _local(self, moment: datetime) -> str:
        return moment.astimezone(self._timezone).isoformat(timespec="seconds")


def last_customer_text(conversation_id: str) -> str:
    """What the customer wrote last in that conversation; empty where nothing."""
    db.session.flush()
    return (
        db.session.scalar(
            select(Message.content)
            .where(Message.conversation_id == conversation_id, Message.type == messages.CUSTOMER)
            .order_by(Message.id.desc())
            .limit(1)
        )
        or ""
    )


@dataclass
class Context:
    """A run's surroundings at one node. `warnings` collects what the step shall mention."""

    customer: Customer | None
    conversation: Conversation | None
    fields: FieldValues
    actor: Actor
    emit: Emit
    warnings: list[str] = field(default_factory=list)
    # What a language model has said so far of the prompts of the node at hand.
    judged: Mapping[str, Judgement] = field(default_factory=dict)
    reacted: bool = False

    def fill(self, text: str, written: Callable[[str], str] = str) -> str:
        """`text` with its placeholders filled, each value as `written` has it; unknown names: empty, and a warning."""
        filled, unknown = placeholders.fill(text, self.fields, written)
        self.warnings.extend(unknown)
        return filled

    def fill_data(self, value: Any) -> Any:
        """The same for every text inside a JSON value."""
        filled, unknown = placeholders.fill_data(value, self.fields)
        self.warnings.extend(unknown)
        return filled
