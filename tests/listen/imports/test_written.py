"""How a file is written may be said beside its recipe, and must make sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.listen.imports import service
from regulars.listen.imports.model import Habits
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import write

ORDERS = "order_id;customer_id;date;amount\n1;ann;01/02/2024;1.234,50\n2;bo;13/02/2024;7,5\n"


def test_how_a_file_is_written_may_be_said_beside_its_recipe(ws: Workspace, tmp_path: Path) -> None:
    file = write(tmp_path, "orders.csv", ORDERS)
    outcome = service.import_files(
        ws, [file], "orders", now=clock.now(), habits=Habits("UTC", ",", ("%d/%m/%Y",))
    )
    assert outcome.counts.rejected == 0
    rows = ws.query(lambda view: view.events.order_by("received_at")).to_pylist()
    assert [(row["occurred_at"].date().isoformat(), str(row["amount"])) for row in rows] == [
        ("2024-02-01", "1234.5000"),
        ("2024-02-13", "7.5000"),
    ]


@pytest.mark.parametrize(
    ("habits", "code"),
    [
        (Habits("Mars"), "zone"),
        (Habits(decimal=";"), "decimal"),
        (Habits(formats=("dd/mm/yyyy",)), "date_format"),
    ],
)
def test_what_is_said_of_a_file_must_make_sense(
    ws: Workspace, tmp_path: Path, habits: Habits, code: str
) -> None:
    file = write(tmp_path, "orders.csv", ORDERS)
    with pytest.raises(Invalid, match=code):
        service.import_files(ws, [file], "orders", now=clock.now(), habits=habits)
    assert service.runs(ws) == []
