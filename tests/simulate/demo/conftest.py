"""What tests of demo share."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regulars import app
from regulars.simulate.demo import opening, service
from regulars.timeline.workspace import Workspace

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo"
    made(path).close()
    return path


def made(folder: Path) -> Workspace:
    wanted = service.planned(400, 3, NOW)
    return opening.made(
        folder, wanted, now=NOW, creates=app.init_workspace, opens=app.open_workspace
    )


@pytest.fixture
def ws(folder: Path) -> Iterator[Workspace]:
    workspace = app.open_workspace(folder)
    yield workspace
    workspace.close()
