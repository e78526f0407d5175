"""Identities kept by an earlier release, or list, are judged anew, and are left out when read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from regulars.timeline import inbox, judged, judging, linking, listed, people
from regulars.timeline.flush import flush
from regulars.timeline.identity import identity_id
from regulars.timeline.judging import Judged
from regulars.timeline.listed import Edit
from regulars.timeline.tables import identity_judgements, links
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import NOON

LATER = NOON + timedelta(days=1)
KEPT = {
    "Guest": ("user", "Guest"),
    "null": ("user", "null"),
    "cut": ("phone", "138001+10"),
    "short": ("phone", "12345"),
    "zeros": ("anonymous", "00000000-0000-0000-0000-000000000000"),
    "ann": ("user", "ann"),
    "number": ("phone", "13800138000"),
}
"""What stands on the timeline, by kind and the spelling that an earlier release kept."""


def before(ws: Workspace, name: str) -> str:
    """Return the identity as an earlier release made it."""
    kind, spelled = KEPT[name]
    return ws.keyed_hash(f"identity:{kind}", spelled)


@pytest.fixture
def old(any_ws: Workspace) -> Workspace:
    """Return a workspace that an earlier release filled, one event each, half of it flushed."""
    for place, name in enumerate(KEPT):
        acted(any_ws, before(any_ws, name), "Page Viewed", NOON)
        if place == 3:
            flush(any_ws)
    with any_ws.database.transaction() as connection:
        connection.execute(sa.delete(identity_judgements))
    return any_ws


def acted(ws: Workspace, who: str, name: str, at: datetime) -> None:
    row = {"event_id": f"{name} {who}", "identity_id": who, "actor": "customer", "name": name,
           "occurred_at": at, "received_at": at, "known_at": at, "source": "shop"}  # fmt: skip
    inbox.accept(ws, inbox.make([row], at), now=at)


def seen(ws: Workspace) -> set[str | None]:
    rows = ws.query(lambda view: view.with_person().select("person_id")).to_pylist()
    return {row["person_id"] for row in rows}


def test_what_was_kept_is_judged_once_and_listed(old: Workspace) -> None:
    assert judging.judge(old, now=NOON) == Judged(5, 5, 0, from_before=True)
    assert seen(old) == {None, before(old, "ann"), before(old, "number")}
    with old.database.reading() as connection:
        told = {(one.kind, one.word.lower(), one.events) for one in judged.found(connection)}
    assert {word for _kind, word, _events in told} == {
        "guest", "null", "1.38001e+10", "12345", "00000000-0000-0000-0000-000000000000",
    }  # fmt: skip
    assert judging.judge(old, now=LATER) is None


def test_an_edit_of_the_list_works_backwards_and_is_undone_the_same_way(old: Workspace) -> None:
    judging.judge(old, now=NOON)
    for word, listed_now in (("ann", True), ("guest", False)):
        with old.database.transaction() as connection:
            listed.put(connection, Edit("user", word, listed_now, "dana", LATER))
            listed.put(connection, Edit("any", word, listed_now, "dana", LATER))
        assert judging.judge(old, now=LATER) is not None
    assert before(old, "ann") not in seen(old)
    assert before(old, "Guest") in seen(old)
    assert before(old, "cut") not in seen(old)
    with old.database.transaction() as connection:
        listed.put(connection, Edit("user", "ann", False, "dana", LATER))
        listed.put(connection, Edit("any", "ann", False, "dana", LATER))
    judging.judge(old, now=LATER)
    assert before(old, "ann") in seen(old)


def test_links_through_nobody_join_nobody(old: Workspace) -> None:
    ann, bo, guest = before(old, "ann"), identity_id(old, "user", "bo"), before(old, "Guest")
    with old.database.transaction() as connection:
        for one in (ann, bo):
            linking.link(old, connection, one, guest, link_id=one, kind="alias", source="shop",
                         at=NOON)  # fmt: skip
    assert people.person_of(old, ann) == people.person_of(old, bo)
    judging.judge(old, now=LATER)
    assert people.identities_of(old, ann) == [ann]


def test_a_new_workspace_was_not_filled_before(any_ws: Workspace) -> None:
    with any_ws.database.reading() as connection:
        assert judged.from_before(connection) is None
        assert judged.last(connection) is not None


def test_what_old_links_rest_on_is_found_out_from_their_events(old: Workspace) -> None:
    """Two user ids that a server told with one address: contested, once it is known."""
    ann, bo, home = (
        identity_id(old, kind, value)
        for kind, value in (("user", "ann"), ("user", "bo"), ("email", "home@example.org"))
    )
    for minute, who in enumerate((ann, bo)):
        at = datetime(2026, 3, 1, 12, minute, tzinfo=UTC)
        acted(old, who, "Identified", at)
        with old.database.transaction() as connection:
            linking.link(old, connection, who, home, link_id=str(minute), kind="email",
                         source="shop", at=at)  # fmt: skip
    assert people.person_of(old, ann) == people.person_of(old, bo)
    found = judging.judge(old, now=LATER)
    assert found is not None and found.links == 2
    assert found.note is not None and "2 links" in found.note.en
    with old.database.reading() as connection:
        rests = connection.execute(sa.select(links.c.through_id)).scalars().all()
        assert rests == [home, home]
        assert people.folded(old, connection).contested.to_pylist() == [home]
    assert people.person_of(old, ann) != people.person_of(old, bo)
