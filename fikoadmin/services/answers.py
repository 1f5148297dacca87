"""The AI's part in the work: answering a customer, and judging a condition.

Each is a job: the conversation is read, the responder is asked outside any transaction, and what came back is
written under the conversation's lock, only if it may still be (P2, P3).
"""

from __future__ import annotations

from typing import Literal

from flask import current_app
from sqlalchemy import select

from ..ai import AIUnavailable, Answer, Cancelled, KnowledgeEntry, Question, Responder, Turn
from ..errors import LeaseLost, Retry
from ..extensions import db, transaction
from ..models import conversations, messages
from ..models.conversations import Conversation
from ..models.held import Held, HeldJob
from ..models.history import ConversationEvent
from ..models.jobs import DISCARDED, DONE
from ..models.knowledge import KnowledgeItem
from ..models.messages import Message
from ..models.settings import Settings
from ..models.waits import Wait
from . import waits

TURNS_SHOWN = 50
KNOWLEDGE_SHOWN = 5_000

ROLES: dict[str, Literal["customer", "ai", "operator", "workflow"]] = {
    messages.CUSTOMER: "customer",
    messages.AI_MESSAGE: "ai",
    messages.OPERATOR_MESSAGE: "operator",
    messages.WORKFLOW_MESSAGE: "workflow",
}


def answer_customer(held: Held) -> None:
    """Asks for one answer to an unanswered stretch, and sends it if the asker still has the word."""
    conversation_id, _, message_id = held.job.subject.partition(":")
    stretch = (conversation_id, int(message_id), held.job.epoch)
    question = _question(*stretch)
    if question is None:
        _drop(held, *stretch)
        return
    try:
        answer = _responder().answer(question, held.lost)
    except AIUnavailable as failure:
        _unavailable(held, failure)
    except Cancelled:
        return  # this process stops, or the job is somebody else's: a lease brings it back where it is needed
    else:
        _commit(held, answer, *stretch)


def _question(conversation_id: str, message_id: int, epoch: int | None) -> Question | None:
    conversation = db.session.get(Conversation, conversation_id, populate_existing=True)
    if conversation is None or conversation.lets_answer(epoch, message_id) is not None:
        return None
    question = question_of(conversation)
    db.session.rollback()  # ends the reading transaction: the answer may take a minute
    return question


def question_of(conversation: Conversation) -> Question:
    """The conversation as the AI is shown it."""
    return Question(
        turns=_turns(conversation),
        language=conversation.language,
        business_name=str(Settings.load()["business_name"]),
        custom_prompt=conversation.custom_prompt,
        context=conversation.ai_context,
        human_stretch_ended=_human_stretch_ended(conversation),
    )


def _turns(conversation: Conversation) -> tuple[Turn, ...]:
    rows = db.session.execute(
        select(Message.type, Message.content, Message.consumed)
        .where(
            Message.conversation_id == conversation.id,
            Message.id > conversation.context_after_id,
            Message.superseded.is_(False),
            Message.type != messages.NOTE,
        )
        .order_by(Message.id.desc())
        .limit(TURNS_SHOWN)
    ).all()
    return tuple(Turn(ROLES[kind], content, consumed) for kind, content, consumed in reversed(rows))


def _human_stretch_ended(conversation: Conversation) -> bool:
    """True where the AI has not spoken since people last gave the conversation to it (P10)."""
    given_back = db.session.scalar(
        select(ConversationEvent.created_at)
        .where(
            ConversationEvent.conversation_id == conversation.id,
            ConversationEvent.old_status == conversations.SUPPORT_ACTIVE,
            ConversationEvent.new_status == conversations.ACTIVE,
        )
        .order_by(ConversationEvent.epoch.desc())
        .limit(1)
    )
    if given_back is None:
        return False
    spoken_since = select(Message.id).where(
        Message.conversation_id == conversation.id,
        Message.type == messages.AI_MESSAGE,
        Message.superseded.is_(False),
        Message.created_at > given_back,
    )
    return db.session.scalar(spoken_since.limit(1)) is None


def _commit(held: Held, answer: Answer, conversation_id: str, message_id: int, epoch: int | None) -> None:
    try:
        with transaction():
            conversation = _locked(conversation_id)
            refusal = conversation.lets_answer(epoch, message_id)
            if refusal is None:
                conversation.answer(answer.text)
            else:
                conversation.keep_superseded(answer.text, refusal)
            _ask_again(conversation, refusal, message_id)
            held.finish(DONE, refusal or answer.why)
    except LeaseLost:
        # Armed anew or taken by another while this one was being written: another answer is on its way.
        with transaction():
            _locked(conversation_id).keep_superseded(answer.text, "asked again")


def _drop(held: Held, conversation_id: str, message_id: int, epoch: int | None) -> None:
    with transaction():
        conversation = _locked(conversation_id)
        _ask_again(conversation, conversation.lets_answer(epoch, message_id), message_id)
        held.finish(DONE, "nothing to answer any more")


def _ask_again(conversation: Conversation, refusal: str | None, message_id: int) -> None:
    """Where the customer only wrote again, an answer is still owed to the whole stretch.

    The later message need not have asked for one: a workflow may have reacted to it, and not to those before it.
    """
    if refusal == conversations.WROTE_AGAIN and conversation.is_unanswered(message_id):
        conversation.ask_ai()


def _locked(conversation_id: str) -> Conversation:
    conversation = Conversation.locked(conversation_id)
    assert conversation is not None, "conversations are never deleted"
    return conversation


def _unavailable(held: Held, failure: AIUnavailable) -> None:
    if failure.temporary:
        raise Retry(failure.reason, failure.retry_after) from failure
    with transaction():
        gave_up(held.job, failure.reason)
        held.finish(DISCARDED, failure.reason)


def gave_up(job: HeldJob, reason: str) -> None:
    """The AI failed for good: the message stays unanswered and says why; nobody is redirected."""
    conversation_id, _, message_id = job.subject.partition(":")
    conversation = _locked(conversation_id)
    if conversation.lets_answer(job.epoch, int(message_id)) is None:
        conversation.unanswered_reason = reason[:500]


# -- conditions that a language model judges -----------------------------------------------------------------------


def judge_condition(held: Held) -> None:
    """Has a prompt judged and goes on with the execution that waits for it."""
    asked = _prompt(int(held.job.subject))
    if asked is None:
        with transaction():
            held.finish(DONE, "nobody waits for it any more")
        return
    wait_id, prompt, question = asked
    try:
        judgement: bool | str = _responder().judge(prompt, question, held.lost)
    except AIUnavailable as failure:
        if failure.temporary:
            waits.attempted(wait_id, held.job.attempts, failure.reason)
            raise Retry(failure.reason, failure.retry_after) from failure
        judgement = failure.reason
    except Cancelled:
        return
    with transaction():
        waits.judge(wait_id, judgement)
        held.finish()


def judge_gave_up(job: HeldJob, reason: str) -> None:
    """No judgement after the last try: the condition takes `failure` and its step names the cause."""
    waits.judge(int(job.subject), reason)


def _prompt(wait_id: int) -> tuple[int, str, Question] | None:
    wait = db.session.get(Wait, wait_id, populate_existing=True)
    if wait is None or wait.ended_as is not None or wait.conversation_id is None:
        return None
    conversation = db.session.get_one(Conversation, wait.conversation_id, populate_existing=True)
    asked = wait_id, wait.data["asked"], question_of(conversation)
    db.session.rollback()
    return asked


# -- who answers ---------------------------------------------------------------------------------------------------


def _responder() -> Responder:
    responder: Responder = current_app.extensions["responder"]
    return responder


def knowledge() -> list[KnowledgeEntry]:
    """What the built-in assistant may answer from."""
    items = db.session.scalars(select(KnowledgeItem).order_by(KnowledgeItem.id).limit(KNOWLEDGE_SHOWN))
    return [KnowledgeEntry(i.question, i.answer, i.language, tuple(i.tags)) for i in items]
