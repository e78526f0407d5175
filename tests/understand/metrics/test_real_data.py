"""San Francisco airport 2017 by the recipe `sfo-survey`: the published scores."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.understand.metrics.story import one

from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service


@pytest.mark.data
def test_nps_of_sfo_2017(ws: Workspace, real_data: Path) -> None:
    imports = pytest.importorskip("regulars.listen.imports.service")
    imports.import_files(ws, [real_data / "sfo-survey"], "sfo-survey", now=clock.now())
    year = {"by": ["year"]}
    plain = {row.slice["year"]: row for row in service.measure(ws, "nps", **year)}["2017-01-01"]
    assert (plain.n, round(plain.value or 0, 2)) == (2746, 39.84)
    weighed = {row.slice["year"]: row for row in service.measure(ws, "nps", weighted=True, **year)}
    assert round(weighed["2017-01-01"].value or 0, 2) == 40.40
    assert weighed["2017-01-01"].n == 2746
    assert one(ws, "nps").n >= 2746
