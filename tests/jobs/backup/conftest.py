"""What tests of backup share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from regulars.app import open_workspace
from regulars.company.rights.model import SHELL
from regulars.jobs.backup import service
from regulars.kit import clock
from regulars.timeline.workspace import Workspace

PutBack = Callable[..., Workspace]


@pytest.fixture
def put_back(ws: Workspace, request: pytest.FixtureRequest, tmp_path: Path) -> PutBack:
    """Restore into another folder, and on PostgreSQL into another database."""

    def restore(backup: Path, folder: Path | None = None, *, replace: bool = False) -> Workspace:
        postgres = ws.database.dialect == "postgresql"
        url = request.getfixturevalue("postgres_url") if postgres and not replace else None
        if url is not None:
            url = sa.make_url(url).set(database=another(url)).render_as_string(hide_password=False)
        place = folder or tmp_path / "restored"
        service.restore(
            backup, SHELL, place, now=clock.now(), opens=open_workspace,
            replace=replace, database=url,
        )  # fmt: skip
        return open_workspace(place)

    return restore


def another(url: str) -> str:
    """Make one more empty database on the server; return its name."""
    name = f"restored_{os.urandom(6).hex()}"
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    return name
