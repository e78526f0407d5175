"""A question is compiled once for all workspaces of a process, and each answers of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import pytest
from ibis.backends.duckdb import Backend

from regulars.app import init_workspace
from regulars.timeline import inbox
from regulars.timeline.engine import texts
from regulars.timeline.engine.view import View
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN, NOON, visits


def ids_since(view: View) -> Any:
    """A question that no other test asks, so that nobody compiled it before."""
    return view.events.filter(view.events.occurred_at >= NOON).select(asked_once="event_id")


def test_what_one_workspace_asked_is_not_compiled_for_another(
    ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = init_workspace(tmp_path / "other")
    inbox.accept(ws, visits(ANN, 1, 2))
    inbox.accept(other, visits(ANN, 3))
    compiled: list[Any] = []
    real = Backend.compile

    def compile_it(backend: Backend, expression: Any, **options: Any) -> str:
        compiled.append(expression)
        return str(real(backend, expression, **options))

    monkeypatch.setattr(Backend, "compile", compile_it)
    found = [one.query(ids_since).column("asked_once").to_pylist() for one in (ws, other, ws)]
    assert [sorted(one) for one in found] == [["a1", "a2"], ["a3"], ["a1", "a2"]]
    assert len(compiled) == 1
    other.close()


def test_what_was_asked_longest_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question that is asked again and again stays, however many others come between."""
    monkeypatch.setattr(texts, "MAX_TEXTS", 2)
    shared = texts.shared_texts()
    known = texts.Texts(shared.events.op().source)
    compiled: list[str] = []

    def compile_it(table: Any) -> str:
        compiled.append(table.columns[0])
        return str(table.columns[0])

    for name in ("standing", "a", "standing", "b", "standing", "a"):
        assert known.of(known.events.select(**{name: "event_id"}), compile_it) == name
    assert compiled == ["standing", "a", "b", "a"]


def test_the_tables_that_questions_are_made_of_hold_nobody() -> None:
    shared = texts.shared_texts()
    for table in (shared.events, shared.linked, shared.past):
        assert ibis.duckdb.from_connection(table.op().source.con).execute(table.count()) == 0
