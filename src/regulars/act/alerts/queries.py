"""The SQL of alerts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from regulars.act.alerts.model import Alert, AlertState, Rule
from regulars.act.alerts.tables import alert_checks, alert_mails, alert_rules, alerts
from regulars.company.rights.model import Scope
from regulars.kit.text import Text
from regulars.store.database import upsert


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that waits to be sent."""

    id: int
    alert: str
    address: str
    language: str
    tries: int


def rules(connection: sa.Connection) -> list[Rule]:
    """Return the rules in force, the oldest first."""
    query = (
        sa.select(alert_rules.c.document)
        .where(alert_rules.c.removed_at.is_(None))
        .order_by(alert_rules.c.made_at, alert_rules.c.id)
    )
    return [msgspec.json.decode(one, type=Rule) for one in connection.execute(query).scalars()]


def presets(connection: sa.Connection) -> set[str]:
    """Return the presets that were ever put in force, removed ones too."""
    query = sa.select(alert_rules.c.preset).where(alert_rules.c.preset.isnot(None))
    return set(connection.execute(query).scalars())


def put_rule(connection: sa.Connection, rule: Rule, now: datetime) -> None:
    """Write a rule, new or changed."""
    words = msgspec.json.encode(rule).decode()
    row = {"id": rule.id, "preset": rule.preset, "document": words, "made_at": now}
    statement = upsert(connection, alert_rules).values(**row)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_={"document": words})
    )


def remove_rule(connection: sa.Connection, rule: str, now: datetime) -> bool:
    """Take a rule out of force; tell whether it was in force."""
    statement = (
        sa.update(alert_rules)
        .where(alert_rules.c.id == rule, alert_rules.c.removed_at.is_(None))
        .values(removed_at=now)
    )
    return connection.execute(statement).rowcount > 0


def checks(
    connection: sa.Connection, starts: Collection[datetime]
) -> dict[tuple[str, datetime], int]:
    """Return (rule, start of the period) → number of tests of what was looked at already."""
    query = sa.select(alert_checks.c.rule, alert_checks.c.start, alert_checks.c.tests).where(
        alert_checks.c.start.in_(list(starts)), alert_checks.c.error.is_(None)
    )
    return {(rule, start): tests for rule, start, tests in connection.execute(query)}


def errors(connection: sa.Connection) -> dict[str, Text]:
    """Return by rule why it could not be looked at, where that is so of its newest period."""
    query = sa.select(alert_checks.c.rule, alert_checks.c.error).order_by(alert_checks.c.start)
    newest = {row.rule: row.error for row in connection.execute(query)}
    return {rule: msgspec.json.decode(error, type=Text) for rule, error in newest.items() if error}


def note_check(
    connection: sa.Connection,
    rule: str,
    start: datetime,
    *,
    tests: int,
    error: Text | None,
    now: datetime,
) -> bool:
    """Note that a rule was looked at for a period, or why not; False if somebody has already."""
    told = msgspec.json.encode(error).decode() if error is not None else None
    row = {"rule": rule, "start": start, "tests": tests, "error": told, "checked_at": now}
    statement = upsert(connection, alert_checks).values(**row)
    again = statement.on_conflict_do_update(
        index_elements=["rule", "start"], set_=row, where=alert_checks.c.error.isnot(None)
    )
    return connection.execute(again).rowcount > 0


def slice_of(words: dict[str, str]) -> str:
    """Return a slice as it is kept."""
    return msgspec.json.encode(words, order="sorted").decode()


def standing(connection: sa.Connection, rule: str, part: str) -> list[Alert]:
    """Return the alerts of one rule and slice, the newest first."""
    query = sa.select(alerts).where(alerts.c.rule == rule, alerts.c.slice == part)
    rows = connection.execute(query.order_by(alerts.c.seen_at.desc())).mappings()
    return [_alert(row) for row in rows]


def add(connection: sa.Connection, alert: Alert) -> None:
    """Keep a new alert."""
    connection.execute(
        sa.insert(alerts).values(
            id=alert.id,
            rule=alert.rule,
            slice=slice_of(alert.slice),
            start=alert.start,
            document=msgspec.json.encode(alert).decode(),
            place=alert.slice.get("place"),
            worse=alert.worse,
            **_changing(alert),
        )
    )


def change(connection: sa.Connection, alert: Alert) -> None:
    """Write an alert's state over."""
    connection.execute(sa.update(alerts).where(alerts.c.id == alert.id).values(**_changing(alert)))


def _changing(alert: Alert) -> dict[str, Any]:
    return {
        "state": str(alert.state),
        "raised_at": alert.raised_at,
        "seen_at": alert.seen_at,
        "again": alert.again,
        "snoozed_until": alert.snoozed_until,
        "changed_by": alert.changed_by,
    }


def one(connection: sa.Connection, alert: str, scope: Scope) -> Alert | None:
    """Return one alert, if it lies within the caller's places."""
    query = _within(sa.select(alerts).where(alerts.c.id == alert), scope)
    row = connection.execute(query).mappings().first()
    return _alert(row) if row else None


def listed(
    connection: sa.Connection, scope: Scope, states: Iterable[AlertState], most: int
) -> list[Alert]:
    """Return alerts in these stored states, the newest first."""
    query = _within(sa.select(alerts), scope).where(alerts.c.state.in_([str(s) for s in states]))
    rows = connection.execute(query.order_by(alerts.c.seen_at.desc(), alerts.c.id).limit(most))
    return [_alert(row) for row in rows.mappings()]


def count_open(connection: sa.Connection, scope: Scope, now: datetime) -> int:
    """Return how many alerts wait for somebody, a snooze that is over included."""
    over = (alerts.c.state == AlertState.SNOOZED.value) & (alerts.c.snoozed_until <= now)
    waiting = (alerts.c.state == AlertState.OPEN.value) | over
    query = _within(sa.select(sa.func.count()).select_from(alerts), scope).where(waiting)
    return int(connection.execute(query).scalar_one())


def _within(query: Any, scope: Scope) -> Any:
    """Keep what belongs to the caller's places; the company's numbers are not a place's."""
    return query if scope is None else query.where(alerts.c.place.in_(sorted(scope) or [""]))


def _alert(row: Any) -> Alert:
    kept = msgspec.json.decode(row["document"], type=Alert)
    return replace(
        kept,
        state=AlertState(row["state"]),
        seen_at=row["seen_at"],
        again=row["again"],
        snoozed_until=row["snoozed_until"],
        changed_by=row["changed_by"],
    )


def add_mail(
    connection: sa.Connection, alert: str, address: str, language: str, now: datetime
) -> None:
    """Let a mail wait; an alert goes to an address once."""
    statement = upsert(connection, alert_mails).values(
        alert=alert, address=address, language=language, tries=0, next_at=now
    )
    connection.execute(statement.on_conflict_do_nothing())


def due_mails(connection: sa.Connection, now: datetime, tries: int) -> list[Mail]:
    """Return the mails to be sent by now, the oldest first."""
    columns = alert_mails.c
    query = (
        sa.select(columns.id, columns.alert, columns.address, columns.language, columns.tries)
        .where(_unsent(), columns.next_at <= now, columns.tries < tries)
        .order_by(columns.id)
    )
    return [Mail(*row) for row in connection.execute(query)]


def _unsent() -> sa.ColumnElement[bool]:
    return alert_mails.c.sent_at.is_(None) & alert_mails.c.held_at.is_(None)


def hold_mails(connection: sa.Connection, now: datetime) -> int:
    """Let no mail that waits be sent; return how many."""
    held = sa.update(alert_mails).where(_unsent()).values(held_at=now)
    return connection.execute(held).rowcount


def mailed(connection: sa.Connection, mail: int, now: datetime) -> None:
    """Note that a mail was taken by the server."""
    connection.execute(
        sa.update(alert_mails).where(alert_mails.c.id == mail).values(sent_at=now, error=None)
    )


def failed(connection: sa.Connection, mail: Mail, next_at: datetime, error: str) -> None:
    """Note a failed try and when the next one is due."""
    values = {"tries": mail.tries + 1, "next_at": next_at, "error": error[:500]}
    connection.execute(sa.update(alert_mails).where(alert_mails.c.id == mail.id).values(**values))


def waiting(connection: sa.Connection) -> tuple[int, str | None]:
    """Return how many mails were not sent yet, and the newest error."""
    unsent = _unsent()
    count = connection.execute(sa.select(sa.func.count()).where(unsent)).scalar_one()
    query = sa.select(alert_mails.c.error).where(unsent, alert_mails.c.error.isnot(None))
    error = connection.execute(query.order_by(alert_mails.c.id.desc()).limit(1)).scalar()
    return int(count), error
