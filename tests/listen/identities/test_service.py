"""Who is who: any order of arrival gives one state, and undoing gives the first state back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.company.rights.model import SHELL, Principal, Role
from regulars.kit.errors import NotAllowed
from regulars.listen.identities import finding, service, story
from regulars.listen.identities.model import link_id
from regulars.listen.profiles import service as profiles
from regulars.listen.profiles.model import Value
from regulars.timeline import inbox, linking, people, remembered
from regulars.timeline.folding import fold
from regulars.timeline.workspace import Workspace
from tests import sizes

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
ANA = Principal("staff", "ana", "Ana", Role.AGENT)
PEOPLE = 6
Fact = tuple[str, int, int]
"""("link", from, to) or ("unlink", from, to): a link's id is its ends."""


def seen(ws: Workspace, *identities: str, place: str | None = None) -> None:
    """Let each identity have one event."""
    rows = [
        {
            "event_id": secrets.token_hex(8),
            "identity_id": one,
            "occurred_at": NOW,
            "name": "Cart Viewed",
            "place": place,
        }
        for one in identities
    ]
    inbox.accept(ws, inbox.make(rows, NOW))


def cast(prefix: str) -> list[str]:
    return [f"{prefix}{number:0{32 - len(prefix)}x}" for number in range(PEOPLE)]


def apply(ws: Workspace, names: Sequence[str], facts: Sequence[Fact]) -> None:
    for act, left, right in facts:
        key = link_id("alias", names[left], names[right])
        with ws.database.transaction() as connection:
            if act == "link":
                linking.link(
                    ws,
                    connection,
                    names[left],
                    names[right],
                    link_id=key,
                    kind="alias",
                    source="shop",
                    at=NOW,
                )
            else:
                linking.unlink(ws, connection, key, at=NOW)


def state(ws: Workspace, names: Sequence[str]) -> list[int]:
    """Return for each identity the number of its person's smallest identity."""
    folded = [names.index(people.person_of(ws, one)) for one in names]
    with ws.database.reading() as connection:
        found = fold(remembered.everything(connection)).people
    whole = dict(zip(*found.to_pydict().values(), strict=True))
    assert [names.index(whole.get(one, one)) for one in names] == folded
    return folded


end = st.integers(0, PEOPLE - 1)
facts = st.lists(
    st.tuples(st.sampled_from(["link", "link", "unlink"]), end, end).filter(
        lambda fact: fact[1] != fact[2]
    ),
    max_size=12,
)


@given(given_facts=facts, data=st.data())
@settings(max_examples=sizes.of(10, 25), deadline=None)
def test_any_order_of_arrival_gives_one_state(
    shared_ws: Workspace, given_facts: list[Fact], data: st.DataObject
) -> None:
    other = data.draw(st.permutations(given_facts))
    first, second = cast(secrets.token_hex(4)), cast(secrets.token_hex(4))
    apply(shared_ws, first, given_facts)
    apply(shared_ws, second, other)
    assert state(shared_ws, first) == state(shared_ws, second)
    apply(shared_ws, second, given_facts)  # everything sent again changes nothing
    assert state(shared_ws, first) == state(shared_ws, second)


@given(before=facts, merges=st.lists(st.tuples(end, end), max_size=4), data=st.data())
@settings(max_examples=sizes.of(5, 10), deadline=None)
def test_undoing_merges_gives_the_first_state_back(
    shared_ws: Workspace, before: list[Fact], merges: list[tuple[int, int]], data: st.DataObject
) -> None:
    names = cast(secrets.token_hex(4))
    seen(shared_ws, *names)
    apply(shared_ws, names, before)
    first = state(shared_ws, names)
    made = []
    for left, right in merges:
        if left != right and state(shared_ws, names)[left] != state(shared_ws, names)[right]:
            made.append(
                service.merge(shared_ws, SHELL, names[left], names[right], reason="x", now=NOW)
            )
    for link in data.draw(st.permutations(made)):
        service.unmerge(shared_ws, SHELL, link, reason="wrong", now=NOW)
    assert state(shared_ws, names) == first


LEI, MEI, TOM = cast("abcd")[:3]


def test_evidence_sent_again_does_not_bring_back_what_staff_undid(ws: Workspace) -> None:
    seen(ws, LEI, MEI)
    said = [service.Observed(LEI, MEI, "email", "shop", NOW)]
    with ws.database.transaction() as connection:
        service.observe(ws, connection, said * 2)
    (link,) = service.person(ws, LEI).links
    service.unmerge(ws, ANA, link.link_id, reason="family address", now=NOW)
    with ws.database.transaction() as connection:
        service.observe(ws, connection, said)
    assert service.person(ws, LEI).identities == (LEI,)
    service.merge(ws, ANA, LEI, MEI, reason="it was one after all", now=NOW)
    assert service.person(ws, LEI).identities == (LEI, MEI)


def hold(ws: Workspace, identity: str, attribute: str, value: str) -> None:
    with ws.database.transaction() as connection:
        profiles.keep(ws, connection, [Value(identity, attribute, "shop", value, NOW)])


def test_erasing_leaves_no_trace_of_who_was_who(ws: Workspace) -> None:
    seen(ws, LEI, MEI)
    hold(ws, MEI, "name", "Han Mei")
    link = service.merge(ws, ANA, LEI, MEI, reason="Han Mei is Lei", now=NOW)
    with pytest.raises(NotAllowed):
        story.erase(ws, ANA, LEI, now=NOW)
    story.erase(ws, SHELL, LEI, now=NOW)
    assert finding.sightings(ws, [LEI, MEI]) == []
    with ws.database.reading() as connection:
        assert linking.link_by_id(connection, link) is None
    assert ws.query(lambda view: view.events).num_rows == 0
    everything = b"".join(f.read_bytes() for f in ws.folder.rglob("*") if f.is_file())
    assert b"Han Mei" not in everything
