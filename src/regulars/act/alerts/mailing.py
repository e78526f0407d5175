"""Mails of alerts: put in an outbox with the alert, sent by SMTP, tried again when that fails."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import sqlalchemy as sa

from regulars.act.alerts import queries, wording
from regulars.act.alerts.model import Alert
from regulars.company.places import service as places
from regulars.company.staff.model import Staff
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.store.settings import MailSettings
from regulars.timeline import memory, settling
from regulars.timeline.workspace import Workspace

MAX_TRIES = 10
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=12)
SECONDS = 20
SUBJECT = Text("Alert: {name}", "异动提醒：{name}")
MORE = Text("See, acknowledge or mute it: {address}", "查看、确认或忽略：{address}")


def post(
    ws: Workspace, connection: sa.Connection, alert: Alert, owner: Staff, now: datetime
) -> None:
    """Let a mail to the owner wait, in the alert's own transaction.

    Only where mail is set up and the owner signs in with an address. What had happened before the
    workspace was put back from a backup may have been mailed already, and stands on the page only.
    """
    known = memory.read(connection)
    if known is not None and known.restored_at is not None and alert.end <= known.restored_at:
        return
    if ws.settings.mail.host and "@" in owner.login:
        language = owner.language or ws.settings.workspace.languages[0]
        queries.add_mail(connection, alert.id, owner.login, language, now)


@settling.after_restore("mails of alerts")
def hold(_ws: Workspace, connection: sa.Connection, now: datetime) -> int:
    """Send nothing that waited when the backup was made: it may have gone since."""
    return queries.hold_mails(connection, now)


def deliver(ws: Workspace, *, now: datetime) -> int:
    """Send the mails that are due; return how many the server took.

    A mail that fails waits 5 minutes, then twice as long each time up to 12 hours, ten tries in
    all. A server that cannot be reached fails all that are due, once.
    """
    settings = ws.settings.mail
    if not settings.host:
        return 0
    with ws.database.reading() as connection:
        due = queries.due_mails(connection, now, MAX_TRIES)
    if not due:
        return 0
    sent = 0
    try:
        with _server(settings) as server:
            for mail in due:
                sent += _send(ws, server, mail, now)
    except (OSError, smtplib.SMTPException) as error:
        with ws.database.reading() as connection:
            left = queries.due_mails(connection, now, MAX_TRIES)
        for mail in left:
            _fail(ws, mail, now, error)
    return sent


def _send(ws: Workspace, server: smtplib.SMTP, mail: queries.Mail, now: datetime) -> bool:
    with ws.database.reading() as connection:
        alert = queries.one(connection, mail.alert, None)
    assert alert is not None
    try:
        server.send_message(message(ws, alert, mail.address, mail.language))
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPException as error:
        _fail(ws, mail, now, error)
        return False
    with ws.database.transaction() as connection:
        queries.mailed(connection, mail.id, now)
    return True


def _fail(ws: Workspace, mail: queries.Mail, now: datetime, error: Exception) -> None:
    wait = min(FIRST_WAIT * 2**mail.tries, LONGEST_WAIT)
    with ws.database.transaction() as connection:
        queries.failed(connection, mail, now + wait, f"{type(error).__name__}: {error}")


def message(ws: Workspace, alert: Alert, address: str, language: str) -> EmailMessage:
    """Return the mail about one alert in one language."""
    catalog, tree = catalog_service.current(ws), places.tree(ws)
    day = alert.start.astimezone(ws.zone).date().isoformat()
    settings = ws.settings.mail
    mail = EmailMessage()
    name = wording.metric_title(alert.metric)
    subject = SUBJECT.in_(language).format(name=name.in_(language))
    mail["Subject"] = f"{subject} · {ws.settings.workspace.name}".replace("\n", " ")
    mail["From"] = settings.sender
    mail["To"] = address
    mail["Date"] = format_datetime(alert.raised_at)
    mail["Message-ID"] = f"<{alert.id}@regulars>"
    words = [wording.told(alert, catalog, tree, day).in_(language)]
    if settings.address:
        link = f"{settings.address.rstrip('/')}/alerts/{alert.id}"
        words.append(MORE.in_(language).format(address=link))
    mail.set_content("\n\n".join(words))
    return mail


@contextmanager
def _server(settings: MailSettings) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=SECONDS)
    with server:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.user:
            server.login(settings.user, os.environ.get(settings.password_variable, ""))
        yield server
