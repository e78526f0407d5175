"""What every test may use: a workspace of its own, and the real data sets where they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars.app import init_workspace
from regulars.store.settings import Settings, WorkspaceSettings
from regulars.timeline.workspace import Workspace

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    """A new workspace that reports in Asia/Shanghai."""
    workspace = init_workspace(
        tmp_path / "company", Settings(workspace=WorkspaceSettings(time_zone="Asia/Shanghai"))
    )
    yield workspace
    workspace.close()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the real public data sets; skips where it is not there."""
    if not REAL_DATA.is_dir():
        pytest.skip("the real data sets are not beside the checkout")
    return REAL_DATA
