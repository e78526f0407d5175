"""Mails of alerts: put in the outbox with the alert, in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from regulars.act.alerts import queries, wording
from regulars.act.alerts.model import Alert
from regulars.act.messages import service as messages
from regulars.act.messages.model import Message, Purpose
from regulars.company.places import service as places
from regulars.company.staff.model import Staff
from regulars.kit.text import Language, Text
from regulars.listen.catalog import service as catalog_service
from regulars.timeline import memory, settling
from regulars.timeline.workspace import Workspace

STALE_AFTER = timedelta(days=3)
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
    if messages.is_set_up(ws, messages.EMAIL) and messages.reaches(messages.EMAIL, owner.login):
        language = owner.language or ws.settings.workspace.languages[0]
        key = f"alert {alert.id} {owner.id}"
        messages.put(ws, connection, _message(ws, alert, key, owner.login, language), now=now)


def _message(ws: Workspace, alert: Alert, key: str, address: str, language: Language) -> Message:
    """Return the mail about one alert in one language."""
    catalog, tree = catalog_service.current(ws), places.tree(ws)
    day = alert.start.astimezone(ws.zone).date().isoformat()
    name = wording.metric_title(alert.metric).in_(language)
    subject = f"{SUBJECT.in_(language).format(name=name)} · {ws.settings.workspace.name}"
    words = [wording.told(alert, catalog, tree, day).in_(language)]
    if ws.settings.mail.address:
        link = f"{ws.settings.mail.address.rstrip('/')}/alerts/{alert.id}"
        words.append(MORE.in_(language).format(address=link))
    return Message(
        key, Purpose.ALERT, messages.EMAIL, address, " ".join(subject.split()),
        "\n\n".join(words), STALE_AFTER,
    )  # fmt: skip


def take_over(ws: Workspace) -> int:
    """Move the mails that an earlier release let wait into the outbox; return how many.

    They keep the moment they were put: what has waited too long is given up as too old.
    """
    with ws.database.reading() as connection:
        if not queries.has_earlier_mails(connection):
            return 0
    moved = 0
    with ws.database.transaction() as connection:
        for alert_id, address, language in queries.pop_earlier_mails(connection):
            alert = queries.one(connection, alert_id, None)
            if alert is None or not messages.reaches(messages.EMAIL, address):
                continue
            key = f"alert {alert.id} {ws.keyed_hash('address', address)}"
            made = _message(ws, alert, key, address, language)
            messages.put(ws, connection, made, now=alert.raised_at)
            moved += 1
    return moved


@settling.after_restore("mails of alerts")
def drop(_ws: Workspace, connection: sa.Connection, _now: datetime) -> int:
    """Send nothing that waited in an earlier release's backup: it may have gone since."""
    return len(queries.pop_earlier_mails(connection))
