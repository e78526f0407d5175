"""Only customers answer, and only we show a survey."""

from __future__ import annotations

import ibis

from regulars.timeline import vocabulary as names
from tests.simulate.study import Company


def test_only_customers_answer_and_only_we_show(troubled: Company) -> None:
    rows = troubled.rows(
        lambda view: view.events.group_by(["name", "actor"]).aggregate(n=ibis._.count())
    )
    actors: dict[str, set[str]] = {}
    for row in rows:
        actors.setdefault(row["name"], set()).add(row["actor"])
    assert actors[names.SURVEY_SHOWN] == {"system"}
    assert actors[names.CASE_ANSWERED] == actors[names.CALL_ANSWERED] == {"staff"}
    assert actors[names.ORDER_DELIVERED] == {"partner"}
    for name in (names.SURVEY_ANSWERED, names.COMPLAINT_MADE, names.ORDER_COMPLETED):
        assert actors[name] == {"customer"}
