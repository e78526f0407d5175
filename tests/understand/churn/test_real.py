"""Early warning on real histories, through the timeline."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from regulars.app import init_workspace
from regulars.kit import clock
from regulars.listen.imports import service as imports
from regulars.store.settings import Settings, WorkspaceSettings
from regulars.timeline.workspace import Workspace
from regulars.understand.churn import service
from regulars.understand.churn.model import EarlyWarning

pytestmark = pytest.mark.data
CUTS = {"1997-09-30": (date(1997, 12, 31), 0.765), "1997-12-31": (date(1998, 4, 2), 0.795)}


PAGE = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "churn.md"
CELLS = [[cell.strip() for cell in line.strip("|").split("|")]
         for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| 1997")]  # fmt: skip
DOC = {(cut, model): (*told, used == "yes") for cut, model, *told, used in CELLS}
"""The table of docs/algorithms/churn.md."""


@pytest.fixture(scope="module")
def cdnow(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    ws = init_workspace(tmp_path_factory.mktemp("cdnow") / "ws")
    imports.import_files(ws, [real_data / "cdnow"], "cdnow", now=clock.now())
    return ws


@pytest.mark.parametrize("cut", CUTS)
def test_cdnow_all_23570_people(cdnow: Workspace, cut: str) -> None:
    end, least = CUTS[cut]
    found = service.compute(cdnow, None, None, clock.now(), end=end)
    test = found.back_test
    assert test is not None and found.used is not None
    told: dict[str, Any] = {one.key: one for one in test.candidates}
    used = told[found.used]
    assert test.customers == 23_570
    assert used.auc.value >= least and used.auc.value >= told["recency"].auc.value
    assert used.auc_again.value >= told["recency"].auc_again.value
    assert 0.9 <= used.slope <= 1.1
    assert used.loss <= min(one.loss for one in test.candidates) + 0.001
    assert max(test.learnt_from).toordinal() + 91 <= test.cut.toordinal()
    assert test.lift.low is not None and test.lift.low > 1
    for one in test.candidates:
        again = one.auc_again.value
        row = f"{one.auc.value:.3f}", f"{again:.3f}", f"{one.slope:.2f}", one.key == found.used
        assert row == DOC[cut, one.key]


def test_northern_lights_cancellations(real_data: Path, tmp_path: Path) -> None:
    zone = Settings(workspace=WorkspaceSettings(time_zone="America/Toronto"))
    ws = init_workspace(tmp_path / "ws", zone)
    imports.import_files(ws, [real_data / "northern-lights"], "northern-lights", now=clock.now())
    found: EarlyWarning = service.compute(ws, None, "Membership Cancelled", clock.now())
    test = found.back_test
    assert test is not None
    used = next(one for one in test.candidates if one.key == found.used)
    assert used.auc.low is not None and used.auc.low > 0.7
    assert test.lift.low is not None and test.lift.low > 4
    assert test.caught.value is not None and test.caught.value > 0.5
    assert test.lead.value is not None and test.lead.value >= 28
    assert found.warned and found.at_stake is None
