"""The verbs of adoption: which words are unknown, take one over, name one, undo that."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from regulars.company.audit import service as audit
from regulars.company.places import service as places
from regulars.company.places.model import Kind as PlaceKind
from regulars.company.places.model import Place
from regulars.company.rights.model import Principal, Right
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.text import Text
from regulars.listen.adoption import queries
from regulars.listen.adoption.model import FOLDED, LONGEST, Adopted, Kind, Known, Unknown, nearest
from regulars.listen.catalog import service as catalog
from regulars.listen.catalog.model import KEY, Area, Touchpoint
from regulars.timeline import spelling, vocabulary

if TYPE_CHECKING:
    from regulars.store.workspace import Store
    from regulars.timeline.workspace import Workspace

REASON = "taken over from events"
OURSELVES = Known("regulars", Text("Regulars", "回头客"))
"""The source of events that we tell ourselves."""


def unknown(ws: Workspace, *, kind: Kind | None = None) -> list[Unknown]:
    """Return the words of events that are not known, by kind, the most frequent first."""
    return [word for one in (Kind if kind is None else (kind,)) for word in _unknown(ws, one)]


def _unknown(ws: Workspace, kind: Kind) -> Iterator[Unknown]:
    known = knowns(ws, kind)
    keys = {one.key for one in known} | _aliases(ws, kind)
    for row in ws.query(lambda view: queries.words(view.events, kind)).to_pylist():
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


def naming(ws: Store, kind: Kind) -> Callable[[str], Text]:
    """Return what names a word of a kind; one without a name stays as it came."""
    known = titles(ws, kind)
    return lambda value: known.get(value) or Text(value, value)


def adopted(ws: Store) -> list[Adopted]:
    """Return the words that were taken over or named, the newest first.

    Touchpoints' other spellings stand with the touchpoints.
    """
    with ws.database.reading() as connection:
        return queries.adopted(connection)


def take_over(
    ws: Store, caller: Principal, kind: Kind, value: str, meant: str, *, now: datetime
) -> None:
    """Let a word stand for one that is known, in what came and in what will come.

    Raises Invalid for a kind of which none stands for another, Conflict for a word that is known
    itself, NotFound for an unknown `meant`.
    """
    caller.require(Right.EDIT_CATALOG)
    _check_folds(kind, value)
    _check_word(value)
    recognised = knowns(ws, kind)
    keys = {one.key for one in recognised}
    if value in keys:
        raise Conflict(
            "adoption.known",
            Text(
                f"“{value}” is recognised itself: it cannot stand for another.",
                f"“{value}”本身已被识别，不能代表另一个。",
            ),
            field="value",
        )
    if meant not in keys:
        raise _not_known(meant, recognised)
    if kind is Kind.TOUCHPOINT:
        point = catalog.touchpoint(ws, meant)
        _put(ws, replace(point, aliases=(*point.aliases, value)), caller, now)
        return
    with ws.database.transaction() as connection:
        spelling.put(connection, kind.value, value, meant, by=caller.name, at=now)
        audit.record(
            ws, connection, caller, "adoption.taken_over", value, kind=kind.value, meant=meant
        )


def _not_known(meant: str, known: Sequence[Known]) -> NotFound:
    near = ", ".join(one.key for one in nearest(meant, known))
    return NotFound(
        "adoption.meant",
        Text(
            f"“{meant}” is not known either." + (f" Similar: {near}." if near else ""),
            f"“{meant}”也不存在。" + (f"相近的有：{near}。" if near else ""),
        ),
        field="meant",
    )


def create(
    ws: Store,
    caller: Principal,
    kind: Kind,
    value: str,
    title: Text,
    *,
    now: datetime,
    stage: str | None = None,
) -> None:
    """Make a word known under a name of its own: a touchpoint, a place, an event's name, …"""
    caller.require(Right.EDIT_CATALOG)
    _check_word(value)
    if not (title.en.strip() and title.zh.strip()):
        raise Invalid(
            "adoption.title",
            Text("Give a name in both languages.", "请填写两种语言的名称。"),
            field="en",
        )
    if kind is Kind.TOUCHPOINT:
        _put(ws, _touchpoint(ws, value, title, stage), caller, now)
    elif kind is Kind.PLACE:
        places.put(ws, caller, Place(value, title, PlaceKind.STORE), now=now)
    else:
        with ws.database.transaction() as connection:
            queries.put_title(
                connection,
                {
                    "kind": kind.value,
                    "value": value,
                    "en": title.en.strip(),
                    "zh": title.zh.strip(),
                    "adopted_by": caller.name,
                    "adopted_at": now,
                },
            )
            audit.record(ws, connection, caller, "adoption.named", value, kind=kind.value)


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


def _put(ws: Store, point: Touchpoint, caller: Principal, now: datetime) -> None:
    based_on = catalog.current(ws).version
    catalog.put_touchpoint(ws, point, caller, reason=REASON, now=now, based_on=based_on)


def undo(ws: Store, caller: Principal, kind: Kind, value: str, *, now: datetime) -> None:
    """Let a word that was taken over stand for itself again, or take its name away.

    Raises NotFound where neither was.
    """
    caller.require(Right.EDIT_CATALOG)
    if value in _aliases(ws, kind):
        point = next(one for one in catalog.current(ws).touchpoints if value in one.aliases)
        kept = tuple(alias for alias in point.aliases if alias != value)
        _put(ws, replace(point, aliases=kept), caller, now)
        return
    with ws.database.transaction() as connection:
        gone = spelling.drop(connection, kind.value, value)
        gone = queries.drop_title(connection, kind, value) or gone
        if not gone:
            raise NotFound(
                "adoption.none",
                Text(f"“{value}” is not mapped.", f"“{value}”没有对应到其他词。"),
            )
        audit.record(ws, connection, caller, "adoption.undone", value, kind=kind.value)


def _check_word(value: str) -> None:
    if not value.strip() or len(value) > LONGEST:
        raise Invalid(
            "adoption.value",
            Text(
                f"Give a word of 1 to {LONGEST} characters.", f"请填写 1 至 {LONGEST} 个字符的词。"
            ),
            field="value",
        )


def _check_folds(kind: Kind, value: str) -> None:
    if kind not in FOLDED:
        raise Invalid(
            "adoption.kind",
            Text(
                f"A {kind.value} stands for no other: give “{value}” a name.",
                f"该类词不能代表另一个：请为“{value}”命名。",
            ),
            field="kind",
        )
