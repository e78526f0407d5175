"""Statuses that nobody mapped are told before they are imported."""

from __future__ import annotations

from pathlib import Path

from regulars.company.rights.model import SHELL
from regulars.kit import clock
from regulars.listen.statuses import service as statuses
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import write
from tests.listen.imports.test_preview import look


def test_statuses_that_nobody_mapped_are_told_in_advance(ws: Workspace, tmp_path: Path) -> None:
    text = "order_id,customer,date,amount,status\n1,a,2024-03-01,10,已核销\n2,a,2024-03-02,5,paid\n"
    file = write(tmp_path, "orders.csv", text)
    (note,) = [one for one in look(ws, file).notes if one.code == "status_unseen"]
    assert (note.rows, note.examples) == (1, ("已核销",))
    statuses.set_meaning(ws, SHELL, "已核销", "completed", now=clock.now())
    assert "status_unseen" not in [one.code for one in look(ws, file).notes]
