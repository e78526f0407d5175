"""What is stored comes back equal: dataclasses and Arrow tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from tests.understand.findings.test_service import NOON

from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service


@dataclass(frozen=True)
class Score:
    touchpoint: str
    mean: float | None


@dataclass(frozen=True)
class Board:
    scores: tuple[Score, ...]
    until: datetime


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


def test_another_version_or_an_unfitting_payload_is_no_finding(ws: Workspace) -> None:
    service.store(ws, "board", {"old": True}, as_of=NOON, now=NOON)
    assert service.latest(ws, "board", Board) is None
    assert service.latest(ws, "board", dict, version=2) is None
