"""The SQL of alerts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from regulars.act.alerts.model import Alert, AlertState, Rule
from regulars.act.alerts.tables import alert_checks, alert_mails, alert_rules, alerts
from regulars.company.rights.model import Scope
from regulars.kit.text import Text
from regulars.store.database import upsert


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


def has_earlier_mails(connection: sa.Connection) -> bool:
    """Tell whether mails of an earlier release wait."""
    return connection.execute(sa.select(alert_mails.c.id).limit(1)).first() is not None


def pop_earlier_mails(connection: sa.Connection) -> list[tuple[str, str, Any]]:
    """Take out the mails of an earlier release that wait: (alert, address, language)."""
    columns = (alert_mails.c.alert, alert_mails.c.address, alert_mails.c.language)
    rows = connection.execute(sa.select(*columns).order_by(alert_mails.c.id)).all()
    connection.execute(sa.delete(alert_mails))
    return [(alert, address, language) for alert, address, language in rows]
