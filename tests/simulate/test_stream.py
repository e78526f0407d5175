"""The made-up company keeps the rules of the timeline, and is the same each time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from regulars.simulate.columns import money
from regulars.simulate.demo.service import take_in
from regulars.simulate.model import SPOTS, Plan
from regulars.simulate.stream import parts
from regulars.timeline import vocabulary as names
from regulars.timeline.event import ACTORS, SCHEMA
from regulars.timeline.workspace import Workspace

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


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=50))
def test_money_is_exact_to_the_cent(cents: list[int]) -> None:
    made = money(np.array(cents) / 100)
    assert made.to_pylist() == [Decimal(one).scaleb(-2) for one in cents]


def test_only_the_needed_blocks_are_made(ws: Workspace, tmp_path: Path) -> None:
    stream = parts(Plan(10_000_000, NOW, block=100), ws)
    assert next(stream).number == 0
    assert next(stream).people.number[0] == 100
