"""Value groups from the timeline, month by month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from regulars.company.rights.model import SHELL
from regulars.kit.errors import Invalid, NotFound
from regulars.timeline import erasure, inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.value_groups import assigning, service
from regulars.understand.value_groups.model import Rules

OCTOBER = datetime(2026, 9, 30, 16, tzinfo=UTC)
"""1 October 2026, midnight in Shanghai."""
SEPTEMBER = datetime(2026, 8, 31, 16, tzinfo=UTC)
NOW = OCTOBER + timedelta(days=4)


def event(who: int, name: str, at: datetime, amount: float | None = None, **more: Any) -> Any:
    return {
        "event_id": f"{who}-{name}-{at.isoformat()}-{amount}",
        "identity_id": f"guest {who:03d}",
        "name": name,
        "occurred_at": at,
        "known_at": at,
        "amount": None if amount is None else Decimal(str(amount)),
        "currency": None if amount is None else "CNY",
        **more,
    }


def tell(ws: Workspace, rows: list[Any]) -> None:
    assert inbox.accept(ws, inbox.make(rows, NOW)).accepted == len(rows)


def hundred(ws: Workspace) -> None:
    """Guest n spent 10 n in July; in mid September guest 0 buys for 5,000."""
    july = datetime(2026, 7, 10, tzinfo=UTC)
    rows = [event(n, "Order Completed", july, 10.0 * n) for n in range(100)]
    rows.append(event(0, "Order Completed", datetime(2026, 9, 15, tzinfo=UTC), 5000.0))
    tell(ws, rows)


def groups(ws: Workspace) -> dict[str, str]:
    return {
        f"guest {n:03d}": found["group"]
        for n in range(100)
        if (found := service.group_of(ws, f"guest {n:03d}"))
    }


def test_the_months_are_assigned_once(ws: Workspace) -> None:
    hundred(ws)
    assert service.assign_due(ws, now=NOW) == 2
    assert [moment for _id, moment in service.runs(ws)] == [OCTOBER, SEPTEMBER]
    assert service.assign_due(ws, now=NOW) == 0


def test_the_biggest_spenders_are_core(ws: Workspace) -> None:
    hundred(ws)
    service.assign(ws, SEPTEMBER, now=NOW)
    found = groups(ws)
    assert {who for who, group in found.items() if group == "core"} == {
        f"guest {n:03d}" for n in range(80, 100)
    }
    assert sum(group == "potential" for group in found.values()) == 50


def test_every_change_has_its_reason(ws: Workspace) -> None:
    """Guest 0 rose by spending (and ordering) more; whom the others pass did nothing."""
    hundred(ws)
    service.assign_due(ws, now=NOW)
    table = service.changed(ws)
    moved = {row["person_id"]: row for row in table.to_pylist()}
    assert (moved["guest 000"]["before"], moved["guest 000"]["after"]) == ("base", "core")
    assert moved["guest 000"]["reason"] == "spend_up"
    assert (moved["guest 080"]["after"], moved["guest 080"]["reason"]) == ("potential", "others")
    found = service.overview(ws)
    assert found is not None
    assert [(one.key, one.n) for one in found.groups] == [
        ("core", 20), ("potential", 50), ("base", 30)
    ]  # fmt: skip
    assert found.stability.value == pytest.approx(0.97)
    assert found.accuracy.value == 1.0
    assert found.accuracy.n == 100


def test_accuracy_falls_when_the_past_becomes_known_later(ws: Workspace) -> None:
    """An import brings guest 5's large order of August after the assignment of October."""
    hundred(ws)
    service.assign(ws, OCTOBER, now=NOW)
    tell(ws, [event(5, "Order Completed", datetime(2026, 8, 3, tzinfo=UTC), 9000.0)])
    found = service.overview(ws)
    assert found is not None
    assert found.accuracy.value is not None
    assert 0.96 <= found.accuracy.value < 1.0


def test_tiers_are_proposed_at_the_cuts(ws: Workspace) -> None:
    hundred(ws)
    service.assign(ws, SEPTEMBER, now=NOW)
    found = service.overview(ws)
    assert found is not None
    core, potential = found.thresholds
    assert (core.spend, core.spend_reached, core.customers) == (800.0, 20, 20)
    assert (potential.spend, potential.spend_reached, potential.customers) == (300.0, 70, 70)
    assert (core.orders, core.orders_reached) == (None, None)  # all ordered once
    assert core.score is not None
    assert potential.score is not None
    assert core.score > potential.score


def test_new_rules_are_followed_and_are_the_reason(ws: Workspace) -> None:
    hundred(ws)
    service.assign(ws, SEPTEMBER, now=NOW)
    made = service.set_rules(ws, Rules(0, 0, 1, 365), by=SHELL, now=NOW)
    assert (made.number, service.rules(ws)) == (1, made)
    service.assign(ws, OCTOBER, now=NOW)
    table = service.changed(ws)
    assert "rules" in table.column("reason").to_pylist()
    for wrong in (Rules(-1, 1, 1), Rules(0, 0, 0), Rules(days=5)):
        with pytest.raises(Invalid):
            service.set_rules(ws, wrong, by=SHELL, now=NOW)


def test_a_manager_sees_the_customers_of_the_own_places(ws: Workspace) -> None:
    july = datetime(2026, 7, 10, tzinfo=UTC)
    rows = [
        event(n, "Order Completed", july, 10.0 * n, place="home" if n >= 90 else "away")
        for n in range(100)
    ]
    tell(ws, rows)
    service.assign(ws, OCTOBER, now=NOW)
    found = service.overview(ws, scope=frozenset({"home"}))
    assert found is not None
    assert (found.customers, found.groups[0].n, found.groups[2].n) == (10, 10, 0)


def test_the_erased_are_gone_from_every_assignment(ws: Workspace) -> None:
    hundred(ws)
    service.assign_due(ws, now=NOW)
    with ws.database.transaction() as connection:
        assert assigning.forget(ws, connection, frozenset({"guest 000"})) == 2
    assert "value groups" in erasure.PLACES
    assert service.group_of(ws, "guest 000") is None
    assert len(groups(ws)) == 99


def test_who_is_erased_during_an_assignment_is_not_in_it(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    hundred(ws)
    computed, times = assigning.computed, []

    def late(*given: Any) -> Any:
        found = computed(*given)
        if not times:
            erasure.erase(ws, ["guest 099"], by="test", now=NOW)
        times.append(1)
        return found

    monkeypatch.setattr(assigning, "computed", late)
    assert service.assign(ws, OCTOBER, now=NOW) == 99
    assert service.group_of(ws, "guest 099") is None


def test_before_the_first_event_there_is_nothing(ws: Workspace) -> None:
    assert service.assign_due(ws, now=NOW) == 0
    assert service.overview(ws) is None
    assert service.changed(ws).num_rows == 0
    with pytest.raises(NotFound):
        service.answered(ws, None, now=NOW)
