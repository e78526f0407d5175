"""What tests of identities share."""

from __future__ import annotations

import pytest

from regulars.app import init_workspace
from regulars.timeline.workspace import Workspace


@pytest.fixture(scope="module")
def shared_ws(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return init_workspace(tmp_path_factory.mktemp("company") / "w")
