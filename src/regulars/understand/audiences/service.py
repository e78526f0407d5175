"""The verbs of audiences: make, change, retire, look at, and write down who is in them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from regulars.company.audit.service import record
from regulars.company.rights.model import Principal, Scope
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.ranked import Key
from regulars.kit.text import Text
from regulars.timeline import currency as currencies
from regulars.timeline import people as timeline_people
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import (
    choosing,
    customers,
    following,
    measuring,
    queries,
    storing,
)
from regulars.understand.audiences.model import (
    MAX_AUDIENCES,
    Audience,
    AudienceOverview,
    ComparedAudiences,
    Condition,
    CustomerTable,
    Draft,
    Membership,
    Outline,
)
from regulars.understand.audiences.reading import read
from regulars.understand.audiences.writing import fields_of, write
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.lifetime_value import service as lifetime_value
from regulars.understand.lifetime_value.model import LifetimeValue

__all__ = ["following", "read", "write"]
MAX_NAME, MAX_NOTE = 120, 1_000
MAX_COMPARED = 500
YOUNG = timedelta(hours=1)
"""For so long the numbers of audiences are told as they are while new events arrive."""


def every(ws: Workspace) -> list[Audience]:
    """Return the audiences in force, by name."""
    with ws.database.reading() as connection:
        return storing.in_force(connection)


def get(ws: Workspace, key: str) -> Audience:
    """Return the newest version of an audience in force, by key or by name. Raises NotFound."""
    for one in every(ws):
        if key in (one.key, one.name):
            return one
    raise NotFound("audiences.unknown", Text("There is no such audience.", "没有这个人群。"))


def versions(ws: Workspace, key: str) -> list[Audience]:
    """Return every version of an audience, the newest first."""
    with ws.database.reading() as connection:
        return storing.versions(connection, key)


def memberships(ws: Workspace) -> dict[str, Membership]:
    """Return key → how many members were last written down, and as of when."""
    with ws.database.reading() as connection:
        return storing.memberships(connection)


def add(ws: Workspace, by: Principal, wanted: Draft, *, now: datetime) -> Audience:
    """Make an audience of who fits. Raises Invalid, Conflict for a name in use."""
    version = _version(secrets.token_hex(6), 1, wanted, by, now)
    with ws.database.transaction() as connection:
        known = storing.in_force(connection)
        _check_name(known, version)
        if len(known) >= MAX_AUDIENCES:
            raise Invalid(
                "audiences.many",
                Text(
                    f"At most {MAX_AUDIENCES} audiences are in force: retire one first.",
                    f"最多同时启用 {MAX_AUDIENCES} 个人群：请先停用一个。",
                ),
            )
        storing.add(connection, version)
        record(
            ws,
            connection,
            by,
            "audiences.added",
            version.key,
            name=version.name,
            where=version.where,
        )
    return version


def change(ws: Workspace, by: Principal, key: str, wanted: Draft, *, now: datetime) -> Audience:
    """Make a new version; nothing is written when nothing differs. Raises as `add`, NotFound."""
    old = get(ws, key)
    version = _version(old.key, old.number + 1, wanted, by, now)
    if (version.name, version.where, version.note) == (old.name, old.where, old.note):
        return old
    with ws.database.transaction() as connection:
        _check_name(storing.in_force(connection), version)
        storing.add(connection, version)
        record(ws, connection, by, "audiences.changed", version.key, name=version.name,
               where=version.where, version=version.number)  # fmt: skip
    return version


def put_back(ws: Workspace, by: Principal, key: str, number: int, *, now: datetime) -> Audience:
    """Make an earlier version the one in force, as a new version. Raises as `change`."""
    known = {one.number: one for one in versions(ws, get(ws, key).key)}
    if number not in known:
        raise NotFound("audiences.version", Text("There is no such version.", "没有这个版本。"))
    old = known[number]
    return change(ws, by, old.key, Draft(old.name, old.where, old.note), now=now)


def retire(ws: Workspace, by: Principal, key: str, *, now: datetime) -> None:
    """Take an audience out of force; its members leave it on the timeline. Raises NotFound."""
    one = get(ws, key)
    with ws.database.transaction() as connection:
        following.let_go(ws, connection, one, now=now)
        storing.retire(connection, one.key, now)
        record(ws, connection, by, "audiences.retired", one.key, name=one.name)


def refresh(ws: Workspace, *, now: datetime) -> dict[str, tuple[int, int]]:
    """Renew the customer table and write down every audience's members and their changes."""
    table = customers.answered(ws, None, now=now).payload
    customers.tidy(ws, now)
    return following.write_down(ws, every(ws), table, now=now)


def table_of(ws: Workspace, scope: Scope, *, now: datetime) -> CustomerTable | None:
    """Return what is known of the customer table, or None before it is made."""
    found = customers.stored(ws, scope, now=now)
    return None if found is None else found.payload


def table_made(ws: Workspace, scope: Scope, *, now: datetime) -> CustomerTable:
    """Return what is known of the customer table, made now where it is not there."""
    return table_of(ws, scope, now=now) or customers.answered(ws, scope, now=now).payload


def preview(ws: Workspace, scope: Scope, condition: Condition, *, now: datetime) -> Outline:
    """Return size, value and scores of who fits a condition, from the table as it stands."""
    table_made(ws, scope, now=now)
    ((fits, rest),) = choosing.sums(ws, scope, [condition])
    return measuring.outline(fits, rest, _worth(ws, scope))


def stored(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[AudienceOverview] | None:
    """Return the stored overview of all audiences in force, or None."""
    return findings.find(ws, KIND, _about(every(ws), scope), now=now)


def renewed(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[AudienceOverview]:
    """Return the overview of all audiences of the timeline as it is now."""
    return findings.answer(ws, KIND, _about(every(ws), scope), now=now)


def answered(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[AudienceOverview]:
    """Return the overview if it is young enough, else worked out now; what faces ask for."""
    found = stored(ws, scope, now=now)
    return found if found is not None and now - found.as_of < YOUNG else renewed(ws, scope, now=now)


def members(
    ws: Workspace,
    scope: Scope,
    key: str,
    *,
    size: int | None = None,
    after: Key | None = None,
    now: datetime,
) -> pa.Table:
    """Return members of an audience with the currency, those who spent most first.

    All of them, or up to `size` behind the key `after`. Raises NotFound.
    """
    one, table = get(ws, key), table_made(ws, scope, now=now)
    found = choosing.members(ws, scope, read(one.where), size, after)
    return found.append_column("currency", pa.repeat(pa.scalar(table.currency), len(found)))


def persons(ws: Workspace, scope: Scope, key: str, *, now: datetime) -> pa.Table:
    """Return `person_id` of every member of an audience, in order. Raises NotFound."""
    one = get(ws, key)
    table_made(ws, scope, now=now)
    found = choosing.masks(ws, scope, [read(one.where)])
    return pa.table({"person_id": choosing.with_bit(found, 0)})


def of_person(ws: Workspace, scope: Scope, person: str, *, now: datetime) -> list[Audience]:
    """Return the audiences that a person is in, as far as the caller's places tell.

    None of them before the customer table is made: one person's page does not wait for it.
    """
    audiences = every(ws)
    if not audiences or table_of(ws, scope, now=now) is None:
        return []
    identities = timeline_people.identities_of(ws, person)
    conditions = {one.key: read(one.where) for one in audiences}
    fits = set(choosing.fitting(ws, scope, identities, conditions))
    return [one for one in audiences if one.key in fits]


def _version(key: str, number: int, wanted: Draft, by: Principal, now: datetime) -> Audience:
    words, note = " ".join(wanted.name.split()), wanted.note.strip()
    if not words or len(words) > MAX_NAME:
        raise Invalid(
            "audiences.name",
            Text(f"A name has 1 to {MAX_NAME} characters.", f"名称须为 1 至 {MAX_NAME} 个字符。"),
            field="name",
        )
    if len(note) > MAX_NOTE:
        raise Invalid(
            "audiences.note",
            Text(f"A note has at most {MAX_NOTE} characters.", f"备注最多 {MAX_NOTE} 个字符。"),
            field="note",
        )
    return Audience(key, words, write(read(wanted.where)), number, now, by.name, note)


def _check_name(known: Sequence[Audience], made: Audience) -> None:
    if any(one.name == made.name and one.key != made.key for one in known):
        raise Conflict(
            "audiences.name_taken",
            Text("Another audience has this name.", "已有同名人群。"),
            field="name",
        )


def _about(known: Sequence[Audience], scope: Scope) -> dict[str, Any]:
    return {
        "scope": None if scope is None else sorted(scope),
        "audiences": [f"{one.key}:{one.number}" for one in known],
    }


def _compute(ws: Workspace, asked: dict[str, Any], now: datetime) -> AudienceOverview:
    scope = None if asked.get("scope") is None else frozenset(asked["scope"])
    audiences = every(ws)
    if asked.get("audiences") != _about(audiences, scope)["audiences"]:
        # A question about versions of yesterday; nobody will ask it again.
        return AudienceOverview(None, ws.settings.workspace.currency, 0, None)
    table = customers.answered(ws, scope, now=now).payload
    note = currencies.of_orders(ws, scope).note
    if not audiences:
        return AudienceOverview(
            table.as_of, table.currency, table.customers, table.csat_scale, money=note
        )
    conditions = [read(one.where) for one in audiences]
    sums = choosing.sums(ws, scope, conditions)
    compared, tested = _compared(ws, scope, table, audiences, conditions)
    worth = _worth(ws, scope)
    outlines = [measuring.outline(*pair, worth) for pair in sums]
    return AudienceOverview(
        table.as_of,
        table.currency,
        table.customers,
        table.csat_scale,
        {one.key: told for one, told in zip(audiences, outlines, strict=True)},
        compared[:MAX_COMPARED],
        tested,
        note,
    )


def _compared(
    ws: Workspace,
    scope: Scope,
    table: CustomerTable,
    audiences: Sequence[Audience],
    conditions: Sequence[Condition],
) -> tuple[list[ComparedAudiences], int]:
    """Test every audience on every product and service that enough customers answered about."""
    if table.as_of is None:
        return [], 0
    masks = choosing.masks(ws, scope, conditions)
    asked = queries.CustomerSource(scope, table.as_of, table.currency)
    rows = ws.query(lambda view: queries.answers(view, asked, masks)).to_pylist()
    keys = [one.key for one in audiences]
    chosen_by = {key: fields_of(one) for key, one in zip(keys, conditions, strict=True)}
    return measuring.compare(rows, keys, chosen_by)


def _worth(ws: Workspace, scope: Scope) -> LifetimeValue | None:
    """Return the models that the customer table's lifetime values are from."""
    kind, about = lifetime_value.KIND, lifetime_value.about(scope)
    found = findings.latest(ws, kind.key, kind.payload, about=about, version=kind.version)
    return None if found is None else found.payload


KIND = findings.declare(findings.ResultType("audiences", 3, AudienceOverview, _compute))
