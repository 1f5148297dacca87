"""What lies between pages and server: passes everything on, until it cuts connections or swallows what they carry."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from random import Random

CHUNK = 65_536


@dataclass(eq=False)
class _Pair:
    """One connection of a page and the one to the server behind it."""

    page: asyncio.StreamWriter
    server: asyncio.StreamWriter
    is_silent: bool = False

    def cut(self) -> None:
        for writer in (self.page, self.server):
            writer.transport.abort()


class Relay:
    """Listens on one port and passes on to another; all of it in the running loop."""

    def __init__(self, port: int, to: int) -> None:
        self._port, self._to = port, to
        self._open: set[_Pair] = set()

    async def serve(self) -> None:
        """Until it is cancelled."""
        async with await asyncio.start_server(self._connected, "127.0.0.1", self._port, backlog=4096) as server:
            await server.serve_forever()

    def cut(self, share: float, chance: Random) -> int:
        """Ends so many of the connections without a word of goodbye; how many those were."""
        chosen = list(self._chosen(share, chance))
        for pair in chosen:
            pair.cut()
        return len(chosen)

    def silence(self, share: float, chance: Random) -> None:
        """So many stay open, and carry nothing any more."""
        for pair in self._chosen(share, chance):
            pair.is_silent = True

    async def end(self) -> None:
        """Returns when every connection has ended."""
        while self._open:
            self.cut(1, Random())
            await asyncio.sleep(0.01)

    def _chosen(self, share: float, chance: Random) -> Iterator[_Pair]:
        return (pair for pair in list(self._open) if chance.random() < share)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        pair = _Pair(writer, to_server)
        self._open.add(pair)
        try:
            await asyncio.gather(self._to_server(pair, reader), self._to_page(pair, from_server))
        finally:
            self._open.discard(pair)
            pair.cut()

    async def _to_server(self, pair: _Pair, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                pair.server.write(data)
        pair.server.transport.abort()  # the page has gone

    async def _to_page(self, pair: _Pair, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if not pair.is_silent:
                    pair.page.write(data)
        if not pair.is_silent:  # of a silent one the page does not even hear that it has ended
            pair.page.close()
