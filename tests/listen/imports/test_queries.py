"""Runs are kept on either database, and sources say how fresh they are."""

from __future__ import annotations

from pathlib import Path

from regulars.listen.imports import service
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import bring, write
from tests.listen.imports.test_service import ANN, BO, HEAD


def test_runs_are_kept_on_either_database(any_ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "a.csv", HEAD + ANN + "bo,never,1\n")
    made = [bring(any_ws, file).run_id for _time in range(3)]
    first = service.runs(any_ws, limit=2)
    rest = service.runs(any_ws, limit=2, after=(first[-1].created_at, first[-1].id))
    assert [run.id for run in (*first, *rest)] == made[::-1]
    assert [run.counts.rejected for run in first] == [1, 1]
    assert first[0].reasons == {"unreadable_moment": 1}


def test_sources_say_how_fresh_they_are(ws: Workspace, tmp_path: Path) -> None:
    assert service.sources(ws) == []
    bring(ws, write(tmp_path, "a.csv", HEAD + ANN + BO))
    (source,) = service.sources(ws)
    assert (source.name, source.events) == ("visits", 2)
    assert source.first_at < source.last_at < source.received_at
    assert service.sources(ws, scope=frozenset({"somewhere"})) == []
