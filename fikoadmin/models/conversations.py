"""Conversations: who owns one, and the verbs that change it.

Status, AI flag, destination and epoch are written by `Conversation._own` alone, together, with the conversation
event that records it. The states and who may move them: docs/engine.md.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import JSON, ForeignKey, Index, Select, String, Text, bindparam, func, select, text
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from .. import destinations
from ..clock import now
from ..errors import Conflict
from ..extensions import after_commit, db
from ..words import N_
from . import jobs
from .actors import Actor
from .base import BigId, Model, UtcDateTime, short_id
from .customers import Customer
from .facts import MirrorDue, OwnerChanged
from .history import ConversationEvent
from .jobs import Job
from .messages import Message
from .settings import Settings
from .talk import TEST, Talk
from .waits import ANSWER, Wait

if TYPE_CHECKING:
    from .executions import Execution

ACTIVE = "active"
SUPPORT_ACTIVE = "support_active"
MARKETING_ACTIVE = "marketing_active"
CLOSED = "closed"
STATUSES = (ACTIVE, SUPPORT_ACTIVE, MARKETING_ACTIVE, CLOSED)

SOURCES = ("telegram", "instagram", "web", "api", TEST)

NOT_ACTIVE = N_("conversation is not active")
OWNER_CHANGED = N_("owner changed")
AI_OFF_HERE = N_("the AI is switched off in this conversation")
AI_OFF = N_("the AI is switched off for the whole installation")
AWAITS_ANSWER = N_("a workflow is waiting for the customer's answer")
WROTE_AGAIN = N_("the customer wrote again")
ANSWERED = N_("answered already")


class Conversation(Talk, Model):
    """One thread with one customer on one channel."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index(None, "updated_at", "id"),
        Index(None, "status", "updated_at", "id"),
        Index(None, "customer_id", "updated_at"),
        # What a list is filtered by, in the order of the list.
        Index(None, "status", "ai_enabled", "updated_at", "id"),
        Index(None, "destination", "updated_at", "id"),
        Index(None, "source", "updated_at", "id"),
        Index("ix_conversations_ai_off", "updated_at", "id",
              postgresql_where=text("NOT ai_enabled"), sqlite_where=text("ai_enabled = 0")),
        Index("ix_conversations_open_stretch", "updated_at", "id",
              postgresql_where=text("unanswered_since IS NOT NULL"), sqlite_where=text("unanswered_since IS NOT NULL")),
        Index("ix_conversations_unanswered", "unanswered_since",
              postgresql_where=text("unanswered_since IS NOT NULL"), sqlite_where=text("unanswered_since IS NOT NULL")),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(20), primary_key=True, default=short_id)
    customer_id: Mapped[int] = mapped_column(BigId, ForeignKey("customers.id"))
    source: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    ai_enabled: Mapped[bool]
    destination: Mapped[str] = mapped_column(String(40))
    epoch: Mapped[int]
    custom_prompt: Mapped[str] = mapped_column(Text, default="")
    ai_context: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Messages up to this one are not shown to the AI: its context began anew after it.
    context_after_id: Mapped[int] = mapped_column(BigId, default=0)
    # How many open waits there are for this customer's answer; counted under this row's lock, so that whoever
    # holds it knows without another look.
    awaited_answers: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    customer: Mapped[Customer] = relationship()

    # True once this transaction has asked for an answer.
    asked = False

    # -- finding -------------------------------------------------------------------------------------------------

    @staticmethod
    def locked(conversation_id: str) -> Conversation | None:
        """The conversation with its customer, read anew and locked until the transaction ends."""
        conversation = db.session.scalar(_locking(), {"id": conversation_id})
        if conversation:
            conversation.asked = False
        return conversation

    @staticmethod
    def count_waiting(at_most: int) -> int:
        """How many wait for a person; whoever is beyond `at_most` is not counted."""
        unanswered = select(Conversation.id).where(Conversation.unanswered_since.is_not(None))
        waiting = unanswered.where(Conversation.status == SUPPORT_ACTIVE).limit(at_most)
        return db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0

    # -- the one writer ------------------------------------------------------------------------------------------

    def _own(
        self, actor: Actor, kind: str, *, status: str, ai_enabled: bool, destination: str | None = None
    ) -> ConversationEvent | None:
        """Writes the owner and the event that records it; None, and nothing written, where it is so already (P1)."""
        destination = destination or self.destination
        old = (self.status, self.ai_enabled, self.destination)
        if old == (status, ai_enabled, destination):
            self._mirror()
            return None
        if ai_enabled and status != ACTIVE:
            raise AssertionError("the AI flag is on only in active")
        self.status, self.ai_enabled, self.destination = status, ai_enabled, destination
        self.epoch = (self.epoch or 0) + 1
        self.touch()
        event = self._record(actor, kind, old)
        if self.awaited_answers:
            self._cancel_waits(actor)
        after_commit(OwnerChanged(self.id, kind, destination, status, ai_enabled))
        self._mirror()
        return event

    def _record(self, actor: Actor, kind: str, old: tuple[str | None, bool | None, str | None]) -> ConversationEvent:
        event = ConversationEvent(
            conversation_id=self.id, kind=kind, epoch=self.epoch,
            old_status=old[0], new_status=self.status,
            old_ai_enabled=old[1], new_ai_enabled=self.ai_enabled,
            old_destination=old[2], new_destination=self.destination,
            actor_kind=actor.kind, actor_id=actor.id, actor_label=actor.label[:200],
            created_at=now(), version=actor.version, node_id=actor.node_id, execution=actor.execution,
        )  # fmt: skip
        db.session.add(event)
        return event

    def _cancel_waits(self, actor: Actor) -> None:
        """Nobody but the execution that changes the owner goes on waiting: the answer goes to the new owner."""
        for wait in Wait.open_answers(self.id):
            if wait.execution is not actor.execution and wait.execution.is_open:
                self.end_waits(wait.execution)
                wait.execution.cancel(OWNER_CHANGED)

    def end_waits(self, execution: Execution) -> None:
        """Ends all that an execution in this conversation waits for."""
        self.awaited_answers -= sum(wait.kind == ANSWER for wait in execution.end_waits())

    def _mirror(self) -> None:
        after_commit(MirrorDue(self.id, self.ai_enabled, self.epoch, self.custom_prompt or ""))

    # -- the verbs -----------------------------------------------------------------------------------------------

    @classmethod
    def start(cls, customer: Customer, source: str, actor: Actor, language: str) -> Self:
        """A new conversation, owned by the AI or by people as the installation says.

        `language` is the customer's until what the customer writes shows another.
        """
        conversation = cls(id=short_id(), customer=customer, source=source, language=language)
        conversation._begin(actor, "create")
        db.session.add(conversation)
        return conversation

    def redirect(self, destination: destinations.Destination, actor: Actor) -> bool:
        """Gives the conversation to `destination`; False where it is there already.

        The destination's customer notice, if one is set, leaves once per change. Redirecting to the AI queues its
        answer where customer messages are unanswered, and tells it that the people's stretch is over.
        """
        status = SUPPORT_ACTIVE if destination.to_people else ACTIVE
        event = self._own(
            actor,
            "redirect",
            status=status,
            ai_enabled=not destination.to_people,
            destination=destination.value,
        )
        if event:
            self.tell(Settings.load().notice(destination.value, self.language), actor)
        if not destination.to_people:
            self.ask_ai()
        return event is not None

    def take_over(self, actor: Actor, department: str) -> bool:
        """A person takes the conversation for `department`; False where people have it already (P8)."""
        if self.status == SUPPORT_ACTIVE:
            return False
        return bool(self._own(actor, "take_over", status=SUPPORT_ACTIVE, ai_enabled=False, destination=department))

    def silence_ai(self, actor: Actor) -> bool:
        """Switches the AI flag off and leaves the owner; False where it is off already."""
        return bool(self._own(actor, "silence", status=self.status, ai_enabled=False))

    def enable_ai(self, actor: Actor) -> bool:
        """Switches the AI flag on; False where it is on already. Raises Conflict outside `active`."""
        if self.status != ACTIVE:
            raise Conflict(NOT_ACTIVE)
        return bool(self._own(actor, "enable", status=ACTIVE, ai_enabled=True))

    def start_campaign(self, actor: Actor) -> bool:
        """A campaign owns the conversation; False where one does already."""
        return bool(self._own(actor, "campaign", status=MARKETING_ACTIVE, ai_enabled=False))

    def close(self, actor: Actor) -> bool:
        """Closes it; False where it is closed already."""
        return bool(self._own(actor, "close", status=CLOSED, ai_enabled=False))

    def reopen(self, actor: Actor) -> None:
        """A customer writes in a closed conversation: it begins as a new one does, with a new AI context (P10)."""
        self.reset_context()
        self._begin(actor, "reopen")

    def _begin(self, actor: Actor, kind: str) -> None:
        ai_first = Settings.load().ai_answers_first
        status, destination = (ACTIVE, destinations.AI) if ai_first else (SUPPORT_ACTIVE, destinations.SUPPORT)
        self._own(actor, kind, status=status, ai_enabled=ai_first, destination=destination)

    # -- the AI's context: not the owner, no new epoch -----------------------------------------------------------

    def reset_context(self) -> None:
        """The AI forgets what was said and set so far."""
        last = select(Message.id).where(Message.conversation_id == self.id).order_by(Message.id.desc()).limit(1)
        self.context_after_id = db.session.scalar(last) or 0
        self.ai_context = {}
        self.set_prompt("")

    def set_prompt(self, prompt: str) -> bool:
        """What the AI is told besides in this conversation; False where it is told that already."""
        changed = self.custom_prompt != prompt
        self.custom_prompt = prompt
        self._mirror()
        return changed

    def update_context(self, data: dict[str, Any]) -> bool:
        """Adds facts that the AI shall know; False where it knows them already."""
        old = self.ai_context
        self.ai_context = {**old, **data}
        return self.ai_context != old

    # -- may the AI speak ----------------------------------------------------------------------------------------

    @property
    def ai_may_reply(self) -> bool:
        return self.silent_because() is None

    def silent_because(self) -> str | None:
        """Why the AI may not reply now, or None where it may: derived, never stored."""
        if self.status != ACTIVE:
            return NOT_ACTIVE
        if not self.ai_enabled:
            return AI_OFF_HERE
        if not Settings.load().ai_is_on:
            return AI_OFF
        return AWAITS_ANSWER if self.awaited_answers else None

    def ask_ai(self) -> bool:
        """Queues one answer to the unanswered stretch under the present epoch; False where nothing is unanswered."""
        if self.unanswered_since is None:
            return False
        db.session.flush()  # gives the message its id
        subject = f"{self.id}:{self.unanswered_message_id}"
        Job.requeue(jobs.ANSWER_CUSTOMER, subject, key=f"answer:{subject}", epoch=self.epoch)
        self.asked = True
        return True

    def lets_answer(self, epoch: int | None, message_id: int) -> str | None:
        """Why the AI's answer to the stretch up to that message, asked for under `epoch`, may not be sent (P2).

        None where it may; only true under this row's lock, until the transaction ends.
        """
        if self.epoch != epoch:
            return OWNER_CHANGED
        if self.unanswered_message_id != message_id:
            return WROTE_AGAIN if self.unanswered_message_id else ANSWERED
        return self.silent_because()


@cache
def _locking() -> Select[Conversation]:
    """Built once: building it for each event took longer than running it."""
    with_customer = select(Conversation).join(Conversation.customer).options(contains_eager(Conversation.customer))
    one = with_customer.where(Conversation.id == bindparam("id")).with_for_update(of=Conversation)
    return one.execution_options(populate_existing=True)
