"""False alarms about audiences are held down, and both engines tell the same."""

from __future__ import annotations

import shutil

import numpy as np
import pyarrow as pa
import pytest
from tests.conftest import SHANGHAI
from tests.understand.audiences.cast import NOW, guest, guests, tell

from regulars.store.settings import EngineSettings, Settings
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace
from regulars.understand.audiences import measuring, queries

ASKED = queries.CustomerSource(
    None, NOW, "CNY", ("relationship", (0.0, 10.0)), ("transactional", (1.0, 5.0))
)


def chance(rng: np.random.Generator, audiences: int, subjects: int) -> list[dict[str, object]]:
    """Return sums of 400 customers a subject whose answers know nothing of audiences."""
    rows: list[dict[str, object]] = []
    for subject in range(subjects):
        masks = rng.integers(0, 1 << audiences, 400)
        answers = rng.normal(60, 20, 400)
        for mask in np.unique(masks):
            mine = answers[masks == mask]
            rows.append(
                {
                    "kind": "service", "subject": f"s{subject}", "metric": "csat",
                    "scale_min": 1.0, "scale_max": 5.0, "survey_kind": None, "mask": int(mask),
                    "n": len(mine), "total": float(mine.sum()),
                    "squares": float((mine**2).sum()),
                }
            )  # fmt: skip
    return rows


def test_audiences_drawn_by_chance_answer_neither_better_nor_worse() -> None:
    """In 200 companies of 5 audiences and 8 touchpoints at most 5 % see any difference called."""
    rng = np.random.default_rng(20)
    keys = [f"a{number}" for number in range(5)]
    alarms = 0
    for _company in range(200):
        found, tested = measuring.compare(chance(rng, 5, 8), keys, {})
        assert tested == 40
        alarms += any(row.verdict for row in found)
    # 5 % of 200 and twice the spread of such a count: chance alone stays below in 97 of 100 seeds.
    assert alarms <= 10 + 2 * (200 * 0.05 * 0.95) ** 0.5


def test_a_planted_difference_is_called() -> None:
    rows = chance(np.random.default_rng(3), 2, 3)
    for row in rows:
        if int(str(row["mask"])) & 1 and row["subject"] == "s0":
            n, total, squares = row["n"], row["total"], row["squares"]
            row["total"] = total + 10.0 * n  # type: ignore[operator]
            row["squares"] = squares + 20.0 * total + 100.0 * n  # type: ignore[operator]
    found, _tested = measuring.compare(rows, ["a0", "a1"], {})
    called = [(row.audience, row.subject, row.verdict) for row in found if row.verdict]
    assert called == [("a0", "s0", "better")]


@pytest.mark.spark
def test_both_engines_give_the_same_facts_and_answers(ws: Workspace) -> None:
    rows = guests()
    for row in rows:
        if row["name"] == "Order Completed":
            row["lines"] = [{"line_id": "1", "product": "Kettle", "category": "Kitchen"}]
        row["order_id"] = row.get("order_id") or f"o{row['identity_id'][-3:].lstrip('0') or 0}"
    tell(ws, rows)
    flush(ws)
    masks = pa.table(
        {"person_id": [guest(n) for n in range(80)], "mask": [n % 4 for n in range(80)]}
    )
    pytest.importorskip("pyspark")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    settings = Settings(workspace=SHANGHAI, engine=EngineSettings(backend="spark", memory="1GB"))
    spark = Workspace(ws.folder, settings)
    try:
        for build in (
            lambda view: queries.bases(view, ASKED),
            lambda view: queries.seen(view, ASKED),
            lambda view: queries.deeds(view, ASKED),
            lambda view: queries.answered(view, ASKED),
            lambda view: queries.answers(view, ASKED, masks),
        ):
            one, other = (sorted(map(str, w.query(build).to_pylist())) for w in (ws, spark))
            assert one == other
            assert one
    finally:
        spark.close()
