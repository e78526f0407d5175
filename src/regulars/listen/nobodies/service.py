"""Look at the list of values that name nobody, add to it, take out of it."""

from __future__ import annotations

from datetime import datetime

from regulars.company.audit import service as audit
from regulars.company.rights.model import Principal, Right
from regulars.kit.errors import Conflict
from regulars.kit.text import Text
from regulars.listen.intake import service as intake
from regulars.listen.nobodies.model import Met, NobodyValue, Overview
from regulars.listen.profiles import service as profiles
from regulars.timeline import judged, judging, listed, nobody
from regulars.timeline.listed import Edit
from regulars.timeline.workspace import Workspace


def overview(ws: Workspace, *, now: datetime) -> Overview:
    """Return the list, and where its values were met."""
    with ws.database.reading() as connection:
        edits = listed.edits(connection)
        found, since = judged.found(connection), judged.from_before(connection)
    met = (Met(*row) for row in intake.nobodies(ws, now=now))
    return Overview(tuple(_words(edits)), tuple(found), tuple(met), since)


def _words(edits: list[Edit]) -> list[NobodyValue]:
    """Return the workspace's own changes first, then what is shipped, by kind."""
    changed = {(one.kind, one.word): one for one in edits}
    shipped = nobody.shipped()
    own = [
        NobodyValue(kind, word, "added" if one.listed else "removed", one)
        for (kind, word), one in reversed(changed.items())
        if one.listed != (word in shipped.get(kind, ()))
    ]
    rest = [
        NobodyValue(kind, word, "shipped", None)
        for kind in listed.KINDS
        for word in sorted(shipped.get(kind, ()))
        if (kind, word) not in changed or changed[kind, word].listed
    ]
    return own + rest


def add(ws: Workspace, caller: Principal, kind: str, word: str, *, now: datetime) -> NobodyValue:
    """Let a value name nobody, in what is on the timeline too. Raises Invalid, or Conflict."""
    return _edit(ws, caller, kind, word, listed_now=True, now=now)


def remove(ws: Workspace, caller: Principal, kind: str, word: str, *, now: datetime) -> NobodyValue:
    """Let a value name somebody again, in what is on the timeline too.

    Raises Invalid, or Conflict for one that is not listed.
    """
    return _edit(ws, caller, kind, word, listed_now=False, now=now)


def _edit(
    ws: Workspace, caller: Principal, kind: str, word: str, *, listed_now: bool, now: datetime
) -> NobodyValue:
    caller.require(Right.EDIT_CATALOG)
    kind, spelled = listed.checked(kind, word)
    edit = Edit(kind, spelled, listed_now, caller.name, now)
    with ws.database.transaction() as connection:
        if (spelled in listed.in_force(listed.edits(connection))[kind]) == listed_now:
            raise _as_it_is(spelled, listed_now)
        listed.put(connection, edit)
        action = "nobody.added" if listed_now else "nobody.removed"
        audit.record(ws, connection, caller, action, spelled, kind=kind)
    judging.judge(ws, now=now, addresses=lambda: profiles.addresses(ws))
    return NobodyValue(kind, spelled, "added" if listed_now else "removed", edit)


def _as_it_is(word: str, listed_now: bool) -> Conflict:
    if listed_now:
        text = Text(f"“{word}” stands in the list already.", f"“{word}”已在名单中。")
    else:
        text = Text(
            f"“{word}” does not stand in the list of this kind.", f"该类型的名单中没有“{word}”。"
        )
    return Conflict("nobody.unchanged", text, field="word")
