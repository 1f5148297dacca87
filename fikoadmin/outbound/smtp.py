"""The dialogue with a mail server: smtplib speaks it, over a stream that keeps the deadline of the call."""

from __future__ import annotations

import contextlib
import io
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpcore2

from ..words import N_, P_
from .problems import OutboundError
from .wire import CLOSED

THE_RECIPIENT = N_("the recipient")
RECIPIENT = P_("recipient %(number)s of %(count)s")
REFUSED = P_("the mail server refused %(what)s (%(reply)s)")

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

NO_PASSWORD_IN_CLEAR = N_("the mail server offers no secure connection, and the password is not sent without one")
NO_SIGN_IN = N_("the mail server offers no way to sign in that is known here")
UNREADABLE = N_("the mail server's answer could not be read")

Reply = tuple[int, bytes]
# RFC 3463. The words after it are the server's own and often repeat the recipient's address, so they stay out.
_DETAIL = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")


class Session:
    """A dialogue over a connected stream with the mail server `host`; each method raises OutboundError."""

    def __init__(self, stream: httpcore2.NetworkStream, host: str) -> None:
        self._stream = stream
        self._host = host
        self._smtp = smtplib.SMTP(local_hostname=_own_name())
        self._smtp.sock = _Socket(stream)  # type: ignore[assignment]  # all of a socket that smtplib uses

    def greet(self) -> None:
        """Waits for the server's greeting, answers it and learns what the server offers."""
        with _understood():
            _expect(self._smtp.getreply(), N_("the connection"))
            _expect(self._smtp.ehlo(), N_("the connection"))

    def start_tls(self, context: ssl.SSLContext) -> bool:
        """Goes over to TLS and returns True; False where the server does not offer it."""
        with _understood():
            if not self._smtp.has_extn("starttls"):
                return False
            _expect(self._smtp.docmd("STARTTLS"), N_("a secure connection"))
            self._stream.start_tls(context, self._host)
            # Whatever arrived before came from anybody on the way: the reader with the rest of it is thrown away.
            self._smtp.file = None
            _expect(self._smtp.ehlo(), N_("the connection"))
        return True

    def sign_in(self, user: str, password: str) -> None:
        with _understood():
            try:
                self._smtp.login(user, password)
            except smtplib.SMTPAuthenticationError as error:
                _expect(_reply_in(error), N_("user name and password"))

    def hand_over(self, sender: str, recipients: Sequence[str], message: bytes) -> None:
        """Gives the server the message for all of these recipients, or, where it refuses one, for none.

        So a failure means that nobody has it and a later try doubles nothing, and a success that everybody has.
        """
        with _understood():
            _expect(self._smtp.mail(sender), N_("the sender"))
            replies = [self._smtp.rcpt(recipient) for recipient in recipients]
            refusals = [_refusal(reply, place(number, replies)) for number, reply in enumerate(replies)]
            # One that is refused for good makes it pointless to try the others again.
            for refusal in sorted(filter(None, refusals), key=lambda refusal: refusal.temporary):
                raise refusal
            try:
                _expect(self._smtp.data(message), N_("the message"))
            except smtplib.SMTPDataError as error:
                _expect(_reply_in(error), N_("the message"))

    def leave(self) -> None:
        # The message is accepted or refused by now; whether the server hears the farewell changes nothing.
        with contextlib.suppress(OutboundError, httpcore2.WriteError, smtplib.SMTPServerDisconnected):
            self._smtp.putcmd("QUIT")
        self._smtp.close()
        self._stream.close()


def place(number: int, everybody: Sequence[object]) -> str:
    """Which recipient, in words that keep the address out of reasons; `number` counts from 0."""
    return THE_RECIPIENT if len(everybody) == 1 else RECIPIENT % {"number": number + 1, "count": len(everybody)}


def _own_name() -> str:
    # Not the fully qualified name: asking for that may take as long as the resolver likes.
    name = socket.gethostname()
    return name if "." in name else "[127.0.0.1]"


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except (smtplib.SMTPServerDisconnected, httpcore2.WriteError) as error:
        raise OutboundError(CLOSED, temporary=True) from error
    except smtplib.SMTPResponseException as error:
        raise OutboundError(UNREADABLE, temporary=True) from error
    except smtplib.SMTPException as error:
        raise OutboundError(NO_SIGN_IN, temporary=False) from error


def _expect(reply: Reply, what: str) -> None:
    if refusal := _refusal(reply, what):
        raise refusal


def _refusal(reply: Reply, what: str) -> OutboundError | None:
    code, said = reply
    if 200 <= code < 300:
        return None
    if code < 200:
        return OutboundError(UNREADABLE, temporary=True)
    detail = _DETAIL.match(said)
    numbers = f"{code} {detail[0].decode()}" if detail else str(code)
    return OutboundError(REFUSED % {"what": what, "reply": numbers}, temporary=code < 500)


def _reply_in(error: smtplib.SMTPResponseException) -> Reply:
    said = error.smtp_error
    return error.smtp_code, said if isinstance(said, bytes) else said.encode()


class _Socket:
    """What smtplib asks of a socket."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def sendall(self, data: ReadableBuffer) -> None:
        self._stream.write(bytes(data))

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._stream))

    def close(self) -> None:
        self._stream.close()


class _Incoming(io.RawIOBase):
    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        room = memoryview(buffer)
        data = self._stream.read(len(room))
        room[: len(data)] = data
        return len(data)
