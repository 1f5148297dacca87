"""A mail server (aiosmtpd) that can also refuse, hang, drip, cut off and lack what others offer."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from .server import WAIT_SECONDS

HANG, CUT_OFF, DRIP = "hang", "cut off", "drip"


@dataclass(frozen=True)
class Received:
    """One message that was accepted: the envelope, the bytes, and whether they came over TLS and signed in."""

    sender: str
    recipients: list[str]
    content: bytes
    secure: bool
    user: str | None

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, _class=EmailMessage, policy=policy.default)

    @property
    def subject(self) -> str:
        # Read by the older of the library's two readers: the newer one is free with spaces at a fold.
        return str(make_header(decode_header(message_from_bytes(self.content)["Subject"])))

    @property
    def text(self) -> str:
        return str(self.message.get_content())


class SMTPServer:
    """A mail server on a free port of this machine, for the time of a `with` block.

    With a `certificate` (its key in the same file) it offers STARTTLS, or begins with TLS where `implicit`; with
    `accounts` (user -> password) who comes by STARTTLS must sign in.
    """

    def __init__(
        self, certificate: Path | None = None, implicit: bool = False, accounts: Mapping[str, str] | None = None
    ) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self._context = _context(certificate) if certificate else None
        self._implicit = implicit
        self._accounts = accounts or {}
        self._answers: dict[str, list[str]] = defaultdict(list)
        self._sessions: list[SMTP] = []

    def url(self, user: str = "", password: str = "", host: str = "127.0.0.1", sender: str = "") -> str:
        account = f"{quote(user, '')}:{quote(password, '')}@" if user else ""
        query = f"/?from={quote(sender)}" if sender else ""
        return f"{'smtps' if self._implicit else 'smtp'}://{account}{host}:{self.port}{query}"

    def answers(self, stage: str, *replies: str) -> None:
        """What is said next at EHLO, AUTH, MAIL, RCPT, DATA or QUIT: a reply, HANG, CUT_OFF, DRIP; empty: no fault."""
        self._answers[stage] += replies

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_SECONDS)
        self._loop.close()

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_SECONDS)

    async def _listen(self) -> None:
        context = self._context if self._implicit else None
        self._server = await self._loop.create_server(self._session, "127.0.0.1", 0, ssl=context)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def _close(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for session in self._sessions:
            _abort(session)
        await asyncio.sleep(0)

    def _session(self) -> SMTP:
        self.connections += 1
        session = SMTP(
            self,
            hostname="mail.example.org",
            tls_context=None if self._implicit else self._context,
            # It does not know of TLS that stands before the first byte, and warns where both of these say no.
            auth_required=bool(self._accounts) and not self._implicit,
            auth_require_tls=not self._implicit,
            authenticator=self._authenticate,
            loop=self._loop,
        )
        self._sessions.append(session)
        return session

    async def _answer(self, server: SMTP, stage: str) -> str:
        """What was programmed for this stage, acted out where that takes time; empty where nothing was."""
        reply = self._answers[stage].pop(0) if self._answers[stage] else ""
        if reply == HANG:
            await asyncio.Event().wait()
        if reply == CUT_OFF:
            _abort(server)
            await asyncio.Event().wait()
        while reply == DRIP:
            await server.push("250-still thinking")
            await asyncio.sleep(0.02)
        return reply

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, account: LoginPassword
    ) -> AuthResult:
        refusals = self._answers["AUTH"]
        if refusals:
            return AuthResult(success=False, handled=False, message=refusals.pop(0))
        known = self._accounts.get(account.login.decode())
        return AuthResult(success=account.password.decode() == known, handled=False, auth_data=account)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        reply = await self._answer(server, "EHLO")
        session.host_name = name
        return [reply] if reply else responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._answer(server, "MAIL")
        if not reply:
            envelope.mail_from = address
        return reply or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._answer(server, "RCPT")
        if not reply:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = await self._answer(server, "DATA")
        if not reply:
            user = session.auth_data.login.decode() if session.auth_data else None
            sender, secure = str(envelope.mail_from), self._implicit or session.ssl is not None
            assert isinstance(envelope.content, bytes)
            self.received.append(Received(sender, list(envelope.rcpt_tos), envelope.content, secure, user))
        return reply or "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return await self._answer(server, "QUIT") or "221 Bye"


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _abort(session: SMTP) -> None:
    """Ends the connection as a crashed server would."""
    if isinstance(session.transport, asyncio.Transport):
        session.transport.abort()
