"""Which outcomes can be asked about, and which question one means."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.understand.drivers.test_service import NOW, Row, asked, guests, said, tell

from regulars.kit.text import Text
from regulars.timeline.workspace import Workspace
from regulars.understand.drivers import service
from regulars.understand.scope.model import EventFilter


def late_guests() -> list[Row]:
    """The same guests after a visit: now their recommendation follows the door."""
    rng = np.random.default_rng(6)
    rows = []
    for row in guests():
        who = int(row["identity_id"][-4:])
        if row["touchpoint"] == "door":
            score = np.clip(round(2 * row["score"] + rng.normal(0, 1)), 0, 10)
            rows.append(said(who, "till", score, "nps", survey_kind="transactional"))
    return rows


def test_kinds_of_survey_are_told_apart(ws: Workspace) -> None:
    """Of the relation as a whole guests think of the till, after a visit of the door."""
    tell(ws, guests() + late_guests())
    relation, visit = asked(ws), asked(ws, "nps:transactional")
    assert relation == replace(asked(ws, "nps:relationship"), outcome="nps")
    assert (relation.left.with_outcome, visit.left.with_outcome) == (300, 200)
    assert (relation.drivers[0].touchpoint, visit.drivers[0].touchpoint) == ("till", "door")
    assert visit.basis is not None
    assert (visit.basis.kind, visit.basis.scale) == ("transactional", "0-10")
    offered = service.offered(ws, EventFilter("all"), now=NOW)
    assert offered[:2] == ["nps", "nps:transactional"]
    assert service.title(ws, offered[1]) == Text("NPS (transactional survey)", "NPS（交易型调研）")


def test_without_relationship_surveys_the_only_kind_is_meant(ws: Workspace) -> None:
    tell(ws, [row for row in guests() if row["metric"] != "nps"] + late_guests())
    assert asked(ws).left.with_outcome == 200


def test_scales_are_not_mixed(ws: Workspace) -> None:
    """Some were asked from 0 to 10, some from 1 to 10: two outcomes, not one."""
    rows = [
        {**row, "scale_min": 1} if row["metric"] == "nps" and row["score"] > 6 else row
        for row in guests()
    ]
    tell(ws, rows)
    found = asked(ws)
    assert (found.drivers, found.r_squared) == ([], None)
    assert found.why_not is not None
    assert "nps:0-10, nps:1-10" in found.why_not.en
    assert asked(ws, "nps:1-10").left.with_outcome == sum(row.get("scale_min") == 1 and
        row["metric"] == "nps" for row in rows)  # fmt: skip


def test_outcomes_that_can_be_asked_about(ws: Workspace) -> None:
    tell(ws, guests())
    assert service.offered(ws, EventFilter("all"), now=NOW) == [
        "nps", "csat@till", "csat@door", "retention", "repurchase",
    ]  # fmt: skip
