"""What tests of imports share."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from regulars.app import open_workspace
from regulars.store.settings import Settings
from regulars.timeline.workspace import Workspace
from tests.conftest import copy_empty

Record = Callable[[Path, list[dict[str, Any]]], None]


@pytest.fixture
def record_expected() -> Record:
    """Write down expected events anew when RECORD_EXPECTED is set: for whoever edits a recipe.

    What it writes is read over by a person before it is committed.
    """

    def record(file: Path, found: list[dict[str, Any]]) -> None:
        if os.environ.get("RECORD_EXPECTED"):
            lines = [json.dumps(row, ensure_ascii=False) for row in found]
            file.write_text("\n".join(lines) + "\n", "utf-8")

    return record


@pytest.fixture
def fresh(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Callable[[], AbstractContextManager[Workspace]]:
    """Give a new workspace each time, for tests that make many."""

    @contextmanager
    def made() -> Iterator[Workspace]:
        folder = tmp_path / secrets.token_hex(4)
        copy_empty(request, folder, Settings())
        workspace = open_workspace(folder)
        yield workspace
        workspace.close()

    return made
