"""The verbs of alerts: rules, looking, the inbox."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from importlib import resources

import sqlalchemy as sa

from regulars.act.alerts import mailing, queries, watching, wording
from regulars.act.alerts.hurting import added, pains
from regulars.act.alerts.model import (
    AGAIN_DAYS,
    SNOOZE_DAYS,
    Alert,
    AlertChange,
    AlertKind,
    AlertState,
    Grain,
    Inbox,
    Listed,
    Rule,
    Way,
)
from regulars.act.messages import service as messages
from regulars.act.messages.model import Purpose
from regulars.company.audit.service import record
from regulars.company.places import service as places
from regulars.company.rights.model import Principal, Scope
from regulars.company.staff import service as staff
from regulars.company.staff.model import Staff
from regulars.faces import formats
from regulars.kit.errors import Invalid, NotFound
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.timeline import acts
from regulars.timeline.vocabulary import ALERT_RAISED
from regulars.timeline.workspace import Workspace
from regulars.understand.findings.model import Finding

MOST = 200


@cache
def presets() -> tuple[Rule, ...]:
    """Return the rules that ship; their ids are their names."""
    file = resources.files("regulars.act.alerts") / "rules.toml"
    return tuple(
        Rule(
            id=entry["preset"],
            kind=AlertKind(entry.get("kind", "metric")),
            metric=entry["metric"],
            by=entry.get("by", ""),
            grain=Grain(entry["grain"]),
            way=Way(entry["way"]),
            filters=entry.get("filters", {}),
            preset=entry["preset"],
        )
        for entry in tomllib.loads(file.read_text("utf-8"))["rule"]
    )


def rules(ws: Workspace) -> list[Rule]:
    """Return the rules in force; before anything was changed, those that ship."""
    with ws.database.reading() as connection:
        known, seen = queries.rules(connection), queries.presets(connection)
    return [*(one for one in presets() if one.preset not in seen), *known]


def put_rule(ws: Workspace, rule: Rule, caller: Principal, *, now: datetime) -> Rule:
    """Keep a rule, new (empty id) or changed. Raises Invalid naming the field."""
    watching.check(rule)
    if rule.owner is not None:
        staff.by_id(ws, rule.owner)
    made = replace(rule, id=rule.id or secrets.token_hex(16), made_by=caller.name)
    with ws.database.transaction() as connection:
        queries.put_rule(connection, made, now)
        record(ws, connection, caller, "alerts.rule", made.id, metric=made.metric, by=made.by,
               grain=str(made.grain), way=str(made.way), active=made.active)  # fmt: skip
    return made


def rule(ws: Workspace, rule_id: str) -> Rule:
    """Return one rule in force. Raises NotFound."""
    found = next((one for one in rules(ws) if one.id == rule_id), None)
    if found is None:
        raise NotFound("alerts.rule", Text("There is no such rule.", "没有这条规则。"))
    return found


def remove_rule(ws: Workspace, rule_id: str, caller: Principal, *, now: datetime) -> None:
    """Take a rule out of force; its alerts stay. Raises NotFound."""
    found = rule(ws, rule_id)
    with ws.database.transaction() as connection:
        queries.put_rule(connection, found, now)
        queries.remove_rule(connection, rule_id, now)
        record(ws, connection, caller, "alerts.rule_removed", rule_id, metric=found.metric)


def evaluate(ws: Workspace, *, now: datetime) -> list[Alert]:
    """Look at the last whole week and month, each once, and raise what deserves a person.

    A rule that was looked at for a period is not looked at for it again, unless it could not be.
    Alert, event, mail and the note that it was looked at are one transaction. Returns the new
    alerts.
    """
    mailing.take_over(ws)
    raised: list[Alert] = []
    active = [one for one in rules(ws) if one.active]
    for grain in Grain:
        period = watching.last_period(ws, grain, now)
        if period is None or period.start is None:
            continue
        own = [one for one in active if one.grain is grain]
        with ws.database.reading() as connection:
            done = queries.checks(connection, [period.start])
        due = [one for one in own if (one.id, period.start) not in done]
        looked = [watching.look(ws, one, period, now) for one in due]
        changes = watching.raised(looked, grain, sum(done.values()))
        with ws.database.transaction() as connection:
            fresh = {
                watched.rule.id
                for watched in looked
                if queries.note_check(
                    connection,
                    watched.rule.id,
                    period.start,
                    tests=watched.tests,
                    error=watched.error,
                    now=now,
                )
            }
            for change in changes:
                if change.rule.id in fresh:
                    raised += _raise(ws, connection, change, now)
    return raised


def _raise(
    ws: Workspace, connection: sa.Connection, change: AlertChange, now: datetime
) -> list[Alert]:
    """Keep a new alert, or let it join the one that stands for the same change."""
    part = queries.slice_of(change.slice)
    standing = queries.standing(connection, change.rule.id, part)
    for one in standing:
        lately = now - one.seen_at < timedelta(days=AGAIN_DAYS)
        if one.state is AlertState.MUTED or (one.worse == change.worse and lately):
            queries.change(connection, replace(one, seen_at=now, again=one.again + 1))
            return []
    owner, name = _owner(ws, connection, change)
    made = _alert(change, owner, name, now)
    queries.add(connection, made)
    acts.record(ws, connection, [_event(made)], now=now)
    if owner is not None:
        mailing.post(ws, connection, made, owner, now)
    return [made]


def _owner(
    ws: Workspace, connection: sa.Connection, change: AlertChange
) -> tuple[Staff | None, str]:
    """Return whom it is sent to: the rule's, else the touchpoint's owner if one is called so."""
    if change.rule.owner is not None:
        account = staff.find(connection, change.rule.owner)
        if account is not None and account.disabled_at is None:
            return account, account.name
    point = catalog_service.current(ws).touchpoint(change.slice.get("touchpoint", ""))
    if point is None or point.owner is None:
        return None, ""
    names = {point.owner.en.casefold(), point.owner.zh.casefold()}
    for account in staff.everyone(ws):
        if account.disabled_at is None and {account.name.casefold(), account.login} & names:
            return account, account.name
    return None, point.owner.en


def _alert(found: AlertChange, owner: Staff | None, name: str, now: datetime) -> Alert:
    return Alert(
        id=secrets.token_hex(16), rule=found.rule.id, metric=found.rule.metric,
        grain=found.rule.grain, slice=found.slice, start=found.start, end=found.end, n=found.n,
        value=found.value, low=found.low, high=found.high, unit=found.unit, usual=found.usual,
        usual_low=found.usual_low, usual_high=found.usual_high, p=found.p, worse=found.worse,
        owner=owner.id if owner else "", owner_name=name, state=AlertState.OPEN, raised_at=now,
        seen_at=now,
    )  # fmt: skip


def _event(alert: Alert) -> dict[str, object]:
    """Return what stands on the timeline: that we noticed, at the end of the period it is about."""
    return {
        "event_id": f"alert {alert.id}",
        "actor": "system",
        "name": ALERT_RAISED,
        "touchpoint": alert.slice.get("touchpoint"),
        "channel": alert.slice.get("channel"),
        "place": alert.slice.get("place"),
        "metric": alert.metric,
        "source": "regulars",
        # Not the present moment: it would make an archive look as if it went on until today.
        "occurred_at": alert.end - timedelta(microseconds=1),
        "known_at": alert.raised_at,
    }


def listed(ws: Workspace, scope: Scope, view: str, *, now: datetime) -> list[Alert]:
    """Return alerts, the newest first: `open`, `waiting` (acknowledged, snoozed), `muted`, `all`.

    Those bound to places see the alerts of these places only.
    """
    with ws.database.reading() as connection:
        newest = queries.listed(connection, scope, list(AlertState), MOST)
    wanted = {
        "open": {AlertState.OPEN},
        "waiting": {AlertState.ACKNOWLEDGED, AlertState.SNOOZED},
        "muted": {AlertState.MUTED},
    }.get(view, set(AlertState))
    return [one for one in newest if one.stands(now) in wanted]


def told(ws: Workspace, alerts: Sequence[Alert], scope: Scope, *, now: datetime) -> list[Listed]:
    """Return alerts with their present state and in words, for a caller of these places."""
    catalog, tree = catalog_service.current(ws), places.tree(ws)
    hurt = pains(ws, scope, now=now) if alerts else {}

    def words(one: Alert) -> Text:
        day = formats.day(one.start.astimezone(ws.zone).date())
        return added(wording.told(one, catalog, tree, day), one, hurt)

    return [
        Listed(
            one,
            one.stands(now),
            wording.metric_title(one.metric),
            wording.where(one.slice, catalog, tree),
            words(one),
        )
        for one in alerts
    ]


def answered(ws: Workspace, scope: Scope, view: str, *, now: datetime) -> Finding[Inbox]:
    """Return the alerts of `listed` as they are told; nothing of it is kept."""
    listing = told(ws, listed(ws, scope, view, now=now), scope, now=now)
    inbox_now = Inbox(listing, _broken(ws), *messages.waiting(ws, Purpose.ALERT))
    return Finding("alerts", {"view": view}, now, now, 1, None, None, inbox_now)


stored = answered


def _broken(ws: Workspace) -> list[Text]:
    """Return of each rule that could not be looked at what it watches and why."""
    reasons, catalog, tree = errors(ws), catalog_service.current(ws), places.tree(ws)
    sentences = []
    for one in rules(ws):
        if why := reasons.get(one.id):
            about, at = wording.metric_title(one.metric), wording.where(one.filters, catalog, tree)
            if at.en:
                about = Text(f"{about.en}, {at.en}", f"{about.zh}（{at.zh}）")
            en = f"This rule could not be checked: {about.en}. {why.en}"
            sentences.append(Text(en, f"该规则无法检查：{about.zh}。{why.zh}"))
    return sentences


def errors(ws: Workspace) -> dict[str, Text]:
    """Return by rule in force why it could not be looked at when it was last due."""
    own = {one.id for one in rules(ws) if one.active}
    with ws.database.reading() as connection:
        found = queries.errors(connection)
    return {rule_id: told for rule_id, told in found.items() if rule_id in own}


def count_open(ws: Workspace, scope: Scope, *, now: datetime) -> int:
    """Return how many alerts wait for somebody."""
    with ws.database.reading() as connection:
        return queries.count_open(connection, scope, now)


def get(ws: Workspace, alert: str, scope: Scope) -> Alert:
    """Return one alert within the caller's places. Raises NotFound."""
    with ws.database.reading() as connection:
        return _must(queries.one(connection, alert, scope))


def change(
    ws: Workspace,
    alert: str,
    act: str,
    caller: Principal,
    *,
    now: datetime,
    days: int = SNOOZE_DAYS,
) -> Alert:
    """Acknowledge, snooze (for `days`), mute or reopen an alert; kept in the audit log.

    A muted alert keeps its rule quiet about this slice until it is reopened. Raises NotFound,
    Invalid for another act.
    """
    states = {
        "acknowledge": AlertState.ACKNOWLEDGED,
        "snooze": AlertState.SNOOZED,
        "mute": AlertState.MUTED,
        "reopen": AlertState.OPEN,
    }
    if act not in states or not 1 <= days <= 365:
        raise Invalid(
            "alerts.act",
            Text(
                "Acknowledge, snooze (1 to 365 days), mute or reopen.",
                "可确认、暂缓（1 至 365 天）、忽略或重新打开。",
            ),
            field="act",
        )
    with ws.database.transaction() as connection:
        found = _must(queries.one(connection, alert, caller.places))
        until = now + timedelta(days=days) if act == "snooze" else None
        made = replace(found, state=states[act], snoozed_until=until, changed_by=caller.name)
        queries.change(connection, made)
        record(ws, connection, caller, f"alerts.{act}", alert, metric=found.metric,
               slice=found.slice, before=str(found.state), until=until)  # fmt: skip
    return made


def _must(found: Alert | None) -> Alert:
    if found is None:
        raise NotFound("alerts.alert", Text("There is no such alert.", "没有这条异动提醒。"))
    return found
