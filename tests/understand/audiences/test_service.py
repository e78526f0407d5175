"""Audiences of eighty guests: who fits, what they are worth and say, who comes and goes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from tests.understand.audiences.cast import MAY, NOW, event, guest, guests, tell
from tests.understand.lifetime_value.test_service import NOW as LATER
from tests.understand.lifetime_value.test_service import bring as orders
from tests.understand.lifetime_value.test_service import shop

from regulars.company.rights.model import SHELL
from regulars.kit.text import Text
from regulars.timeline import acts, erasure
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import customers, following, service
from regulars.understand.audiences.model import Audience, Draft
from regulars.understand.costs import service as costs
from regulars.understand.levels import service as levels
from regulars.understand.lifetime_value import service as lifetime_value

APP = Draft("App users", "channel = 'app'")


def made(ws: Workspace, where: str = APP.where, name: str = APP.name) -> Audience:
    return service.add(ws, SHELL, Draft(name, where), now=NOW)


def ids(people: pa.Table) -> list[str]:
    return list(people.column("person_id").to_pylist())


def of(ws: Workspace, key: str) -> list[str]:
    return ids(service.persons(ws, None, key, now=NOW))


def told(ws: Workspace, name: str) -> list[dict[str, object]]:
    def named(view):  # type: ignore[no-untyped-def]
        events = view.events.filter(view.events.name == name)
        return events.select("identity_id", "actor", "occurred_at", "event_id")

    acts.move(ws, now=NOW)
    return sorted(ws.query(named).to_pylist(), key=lambda row: row["identity_id"])


def test_size_value_and_scores_with_intervals(ws: Workspace) -> None:
    tell(ws, guests())
    shown = service.preview(ws, None, service.read("channel = 'app'"), now=NOW)
    assert (shown.n, shown.of) == (40, 80)
    assert shown.spend is not None
    assert shown.spend.value == pytest.approx(sum(10 * n for n in range(0, 80, 2)) / 40)
    assert shown.csat is not None
    assert (shown.csat.value, shown.csat.n) == (5.0, 40)
    assert shown.nps is not None
    assert (shown.nps.value, shown.nps.n) == (0.0, 40)
    assert shown.nps.low is not None
    assert shown.csat_rest is not None
    assert shown.csat_rest.difference == pytest.approx(3.0, abs=0.1)


def test_everybody_s_lifetime_value_is_as_sure_as_that_of_all_customers(ws: Workspace) -> None:
    """All customers as an audience say what the lifetime value page says; a part is less sure."""
    orders(ws, shop())
    found = lifetime_value.answered(ws, None, now=LATER).payload
    told = [
        service.preview(ws, None, service.read(where), now=LATER).lifetime_value
        for where in ("orders >= 1", "spend > 100")
    ]
    whole, part = told
    assert whole is not None and part is not None
    year = found.ahead[2]
    assert (year.days, whole.n) == (365, year.mean.n)
    assert (whole.low, whole.value, whole.high) == pytest.approx(
        (year.mean.low, year.mean.value, year.mean.high)
    )
    assert part.n < whole.n
    assert part.high - part.low > whole.high - whole.low  # type: ignore[operator]


def test_of_fewer_than_five_only_the_number_is_told(ws: Workspace) -> None:
    tell(ws, guests())
    shown = service.preview(ws, None, service.read("spend < 40"), now=NOW)
    assert (shown.n, shown.spend, shown.nps) == (4, None, None)


def test_app_users_answer_better_about_the_checkout(ws: Workspace) -> None:
    """They are happier at the checkout by design, and alike in what they recommend."""
    tell(ws, guests())
    one = made(ws)
    found = service.answered(ws, None, now=NOW).payload
    by_subject = {(row.subject, row.metric): row for row in found.compared}
    checkout = by_subject["checkout", "csat"]
    assert (checkout.verdict, checkout.audience, checkout.members.n) == ("better", one.key, 40)
    assert checkout.members.value == 100.0
    assert by_subject["relationship", "nps"].verdict is None
    assert found.tested == 2


def test_who_is_chosen_by_answers_is_not_tested_on_them(ws: Workspace) -> None:
    tell(ws, guests())
    made(ws, "nps >= 9", "Promoters")
    found = service.answered(ws, None, now=NOW).payload
    assert [row.metric for row in found.compared] == ["csat"]


def test_a_caller_of_one_place_sees_its_customers_by_its_facts(ws: Workspace) -> None:
    """Guest 1 complained in the shop; in the web's customer table there is no guest 1."""
    tell(ws, guests())
    one = made(ws, "complaints >= 1", "Complained")
    shop, web = frozenset({"shop"}), frozenset({"web"})
    assert ids(service.members(ws, shop, one.key, now=NOW)) == [guest(1)]
    assert ids(service.members(ws, web, one.key, now=NOW)) == []
    assert service.preview(ws, web, service.read("TRUE"), now=NOW).n == 40


def test_members_are_listed_by_spend(ws: Workspace) -> None:
    tell(ws, guests())
    key = made(ws).key
    members = service.members(ws, None, key, now=NOW)
    assert ids(members)[:4] == [guest(78), guest(76), guest(74), guest(72)]
    last = members.slice(2, 1).to_pylist()[0]
    behind = (last["spend"], last["person_id"])
    assert ids(service.members(ws, None, key, size=1, after=behind, now=NOW)) == [guest(72)]


def test_the_erased_are_gone_from_table_and_members(ws: Workspace) -> None:
    tell(ws, guests())
    one = made(ws)
    service.refresh(ws, now=NOW)
    assert {"customer table", "audiences"} <= set(erasure.PLACES)
    erasure.erase(ws, [guest(10)], by="test", now=NOW)
    assert guest(10) not in of(ws, one.key)
    assert service.memberships(ws)[one.key].members == 39
    files = list((ws.folder / "customers").glob("*"))
    assert files
    assert not any(guest(10).encode() in file.read_bytes() for file in files)


def test_a_refresh_puts_the_rows_of_those_touched_on_top(ws: Workspace) -> None:
    """Guest 20 buys again in that week and somebody new comes; then guest 20 is erased."""
    tell(ws, guests())
    refreshed(ws, NOW)
    everybody = customers._path(ws, None).read_bytes()
    later = NOW + timedelta(days=1)
    friday = MAY + timedelta(days=4)
    again = {"amount": 500, "order_id": "again", "channel": "store", "place": "shop"}
    tell(ws, [event(20, "Order Completed", friday, **again), event(99, "Signed In", friday)])
    for _time in range(2):  # the second finds nothing new
        refreshed(ws, later)
        assert customers._path(ws, None).read_bytes() == everybody
        kept = rows(ws)
        assert (kept[guest(20)]["spend"], kept[guest(20)]["days_since_order"]) == (700.0, 0.0)
        assert (kept[guest(21)]["days_since_order"], len(kept)) == (4.0, 81)
    erasure.erase(ws, [guest(20)], by="test", now=later)
    assert guest(20) not in rows(ws)
    customers.make(ws, None, later)
    del kept[guest(20)]
    assert rows(ws) == kept
    assert customers._path(ws, None).read_bytes() != everybody


def test_a_pain_point_of_this_week_is_looked_at_until_monday(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One at the margin comes and goes, and nobody's row need be made anew for it."""
    pains = [costs.Pain(step, Text(step, step), []) for step in ("checkout", "delivery")]
    monkeypatch.setattr(costs, "pains", lambda _ws, _look, *, now: pains)
    tell(ws, guests())
    refreshed(ws, NOW)  # all that the guests did, they did on a Monday
    tell(ws, [event(20, "Signed In", MAY + timedelta(days=4))])
    del pains[1]
    refreshed(ws, NOW + timedelta(days=1))
    (first, later) = (customers.stored(ws, None, now=NOW), customers._path(ws, None).read_bytes())
    assert first is not None and first.payload.pains == {"checkout": False, "delivery": False}
    tell(ws, [event(20, "Signed In", MAY + timedelta(days=7))])
    refreshed(ws, NOW + timedelta(days=2))
    second = customers.stored(ws, None, now=NOW)
    assert second is not None and second.payload.pains == {"checkout": False}
    assert customers._path(ws, None).read_bytes() != later


def test_other_rules_of_levels_hold_for_everybody_at_once(ws: Workspace) -> None:
    tell(ws, guests())
    refreshed(ws, NOW)
    before = {row["person_id"]: row["last_level"] for row in rows(ws).values()}
    levels.set_rules(ws, {"far": 100.0, "strong": 1.0, "engaged": 0.5}, by=SHELL, now=NOW)
    tell(ws, [event(20, "Signed In", MAY + timedelta(days=4))])
    refreshed(ws, NOW + timedelta(days=1))
    known = {row["person_id"]: row["last_level"] for row in levels.customers(ws, None).to_pylist()}
    assert {name: row["last_level"] for name, row in rows(ws).items()} == known != before


def refreshed(ws: Workspace, now: datetime) -> None:
    flush(ws)
    ws.engine.pin(now)
    try:
        customers.answered(ws, None, now=now)
    finally:
        ws.engine.unpin()


def rows(ws: Workspace) -> dict[str, dict[str, object]]:
    with customers.opened(ws, None) as (found, run):
        return {row["person_id"]: row for row in run(found).to_pylist()}


def test_who_is_erased_while_the_table_is_made_is_not_in_it(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The erasure comes after the events were read and before the file is written."""
    tell(ws, guests())
    one, written = made(ws), []
    write = customers._write

    def late(*given: object) -> int:
        if not written:
            erasure.erase(ws, [guest(10)], by="test", now=NOW)
        written.append(1)
        return write(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(customers, "_write", late)
    assert customers.make(ws, None, NOW).customers == 79
    assert len(written) == 2 * 3  # everybody's rows, and two files of what came since, twice
    assert guest(10) not in of(ws, one.key)


def test_who_is_erased_before_the_members_are_written_down_is_none(ws: Workspace) -> None:
    tell(ws, guests())
    one = made(ws)
    table = customers.answered(ws, None, now=NOW).payload
    file = customers._path(ws, None)
    kept = file.read_bytes()
    erasure.erase(ws, [guest(10)], by="test", now=NOW)
    file.write_bytes(kept)  # as if it had been read before
    assert following.write_down(ws, [one], table, now=NOW) == {one.key: (39, 0)}
    assert service.memberships(ws)[one.key].members == 39


def test_before_the_first_event_there_is_nobody(ws: Workspace) -> None:
    made(ws)
    assert service.refresh(ws, now=NOW) == {}
    assert service.preview(ws, None, service.read("TRUE"), now=NOW).n == 0
    assert service.answered(ws, None, now=NOW).payload.compared == []
