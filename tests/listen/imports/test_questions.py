"""Questions of a file, answered by key: an answer is one of the choices, or it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.kit import clock
from regulars.kit.errors import Invalid
from regulars.listen.imports import service
from regulars.listen.imports.model import Habits
from regulars.timeline.workspace import Workspace
from tests.listen.imports.makes import write

HEAD = "order_id,customer,date,quantity,price,amount\n"
LINES = [f"{number},ann,2024-03-01,1,10,10" for number in range(150) for _line in range(2)]
OPEN = {
    "day_month": HEAD + "1,ann,03/04/2024,1,10,10\n",
    "decimal": HEAD + '1,ann,2024-03-01,1,"1,234","1,234"\n',
    "currency": HEAD + "1,ann,2024-03-01,1,¥10,¥10\n",
    "amounts": HEAD + "\n".join(["0,ann,2024-03-01,1,10,30", *LINES[1:]]),
    "totals": HEAD + "1,ann,2024-03-01,3,10,10\n",
    "status:paid": HEAD + "1,ann,2024-03-01,1,10,10\n",
}


@pytest.mark.parametrize("key", list(OPEN))
def test_an_answer_that_is_no_choice_is_refused_with_the_choices(
    ws: Workspace, tmp_path: Path, key: str
) -> None:
    file = write(tmp_path, "orders.csv", OPEN[key])
    habits = Habits("UTC", answers={key: "perhaps"})
    with pytest.raises(Invalid) as refused:
        service.import_files(ws, [file], "orders", now=clock.now(), habits=habits)
    assert refused.value.code == "import.answer"
    assert f"“perhaps” is no answer to {key}; choose one of: " in refused.value.message.en
    assert ws.query(lambda view: view.events.select("event_id")).num_rows == 0
