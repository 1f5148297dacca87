"""What is said in a conversation, and what of it is unanswered."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import String, Table, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..extensions import connection, db
from . import jobs, messages
from .actors import Actor
from .base import BigId, UtcDateTime
from .jobs import Delivery, Job
from .messages import Message

TEST = "test"

# The table, not the model: the ORM's way of inserting takes several times as long.
_MESSAGES = cast(Table, Message.__table__)
_INSERT = insert(_MESSAGES).returning(_MESSAGES.c.id)


class Talk:
    """The part of a conversation that messages move; its owner is not among it.

    A stretch is unanswered from the customer's first message on until an AI or an operator's message follows.
    """

    id: Mapped[str]
    source: Mapped[str]
    updated_at: Mapped[datetime]

    # en or fa: the language of what the customer wrote last, before that the installation's.
    language: Mapped[str] = mapped_column(String(5), default="")
    unanswered_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unanswered_message_id: Mapped[int | None] = mapped_column(BigId)
    # Why the AI failed for good to answer what is unanswered; empty otherwise.
    unanswered_reason: Mapped[str] = mapped_column(String(500), default="")

    def receive(self, content: str, *, message_id: str | None, language: str, consumed: bool) -> int:
        """Stores what the customer wrote, and returns the message's id.

        It is unanswered until somebody answers, unless a waiting node consumes it.
        """
        moment = now()
        # Written at once: its id is on conversation and event, which would otherwise have to wait for each other.
        written: int = connection().execute(
            _INSERT,
            {
                "conversation_id": self.id, "type": messages.CUSTOMER, "content": content, "created_at": moment,
                "source_message_id": message_id, "consumed": consumed,
            },
        ).scalar_one()  # fmt: skip
        self.language = language or self.language
        self.touch()
        if not consumed:
            self.unanswered_since = self.unanswered_since or moment
            self.unanswered_message_id, self.unanswered_reason = written, ""
        return written

    def reply(self, content: str, actor: Actor, *, message_id: str | None = None) -> Message:
        """An operator's word to the customer; taking over is the caller's next verb."""
        self._answered()
        return self._send(self._add(messages.OPERATOR_MESSAGE, content, actor, source_message_id=message_id))

    def note(self, content: str, actor: Actor) -> Message:
        """A private note: the customer never sees it and it answers nothing."""
        return self._add(messages.NOTE, content, actor)

    def tell(self, content: str, actor: Actor, buttons: list[str] | None = None) -> Message | None:
        """A workflow's or the system's message to the customer; None where `content` is empty."""
        if not content:
            return None
        return self._send(self._add(messages.WORKFLOW_MESSAGE, content, actor, buttons=buttons or []))

    def answer(self, content: str) -> Message:
        """The AI's answer to the whole unanswered stretch; only for who holds the fence (`may_answer`)."""
        self._answered()
        return self._send(self._add(messages.AI_MESSAGE, content, Actor("AI")))

    def keep_superseded(self, content: str, reason: str) -> Message:
        """Keeps an AI answer that lost its right to be sent; nothing counts as answered by it (P2, P4)."""
        message = self._add(messages.AI_MESSAGE, content, Actor("AI"))
        message.superseded, message.superseded_reason = True, reason
        return message

    def _add(self, kind: str, content: str, actor: Actor | None = None, **columns: Any) -> Message:
        actor = actor or Actor("customer")
        message = Message(
            conversation_id=self.id, type=kind, content=content, author_id=actor.id, author_label=actor.label[:200],
            execution=actor.execution, created_at=now(), **columns,
        )  # fmt: skip
        db.session.add(message)
        self.touch()
        return message

    def _send(self, message: Message) -> Message:
        """Has the channel deliver it; what is written on the `test` channel ends in the page."""
        if self.source == TEST:
            db.session.add(
                Delivery(
                    conversation_id=self.id,
                    message=message,
                    channel=self.source,
                    state=jobs.SENT,
                    finished_at=now(),
                )
            )
        else:
            db.session.add(Delivery(conversation_id=self.id, message=message, channel=self.source))
            Job.requeue(jobs.SEND_MESSAGES, self.id, key=f"send:{self.id}")
        return message

    def is_unanswered(self, message_id: int) -> bool:
        """Whether that message of the customer's is in the unanswered stretch: nobody has answered since."""
        if self.unanswered_since is None or message_id == self.unanswered_message_id:
            return self.unanswered_since is not None
        later = select(Message.id).where(Message.conversation_id == self.id, Message.id > message_id)
        answers = later.where(Message.type.in_(messages.ANSWERS), Message.superseded.is_(False))
        return db.session.scalar(answers.limit(1)) is None

    def _answered(self) -> None:
        self.unanswered_since = self.unanswered_message_id = None
        self.unanswered_reason = ""

    def touch(self) -> None:
        self.updated_at = now()
