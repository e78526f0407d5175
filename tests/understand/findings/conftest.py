"""What tests of findings share."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.store import workspace as store_workspace
from regulars.store.database import metadata
from regulars.store.settings import Settings
from regulars.timeline import workspace as timeline_workspace
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import tables


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    store_workspace.create_folder(tmp_path / "w", Settings())
    workspace = timeline_workspace.load(tmp_path / "w")
    metadata.create_all(workspace.database.engine, tables=[tables.findings, tables.finding_quotes])
    return workspace
