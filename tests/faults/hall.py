"""Many open pages in one thread, on a relay that can be told to cut."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from random import Random
from typing import Any, Self

from tests.faults.chance import PATIENCE, wait_until
from tests.faults.relay import Relay
from tests.faults.screens import Screen


class Hall:
    """`with Hall(relay, screens) as hall`: they are open, each is live and shows its conversation."""

    def __init__(self, relay: Relay, screens: Sequence[Screen]) -> None:
        self._relay, self.screens = relay, screens
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="hall", daemon=True)
        self._tasks: list[asyncio.Task[None]] = []

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(lambda: self._begin([self._relay.serve()]))
        self._call(lambda: self._begin([screen.open() for screen in self.screens]))
        wait_until(lambda: all(s.is_live and s.epoch for s in self.screens), "every page is live")
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def wrong(self, truth: Mapping[str, int]) -> list[Screen]:
        """The pages that do not show the epoch that is true of their conversation."""
        return [screen for screen in self.screens if screen.epoch != truth[screen.conversation_id]]

    def trouble(self, chance: Random) -> None:
        """Some of the connections are cut, a few others fall silent."""
        self._call(lambda: self._relay.cut(0.3, chance))
        self._call(lambda: self._relay.silence(0.1, chance))

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._relay.end()

    def _begin(self, works: Sequence[Coroutine[Any, Any, None]]) -> None:
        self._tasks = [*self._tasks, *map(self._loop.create_task, works)]

    def _call(self, work: Callable[[], object]) -> None:
        """Does it in the loop's thread, and waits for it."""

        async def do() -> None:
            work()

        asyncio.run_coroutine_threadsafe(do(), self._loop).result(PATIENCE)
