"""What tests of imports share."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from regulars.app import build_web, init_workspace, open_workspace
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.kit import clock
from regulars.listen.imports import service
from regulars.listen.imports.model import Habits, ImportOutcome
from regulars.store.settings import Settings, WorkspaceSettings
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


UTC = Habits("UTC")


@dataclass(frozen=True, slots=True)
class Shop:
    """A workspace in euros and UTC that imports files as people have them."""

    ws: Workspace
    files: Path

    def bring(self, name: str, recipe: str, habits: Habits = UTC) -> ImportOutcome:
        """Import one of the files by a recipe."""
        file = self.files / name
        return service.import_files(self.ws, [file], recipe, now=clock.now(), habits=habits)


@pytest.fixture
def euro(tmp_path: Path, real_data: Path) -> Iterator[Shop]:
    folder = real_data / "own-files"
    if not folder.is_dir():
        pytest.skip("own-files is not beside the checkout")
    settings = Settings(workspace=WorkspaceSettings(time_zone="UTC", currency="EUR"))
    workspace = init_workspace(tmp_path / "company", settings)
    yield Shop(workspace, folder)
    workspace.close()


@pytest.fixture
def api(ws: Workspace) -> Iterator[TestClient]:
    """A program with the rights of an analyst."""
    _key, secret = keys.add_api_key(
        ws, SHELL, name="loader", role=Role.ANALYST, places=None, now=clock.now()
    )
    with TestClient(build_web(ws), headers={"Authorization": f"Bearer {secret}"}) as client:
        yield client


@pytest.fixture
def browser(ws: Workspace) -> Iterator[TestClient]:
    """An administrator at the pages."""
    staff.add(ws, SHELL, login="ann", name="Ann", role=Role.ADMIN, places=None, now=clock.now())
    token = sign_in.start_session(
        ws, staff.named(ws, "ann"), clock.now(), address="127.0.0.1", agent="tests"
    )
    headers = {"X-CSRF-Token": sign_in.csrf_token(ws, token)}
    with TestClient(build_web(ws), headers=headers, base_url="http://127.0.0.1") as client:
        client.cookies.set(sign_in.cookie_name(ws), token)
        yield client
