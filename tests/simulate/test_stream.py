"""The made-up company keeps the rules of the timeline, and is the same each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.simulate import words
from regulars.simulate.columns import Numbered, Words, money, order_lines
from regulars.simulate.demo.service import take_in
from regulars.simulate.model import DAY, SPOTS, ZONE_OFFSET, Plan
from regulars.simulate.season import Season, shifted
from regulars.simulate.stream import parts
from regulars.timeline import vocabulary as names
from regulars.timeline.event import ACTORS, SCHEMA
from regulars.timeline.workspace import Workspace
from tests.simulate.study import Company

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def test_equal_plans_give_equal_companies_and_other_seeds_others(ws: Workspace) -> None:
    first, again, other = (
        next(iter(parts(Plan(300, NOW, seed=seed), ws))).events for seed in (1, 1, 2)
    )
    assert first.equals(again)
    assert first.column("occurred_at") != other.column("occurred_at")


def test_events_have_the_schema_their_own_ids_and_known_values(ws: Workspace) -> None:
    plan = Plan(600, NOW, block=200)
    made = [part.events for part in parts(plan, ws)]
    events = pa.concat_tables(made)
    assert len(made) == 3
    assert events.schema.equals(SCHEMA)
    assert pc.count_distinct(events["event_id"]).as_py() == events.num_rows
    assert set(events["actor"].unique().to_pylist()) <= set(ACTORS)
    assert set(events["name"].unique().to_pylist()) <= set(names.TITLES)
    assert set(events["place"].unique().to_pylist()) <= {spot.id for spot in SPOTS} | {None}
    assert pc.max(events["received_at"]).as_py() <= NOW
    assert pc.min(events["occurred_at"]).as_py() >= NOW - timedelta(days=731)


def test_loading_a_part_again_doubles_nothing(ws: Workspace) -> None:
    part = next(iter(parts(Plan(200, NOW), ws)))
    for _time in range(2):
        take_in(ws, part, names=1)
    counted = ws.query(lambda view: view.events.aggregate(n=ibis._.count()))
    assert counted.to_pylist() == [{"n": part.events.num_rows}]


def test_orders_add_up_and_refunds_are_negative(troubled: Company) -> None:
    rows = troubled.rows(
        lambda view: (
            view.events.filter(view.events.name == names.ORDER_COMPLETED)
            .select("amount", "lines", "currency")
            .limit(2_000)
        )
    )
    assert all(row["amount"] == sum(line["amount"] for line in row["lines"]) for row in rows)
    assert {row["currency"] for row in rows} == {"CNY"}
    refunds = troubled.rows(
        lambda view: view.events.filter(view.events.name.isin(names.REFUNDS)).select("amount")
    )
    assert refunds
    assert all(row["amount"] < 0 for row in refunds)


def test_only_customers_answer_and_only_we_show(troubled: Company) -> None:
    rows = troubled.rows(
        lambda view: view.events.group_by(["name", "actor"]).aggregate(n=ibis._.count())
    )
    actors: dict[str, set[str]] = {}
    for row in rows:
        actors.setdefault(row["name"], set()).add(row["actor"])
    assert actors[names.SURVEY_SHOWN] == {"system"}
    assert actors[names.CASE_ANSWERED] == actors[names.CALL_ANSWERED] == {"staff"}
    assert actors[names.ORDER_DELIVERED] == {"partner"}
    for name in (names.SURVEY_ANSWERED, names.COMPLAINT_MADE, names.ORDER_COMPLETED):
        assert actors[name] == {"customer"}


def test_devices_and_telephones_fold_into_their_customers(troubled: Company) -> None:
    rows = troubled.rows(
        lambda view: view.with_person().aggregate(
            identities=ibis._.identity_id.nunique(), people=ibis._.person_id.nunique()
        )
    )
    assert rows[0]["people"] < 0.8 * rows[0]["identities"]


def test_parcels_do_not_arrive_before_they_are_sent(troubled: Company) -> None:
    steps = (names.ORDER_COMPLETED, names.ORDER_SHIPPED, names.ORDER_DELIVERED)

    def build(view):  # type: ignore[no-untyped-def]
        events = view.events.filter(view.events.name.isin(steps))
        moments = {
            key: ibis.ifelse(events.name == name, events.occurred_at, ibis.null()).min()
            for key, name in zip(("bought", "sent", "came"), steps, strict=True)
        }
        found = events.group_by("order_id").aggregate(**moments)
        late = (found.came < found.sent) | (found.sent < found.bought)
        return found.aggregate(n=ibis._.count(), wrong=ibis.ifelse(late, 1, 0).sum())

    row = troubled.rows(build)[0]
    assert row["n"] > 10_000
    assert row["wrong"] == 0


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=50))
def test_money_is_exact_to_the_cent(cents: list[int]) -> None:
    made = money(np.array(cents) / 100)
    assert made.to_pylist() == [Decimal(one).scaleb(-2) for one in cents]


def test_money_keeps_what_is_empty_empty() -> None:
    assert money(np.array([1.5, np.nan, -2.0])).to_pylist() == [Decimal("1.5"), None, Decimal(-2)]


def test_order_lines_stand_with_their_orders() -> None:
    made = order_lines(
        np.array([2, 1]),
        Words(np.array([0, 1, 0]), ["lamp", "pot"]),
        Words(np.array([0, 1, 0]), ["lighting", "kitchen"]),
        np.array([1, 2, 3]),
        np.array([10.0, 20.0, 30.0]),
    ).to_pylist()
    assert [[line["product"] for line in lines] for lines in made] == [["lamp", "pot"], ["lamp"]]
    assert [[line["line_id"] for line in lines] for lines in made] == [["1", "2"], ["1"]]


def test_numbers_below_zero_are_no_id() -> None:
    assert Numbered("o-", np.array([3, -1])).arrow().to_pylist() == ["o-3", None]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_busy_time_and_real_time_turn_into_each_other(weeks: list[float]) -> None:
    season = Season(Plan(10, NOW))
    busy = np.array(weeks)
    assert season.busy(season.moments(busy)) == pytest.approx(busy, abs=1e-6)


@given(st.integers(0, 10**6), st.floats(0, 5))
def test_staff_works_by_day_and_never_earlier(minutes: int, days: float) -> None:
    at = np.array([minutes * 60_000_000])
    moved = shifted(at, np.array([days]))
    assert moved[0] >= at[0]
    assert 8 <= (moved[0] + ZONE_OFFSET) % DAY / DAY * 24 < 22


def test_there_is_much_to_say_in_both_languages() -> None:
    written = words.book()
    assert len(set(written.sentences.to_pylist())) > 3_000
    sizes = written.count.reshape(len(words.THEMES), len(words.MOODS), len(words.SPOKEN))
    assert (sizes.sum(axis=1) > 0).all()
    assert not any("{" in one for one in written.sentences.to_pylist())


def test_only_the_needed_blocks_are_made(ws: Workspace, tmp_path: Path) -> None:
    stream = parts(Plan(10_000_000, NOW, block=100), ws)
    assert next(stream).number == 0
    assert next(stream).people.number[0] == 100
