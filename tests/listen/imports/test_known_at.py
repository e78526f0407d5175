"""A file that does not say when its events became known: they were known when they occurred.

Each shipped recipe imports its files as they are, and once more with that written out; what is
exported, seen as of a moment, and made of the events is the same.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest

from regulars.app import init_workspace
from regulars.company.rights.model import SHELL
from regulars.jobs.export import service as export
from regulars.jobs.export.model import What
from regulars.kit import clock
from regulars.listen.imports import library, service
from regulars.listen.imports.model import Habits, ImportOutcome, Recipe
from regulars.timeline.workspace import Workspace
from regulars.understand.value_groups import service as value_groups
from tests.listen.imports.test_library import FIXTURES, ZONES

DECLARED = {"northern-lights"}
"""Recipes that declare it from another column of their files."""


def written_out(recipe: Recipe) -> Recipe:
    """Return the recipe with `known_at = occurred_at`, after what it declares itself."""

    def known(take: dict[str, str]) -> str:
        occurred = take["occurred_at"]
        return f"coalesce({take['known_at']}, {occurred})" if "known_at" in take else occurred

    events = [
        msgspec.structs.replace(event, take={**event.take, "known_at": known(event.take)})
        for event in recipe.events
    ]
    return msgspec.structs.replace(recipe, events=events)


def bring(ws: Workspace, recipe: Recipe) -> ImportOutcome:
    habits = Habits(zone=ZONES.get(recipe.name))
    return service.import_files(
        ws, [FIXTURES / recipe.name], recipe, now=clock.now(), habits=habits
    )


def as_of(ws: Workspace) -> dict[str, int]:
    """Return how many events of a name are known at each moment something occurred."""
    rows = ws.query(lambda view: view.events.select("occurred_at")).to_pylist()
    told: Counter[str] = Counter()
    for moment in sorted({row["occurred_at"] for row in rows}):
        seen = ws.query(lambda view: view.events.select("name"), as_of=moment)
        told.update(f"{moment} {row['name']}" for row in seen.to_pylist())
    return dict(told)


def groups(ws: Workspace) -> list[Any]:
    """Return how the value groups stand after the last event."""
    first, last = ws.engine.covered() or (clock.now(), clock.now())
    assert isinstance(first, datetime)
    value_groups.assign(ws, last + timedelta(seconds=1), now=clock.now())
    found = value_groups.overview(ws)
    assert found is not None
    return [found.customers, found.groups, found.segments, found.thresholds]


@pytest.mark.parametrize("name", sorted(library.shipped()))
def test_a_file_without_known_at_loses_nothing(ws: Workspace, tmp_path: Path, name: str) -> None:
    brought = bring(ws, library.get(name))
    written = export.export(ws, SHELL, tmp_path / "out", now=clock.now(), what=[What.EVENTS])
    assert written[0].rows == brought.counts.accepted > 0
    events = pq.read_table(tmp_path / "out" / "events.parquet")
    assert events.column("known_at").null_count == 0
    if name not in DECLARED:
        assert events.column("known_at") == events.column("occurred_at")
    twin = init_workspace(tmp_path / "twin", ws.settings)
    bring(twin, written_out(library.get(name)))
    assert as_of(ws) == as_of(twin)
    assert groups(ws) == groups(twin)
    twin.close()


def test_rows_that_name_it_keep_it_and_the_others_are_known_when_they_occurred(
    ws: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    rows = [
        {"event_id": "1", "name": "Order Completed", "occurred_at": "2026-03-01T10:00:00Z"},
        {"event_id": "2", "name": "Order Completed", "occurred_at": "2026-03-01T11:00:00Z",
         "known_at": "2026-04-01T00:00:00Z"},
        {"event_id": "3", "name": "Order Completed", "occurred_at": "2026-03-01T12:00:00Z",
         "known_at": None},
    ]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, rows)))
    assert service.import_files(ws, [file], "events", now=clock.now()).counts.accepted == 3
    found = ws.query(lambda view: view.events.order_by("event_id").select("known_at"))
    assert [row["known_at"].isoformat() for row in found.to_pylist()] == [
        "2026-03-01T10:00:00+00:00", "2026-04-01T00:00:00+00:00", "2026-03-01T12:00:00+00:00",
    ]  # fmt: skip


@pytest.mark.parametrize("lacking", ["name", "occurred_at"])
def test_a_row_that_lacks_what_every_event_has_is_refused_with_its_number(
    ws: Workspace, tmp_path: Path, lacking: str
) -> None:
    file = tmp_path / "events.jsonl"
    rows = [{"name": "Order Completed", "occurred_at": f"2026-03-01T1{n}:00:00Z"} for n in range(3)]
    rows[1][lacking] = ""
    file.write_text("\n".join(map(json.dumps, rows)))
    outcome = service.import_files(ws, [file], "events", now=clock.now())
    assert (outcome.counts.accepted, outcome.counts.rejected) == (2, 1)
    refused = service.rejects_of(ws, outcome.run_id)
    assert [(one.row, one.field, one.reason) for one in refused] == [(2, lacking, "missing")]
