"""The catalog in a workspace: versions, and events placed by its rules."""

from __future__ import annotations

from datetime import UTC, datetime

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.company.rights.model import SHELL
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.text import Text
from regulars.listen.catalog import queries, service
from regulars.listen.catalog.model import Area, Catalog, Phase, Rule, Stage, Touchpoint
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_without_a_version_the_shop_is_in_force(ws: Workspace) -> None:
    assert service.current(ws) == service.default("shop")
    assert service.current(ws).version == 0
    assert service.versions(ws) == []


def test_every_change_is_a_version_that_can_be_restored(ws: Workspace) -> None:
    service.save(ws, service.default_document("service"), SHELL, reason="a bank", now=NOW)
    cart = service.default("shop").touchpoint("cart")
    assert cart is not None
    service.save(ws, service.default_document("shop"), SHELL, reason="a shop again", now=NOW)
    service.remove_touchpoint(ws, "cart", SHELL, reason="no carts here", now=NOW, based_on=2)
    assert service.current(ws).touchpoint("cart") is None
    restored = service.restore(ws, 1, SHELL, now=NOW)
    assert restored == service.default("service")
    assert [(v.number, v.reason) for v in service.versions(ws)] == [
        (4, "restored version 1"),
        (3, "no carts here"),
        (2, "a shop again"),
        (1, "a bank"),
    ]


def test_who_saves_over_a_newer_version_is_told(ws: Workspace) -> None:
    document = service.default_document("shop")
    service.save(ws, document, SHELL, reason="Wang's change", now=NOW, based_on=0)
    with pytest.raises(Conflict):
        service.save(ws, document, SHELL, reason="Li's change", now=NOW, based_on=0)


def test_a_wrong_document_changes_nothing(ws: Workspace) -> None:
    with pytest.raises(Invalid):
        service.save(ws, "title = 1", SHELL, reason="slip", now=NOW)
    with pytest.raises(Invalid):
        service.save(ws, service.default_document("shop"), SHELL, reason=" ", now=NOW)
    with pytest.raises(NotFound):
        service.restore(ws, 7, SHELL, now=NOW)
    assert service.current(ws).version == 0


def test_own_touchpoints_stand_and_rules_fill_the_rest(ws: Workspace) -> None:
    rows = [
        {"name": "Cart Viewed"},
        {"name": "Cart Viewed", "touchpoint": "hotline"},
        {"name": "Cart Viewed", "touchpoint": "kiosk"},
        {"name": "Lamp Lit"},
        {"name": "Survey Answered", "metric": "nps"},
        {"name": "Survey Answered", "metric": "csat"},
    ]
    made = [{"event_id": str(i), "occurred_at": NOW, **row} for i, row in enumerate(rows)]
    inbox.accept(ws, inbox.make(made, NOW))
    table = ws.query(
        lambda view: (
            service.placed(ws, view.events).order_by("event_id").select("touchpoint", "stage")
        )
    )
    assert [tuple(row.values()) for row in table.to_pylist()] == [
        ("cart", "purchase"),
        ("hotline", "service"),
        ("kiosk", None),
        (None, None),
        ("relationship", "loyalty"),
        (None, None),
    ]


VALUES = st.sampled_from(["a", "b", "c"])
SETS = st.lists(VALUES, max_size=2, unique=True).map(tuple)
RULES = st.builds(Rule, names=SETS, channels=SETS, sources=SETS, metrics=SETS).filter(
    lambda rule: rule.names or rule.conditions
)
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "name": VALUES,
            "channel": st.none() | VALUES,
            "source": st.none() | VALUES,
            "metric": st.none() | VALUES,
            "touchpoint": st.none() | st.sampled_from(["p0", "other", "alias", ""]),
        }
    ),
    min_size=1,
    max_size=12,
)


def by_hand(catalog: Catalog, event: dict[str, str | None]) -> str | None:
    """Place one event as the rules read: the most conditions first, then as written."""
    own = event["touchpoint"]
    for point in catalog.touchpoints:
        if own in point.aliases:
            return point.key
    if own:
        return own
    found = []
    for index, point in enumerate(catalog.touchpoints):
        for rule in point.events:
            tests = [("name", rule.names), *rule.conditions]
            if all(not values or event[column] in values for column, values in tests):
                specific = bool(rule.names) + len(rule.conditions)
                found.append((-specific, index, point.key))
    return min(found)[2] if found else None


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(RULES, max_size=3), min_size=1, max_size=4), EVENTS)
def test_the_set_based_placing_is_the_rules_read_one_by_one(
    rules: list[list[Rule]], events: list[dict[str, str | None]]
) -> None:
    stage = Stage("s", Text("s", "s"), Phase.PURCHASE)
    points = tuple(
        Touchpoint(
            f"p{i}",
            Text("p", "p"),
            "s",
            Area.PRODUCT,
            events=tuple(found),
            aliases=("alias",) if i == 0 else (),
        )
        for i, found in enumerate(rules)
    )
    catalog = Catalog(Text("c", "c"), (stage,), points)
    schema = {**dict.fromkeys(events[0], "string"), "row": "int64"}
    columns = {name: [event[name] for event in events] for name in events[0]}
    table = ibis.memtable({**columns, "row": list(range(len(events)))}, schema=schema)
    placed = queries.placed(catalog, table).order_by("row").to_pyarrow().to_pylist()
    assert [row["touchpoint"] for row in placed] == [by_hand(catalog, event) for event in events]
    assert [row["stage"] for row in placed] == [
        "s" if catalog.touchpoint(row["touchpoint"] or "") else None for row in placed
    ]
