"""A crash leaves no state with the people of another; an erasure drops what was kept."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from regulars.timeline import erasure, inbox, linking
from regulars.timeline.engine import standing
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import NOON
from tests.timeline.engine.test_pinned import (
    CROWD,
    DAY,
    computed,
    refreshed,
    rows,
    some_events,
    spans,
)


def test_a_crash_leaves_no_state_with_the_people_of_another(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.accept(ws, some_events(random.Random(8), 400, 0))
    flush(ws)
    now = NOON + 2 * DAY
    refreshed(ws, now)
    with ws.database.transaction() as connection:
        linking.link(ws, connection, *CROWD[:2], link_id="1", kind="user", source="t", at=now)
    with monkeypatch.context() as crash, pytest.raises(KeyboardInterrupt):
        crash.setattr(standing, "asdict", interrupted)
        ws.engine.pin(now)
    assert refreshed(ws, now) == computed(ws, now)


def interrupted(_file: Any) -> dict[str, Any]:
    raise KeyboardInterrupt


def test_an_erasure_during_a_refresh_lets_it_see_what_is_there_now(ws: Workspace) -> None:
    inbox.accept(ws, some_events(random.Random(3), 400, 0))
    flush(ws)
    now = NOON + DAY
    ws.engine.pin(now)
    erasure.erase(ws, [CROWD[0]], by="t", now=now)
    made = ws.engine.by_person("spans", lambda: ws.query(spans, as_of=now), of="person_id")
    ws.engine.unpin()
    assert CROWD[0] not in made.column("person_id").to_pylist()
    assert not list((ws.folder / standing.FOLDER).glob("*"))


def orders(*told: tuple[str | None, int, float | None]) -> pa.Table:
    """Return orders and amounts by channel."""
    schema = pa.schema({"channel": pa.string(), "n": pa.int64(), "x": pa.float64()})
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in told], schema)


def corrected(stored: pa.Table, before: pa.Table, now: pa.Table) -> Any:
    return rows(standing.summed(stored, before, now, ["channel"]))


def test_sums_become_what_they_are_without_what_was_and_with_what_is() -> None:
    stored = orders(("web", 3, 30.0), ("shop", 1, 5.0), (None, 2, 9.0), ("app", 4, 40.0))
    before = orders(("shop", 1, 5.0), (None, 1, 4.0), ("app", 2, 20.0))
    now = orders((None, 2, 8.0), ("app", 2, 20.0), ("mail", 1, 1.0))
    assert corrected(stored, before, now) == [
        ("app", 4, 40.0), ("mail", 1, 1.0), ("web", 3, 30.0), (None, 3, 13.0)
    ]  # fmt: skip


def test_sums_stay_as_they_are_where_those_touched_have_as_much_as_before() -> None:
    stored, same = orders(("web", 3, 30.0), ("shop", 1, 5.0)), orders(("web", 2, 20.0))
    assert standing.summed(stored, same, same, ["channel"]) is stored


def test_an_amount_that_becomes_known_as_nothing_is_known() -> None:
    stored, unknown = orders(("web", 1, None), ("shop", 1, 5.0)), orders(("web", 1, None))
    assert corrected(stored, unknown, orders(("web", 1, 0.0))) == [
        ("shop", 1, 5.0), ("web", 1, 0.0)
    ]  # fmt: skip


def test_what_is_kept_tells_its_total_by_the_first_state_that_has_it(tmp_path: Path) -> None:
    kept = standing.Kept(tmp_path)
    (tmp_path / standing.STATE).write_text('{"token": "now"}', "utf-8")
    kept.write("now", "orders", orders(("web", 3, 30.0), ("shop", 1, None)))
    assert kept.total(["new", "now"], "orders", "n") == 4
    assert kept.total(["new", "now"], "visits", "n") is None
