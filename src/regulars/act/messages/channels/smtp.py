"""Mail by SMTP (RFC 5321), step by step, so that it is known what the server had when it failed."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from regulars.act.messages.channel import Refused, Unknown, Unusable
from regulars.act.messages.model import Letter, Reason
from regulars.store.settings import MailSettings, Settings

ADDRESS = re.compile(r"[^\s<>()\[\],;:\\\"@\x00-\x1f\x7f]+@[^\s<>()\[\],;:\\\"@\x00-\x1f\x7f]+")
STEP_SECONDS, TAKING_SECONDS = 20, 120
"""How long the server may take to answer a step; and the whole content, which it may look over."""
CLOSING, TAKES_CONTENT = 421, 354
LONGEST_ERROR = 500
POLICY = SMTP.clone(cte_type="7bit")  # whatever the server says of 8BITMIME, this passes


class SmtpSession:
    """One connection, signed in."""

    def __init__(self, server: smtplib.SMTP, settings: MailSettings) -> None:
        self._server = server
        self._server.command_encoding = "utf-8"
        self._settings = settings
        self._content = b""
        self._open = False
        """Whether the server has a letter before it that did not come to its end."""

    def offer(self, letter: Letter) -> None:
        """Send MAIL and RCPT."""
        sender = parseaddr(self._settings.sender)[1]
        address, options = self._spelled(letter.address)
        try:
            self._content = content(letter, self._settings.sender, address, utf8=bool(options))
        except ValueError as error:  # words that no mail can hold
            raise Refused(_told(error), permanent=True) from error
        if self._open:
            self._step("rset")
        self._open = True
        code, reply = self._step("mail", f"FROM:<{sender}>", *options)
        if code != 250:
            reason = Reason.SENDER if code >= 500 else Reason.CONNECTION
            raise Unusable(reason, _words(code, reply))
        code, reply = self._step("rcpt", f"TO:<{address}>")
        if code not in (250, 251):
            raise self._refused(code, reply)

    def hand_over(self) -> str:
        """Send DATA and the content."""
        code, reply = self._step("data")
        if code != TAKES_CONTENT:
            raise self._refused(code, reply)
        try:
            self._server.send(self._content)
            if self._server.sock is not None:
                self._server.sock.settimeout(TAKING_SECONDS)
            code, reply = self._server.getreply()
            if self._server.sock is not None:
                self._server.sock.settimeout(STEP_SECONDS)
        except (OSError, smtplib.SMTPException) as error:
            raise Unknown(_told(error)) from error
        if not 200 <= code < 300:
            raise self._refused(code, reply)
        self._open = False
        return _words(code, reply)

    def _step(self, *words: str) -> tuple[int, bytes]:
        """Send one command; raises Unusable where the server says that it closes, or is gone."""
        try:
            code, reply = self._server.docmd(words[0], " ".join(words[1:]))
        except (OSError, smtplib.SMTPException) as error:
            raise Unusable(Reason.CONNECTION, _told(error)) from error
        if code == CLOSING or code < 200:
            raise Unusable(Reason.CONNECTION, _words(code, reply))
        if code == 530:
            raise Unusable(Reason.AUTHENTICATION, _words(code, reply))
        return code, reply

    def _refused(self, code: int, reply: bytes) -> Refused | Unusable:
        words = _words(code, reply)
        if code == CLOSING:
            return Unusable(Reason.CONNECTION, words)
        return Refused(words, permanent=code >= 500)

    def _spelled(self, address: str) -> tuple[str, list[str]]:
        """Return the address as the server takes it, and what must be said with it."""
        if address.isascii():
            return address, []
        local, _at, domain = address.rpartition("@")
        if local.isascii():
            with suppress(UnicodeError):
                return f"{local}@{domain.encode('idna').decode()}", []
        if not self._server.has_extn("smtputf8"):
            raise Refused("the server takes no such address (SMTPUTF8)", permanent=True)
        return address, ["SMTPUTF8", "BODY=8BITMIME"]


class SmtpChannel:
    """Mail through the server of `[mail]`."""

    name = "email"

    def is_set_up(self, settings: Settings) -> bool:
        """Tell whether a server is named."""
        return bool(settings.mail.host)

    def reaches(self, address: str) -> bool:
        """Tell whether it is one bare address of mail."""
        return ADDRESS.fullmatch(address) is not None

    def connections(self, settings: Settings) -> int:
        """Return how many may be open at once."""
        return settings.mail.connections

    @contextmanager
    def open(self, settings: Settings) -> Iterator[SmtpSession]:
        """Connect, encrypt and sign in, as the settings say."""
        server = _connected(settings.mail)
        try:
            yield SmtpSession(server, settings.mail)
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
        finally:
            server.close()


CHANNEL = SmtpChannel()


def content(letter: Letter, sender: str, address: str, *, utf8: bool = False) -> bytes:
    """Return headers and words as they are sent, the dot that ends them included."""
    mail = EmailMessage(policy=POLICY.clone(utf8=utf8))
    mail["Subject"] = letter.subject
    mail["From"] = sender
    mail["To"] = address
    mail["Date"] = format_datetime(letter.put_at)
    mail["Message-ID"] = letter.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    lines = mail.as_bytes()
    stuffed = re.sub(rb"(?m)^\.", b"..", lines)
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _connected(settings: MailSettings) -> smtplib.SMTP:
    server: smtplib.SMTP | None = None
    try:
        context = ssl.create_default_context()
        if settings.security == "tls":
            server = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=STEP_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=STEP_SECONDS)
        if settings.security == "starttls":
            server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
        if settings.user:
            _sign_in(server, settings)
    except (OSError, smtplib.SMTPException) as error:
        if server is not None:
            server.close()
        raise Unusable(Reason.CONNECTION, _told(error)) from error
    except Unusable:
        assert server is not None
        server.close()
        raise
    return server


def _sign_in(server: smtplib.SMTP, settings: MailSettings) -> None:
    password = os.environ.get(settings.password_variable, "")
    try:
        server.login(settings.user, password)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
        code = getattr(error, "smtp_code", 500)
        reason = Reason.AUTHENTICATION if code >= 500 else Reason.CONNECTION
        raise Unusable(reason, _told(error)) from error


def _words(code: int, reply: bytes) -> str:
    return f"{code} {reply.decode('utf-8', 'replace')}"[:LONGEST_ERROR]


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        return _words(error.smtp_code, reply if isinstance(reply, bytes) else str(reply).encode())
    return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
