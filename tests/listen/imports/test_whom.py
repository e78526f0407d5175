"""Rows whose customer is Guest, 0 or a cut number count for nobody, and the import says so."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from regulars.listen.identities import finding
from regulars.listen.imports import service
from regulars.timeline import erasure, inbox, judging, people
from regulars.timeline.identity import identity_id
from regulars.timeline.tables import identity_judgements
from regulars.timeline.workspace import Workspace
from tests.timeline.cast import visits

NOW = datetime(2026, 3, 1, tzinfo=UTC)
GUESTS = """order_id,customer_id,email,phone,created_at,total
101,NULL,ann@example.org,,2024-03-01,10.00
102,NULL,bob@example.org,,2024-03-02,10.00
103,0,,,2024-03-03,10.00
104,0,,,2024-03-04,10.00
105,Guest,cy@example.org,,2024-03-05,10.00
106,guest,dee@example.org,,2024-03-06,10.00
107,N/A,,,2024-03-07,10.00
108,-,,,2024-03-08,10.00
109,nan,,,2024-03-09,10.00
110,None,,,2024-03-10,10.00
111,17850,,1.38001E+10,2024-03-11,10.00
112,17851,,1.38001E+10,2024-03-12,10.00
113,,,1.39E+10,2024-03-13,10.00
114,,,1.39E+10,2024-03-14,10.00
115,,n/a,,2024-03-15,10.00
116,,n/a,,2024-03-16,10.00
117,,noreply@example.org,,2024-03-17,10.00
118,,,'13800138000,2024-03-18,10.00
119,,,13800138000.0,2024-03-19,10.00
120,,,13800138000,2024-03-20,10.00
"""


def orders(ws: Workspace) -> list[tuple[str, str | None]]:
    rows = ws.query(
        lambda view: view.events.order_by("order_id").select("order_id", "identity_id", "amount")
    ).to_pylist()
    return [(row["order_id"], row["identity_id"]) for row in rows]


def test_guests_are_orders_of_nobody_and_told(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "o.csv"
    file.write_text(GUESTS)
    habits = service.Habits(zone="UTC")
    outcome = service.import_files(ws, [file], "orders", now=NOW, habits=habits)
    found = orders(ws)
    assert len(found) == 20
    assert [order for order, who in found if who is None] == [
        "103", "104", "107", "108", "109", "110", "113", "114", "115", "116", "117",
    ]  # fmt: skip
    assert len({who for _order, who in found if who}) == 7
    phone = identity_id(ws, "phone", "13800138000")
    assert [order for order, who in found if who == phone] == ["118", "119", "120"]
    alone, beside = outcome.notes
    assert (alone.code, alone.rows, beside.code, beside.rows) == ("nobody", 11, "nobody_beside", 6)
    assert alone.examples == (
        "0 × 2", "1.39E+10 × 2", "n/a × 2", "- × 1", "N/A × 1", "None × 1", "nan × 1",
        "noreply@example.org × 1",
    )  # fmt: skip
    assert beside.examples == ("1.38001E+10 × 2", "NULL × 2", "Guest × 1", "guest × 1")
    assert "11 have no customer, because what stands there names nobody (0 × 2" in alone.text.en


def test_a_file_of_customers_tells_nothing(ws: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "o.csv"
    file.write_text("order_id,customer_id,created_at,total\n1,ann,2024-03-01,10.00\n")
    habits = service.Habits(zone="UTC")
    assert service.import_files(ws, [file], "orders", now=NOW, habits=habits).notes == ()


ORDER = "order_id,phone,created_at,total\n9,+86 138 0013 8000,2024-03-01,10.00\n"


def kept_before(ws: Workspace) -> str:
    """Let an earlier release have kept a visit under the number with its country code."""
    former = ws.keyed_hash("identity:phone", "+8613800138000")
    inbox.accept(ws, visits(former, 1), now=NOW)
    with ws.database.transaction() as connection:
        connection.execute(sa.delete(identity_judgements))
    judging.judge(ws, now=NOW)
    return former


def test_a_number_kept_with_its_country_code_loses_no_join(ws: Workspace, tmp_path: Path) -> None:
    former = kept_before(ws)
    (tmp_path / "o.csv").write_text(ORDER)
    habits = service.Habits(zone="UTC")
    service.import_files(ws, [tmp_path / "o.csv"], "orders", now=NOW, habits=habits)
    assert finding.named(ws, phone="13800138000") == sorted(
        [former, identity_id(ws, "phone", "13800138000")]
    )
    assert people.person_of(ws, former) == people.person_of(
        ws, identity_id(ws, "phone", "13800138000")
    )


def test_an_erased_number_does_not_come_back_in_another_spelling(
    ws: Workspace, tmp_path: Path
) -> None:
    former = kept_before(ws)
    erasure.erase(ws, [former], by="dana", now=NOW)
    (tmp_path / "o.csv").write_text(ORDER)
    habits = service.Habits(zone="UTC")
    outcome = service.import_files(ws, [tmp_path / "o.csv"], "orders", now=NOW, habits=habits)
    assert (outcome.counts.accepted, outcome.counts.refused) == (0, 1)
