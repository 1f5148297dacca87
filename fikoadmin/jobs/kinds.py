"""What does each kind of job, how often it is tried, and what follows when the last try failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .. import channels
from ..models import jobs
from ..models.due import PAUSES
from ..models.held import Held, HeldJob
from ..services import answers, bulk, bulk_operations, calls, executions, occurrences, schedules, waits, words


@dataclass(frozen=True)
class Kind:
    """A kind of job.

    `run` raises Retry where it may succeed later. `max_attempts` None: it is never given up. `on_discard` is
    called with the job and the reason, in the transaction that discards it.
    """

    run: Callable[[Held], None]
    max_attempts: int | None = 6
    on_discard: Callable[[HeldJob, str], None] | None = None
    pauses: Sequence[float] = PAUSES


Kinds = Mapping[str, Kind]

KINDS: Kinds = {
    jobs.ANSWER_CUSTOMER: Kind(answers.answer_customer, on_discard=answers.gave_up),
    jobs.JUDGE_CONDITION: Kind(answers.judge_condition, on_discard=answers.judge_gave_up),
    jobs.CONTINUE_EXECUTION: Kind(waits.continue_execution, max_attempts=None),
    jobs.END_WAIT: Kind(waits.end_wait, max_attempts=None),
    jobs.MAKE_CALL: Kind(calls.make_call, on_discard=calls.gave_up),
    jobs.STOP_EXECUTIONS: Kind(executions.stop_older, max_attempts=None),
    jobs.BULK_REDIRECT: Kind(bulk.redirect_listed, on_discard=bulk.gave_up),
    jobs.BULK_OPERATION: Kind(bulk_operations.operate_listed, on_discard=bulk_operations.gave_up),
    jobs.KEEP_WORDS: Kind(words.keep_words, max_attempts=None),
    jobs.RUN_SCHEDULE: Kind(schedules.run_schedule, max_attempts=None),
    jobs.START_SCHEDULED: Kind(occurrences.start_scheduled, on_discard=occurrences.passed_over),
    jobs.SEND_MESSAGES: Kind(channels.send_messages, max_attempts=None),
}
