"""A real SMTP server that keeps what it is given, and refuses what it is told to."""

from __future__ import annotations

import asyncio
import email
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from typing import Any

import msgspec
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from regulars.store.settings import MailSettings
from regulars.timeline.workspace import Workspace


class PostOffice:
    """Answers of a server: what to say to a sender, a recipient, a content; None is yes.

    `waits` are the seconds before a content is answered, which is kept as soon as it is there.
    `most` is how many letters a connection may carry before the server closes.
    """

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.senders: dict[str, str] = {}
        self.recipients: dict[str, str] = {}
        self.contents: dict[str, str] = {}
        self.waits = 0.0
        self.most: int | None = None
        self.hangs_up = False
        self.connections = self.offers = 0
        self.port = 0

    @property
    def ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.mails]

    async def handle_EHLO(self, _server: Any, session: Any, _envelope: Any, host: str) -> str:  # noqa: N802
        session.host_name, session.carried = host, 0
        self.connections += 1
        return "250 HELP"

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.most is not None and session.carried >= self.most:
            return "421 4.7.0 too many letters, closing"
        if address in self.senders:
            return self.senders[address]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        self.offers += 1
        if address in self.recipients:
            return self.recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        session.carried += 1
        answer = self.contents.get(envelope.rcpt_tos[0], "250 2.0.0 queued as A1")
        if answer.startswith("2"):
            self.mails.append(email.message_from_bytes(envelope.content))
        if self.hangs_up:
            server.transport.abort()
        await asyncio.sleep(self.waits)
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def opened(*, password: str | None = None, **more: Any) -> Iterator[PostOffice]:
    """Open a post office on a free port; with a password it wants that of everybody."""
    office = PostOffice()
    office.port = free_port()
    signing: dict[str, Any] = {}
    if password is not None:
        signing = {
            "authenticator": lambda _server, _session, _envelope, _way, data: AuthResult(
                success=data.password == password.encode(), handled=False
            ),
            "auth_required": True,
            "auth_require_tls": False,
        }
    server = Controller(office, hostname="127.0.0.1", port=office.port, **signing, **more)
    server.start()
    try:
        yield office
    finally:
        server.stop()


def with_mail(ws: Workspace, port: int, **more: Any) -> None:
    mail = MailSettings(host="127.0.0.1", port=port, security="none", sender="cx@shop.test",
                        address="https://cx.shop.test/", **more)  # fmt: skip
    ws.settings = msgspec.structs.replace(ws.settings, mail=mail)
