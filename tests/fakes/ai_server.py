"""A chat completions service of the OpenAI protocol that can also be slow, failing, cut off and malformed."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from .server import WAIT_SECONDS, Connection, LocalServer


class AIServer(LocalServer):
    """`url` ends in /v1; `requests` holds the bodies received, `keys` the Authorization headers.

    What is programmed holds for every later call until `works()`; only `fails` counts down.
    """

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self._lock = threading.Lock()
        self._failures: list[tuple[int, str | None]] = []
        self._answer, self._judgement = "Glad to help.", "true"
        self._held, self._free = threading.Semaphore(0), threading.Event()
        self.works()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def works(self) -> None:
        """Takes back every fault; what was answered stays."""
        self._fault, self._delay, self._streams = "", 0.0, True
        self._failures.clear()
        self._free.set()
        while self._held.acquire(blocking=False):
            pass  # a test that did not wait for every held answer must not release the next one's wait

    def answers(self, text: str) -> None:
        self._answer = text

    def judges(self, value: bool | str) -> None:
        """What an `ai` condition is told; a text other than true or false is no judgement."""
        self._judgement = value if isinstance(value, str) else str(value).lower()

    def delay(self, seconds: float) -> None:
        self._delay = seconds

    def plain(self) -> None:
        """Ignores `stream` and answers with one JSON object."""
        self._streams = False

    def hold(self) -> None:
        """Stops every answer in its middle until `release`."""
        self._free.clear()

    def wait_until_held(self) -> None:
        """Returns once one more answer has stopped in its middle."""
        assert self._held.acquire(timeout=WAIT_SECONDS), "no request arrived"

    def release(self) -> None:
        self._free.set()

    def fails(self, status: int, retry_after: str | None = None, times: int = 1) -> None:
        """The next `times` calls are answered with that status."""
        self._failures += [(status, retry_after)] * times

    def cuts_off(self) -> None:
        """Closes the connection before the answer is complete."""
        self._fault = "cuts off"

    def ends_early(self) -> None:
        """Ends the stream in good order, but without the `[DONE]` that says it is whole."""
        self._fault = "ends early"

    def stops_short(self) -> None:
        """Ends in good order, but with `finish_reason: length`."""
        self._fault = "stops short"

    def malformed(self) -> None:
        self._fault = "malformed"

    def silent(self) -> None:
        """Takes the request and never says a word."""
        self._fault = "silent"

    def endless(self) -> None:
        self._fault = "endless"

    def breaks_off(self) -> None:
        """Reports an error in the middle of the stream."""
        self._fault = "breaks off"

    def answer(self, connection: Connection, body: bytes) -> None:
        request = json.loads(body)
        with self._lock:
            self.requests.append(request)
            self.keys.append(connection.headers.get("Authorization"))
            failure = self._failures.pop(0) if self._failures else None
        if failure:
            self._fail(connection, *failure)
        elif self._fault == "silent":
            self._held.release()
            connection.wait(threading.Event())
        else:
            time.sleep(self._delay)
            judging = "exactly one word: true or false" in request["messages"][0]["content"]
            self._speak(connection, request, self._judgement if judging else self._answer)

    def _fail(self, connection: Connection, status: int, retry_after: str | None) -> None:
        said = json.dumps({"error": {"message": "Incorrect key sk-secret; you said hello"}}).encode()
        connection.reply(status, said, **({"Retry_After": retry_after} if retry_after is not None else {}))

    def _speak(self, connection: Connection, request: dict[str, Any], text: str) -> None:
        if self._streams and request.get("stream"):
            self._stream(connection, text)
        elif self._hold(connection):
            choice = {"message": {"role": "assistant", "content": text}, "finish_reason": self._finish()}
            whole = json.dumps({"choices": [choice]}).encode()
            said = whole[: len(whole) // 2] if self._fault in ("malformed", "cuts off") else whole
            length = len(whole) if self._fault == "cuts off" else len(said)
            connection.reply(200, said, Content_Type="application/json", Content_Length=str(length))
            if self._fault == "cuts off":
                connection.drop()

    def _stream(self, connection: Connection, text: str) -> None:
        connection.begin_chunks("text/event-stream; charset=utf-8")
        middle = (len(text) + 1) // 2
        self._say(connection, text[:middle])
        if not self._hold(connection):
            return
        if self._fault == "cuts off":
            connection.drop()
            return
        if self._fault == "ends early":
            connection.chunk(b"")
            return
        self._misbehave(connection)
        self._say(connection, text[middle:])
        self._say(connection, "", self._finish())
        connection.chunk(b'data: {"choices": [], "usage": {"total_tokens": 7}}\n\ndata: [DONE]\n\n')
        connection.chunk(b"")

    def _misbehave(self, connection: Connection) -> None:
        if self._fault == "malformed":
            connection.chunk(b'data: {"choices": [{"delta":\n\n')
        if self._fault == "breaks off":
            connection.chunk(b'data: {"error": {"message": "overloaded"}}\n\n')
        while self._fault == "endless" and not self.stopping.is_set():
            self._say(connection, "and so on " * 100)

    def _say(self, connection: Connection, text: str, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        event = f": still here\n\ndata: {json.dumps({'choices': [choice]})}\r\n\r\n".encode()
        # In two chunks, so that no reader may take a chunk for an event.
        connection.chunk(event[:40])
        connection.chunk(event[40:])

    def _hold(self, connection: Connection) -> bool:
        if not self._free.is_set():
            self._held.release()
        return connection.wait(self._free)

    def _finish(self) -> str:
        return "length" if self._fault == "stops short" else "stop"
