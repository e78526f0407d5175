"""A workspace that closes while somebody still reads it lets them end first."""

from __future__ import annotations

import threading

import duckdb
import pytest

from regulars.kit import clock
from regulars.timeline.engine.view import View
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import ANN
from tests.timeline.test_lineage import send


def count(ws: Workspace) -> int:
    return int(ws.query(lambda view: view.events.count().name("n").as_table())[0][0].as_py())


def test_a_refresh_under_way_reads_to_its_end(ws: Workspace) -> None:
    send(ws, ANN, 1, 2)
    ws.engine.pin(clock.now())
    ws.engine.close()
    assert count(ws) == 2
    ws.engine.unpin()
    with pytest.raises(duckdb.ConnectionException):
        count(ws)


def test_a_question_under_way_is_answered(ws: Workspace) -> None:
    send(ws, ANN, 1, 2, 3)
    asked, closed, answers = threading.Event(), threading.Event(), []

    def slowly(view: View) -> object:
        asked.set()
        assert closed.wait(30)
        return view.events.count().name("n").as_table()

    thread = threading.Thread(target=lambda: answers.append(ws.query(slowly)[0][0].as_py()))
    thread.start()
    assert asked.wait(30)
    ws.engine.close()
    closed.set()
    thread.join(30)
    assert answers == [3]
