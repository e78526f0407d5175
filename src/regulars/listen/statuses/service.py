"""Look at what the words of order statuses mean, give one a meaning, take that back.

Imports read orders by this list; what is on the timeline changes when its file is imported again.
"""

from __future__ import annotations

from datetime import datetime

from regulars.company.audit import service as audit
from regulars.company.rights.model import Principal, Right
from regulars.kit.errors import NotFound
from regulars.kit.text import Text
from regulars.listen.statuses import queries
from regulars.listen.statuses.model import Standing, Word, Words, checked, shipped, standing
from regulars.timeline.workspace import Workspace


def words(ws: Workspace) -> Words:
    """Return the list in force: the shipped one, and above it the workspace's."""
    with ws.database.reading() as connection:
        return {**shipped(), **{one.word: one.meaning for one in queries.own(connection)}}


def overview(ws: Workspace) -> list[Word]:
    """Return the workspace's own words, the newest first, then the shipped ones by meaning."""
    with ws.database.reading() as connection:
        own = queries.own(connection)
    changed, order = {one.word for one in own}, list(Standing)
    rest = [Word(word, means, means) for word, means in shipped().items() if word not in changed]
    return [*own, *sorted(rest, key=lambda one: order.index(one.meaning))]


def set_meaning(
    ws: Workspace, caller: Principal, word: str, meaning: str, *, now: datetime
) -> Word:
    """Let a word mean something for every import from now on; one that means it is left alone.

    Raises Invalid for no word and for no meaning.
    """
    caller.require(Right.EDIT_CATALOG)
    spelling, means = checked(word), standing(meaning)
    was = words(ws).get(spelling)
    default = shipped().get(spelling)
    if means == default:
        entry = Word(spelling, means, default)
    else:
        entry = Word(spelling, means, default, caller.name, now)
    if means == was:
        return entry
    with ws.database.transaction() as connection:
        if means == default:
            queries.drop(connection, spelling)
        else:
            queries.put(connection, entry)
        audit.record(
            ws, connection, caller, "status.set", spelling, meaning=means.value, was=was or ""
        )
    return entry


def reset(ws: Workspace, caller: Principal, word: str) -> Word | None:
    """Take the workspace's meaning of a word back; returns what is shipped of it, if anything.

    Raises Invalid for no word, NotFound for one without a meaning of the workspace's own.
    """
    caller.require(Right.EDIT_CATALOG)
    spelling = checked(word)
    with ws.database.transaction() as connection:
        if not queries.drop(connection, spelling):
            text = Text(
                f"“{spelling}” has no meaning of your own to take back.",
                f"“{spelling}”没有可撤回的自定义含义。",
            )
            raise NotFound("status.unchanged", text, field="word")
        audit.record(ws, connection, caller, "status.reset", spelling)
    default = shipped().get(spelling)
    return None if default is None else Word(spelling, default, default)
