"""The verbs of adoption: which words are unknown, take one over, name one, undo that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from regulars.company.audit import service as audit
from regulars.company.places import service as places
from regulars.company.places.model import Kind as PlaceKind
from regulars.company.places.model import Place
from regulars.company.rights.model import Principal, Scope
from regulars.kit.errors import Invalid, NotFound
from regulars.kit.text import Text
from regulars.listen.adoption import queries
from regulars.listen.adoption.model import FOLDED, Adopted, Kind, Known, Unknown, nearest
from regulars.listen.catalog import service as catalog
from regulars.listen.catalog.model import KEY, Area, Touchpoint
from regulars.timeline import spelling, vocabulary

if TYPE_CHECKING:
    from regulars.store.workspace import Store
    from regulars.timeline.workspace import Workspace

REASON = "taken over from events"
OURSELVES = Known("regulars", Text("Regulars", "回头客"))
"""The source of events that we tell ourselves."""


def unknown(ws: Workspace, *, scope: Scope = None, kind: Kind | None = None) -> list[Unknown]:
    """Return the words of events that are not known, by kind, the most frequent first."""
    return [
        word for one in (Kind if kind is None else (kind,)) for word in _unknown(ws, one, scope)
    ]


def _unknown(ws: Workspace, kind: Kind, scope: Scope) -> Iterator[Unknown]:
    known = knowns(ws, kind)
    keys = {one.key for one in known} | _aliases(ws, kind)

    def build(view: object) -> object:
        events = view.events  # type: ignore[attr-defined]
        if scope is not None:
            events = events.filter(events.place.isin(sorted(scope) or [""]))
        return queries.words(events, kind)

    for row in ws.query(build).to_pylist():
        if row["value"] not in keys:
            near = nearest(row["value"], known) if kind in FOLDED else ()
            yield Unknown(kind, row["value"], row["events"], row["last_at"], near)


def knowns(ws: Store, kind: Kind) -> list[Known]:
    """Return the words of a kind that are known."""
    with ws.database.reading() as connection:
        named = queries.titles(connection, kind)
    own = [Known(value, title) for value, title in named.items()]
    if kind is Kind.TOUCHPOINT:
        return [Known(point.key, point.title) for point in catalog.current(ws).touchpoints]
    if kind is Kind.PLACE:
        return [Known(place.id, place.name) for place in places.tree(ws)]
    if kind is Kind.NAME:
        names = {name: vocabulary.title(name) for name in vocabulary.TITLES}
        rules = {
            name for one in catalog.current(ws).touchpoints for r in one.events for name in r.names
        }
        ruled = [Known(name, Text(name, name)) for name in sorted(rules - set(names))]
        return [*(Known(name, title) for name, title in names.items()), *ruled, *own]
    return [OURSELVES, *own] if kind is Kind.SOURCE else own


def _aliases(ws: Store, kind: Kind) -> set[str]:
    if kind is not Kind.TOUCHPOINT:
        return set()
    return {alias for point in catalog.current(ws).touchpoints for alias in point.aliases}


def titles(ws: Store, kind: Kind) -> dict[str, Text]:
    """Return value → its name in both languages, of the words that were given one."""
    with ws.database.reading() as connection:
        return queries.titles(connection, kind)


def adopted(ws: Store) -> list[Adopted]:
    """Return the words that were taken over or named, the newest first.

    Touchpoints' other spellings stand with the touchpoints.
    """
    with ws.database.reading() as connection:
        return queries.adopted(connection)


def take_over(
    ws: Store, kind: Kind, value: str, meant: str, *, by: Principal, now: datetime
) -> None:
    """Let a word stand for one that is known, in what came and in what will come.

    Raises Invalid for a kind of which none stands for another, NotFound for an unknown `meant`.
    """
    _require(kind in FOLDED, kind, value)
    known = {one.key for one in knowns(ws, kind)}
    if meant not in known or meant == value:
        near = ", ".join(one.key for one in nearest(meant, knowns(ws, kind)))
        raise NotFound(
            "adoption.meant",
            Text(
                f"“{meant}” is not known either." + (f" Near: {near}." if near else ""),
                f"“{meant}”也不存在。" + (f"相近的有：{near}。" if near else ""),
            ),
            field="meant",
        )
    if kind is Kind.TOUCHPOINT:
        point = catalog.touchpoint(ws, meant)
        _put(ws, replace(point, aliases=(*point.aliases, value)), by, now)
        return
    with ws.database.transaction() as connection:
        spelling.put(connection, kind.value, value, meant, by=by.name, at=now)
        audit.record(ws, connection, by, "adoption.taken_over", value, kind=kind.value, meant=meant)


def create(
    ws: Store,
    kind: Kind,
    value: str,
    title: Text,
    *,
    by: Principal,
    now: datetime,
    stage: str | None = None,
) -> None:
    """Make a word known under a name of its own: a touchpoint, a place, an event's name, …"""
    if not (title.en.strip() and title.zh.strip()):
        raise Invalid(
            "adoption.title",
            Text("Give a name in both languages.", "请填写两种语言的名称。"),
            field="en",
        )
    if kind is Kind.TOUCHPOINT:
        _put(ws, _touchpoint(ws, value, title, stage), by, now)
    elif kind is Kind.PLACE:
        places.put(ws, by, Place(value, title, PlaceKind.STORE), now=now)
    else:
        with ws.database.transaction() as connection:
            queries.put_title(
                connection,
                {
                    "kind": kind.value,
                    "value": value,
                    "en": title.en.strip(),
                    "zh": title.zh.strip(),
                    "adopted_by": by.name,
                    "adopted_at": now,
                },
            )
            audit.record(ws, connection, by, "adoption.named", value, kind=kind.value)


def _touchpoint(ws: Store, value: str, title: Text, stage: str | None) -> Touchpoint:
    now = catalog.current(ws)
    aliases: tuple[str, ...] = ()
    if KEY.match(value):
        key = value
    else:
        slug = re.sub(r"[^a-z0-9]+", "_", title.en.lower()).strip("_")[:60] or "touchpoint"
        taken = {point.key for point in now.touchpoints}
        free = (f"{slug}_{number}" if number > 1 else slug for number in range(1, 1000))
        key, aliases = next(one for one in free if one not in taken), (value,)
    return Touchpoint(
        key, title, stage or now.stages[-1].key, Area.PROCESS, aliases=aliases, weight=1.0
    )


def _put(ws: Store, point: Touchpoint, by: Principal, now: datetime) -> None:
    based_on = catalog.current(ws).version
    catalog.put_touchpoint(ws, point, by, reason=REASON, now=now, based_on=based_on)


def undo(ws: Store, kind: Kind, value: str, *, by: Principal, now: datetime) -> None:
    """Let a word that was taken over stand for itself again, or take its name away.

    Raises NotFound where neither was.
    """
    point = next((one for one in catalog.current(ws).touchpoints if value in one.aliases), None)
    if kind is Kind.TOUCHPOINT and point is not None:
        kept = tuple(alias for alias in point.aliases if alias != value)
        _put(ws, replace(point, aliases=kept), by, now)
        return
    with ws.database.transaction() as connection:
        gone = spelling.drop(connection, kind.value, value)
        gone = queries.drop_title(connection, kind, value) or gone
        if not gone:
            raise NotFound(
                "adoption.none",
                Text(f"“{value}” was not taken over.", f"“{value}”并未被采用。"),
            )
        audit.record(ws, connection, by, "adoption.undone", value, kind=kind.value)


def _require(sound: bool, kind: Kind, value: str) -> None:
    if not sound:
        raise Invalid(
            "adoption.kind",
            Text(
                f"A {kind.value} stands for no other: give “{value}” a name.",
                f"该类词不能代表另一个：请为“{value}”命名。",
            ),
            field="kind",
        )
