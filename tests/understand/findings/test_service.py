"""Findings: what is stored is what is read; old ones thin out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.store import workspace as store_workspace
from regulars.store.database import metadata
from regulars.store.settings import Settings
from regulars.timeline import workspace as timeline_workspace
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import queries, service, tables
from regulars.understand.findings.model import slice_hash, superseded

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Score:
    touchpoint: str
    mean: float | None


@dataclass(frozen=True)
class Board:
    scores: tuple[Score, ...]
    until: datetime


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    store_workspace.create_folder(tmp_path / "w", Settings())
    workspace = timeline_workspace.load(tmp_path / "w")
    metadata.create_all(workspace.database.engine, tables=[tables.findings, tables.finding_quotes])
    return workspace


BOARD = Board((Score("hot_line", 3.1), Score("app", None)), NOON)


def test_a_stored_dataclass_comes_back_equal(ws: Workspace) -> None:
    service.store(ws, "board", BOARD, as_of=NOON, now=NOON, watermark="9:17", seconds=0.5)
    found = service.latest(ws, "board", Board)
    assert found is not None
    assert found.payload == BOARD
    assert (found.watermark, found.seconds, found.as_of) == ("9:17", 0.5, NOON)


def test_an_arrow_table_comes_back_equal(ws: Workspace) -> None:
    table = pa.table({"touchpoint": ["hot_line", "app"], "n": [10, 20]})
    service.store(ws, "scores", table, as_of=NOON, now=NOON)
    found = service.latest(ws, "scores", pa.Table)
    assert found is not None
    assert found.payload.equals(table)


def test_slices_are_apart_and_their_order_does_not_matter(ws: Workspace) -> None:
    here = {"place": "sh-01", "channel": "store"}
    service.store(ws, "n", {"n": 10}, as_of=NOON, now=NOON, about=here)
    same = service.latest(ws, "n", dict, about={"channel": "store", "place": "sh-01"})
    assert same is not None
    assert same.payload == {"n": 10}
    assert service.latest(ws, "n", dict) is None
    assert service.latest(ws, "n", dict, about={"place": "sh-02"}) is None


def test_the_newest_is_read_and_an_older_one_as_of_then(ws: Workspace) -> None:
    for days, n in ((0, 1), (2, 3), (1, 2)):
        moment = NOON + timedelta(days=days)
        service.store(ws, "n", {"n": n}, as_of=moment, now=moment)
    newest = service.latest(ws, "n", dict)
    then = service.latest(ws, "n", dict, as_of=NOON + timedelta(days=1, hours=1))
    assert newest is not None
    assert then is not None
    assert (newest.payload["n"], then.payload["n"]) == (3, 2)


def test_the_same_moment_again_replaces(ws: Workspace) -> None:
    service.store(ws, "n", {"n": 1}, as_of=NOON, now=NOON)
    service.store(ws, "n", {"n": 2}, as_of=NOON, now=NOON)
    found = service.latest(ws, "n", dict)
    assert found is not None
    assert found.payload == {"n": 2}


def test_another_version_or_an_unfitting_payload_is_no_finding(ws: Workspace) -> None:
    service.store(ws, "board", {"old": True}, as_of=NOON, now=NOON)
    assert service.latest(ws, "board", Board) is None
    assert service.latest(ws, "board", dict, version=2) is None


def test_findings_that_quote_a_person_can_be_found(ws: Workspace) -> None:
    service.store(ws, "words", ["too slow"], as_of=NOON, now=NOON, quotes=["a" * 32])
    service.store(ws, "n", {"n": 1}, as_of=NOON, now=NOON)
    with ws.database.reading() as connection:
        assert len(queries.quoting(connection, {"a" * 32})) == 1
        assert queries.quoting(connection, {"b" * 32}) == []


def test_pruning_thins_out_and_leaves_the_newest_of_each_slice(ws: Workspace) -> None:
    for hours in range(0, 24 * 10, 6):
        moment = NOON - timedelta(hours=hours)
        service.store(ws, "n", {"h": hours}, as_of=moment, now=moment)
    assert service.prune(ws, NOON) == 40 - 8 - 9
    found = service.latest(ws, "n", dict)
    assert found is not None
    assert found.payload == {"h": 0}


@given(st.lists(st.integers(0, 400 * 24), min_size=1, unique=True))
def test_thinning_keeps_the_newest_and_is_done_once(hours: list[int]) -> None:
    pairs = [(i, NOON - timedelta(hours=h)) for i, h in enumerate(hours)]
    gone = set(superseded(pairs, NOON, SHANGHAI))
    left = [pair for pair in pairs if pair[0] not in gone]
    assert min(hours) in [hours[number] for number, _ in left]
    assert superseded(left, NOON, SHANGHAI) == []
    months = {m.astimezone(SHANGHAI).strftime("%Y-%m") for _, m in pairs}
    assert months == {m.astimezone(SHANGHAI).strftime("%Y-%m") for _, m in left}


@given(st.dictionaries(st.text(max_size=5), st.none() | st.integers() | st.text(max_size=5)))
def test_absent_and_none_are_the_same_slice(about: dict[str, object]) -> None:
    filled = {name: value for name, value in about.items() if value is not None}
    assert slice_hash(about) == slice_hash(filled)
