"""The set-based expressions against journeys worked out event by event."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import ibis
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import sizes
from tests.understand.journeys import brute
from tests.understand.journeys.brute import Happened

from regulars.understand.journeys import mapping, queries, waiting
from regulars.understand.journeys.steps import Codes

STEPS = ("a", "b", "c", "d")
CODES = Codes(STEPS, (-1,) * 4)
EVENTS = st.lists(
    st.builds(
        Happened, st.sampled_from(["Wang", "Li"]), st.sampled_from(STEPS), st.integers(0, 12)
    ),
    min_size=1,
    max_size=14,
)
LONG_AGO = datetime(2030, 1, 1, tzinfo=UTC)


def rows(events: list[Happened], codes: tuple[str, ...] = STEPS) -> ibis.expr.types.Table:
    columns = {
        "case": [e.who for e in events],
        "code": [codes.index(e.step) if e.step in codes else len(codes) for e in events],
        "rank": [-1] * len(events),
        "thread": [""] * len(events),
        "occurred_at": [brute.at(e.minute) for e in events],
        "received_at": [brute.START] * len(events),
    }
    schema = {
        "case": "string",
        "code": "int16",
        "rank": "int16",
        "thread": "string",
        "occurred_at": "timestamp('UTC', 6)",
        "received_at": "timestamp('UTC', 6)",
    }
    return ibis.memtable(columns, schema=schema)


def listed(expression: ibis.expr.types.Table) -> list[dict[str, object]]:
    return expression.to_pyarrow().to_pylist()


@settings(deadline=None, max_examples=sizes.of(15, 60))
@given(EVENTS)
def test_transitions_start_and_end_where_journeys_do(events: list[Happened]) -> None:
    moved = mapping.flow(listed(queries.transitions(rows(events))))
    ways = brute.journeys(events).values()
    assert {(STEPS[a], STEPS[b]): found.n for (a, b), found in moved.by_edge.items()} == dict(
        brute.edges(events)
    )
    assert {STEPS[k]: n for k, n in moved.starts.items()} == Counter(way[0].step for way in ways)
    ends = {STEPS[k]: n for k, n in moved.ends.items() if n}
    assert ends == Counter(way[-1].step for way in ways)
    waited = sum(found.waits for found in moved.by_edge.values())
    assert waited == 60 * sum(way[-1].minute - way[0].minute for way in ways)


@settings(deadline=None, max_examples=sizes.of(15, 60))
@given(EVENTS)
def test_variants_are_the_sequences(events: list[Happened]) -> None:
    prints = queries.prints(rows(events), collapse=False).to_pyarrow()
    top, total = queries.commonest(prints, 20)
    assert total == len(brute.variants(events))
    chosen = [str(row["case"]) for row in top]
    taken: dict[str, list[str]] = {case: [] for case in chosen}
    for row in listed(queries.steps_of(rows(events), chosen, collapse=False)):
        taken[str(row["case"])].append(STEPS[row["code"]])  # type: ignore[call-overload]
    assert {tuple(taken[str(row["case"])]): row["n"] for row in top} == brute.variants(events)


@settings(deadline=None, max_examples=sizes.of(15, 60))
@given(EVENTS)
def test_reached_steps_are_counted_once_a_journey(events: list[Happened]) -> None:
    reach = mapping.Reach(listed(queries.cases(rows(events), 4, LONG_AGO)), 4)
    ways = brute.journeys(events).values()
    for code, step in enumerate(STEPS):
        assert reach.count(reach.hit[:, code]) == sum(
            any(event.step == step for event in way) for way in ways
        )
    assert reach.total == len(ways)


def test_more_than_sixty_steps_take_several_masks() -> None:
    names = tuple(f"s{number:03}" for number in range(130))
    events = [Happened("Wang", name, number) for number, name in enumerate(names)]
    events.append(Happened("Li", names[129], 0))
    reach = mapping.Reach(listed(queries.cases(rows(events, names), 130, LONG_AGO)), 130)
    assert [reach.count(reach.hit[:, code]) for code in (0, 59, 60, 119, 120, 129)] == [
        1, 1, 1, 1, 1, 2,
    ]  # fmt: skip


@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=50))
def test_a_bin_is_exact_to_half_a_percent(seconds: list[int]) -> None:
    import math

    for second in seconds:
        number = math.floor(math.log(second + 1.0) / queries.BIN)
        middle = waiting.bin_values([number])[0]
        assert abs(middle - second) <= 0.0051 * second + (0 if second < 99 else 0.5)


def test_a_step_counts_as_out_of_order_after_a_later_one() -> None:
    """Order 7 reached the carrier before it was approved; two steps of one moment are in order."""
    events = [
        Happened("order 7", "a", 0),
        Happened("order 7", "c", 1),
        Happened("order 7", "b", 2),
        Happened("order 8", "a", 0),
        Happened("order 8", "c", 3),
        Happened("order 8", "b", 3),
    ]
    ranked = rows(events).mutate(rank=ibis._.code)
    assert sorted(listed(queries.disorder(ranked)), key=lambda row: row["code"]) == [  # type: ignore[arg-type,return-value]
        {"code": 0, "checked": 2, "backward": 0},
        {"code": 1, "checked": 2, "backward": 1},
        {"code": 2, "checked": 2, "backward": 0},
    ]
