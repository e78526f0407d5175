"""Who is who: any order of arrival gives one state, and undoing gives the first state back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.app import init_workspace
from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.rights.model import SHELL, Principal, Role
from regulars.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from regulars.listen.identities import finding, service, story
from regulars.listen.identities.model import IdentityKind, link_id
from regulars.listen.profiles import service as profiles
from regulars.listen.profiles.model import Value
from regulars.timeline import inbox, linking, orders, people, remembered
from regulars.timeline.folding import fold
from regulars.timeline.workspace import Workspace

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
ANA = Principal("staff", "ana", "Ana", Role.AGENT)
PEOPLE = 6
Fact = tuple[str, int, int]
"""("link", from, to) or ("unlink", from, to): a link's id is its ends."""


@pytest.fixture(scope="module")
def shared_ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return init_workspace(tmp_path_factory.mktemp("company") / "w")


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
@settings(max_examples=25, deadline=None)
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
@settings(max_examples=10, deadline=None)
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


def test_a_merge_has_a_reason_and_can_be_undone(any_ws: Workspace) -> None:
    ws = any_ws
    seen(ws, LEI, MEI)
    link = service.merge(ws, ANA, LEI, MEI, reason="same card number", now=NOW)
    found = service.person(ws, MEI)
    assert found.identities == (LEI, MEI) and found.person_id == LEI
    (merged,) = found.links
    assert merged.kind == "merge" and merged.decisions[0].reason == "same card number"
    assert service.unmerge(ws, ANA, link, reason="two sisters", now=NOW) == (LEI, MEI)
    after = service.person(ws, MEI)
    assert after.identities == (MEI,) and not after.links[0].holds
    assert [one.act for one in after.links[0].decisions] == ["merge", "undo"]
    actions = [entry.action for entry in audit.find(ws, Search(), before=None, limit=9)]
    assert actions == ["person.unmerged", "person.merged"]


def test_what_cannot_be_merged_or_undone_says_why(ws: Workspace) -> None:
    seen(ws, LEI, MEI)
    with pytest.raises(Invalid):
        service.merge(ws, ANA, LEI, MEI, reason=" ", now=NOW)
    with pytest.raises(NotFound):
        service.merge(ws, ANA, LEI, TOM, reason="x", now=NOW)
    with pytest.raises(NotFound):
        service.merge(ws, ANA, LEI, "not an id", reason="x", now=NOW)
    with pytest.raises(NotAllowed):
        analyst = Principal("staff", "a", "An", Role.ANALYST)
        service.merge(ws, analyst, LEI, MEI, reason="x", now=NOW)
    link = service.merge(ws, ANA, LEI, MEI, reason="x", now=NOW)
    with pytest.raises(Conflict):
        service.merge(ws, ANA, MEI, LEI, reason="x", now=NOW)
    service.unmerge(ws, ANA, link, reason="x", now=NOW)
    with pytest.raises(Conflict):
        service.unmerge(ws, ANA, link, reason="x", now=NOW)
    with pytest.raises(NotFound):
        service.unmerge(ws, ANA, "never", reason="x", now=NOW)


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


def test_people_who_share_an_address_are_proposed_until_staff_part_them(ws: Workspace) -> None:
    seen(ws, LEI, MEI, TOM)
    hold(ws, LEI, "email", "home@example.cn")
    hold(ws, MEI, "email", "HOME@example.cn")
    hold(ws, TOM, "phone", "13800138000")
    (pair,) = service.candidates(ws)
    assert (pair.left_person, pair.right_person, pair.attribute) == (LEI, MEI, "email")
    link = service.merge(ws, ANA, LEI, MEI, reason="same address", now=NOW)
    assert service.candidates(ws) == []
    service.unmerge(ws, ANA, link, reason="married couple", now=NOW)
    assert service.candidates(ws) == []


def test_a_story_sums_up_what_somebody_did_and_said(ws: Workspace) -> None:
    def event(name: str, hours: int, **more: object) -> dict[str, object]:
        at = NOW + timedelta(hours=hours)
        return {
            "event_id": f"{name}{hours}",
            "identity_id": LEI,
            "occurred_at": at,
            "name": name,
            **more,
        }

    rows = [
        event("Order Completed", 1, order_id="A", amount="100", currency="CNY"),
        event("Order Completed", 2, order_id="B", amount="30", currency="USD"),
        event("Order Refunded", 3, order_id="A", amount="-40", currency="CNY"),
        event("Survey Answered", 4, metric="nps", score=3.0, scale_min=0.0, scale_max=10.0),
        event("Survey Answered", 5, metric="nps", score=9.0, scale_min=0.0, scale_max=10.0),
        event("Enquiry Made", 6),
        event("Order Shipped", 7, order_id="B", actor="system"),
    ]
    for row in rows:
        row["amount"] = Decimal(str(row["amount"])) if "amount" in row else None
    inbox.accept(ws, inbox.make(rows, NOW + timedelta(days=1)))
    found = story.story(ws, LEI)
    summary = found.summary
    assert (summary.events, summary.orders) == (7, 2)
    assert summary.spent == (("CNY", Decimal(60)), ("USD", Decimal(30)))
    assert [one.score for one in summary.scores] == [9.0]
    assert summary.last_act_at == NOW + timedelta(hours=6)
    assert [len(found.about(kind)) for kind in (None, *IdentityKind)] == [7, 4, 2, 1, 0]
    assert found.entries[0].name == "Order Shipped"
    first = story.after(found.entries, None, 4)
    rest = story.after(found.entries, story.key(first[-1]), 9)
    assert [*first, *rest] == list(found.entries)
    assert story.story(ws, LEI, most=3).summary.cut


TELLING = st.tuples(
    st.sampled_from([0, 1, 30, 59, 60, 61, 119, 120, 121, 400]),
    st.sampled_from([None, "7", "8"]),
    st.sampled_from([None, 20, 50]),
    st.sampled_from(["Order Completed", "Order Refunded"]),
)


@settings(deadline=None, max_examples=25)
@given(st.lists(TELLING, min_size=1, max_size=8))
def test_a_person_s_orders_and_money_are_those_of_all_customers(
    shared_ws: Workspace, told: list[tuple[int, str | None, int | None, str]]
) -> None:
    """Whatever tells of numbers 7 and 8 on whichever days: one page, the same as `sales`."""
    who = secrets.token_hex(16)
    rows = [
        {
            "event_id": secrets.token_hex(8), "identity_id": who, "name": name,
            "occurred_at": NOW + timedelta(days=day), "order_id": number,
            "amount": None if amount is None else Decimal(amount),
            "currency": None if amount is None else "CNY",
        }
        for day, number, amount, name in told
    ]  # fmt: skip
    inbox.accept(shared_ws, inbox.make(rows, NOW))
    columns = ["name", *orders.NEEDED]
    table = shared_ws.query(
        lambda view: orders.sales(
            view.with_person().filter(lambda t: t.person_id == who).select(columns)
        )
    )
    sales = table.to_pylist()
    summary = story.story(shared_ws, who).summary
    assert summary.orders == sum(row["name"] == "Order Completed" for row in sales)
    assert sum(amount for _currency, amount in summary.spent) == sum(
        row["amount"] for row in sales if row["amount"] is not None
    )


def test_an_order_told_by_till_and_ledger_is_one_of_this_customer(ws: Workspace) -> None:
    rows = [
        {
            "event_id": source, "identity_id": LEI, "name": "Order Completed", "source": source,
            "occurred_at": NOW + timedelta(hours=hours), "order_id": "A",
            "amount": Decimal(amount), "currency": "CNY",
        }
        for source, hours, amount in (("till", 1, 100), ("ledger", 30, 110))
    ]  # fmt: skip
    inbox.accept(ws, inbox.make(rows, NOW + timedelta(days=2)))
    summary = story.story(ws, LEI).summary
    assert (summary.events, summary.orders, summary.spent) == (2, 1, (("CNY", Decimal(100)),))


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
