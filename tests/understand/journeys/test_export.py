"""Event logs come in by XES and go out again."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.understand.journeys.test_mapping import brought_in, by_case


@pytest.mark.parametrize(
    ("file", "cases", "events", "activities", "variants", "edges"),
    [
        ("08_receipt.xes.gz", 1_434, 8_577, 27, 116, 99),
        ("01_running-example.xes", 6, 42, 8, 6, None),
    ],
)
def test_event_logs_in_xes(
    real_data: Path,
    tmp_path: Path,
    *,
    file: str,
    cases: int,
    events: int,
    activities: int,
    variants: int,
    edges: int | None,
) -> None:
    ws = brought_in(tmp_path, real_data / "event-logs" / file, "xes", "Europe/Amsterdam")
    found = by_case(ws)
    counts = (found.cases, found.events, len(found.nodes), found.variants_total)
    assert counts == (cases, events, activities, variants)
    if edges is not None:
        assert len(found.edges) == edges
        known = {(edge.source[:3], edge.target[:3]): edge.n for edge in found.edges}
        assert (known["T04", "T05"], known["T06", "T10"]) == (1_177, 1_165)
    ws.close()
