"""Early warning on a made shop whose truth is planted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.churn import service
from regulars.understand.churn.model import AHEAD, CANDIDATES, EarlyWarning
from regulars.understand.lifetime_value import service as lifetime_value

NOW = datetime(2026, 10, 5, 4, tzinfo=UTC)
DAYS = 420
LONG_AGO = NOW - timedelta(days=999)


def shop(n: int = 900, seed: int = 1) -> list[dict[str, Any]]:
    """Customers of own rhythm who leave by chance; a complaint makes them leave more often."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(n):
        who, at = f"c{number:04}", float(random.integers(20, DAYS))
        gap = float(random.choice([8.0, 25.0, 60.0]))
        turn = 0
        while at > 0.5:
            rows.append(event(who, f"{number}-{turn}", at, "Order Completed", amount=50))
            turn += 1
            angry = random.random() < 0.1
            if angry:
                rows.append(event(who, f"{number}-{turn}-x", at - 0.1, "Complaint Made"))
            if random.random() < (0.6 if angry else 0.06):
                break
            at -= random.exponential(gap)
    return rows


def event(who: str, key: str, days_ago: float, name: str, **more: Any) -> dict[str, Any]:
    at = NOW - timedelta(days=days_ago)
    row = {"event_id": key, "identity_id": who, "actor": "customer", "occurred_at": at,
           "known_at": at, "name": name}  # fmt: skip
    if "amount" in more:
        row |= {"currency": "CNY", "order_id": key}
        more["amount"] = Decimal(more["amount"])
    return row | more


def bring(ws: Workspace, rows: list[dict[str, Any]]) -> None:
    inbox.accept(ws, inbox.make(rows, NOW))


@pytest.fixture
def found(ws: Workspace) -> EarlyWarning:
    bring(ws, shop())
    return service.compute(ws, None, None, NOW)


def test_learns_in_time_order_and_shows_what_stands_beside(found: EarlyWarning) -> None:
    test = found.back_test
    assert test is not None and found.used in CANDIDATES
    assert [one.key for one in test.candidates] == list(CANDIDATES)
    assert all((test.cut - cut).days >= AHEAD for cut in test.learnt_from)
    used = next(one for one in test.candidates if one.key == found.used)
    assert used.as_good and used.auc.value is not None and used.auc.value > 0.7
    assert not any(one.as_good for one in test.candidates[: test.candidates.index(used)])
    assert sum(one.lost.n for one in test.bins) == test.customers
    assert test.lift.low is not None and test.lift.low > 1
    assert test.lead.value is not None and 0 < test.lead.value <= AHEAD


def test_the_list_holds_who_can_still_be_saved_by_value(found: EarlyWarning) -> None:
    assert found.warned and all(one.silence < AHEAD for one in found.warned)
    stakes = [one.at_stake for one in found.warned if one.at_stake is not None]
    assert len(stakes) == len(found.warned) and stakes == sorted(stakes, reverse=True)
    first = found.warned[0]
    assert first.at_stake == pytest.approx(first.chance * (first.value or 0))
    assert first.n >= 1 and first.low is not None and first.high is not None
    lost = found.expected_lost
    assert lost is not None and lost.low < lost.value < lost.high  # type: ignore[operator]


def test_leaving_is_not_counted_twice(ws: Workspace, found: EarlyWarning) -> None:
    """What a customer is expected to bring counts the chance of leaving; at stake is what comes
    if the customer stays."""
    worth = lifetime_value.answered(ws, None, now=NOW).payload
    table = lifetime_value.customers(ws, None, worth)
    known = {row["person_id"]: row for row in table.to_pylist()}
    for one in found.warned:
        row = known[one.person]
        assert one.value == pytest.approx(row["value"] / row["alive"])
        assert one.at_stake == pytest.approx(one.chance * row["value"] / row["alive"])
    assert any(known[one.person]["alive"] < 0.9 for one in found.warned)
    told = service.explained(ws, None, found, found.warned[0].person, now=NOW)
    assert told is not None
    assert told.at_stake == pytest.approx(found.warned[0].at_stake)


def test_reasons_add_up_to_the_chance(ws: Workspace, found: EarlyWarning) -> None:
    service.answered(ws, None, now=NOW)
    listed = found.warned[0]
    told = service.explained(ws, None, found, listed.person, now=NOW)
    assert told is not None and found.model is not None
    odds = found.model.intercept + sum(one.adds for one in told.reasons)
    assert told.chance == pytest.approx(1 / (1 + np.exp(-odds)))
    assert told.chance == pytest.approx(listed.chance)
    assert [one.feature for one in told.reasons][: len(listed.reasons)] == [
        one.feature for one in listed.reasons
    ]
    assert service.explained(ws, None, found, "nobody", now=NOW) is None


def test_a_leak_planted_in_the_future_is_not_seen(ws: Workspace) -> None:
    rows = shop()
    bring(ws, rows)
    honest = service.compute(ws, None, None, NOW)
    assert honest.back_test is not None
    cut = datetime.combine(honest.back_test.cut, datetime.min.time(), UTC)
    last: dict[str, datetime] = {}
    for row in rows:
        last[row["identity_id"]] = max(row["occurred_at"], last.get(row["identity_id"], LONG_AGO))
    # Whoever was lost carries a complaint dated before the cut that only became known afterwards,
    # and a note of the system's after it.
    lost = [who for who, at in last.items() if at < cut - timedelta(days=1)]
    late = NOW - timedelta(hours=1)
    planted = []
    for who in lost:
        day = (NOW - last[who]) / timedelta(days=1)
        planted.append(event(who, f"leak-{who}", day, "Complaint Made", known_at=late))
        planted.append(event(who, f"note-{who}", 1, "Account Closed", actor="system"))
    bring(ws, planted)
    leaky = service.compute(ws, None, None, NOW)
    assert leaky.back_test is not None
    assert leaky.back_test.candidates == honest.back_test.candidates
    assert leaky.back_test.bins == honest.back_test.bins


def test_a_chosen_event_of_leaving_is_foretold(ws: Workspace) -> None:
    rows = shop()
    random = np.random.default_rng(3)
    for number in range(900):
        if random.random() < 0.6:
            key = f"bye-{number}"
            rows.append(event(f"c{number:04}", key, float(random.integers(1, 400)), "Left Us"))
    bring(ws, rows)
    found = service.compute(ws, None, "Left Us", NOW)
    assert found.back_test is not None and found.event == "Left Us"
    assert found.active == found.n < 900
    assert found.back_test.lead.value is None or 0 <= found.back_test.lead.value <= AHEAD


def test_too_little_gives_no_model_and_says_why(ws: Workspace) -> None:
    assert service.compute(ws, None, None, NOW).why_not is not None
    bring(ws, [event("ana", "1", 100, "Order Completed", amount=9)])
    found = service.compute(ws, None, None, NOW)
    assert (found.n, found.back_test, found.warned) == (1, None, []) and found.why_not is not None


def test_only_the_caller_s_places_count(ws: Workspace) -> None:
    rows = [event("ana", "1", 100, "Order Completed", place="east"),
            event("bo", "2", 90, "Order Completed", place="west")]  # fmt: skip
    bring(ws, rows)
    assert service.compute(ws, frozenset({"east"}), None, NOW).n == 1
