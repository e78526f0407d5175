"""Every recipe makes the expected events of its synthetic files, and nothing a second time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from regulars.kit import clock
from regulars.listen.imports import library, service
from regulars.listen.imports.model import Habits
from regulars.timeline import identity
from regulars.timeline.workspace import Workspace

FIXTURES = Path(__file__).parent / "recipes"
SHOWN = (
    *("name", "actor", "occurred_at", "known_at", "touchpoint", "channel", "place", "source"),
    *("order_id", "case_id", "amount", "currency", "lines", "metric", "score", "scale_min"),
    *("scale_max", "survey_kind", "weight", "text", "language", "properties"),
)
CAST = {
    "user": (
        *("ann", "bo", "Ann", "王芳", "李雷", "A-1", "B-2"),
        *("00001", "00002", "00004", "00021", "17", "100", "200"),
    ),
    "email": ("ann@example.com", "bo@example.com"),
    "phone": ("13800000002",),
    "anonymous": (
        *("1", "2", "3", "dev-1", "2010-1", "2010-2", "2011-1", "2016-17"),
        *("2017-1", "2017-2", "2017-3"),
    ),
}
ZONES = {"orders": "Asia/Shanghai", "tickets": "UTC", "survey": "Asia/Shanghai"}


def events_of(ws: Workspace) -> list[dict[str, Any]]:
    """Return the events in the order of their rows, people by name, empty columns left out."""
    names = {
        identity.identity_id(ws, kind, value): f"{kind}:{value}"
        for kind, values in CAST.items()
        for value in values
    }
    rows = ws.query(lambda view: view.events.order_by(["received_at", "touchpoint"])).to_pylist()
    told = []
    for row in rows:
        shown = {key: row[key] for key in SHOWN if row[key] is not None}
        if row["known_at"] == row["occurred_at"]:
            del shown["known_at"]
        if row["identity_id"] is not None:
            shown = {"who": names[row["identity_id"]], **shown}
        told.append(json.loads(json.dumps(shown, default=plain, ensure_ascii=False)))
    return told


def plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else float(value)


def bring(ws: Workspace, name: str) -> Any:
    return service.import_files(
        ws, [FIXTURES / name], name, now=clock.now(), habits=Habits(zone=ZONES.get(name))
    )


@pytest.mark.parametrize("name", sorted(library.shipped()))
def test_a_recipe_makes_the_expected_events_once(
    ws: Workspace, name: str, record_expected: Callable[[Path, list[dict[str, Any]]], None]
) -> None:
    first = bring(ws, name)
    found = events_of(ws)
    expected = FIXTURES.with_name("expected") / f"{name}.jsonl"
    record_expected(expected, found)
    lines = expected.read_text("utf-8").splitlines()
    assert found == [json.loads(line) for line in lines]
    counts = first.counts
    assert (counts.accepted, counts.rejected) == (len(found), 0)
    assert counts.read == counts.used + counts.empty + counts.skipped
    second = bring(ws, name)
    assert (second.counts.accepted, second.counts.duplicates) == (0, len(found))
    assert events_of(ws) == found


@pytest.mark.parametrize("name", sorted(library.shipped()))
def test_a_recipe_reads_back_from_its_own_words(name: str) -> None:
    recipe = library.get(name)
    assert library.parse(library.render(recipe)) == recipe
    assert recipe.about.zh != recipe.about.en
