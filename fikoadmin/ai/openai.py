"""Any service that speaks the chat completions protocol of OpenAI, the common denominator of all of them.

One call is one attempt. Trying again, with growing pauses, is a job row's business: it survives a restart,
can be seen and can be cancelled.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from ..outbound import Outbound, OutboundError
from ..words import P_
from . import completion, knowledge, prompt
from .responder import AIUnavailable, Answer, KnowledgeEntry, Question

AI_SERVICE = P_("AI service: %(reason)s")

EXCERPTS = 5

HINTS = {
    "answered 400": "the request was not accepted",
    "answered 401": "the API key was not accepted",
    "answered 403": "the API key may not use this model",
    "answered 404": "no such address or model",
}


class OpenAICompatible:
    """A language model behind `base_url` (which ends before `/chat/completions`); `timeout` is in seconds."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        model: str,
        entries: Callable[[], Sequence[KnowledgeEntry]],
        outbound: Outbound,
        timeout: float = 60.0,
    ) -> None:
        self._url = base_url.rstrip("/") + "/chat/completions"
        self._headers = {"Content-Type": "application/json", "Accept": "text/event-stream, application/json"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"
        self._model = model
        self._entries = entries
        self._outbound = outbound
        self._timeout = timeout

    def answer(self, question: Question, cancelled: Callable[[], bool]) -> Answer:
        """One answer to the whole unanswered stretch, with the knowledge entries that fit it best at hand."""
        matches = knowledge.ranked(self._entries(), "\n".join(question.unanswered))[:EXCERPTS]
        excerpts = [match.entry for match in matches]
        text = self._complete(prompt.for_answer(question, excerpts), cancelled)
        return Answer(text, tuple(entry.question for entry in excerpts), f"language model {self._model}")

    def judge(self, prompt_text: str, question: Question, cancelled: Callable[[], bool]) -> bool:
        """Whether the model says `true`; anything but true or false is no judgement."""
        said = self._complete(prompt.for_judgement(prompt_text, question), cancelled)
        word = said.strip(" \t\r\n.!\"'`*").lower()
        if word not in ("true", "false"):
            raise AIUnavailable("the model's answer was not true or false", temporary=True)
        return word == "true"

    def _complete(self, messages: list[prompt.Message], cancelled: Callable[[], bool]) -> str:
        body = json.dumps({"model": self._model, "messages": messages, "stream": True}).encode()
        try:
            # The address is the installation's own setting, and a model often runs on a private one.
            with self._outbound.stream(
                "POST",
                self._url,
                body,
                self._headers,
                timeout=self._timeout,
                check_address=False,
                cancelled=cancelled,
            ) as incoming:
                incoming.expect_success()
                return completion.read(incoming.chunks)
        except OutboundError as error:
            hint = HINTS.get(error.reason)
            reason = AI_SERVICE % {"reason": error.reason + (f", {hint}" if hint else "")}
            raise AIUnavailable(reason, error.temporary, error.retry_after) from error
