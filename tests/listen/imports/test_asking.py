"""What a file leaves open is asked before it is imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.app import init_workspace
from regulars.kit import clock
from regulars.listen.imports import service
from regulars.listen.imports.model import Habits
from regulars.store.settings import Settings, WorkspaceSettings
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import write
from tests.listen.imports.test_preview import look, roles


def test_days_and_months_that_could_be_either_are_asked_about(
    ws: Workspace, tmp_path: Path
) -> None:
    rows = "".join(f"0{n}/0{n}/2026,{n}\n" for n in range(1, 9))
    proposal = look(ws, write(tmp_path, "a.csv", "day,score\n" + rows), "UTC")
    (question,) = [one for one in proposal.questions if one.key == "day_month:day"]
    assert [one.value for one in question.choices] == ["day", "month"]
    assert (question.rows, proposal.columns[0].formats) == (8, ())
    clear = write(tmp_path, "b.csv", "day,score\n" + rows + "03/25/2026,4\n")
    settled = look(ws, clear, "UTC")
    assert settled.columns[0].formats == ("%m/%d/%Y",)
    assert not [one for one in settled.questions if one.field == "day"]
    both = write(tmp_path, "c.csv", "day,score\n" + rows + "03/25/2026,4\n25/03/2026,4\n")
    assert "The file says both" in look(ws, both, "UTC").questions[0].words.en


OPEN_MONEY = {
    "currency": "order_id,customer,date,amount\n1,ann,2024-03-04,¥100\n2,bo,2024-03-05,¥250\n",
    "decimal": "order_id;customer;date;amount\n1;ann;2024-03-04;1.234\n2;bo;2024-03-05;7.500\n",
    "totals": "order_id,customer,date,quantity,price,amount\n"
    + "".join(f"{number},ann,2024-03-01,3,10,10\n" for number in range(10)),
}


@pytest.mark.parametrize("key", list(OPEN_MONEY))
def test_what_an_import_will_ask_the_preview_asks(tmp_path: Path, key: str) -> None:
    settings = Settings(workspace=WorkspaceSettings(time_zone="UTC", currency="EUR"))
    ws = init_workspace(tmp_path / "company", settings)
    file = write(tmp_path, "orders.csv", OPEN_MONEY[key])
    proposal = look(ws, file)
    assert [one.key for one in proposal.questions] == [key]
    assert proposal.outlook.reasons == {"unanswered": proposal.outlook.rows}
    answer = proposal.questions[0].choices[0].value
    answered = service.preview(
        ws, file, now=clock.now(), recipe=proposal.recipe, habits=Habits(answers={key: answer})
    )
    assert (answered.questions, answered.outlook.refused) == ((), 0)
    ws.close()


def test_an_open_order_of_day_and_month_is_no_reason_to_take_another_time(
    ws: Workspace, tmp_path: Path
) -> None:
    rows = [f"T{n},03/0{n}/2024 10:00,03/1{n + 3}/2024 09:00" for n in range(1, 7)]
    text = "\n".join(["Ticket ID,Created at,Solved at", *rows])
    assert roles(look(ws, write(tmp_path, "t.csv", text)))["Created at"] == "occurred_at"
