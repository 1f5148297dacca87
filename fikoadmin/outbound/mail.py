"""E-mail out, through the installation's own mail server: one message, one attempt, one deadline."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime
from functools import cached_property
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from ..clock import now
from ..words import N_, P_
from .addresses import Resolve, any_address, resolve
from .problems import OutboundError
from .smtp import NO_PASSWORD_IN_CLEAR, Session, place
from .wire import Network, one_call

SUBMISSION_PORT, SECURE_PORT = 587, 465

NO_RECIPIENT = N_("there is no recipient")
NO_ADDRESS = P_("%(place)s is not an e-mail address")

# Narrower than the standards: what it lets through can end neither a header nor a command.
_ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII | re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LINE_END = re.compile(r"\r\n?|\n")


class Mail:
    """Sends e-mail; safe to use from many threads.

    `smtp_url` is FIKO_SMTP_URL, checked: `smtp://` goes over to TLS where the server offers it, and must where
    there is a password; `smtps://` begins with it. Certificates are verified.
    """

    def __init__(self, smtp_url: str, resolve: Resolve = resolve) -> None:
        parts = urlsplit(smtp_url)
        self._begins_with_tls = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or (SECURE_PORT if self._begins_with_tls else SUBMISSION_PORT)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        given = unquote(parts.query.removeprefix("from="))
        self._sender = given or _default_sender(self._user, self._host)
        self._network = Network(resolve, any_address)

    def send(self, to: Sequence[str], subject: str, text: str, *, message_id: str, timeout: float) -> None:
        """Hands one message to the mail server, for all recipients or for none; each sees whom it goes to.

        `message_id` is `<unique@host>`, the same on every try, so that receivers can tell a second copy: a
        connection that breaks after the last byte leaves open whether the first arrived. `timeout` is in seconds
        and covers all of it. Control characters in the subject become spaces. Raises OutboundError.
        """
        recipients = _recipients(to)
        message = _composed(self._sender, recipients, subject, text, message_id)
        with one_call(timeout), self._session() as session:
            session.hand_over(self._sender, recipients, message)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        """A dialogue that has come as far as the first message."""
        stream = self._network.connect_tcp(self._host, self._port)
        session = Session(stream, self._host)
        try:
            if self._begins_with_tls:
                stream.start_tls(self._tls, self._host)
            session.greet()
            secure = self._begins_with_tls or session.start_tls(self._tls)
            if self._user:
                if not secure:
                    raise OutboundError(NO_PASSWORD_IN_CLEAR, temporary=False)
                session.sign_in(self._user, self._password)
            yield session
        finally:
            session.leave()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def _default_sender(user: str, host: str) -> str:
    if "@" in user:
        return user
    try:
        ip_address(host)
    except ValueError:
        return f"fiko@{host}"
    return "fiko@localhost"


def _recipients(to: Sequence[str]) -> list[str]:
    if not to:
        raise OutboundError(NO_RECIPIENT, temporary=False)
    recipients = [_in_ascii(address.strip()) for address in to]
    for number, address in enumerate(recipients):
        if not _ADDRESS.fullmatch(address):
            raise OutboundError(NO_ADDRESS % {"place": place(number, recipients)}, temporary=False)
    return list(dict.fromkeys(recipients))


def _in_ascii(address: str) -> str:
    """With the domain as it is written in the domain name system; empty where that is not possible."""
    name, at, domain = address.rpartition("@")
    try:
        return name + at + domain.encode("idna").decode()
    except UnicodeError:
        return ""


def _composed(sender: str, recipients: Sequence[str], subject: str, text: str, message_id: str) -> bytes:
    # Not EmailMessage: it loses or doubles spaces where it folds a long subject that is not English.
    message = MIMEText(_LINE_END.sub("\r\n", _encodable(text)), "plain", "utf-8")
    heading = _CONTROLS.sub(" ", _encodable(subject)).strip()
    message["Subject"] = Header(heading, "utf-8", header_name="Subject")  # type: ignore[assignment]  # it takes headers
    message["From"] = sender
    message["To"] = ", ".join(recipients)
    message["Date"] = format_datetime(now())
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps absence notes from answering
    return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))  # smtplib repairs line ends of str only


def _encodable(text: str) -> str:
    """With a question mark for every lone surrogate, which no e-mail can carry."""
    return text.encode("utf-8", "replace").decode()
