"""Open pages of conversations, without a browser: they follow the rules of static/js/live.js and fragments.js."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import suppress
from dataclasses import dataclass, field

POLL_EVERY = 4.0
OPEN_AGAIN_AFTER = 10.0
SILENT_AFTER = 4.0
RETRY = 3.0
"""Until the server says otherwise."""
ANSWER_WITHIN = 4.0
EPOCH = re.compile(rb'data-epoch="(\d+)"')

_Lost = (OSError, EOFError, asyncio.TimeoutError, ValueError)


@dataclass
class Screen:
    """One page, open until its task is cancelled.

    `epoch` is what it shows, `seen` when it first did; `connected_at` is when it last reached the server after it had
    lost it. All moments are monotonic seconds, which all processes of a machine share.
    """

    conversation_id: str
    cookie: str
    live_port: int
    page_port: int
    epoch: int = 0
    seen: dict[int, float] = field(default_factory=dict)
    is_live: bool = False
    losses: int = 0
    connected_at: float = 0.0
    retry: float = RETRY

    async def open(self) -> None:
        """Follows the stream; while there is none it looks every few seconds."""
        while True:
            pause = await self._follow()
            self.losses += self.is_live
            self.is_live = False
            await self._poll(pause)

    async def _follow(self) -> float:
        """Until the stream breaks, is refused or falls silent; how long to wait before the next try."""
        writer = None
        try:
            reader, writer = await self._ask(self.live_port, f"/live?topic=conversation:{self.conversation_id}")
            if await self._status(reader) != 200:
                return OPEN_AGAIN_AFTER
            self.is_live, self.connected_at = True, time.monotonic()
            await self._look()
            return await self._listen(reader)
        except _Lost:
            return self.retry
        finally:
            if writer:
                writer.transport.abort()

    async def _listen(self, reader: asyncio.StreamReader) -> float:
        while True:
            try:
                line = await asyncio.wait_for(reader.readline(), SILENT_AFTER)
            except TimeoutError:
                return 0.0
            if not line:
                return self.retry
            if line.startswith(b"retry: "):
                self.retry = int(line[7:]) / 1000
            elif line.startswith((b"event: fact", b"event: look")):
                await self._look()

    async def _poll(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            with suppress(*_Lost):
                await self._look()
            await asyncio.sleep(min(POLL_EVERY, left))

    async def _look(self) -> None:
        """Fetches the strip; an older epoch never replaces a newer one."""
        began = time.monotonic()
        reader, writer = await self._ask(self.page_port, f"/conversations/{self.conversation_id}/strip")
        try:
            status = await self._status(reader)
            found = EPOCH.search(await asyncio.wait_for(reader.read(), ANSWER_WITHIN))
        finally:
            writer.transport.abort()
        if status >= 500 or found is None:
            raise EOFError(f"answered {status}")
        if not self.is_live:
            self.connected_at = began
        if (epoch := int(found[1])) >= self.epoch:
            self.epoch = epoch
            self.seen.setdefault(epoch, time.monotonic())

    async def _ask(self, port: int, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\n"
        writer.write(f"{head}X-Fragment: 1\r\nConnection: close\r\n\r\n".encode())
        return reader, writer

    async def _status(self, reader: asyncio.StreamReader) -> int:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), ANSWER_WITHIN)
        return int(head.split(b" ", 2)[1])
