"""A refresh reads one state, and corrects the sums of the one before by whoever was touched."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from regulars.kit.period import day_start
from regulars.timeline import compaction, duck, erasure, inbox, lake, linking, loading
from regulars.timeline.engine import change, pinned, standing
from regulars.timeline.flush import flush
from regulars.timeline.lease import MAINTENANCE, lease
from regulars.timeline.sessions import session
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import NOON

DAY = timedelta(days=1)
CROWD = [f"{number:032x}" for number in range(1, 31)]
NAMES = ("Page Viewed", "Order Completed", "Order Shipped")


def some_events(dice: random.Random, count: int, day: int) -> pa.Table:
    rows = []
    for _turn in range(count):
        moment = NOON + day * DAY + timedelta(minutes=dice.randrange(1_200))
        rows.append(
            {
                "event_id": f"{dice.getrandbits(64):x}",
                "identity_id": dice.choice([*CROWD, *([None] * 6)]),
                "name": dice.choice(NAMES),
                "occurred_at": moment,
                "received_at": moment,
                # One in ten is told of the day before it may be seen.
                "known_at": moment + (DAY if dice.random() < 0.1 else timedelta()),
                "source": ("web", "app")[_turn % 2],
                "session_id": dice.choice([None, f"visit-{dice.randrange(40)}"]),
                "order_id": dice.choice([None, f"order-{dice.randrange(60)}"]),
            }
        )
    return inbox.make(rows, NOON)


def steps(view: Any) -> Any:
    """Count (step before, step), and sum the minutes between, along each person's journey."""
    events = view.with_person().filter(ibis._.person_id.notnull())
    order = [events.occurred_at, events.event_id]
    window = ibis.window(group_by=events.person_id, order_by=order)
    minute = events.occurred_at.epoch_seconds() // 60
    pairs = events.select(
        step="name",
        before=events.name.lag().over(window),
        minutes=(minute - minute.lag().over(window)).cast("float64"),
    )
    return pairs.group_by("before", "step").agg(n=pairs.count(), minutes=pairs.minutes.sum())


def sizes(view: Any) -> Any:
    """Count orders by how many events and how many people they have."""
    events = view.with_person().filter(ibis._.order_id.notnull())
    orders = events.group_by("order_id").agg(
        events=events.count(), people=events.person_id.nunique()
    )
    return orders.group_by("events", "people").agg(n=orders.count())


def spans(view: Any) -> Any:
    """Give each person's first and last moment."""
    events = view.with_person().filter(ibis._.person_id.notnull())
    return events.group_by("person_id").agg(
        first=events.occurred_at.min(), last=events.occurred_at.max(), n=events.count()
    )


def whose(view: Any) -> Any:
    """Count the events of each person, else visit, else of the event itself."""
    events = view.with_person()
    who = ibis.coalesce(events.person_id, session(events), events.event_id)
    return events.group_by(who=who).agg(n=events.count(), orders=events.order_id.nunique())


def rows(table: pa.Table) -> list[tuple[Any, ...]]:
    return sorted((tuple(row.values()) for row in table.to_pylist()), key=repr)


def refreshed(ws: Workspace, now: datetime) -> list[list[tuple[Any, ...]]]:
    """Return the three answers as a refresh gets them, one of them twice."""
    ws.engine.pin(now)
    try:
        made = [
            ws.engine.summed("steps", steps, by=("before", "step"), as_of=now),
            ws.engine.summed("sizes", sizes, by=("events", "people"), as_of=now),
            ws.engine.by_person("spans", lambda: ws.query(spans, as_of=now), of="person_id"),
            ws.engine.persons("spans", spans, of="person_id", as_of=now),
            ws.engine.persons("whose", whose, of="who", as_of=now),
        ]
        again = ws.engine.summed("steps", steps, by=("before", "step"), as_of=now)
        assert rows(again) == rows(made[0])
        return [rows(table) for table in made]
    finally:
        ws.engine.unpin()


def computed(ws: Workspace, now: datetime) -> list[list[tuple[Any, ...]]]:
    return [rows(ws.query(build, as_of=now)) for build in (steps, sizes, spans, spans, whose)]


@pytest.fixture
def corrections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each time an answer is corrected instead of computed."""
    noted: list[str] = []
    for name in ("summed", "amended"):
        real: Callable[..., pa.Table] = getattr(standing, name)

        def note(*args: Any, real: Any = real, name: str = name) -> pa.Table:
            noted.append(name)
            return real(*args)

        monkeypatch.setattr(standing, name, note)
    return noted


@pytest.mark.parametrize("beside", [0.0, 0.5, 9.0])
@pytest.mark.parametrize("seed", range(3))
def test_corrected_answers_are_those_computed_anew(
    ws: Workspace,
    corrections: list[str],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    beside: float,
) -> None:
    monkeypatch.setattr(pinned, "MAX_BESIDE", beside)  # rows written anew: always, mostly, never
    dice = random.Random(seed)
    inbox.accept(ws, some_events(dice, 400, 0))
    flush(ws)
    linked = ["first"]
    with ws.database.transaction() as connection:
        linking.link(ws, connection, *CROWD[:2], link_id="first", kind="user", source="t", at=NOON)
    for day in range(1, 5):
        now = NOON + day * DAY
        assert refreshed(ws, now) == computed(ws, now)
        inbox.accept(ws, some_events(dice, 15, day))
        flush(ws)
        with ws.database.transaction() as connection:
            left, right = dice.sample(CROWD, 2)
            linked.append(f"{seed}-{day}")
            linking.link(ws, connection, left, right, link_id=linked[-1], kind="user",
                        source="t", at=now)  # fmt: skip
            if day % 2 == 0:
                linking.unlink(ws, connection, dice.choice(linked), at=now)
        if day == 3:
            compaction.compact(ws)
    assert corrections.count("summed") == 6 and corrections.count("amended") == 9


def test_what_grows_at_its_end_keeps_what_was_made_before(ws: Workspace) -> None:
    """A factor a day: the one of the third day changes nobody who did nothing since."""

    def tell(seed: int, count: int, day: int) -> None:
        rows = some_events(random.Random(seed), count, day).drop(["session_id", "order_id"])
        inbox.accept(ws, inbox.make(rows.to_pylist(), NOON + day * DAY))
        flush(ws)

    tell(1, 400, 0)
    worked: list[pa.Table] = []

    def asked(day: int, factors: list[int]) -> None:
        def work() -> pa.Table:
            worked.append(found := ws.query(spans))
            return found

        ws.engine.pin(NOON + day * DAY)
        try:
            ws.engine.by_person("grown", work, of="person_id", grows=factors)
        finally:
            ws.engine.unpin()

    asked(3, [10, 20])
    asked(3, [10, 20])
    everybody = worked[0].num_rows
    assert len(worked) == 1
    tell(2, 3, 3)
    asked(6, [10, 20, 30])
    assert len(worked) == 2 and worked[1].num_rows <= 3 < everybody
    asked(6, [10, 25, 30])
    assert len(worked) == 3 and worked[2].num_rows == everybody


def test_a_window_that_begins_later_is_answered_from_what_is_kept(ws: Workspace) -> None:
    """Kept since two days ago, it serves since later days; not since the day before those."""
    told: list[pa.Table] = []

    def days(view: Any) -> Any:
        events = view.with_person()
        events = events.filter(events.occurred_at >= first, events.person_id.notnull())
        return events.group_by("person_id", day=view.day(events.occurred_at)).agg(n=events.count())

    def work() -> pa.Table:
        told.append(found := ws.query(days))
        return found

    def asked() -> None:
        start = first.astimezone(ws.zone).date()
        rows = ws.engine.by_person("rows", work, of="person_id", since=first)
        sums = ws.engine.summed(
            "sums",
            lambda view: (found := days(view)).group_by("day").agg(n=found.n.sum()),
            by=("day",),
            since=first,
        )
        anew = sorted((row["day"], row["n"]) for row in ws.query(days).to_pylist())
        found = sorted((r["day"], r["n"]) for r in rows.to_pylist() if r["day"] >= start)
        assert found == anew
        total = Counter[date]()
        for day, n in anew:
            total[day] += n
        assert {r["day"]: r["n"] for r in sums.to_pylist() if r["day"] >= start} == total

    dice = random.Random(5)
    for day, since in enumerate((-2, -2, -1, 0, -3)):
        rows = pa.concat_tables(
            some_events(dice, count, day - ago).drop(["session_id", "order_id"])
            for ago, count in enumerate((3,) if day else (130, 130, 130, 130))
        )
        inbox.accept(ws, inbox.make(rows.to_pylist(), NOON + day * DAY))
        flush(ws)
        first = day_start(NOON.date() + since * DAY, ws.zone)
        ws.engine.pin(NOON + (day + 1) * DAY)
        asked()
        ws.engine.unpin()
    everybody = told[0].num_rows
    assert [len(one) > everybody / 2 for one in told] == [True, False, False, False, True]


def test_a_disk_without_hard_links_keeps_copies(
    ws: Workspace, corrections: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError("no hard links here")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    monkeypatch.setattr(pinned, "MAX_BESIDE", 9.0)
    dice = random.Random(11)
    for day in range(3):
        inbox.accept(ws, some_events(dice, 15 if day else 400, day))
        flush(ws)
        now = NOON + (day + 1) * DAY
        assert refreshed(ws, now) == computed(ws, now)
    assert corrections.count("amended") == 2 * 3


def test_a_closed_window_that_moves_is_computed_anew(ws: Workspace, corrections: list[str]) -> None:
    def last_day(now: datetime) -> Callable[[Any], Any]:
        def build(view: Any) -> Any:
            recent = view.events.filter(view.events.occurred_at >= now - DAY)
            return recent.group_by("name").agg(n=recent.count())

        return build

    inbox.accept(ws, some_events(random.Random(1), 400, 0))
    flush(ws)
    for day in (1, 2):
        now = NOON + day * DAY
        ws.engine.pin(now)
        told = ws.engine.summed(("last day", now), last_day(now), by=("name",), as_of=now)
        ws.engine.unpin()
        assert rows(told) == rows(ws.query(last_day(now), as_of=now))
    assert corrections == []


def test_a_refresh_of_nothing_new_keeps_what_was_kept(
    ws: Workspace, corrections: list[str]
) -> None:
    dice = random.Random(6)
    inbox.accept(ws, some_events(dice, 400, 0))
    flush(ws)
    refreshed(ws, NOON + 2 * DAY)
    ws.engine.pin(NOON + 2 * DAY + timedelta(hours=1))  # nobody asks anything: all findings hold
    ws.engine.unpin()
    inbox.accept(ws, some_events(dice, 15, 2))
    flush(ws)
    now = NOON + 4 * DAY
    assert refreshed(ws, now) == computed(ws, now)
    assert len(corrections) == 5


def test_an_erasure_drops_what_was_kept_and_is_not_corrected_by(
    ws: Workspace, corrections: list[str]
) -> None:
    inbox.accept(ws, some_events(random.Random(2), 400, 0))
    flush(ws)
    now = NOON + DAY
    refreshed(ws, now)
    erasure.erase(ws, [CROWD[0]], by="t", now=now)
    assert not list((ws.folder / standing.FOLDER).glob("*"))
    assert refreshed(ws, now + DAY) == computed(ws, now + DAY)
    assert corrections == []


def test_a_state_whose_files_are_gone_is_kept_no_more(ws: Workspace) -> None:
    """What is answered then counts the new events already: the next refresh would twice."""
    dice = random.Random(5)

    def counted(now: datetime) -> pa.Table:
        return ws.engine.adding(
            "sizes", lambda: ws.query(sizes, as_of=now), by=("events", "people")
        )

    inbox.accept(ws, some_events(dice, 400, 0))
    flush(ws)
    now = NOON + 2 * DAY
    ws.engine.pin(now)
    compaction.compact(ws)
    with lease(ws.database, MAINTENANCE) as held:
        lake.vacuum(ws.lake, held, hours=0)
    inbox.accept(ws, some_events(dice, 15, 0))
    flush(ws)
    assert rows(counted(now)) == rows(ws.query(sizes, as_of=now))
    ws.engine.unpin()
    ws.engine.pin(now + DAY)
    assert rows(counted(now + DAY)) == rows(ws.query(sizes, as_of=now + DAY))
    ws.engine.unpin()


def test_too_much_new_is_computed_anew(ws: Workspace, corrections: list[str]) -> None:
    dice = random.Random(4)
    inbox.accept(ws, some_events(dice, 100, 0))
    flush(ws)
    refreshed(ws, NOON + DAY)
    inbox.accept(ws, some_events(dice, round(100 * change.MAX_NEW) + 1, 1))
    flush(ws)
    assert refreshed(ws, NOON + 2 * DAY) == computed(ws, NOON + 2 * DAY)
    assert corrections == []


def retold(dice: random.Random, ws: Workspace, count: int) -> pa.Table:
    """Some imported events as a later export tells them: another name, person, time, or order."""
    table = ws.query(lambda view: view.events.filter(view.events.source == "shop"))
    rows = dice.sample(table.to_pylist(), count)
    for row in rows:
        changed = {
            "name": dice.choice(NAMES),
            "identity_id": dice.choice([*CROWD, None]),
            "occurred_at": row["occurred_at"] + timedelta(minutes=dice.randrange(-900, 900)),
            "order_id": dice.choice([None, f"order-{dice.randrange(60)}"]),
        }
        row.update({name: changed[name] for name in dice.sample(sorted(changed), 2)})
    return inbox.make(rows, NOON)


def imported(ws: Workspace, table: pa.Table, key: str, now: datetime) -> loading.Loaded:
    connection = duck.connect(ws)
    source = pa.array(["shop"] * table.num_rows)
    index = table.schema.get_field_index("source")
    connection.register("incoming", table.set_column(index, "source", source))
    return loading.load(ws, connection, "incoming", key, now=now)


@pytest.mark.parametrize("seed", range(3))
def test_tellings_replaced_are_corrected_not_computed(
    ws: Workspace, corrections: list[str], seed: int
) -> None:
    """Each day brings events by HTTP and an export that tells some of the import anew, twice."""
    dice = random.Random(seed)
    imported(ws, some_events(dice, 400, 0), "import-0", NOON)
    for day in range(1, 5):
        now = NOON + day * DAY
        made = refreshed(ws, now)
        assert made == computed(ws, now)
        for turn in (0.2, 0.4):
            key = f"import-{day}-{turn}"
            imported(ws, retold(dice, ws, 8), key, now + turn * DAY)
        inbox.accept(ws, some_events(dice, 15, day))
        flush(ws)
        if day == 3:
            compaction.compact(ws)
        assert computed(ws, now) == made  # as of then, what counted then counts
    assert corrections.count("summed") == 6 and corrections.count("amended") == 9


def test_as_of_a_moment_before_a_retelling_a_refresh_computes_what_counted(
    ws: Workspace, corrections: list[str]
) -> None:
    dice = random.Random(9)
    imported(ws, some_events(dice, 400, 0), "import-1", NOON)
    past, counted = NOON + 2 * DAY, None
    for day in (2, 3, 4):
        now = NOON + day * DAY
        ws.engine.pin(now)
        told = [
            rows(ws.engine.summed("sizes", sizes, by=("events", "people"), as_of=past)),
            rows(ws.engine.adding("s", lambda: ws.query(sizes, as_of=past),
                                  by=("events", "people"))),
            rows(ws.engine.persons("whose", whose, of="who", as_of=past)),
            rows(ws.engine.by_person("w", lambda: ws.query(whose, as_of=past), of="who")),
        ]  # fmt: skip
        ws.engine.unpin()
        counted = counted or told
        assert told == counted
        imported(ws, retold(dice, ws, 8), f"import-{day}", now + DAY / 2)
    ws.engine.pin(past)  # a refresh as of an earlier moment holds no state
    assert not ws.engine.keeps and ws.engine.refreshing
    assert rows(ws.engine.summed("sizes", sizes, by=("events", "people"), as_of=past)) == counted[0]
    ws.engine.unpin()
