"""The SQL database of a workspace: SQLite in WAL mode, or PostgreSQL.

Nouns declare their tables on `metadata`; services open one `transaction()` per change.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.pool import NullPool, QueuePool

from regulars.kit import clock
from regulars.kit.errors import Unavailable
from regulars.kit.text import Text
from regulars.store import private

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

PATIENCE = 60.0
"""Seconds that work in the background waits for SQLite's lock."""
patience: ContextVar[float] = ContextVar("patience", default=PATIENCE)
"""How long the caller at hand may wait: somebody who waits for an answer has left before that."""
LOG_PAGES = 4_000
"""Pages of SQLite's log at which a commit copies it into the file."""
POLL = 0.001
"""Seconds after which SQLite's lock is asked for again; SQLite itself soon sleeps for 100 ms."""
POOL_SECONDS = 10.0
POSTGRES = {
    "connect_timeout": "5",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
"""A server that went away without a word is noticed within seconds, not within hours."""


AFTERWARDS = "afterwards"
log = structlog.get_logger(__name__)


class Moment(sa.TypeDecorator[datetime]):
    """An aware UTC moment, kept as text-sortable time on SQLite and timestamptz on PostgreSQL."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_MOMENT = Moment()


class Database:
    """One SQL database; `dialect` is "sqlite" or "postgresql"."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.log_pages = LOG_PAGES
        """The same for this process; `store.checkpoints` raises it."""
        self.dialect = self.url.get_backend_name()
        if self.dialect == "sqlite":
            self.engine = _sqlite(self.url)
        elif self.dialect == "postgresql":
            self.engine = _postgres(self.url)
        else:
            raise Unavailable(
                "database.kind",
                Text(
                    f"Databases are sqlite or postgresql, not “{self.dialect}”.",
                    f"数据库只支持 sqlite 或 postgresql，不支持“{self.dialect}”。",
                ),
            )

    @property
    def file(self) -> Path | None:
        """The SQLite file, or None on PostgreSQL."""
        return Path(self.url.database or "") if self.dialect == "sqlite" else None

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """One unit of work that writes; commits at the end, rolls back on any error.

        On SQLite it takes the write lock at the start, so it never fails half-way with "busy".
        """
        with self.engine.connect() as connection:
            if self.dialect == "sqlite":
                self._begin(connection)
            connection.info.pop(AFTERWARDS, None)
            with connection.begin() if self.dialect != "sqlite" else _manual(connection):
                yield connection
            _afterwards(connection)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent read."""
        with self.engine.connect() as connection:
            if self.dialect == "sqlite":
                _be_patient(connection)
                connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.rollback()

    def _begin(self, connection: sa.Connection) -> None:
        """Take SQLite's write lock, as soon as whoever has it lets go."""
        _be_patient(connection)
        if connection.info.get("log", LOG_PAGES) != self.log_pages:
            _pragma(connection, "wal_autocheckpoint", self.log_pages)
            connection.info["log"] = self.log_pages
        wait = patience.get()
        deadline = clock.monotonic() + wait
        _pragma(connection, "busy_timeout", 0)
        try:
            while not _began(connection, last=clock.monotonic() >= deadline):
                time.sleep(POLL)
        finally:
            _pragma(connection, "busy_timeout", int(wait * 1000))

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def after_commit(
    connection: sa.Connection, key: str, work: Callable[[sa.Connection], None]
) -> None:
    """Let `work` be done on this connection once its transaction is committed, once a `key`.

    If it fails that is logged: what was committed stands.
    """
    connection.info.setdefault(AFTERWARDS, {})[key] = work


def _afterwards(connection: sa.Connection) -> None:
    for key, work in connection.info.pop(AFTERWARDS, {}).items():
        try:
            work(connection)
        except Exception:
            log.warning("database.afterwards", key=key, exc_info=True)


def _be_patient(connection: sa.Connection) -> None:
    """Let SQLite wait for a lock as long as this caller may wait."""
    wanted = patience.get()
    if connection.info.get("patience", PATIENCE) != wanted:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(wanted * 1000)}")
        connection.info["patience"] = wanted


def _pragma(connection: sa.Connection, name: str, value: int) -> None:
    raw = connection.connection.driver_connection
    raw.execute(f"PRAGMA {name} = {value}").close()  # type: ignore[union-attr]


def _began(connection: sa.Connection, *, last: bool) -> bool:
    """Ask for the write lock once; False when another has it, unless it is the last time."""
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except sa.exc.OperationalError as error:
        if last or getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


@contextmanager
def _manual(connection: sa.Connection) -> Iterator[None]:
    """End a transaction that was opened by hand on SQLite."""
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _sqlite(url: sa.URL) -> sa.Engine:
    """Make the engine; a new file is its owner's alone, as are the two that SQLite puts beside."""
    file = Path(url.database or "")
    if url.database not in (None, "", ":memory:") and file.parent.is_dir():
        with suppress(FileExistsError):
            private.create(file)
    engine = sa.create_engine(
        url,
        poolclass=NullPool if url.database in (None, "", ":memory:") else QueuePool,
        pool_size=8,
        max_overflow=24,
        pool_timeout=POOL_SECONDS,
        connect_args={"timeout": PATIENCE, "check_same_thread": False},
    )

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
        cursor.execute("PRAGMA cache_size = -32000")
        cursor.close()

    return engine


def _postgres(url: sa.URL) -> sa.Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        return sa.create_engine(
            url,
            pool_size=8,
            max_overflow=24,
            pool_pre_ping=True,
            pool_timeout=POOL_SECONDS,
            connect_args={**POSTGRES, **url.query},
        )
    except ModuleNotFoundError as error:
        raise Unavailable(
            "database.driver",
            Text(
                "PostgreSQL needs its driver: pip install 'regulars[postgres]'.",
                "使用 PostgreSQL 需要驱动：pip install 'regulars[postgres]'。",
            ),
        ) from error


def stored(connection: sa.Connection, moment: datetime) -> Any:
    """Return a moment as `run` takes it: as the database keeps it in a column of moments."""
    bind = _MOMENT.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return moment if bind is None else bind(moment)


def run(connection: sa.Connection, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement, its values as `?`, as the driver takes it; return its rows.

    For what is done with every group of events: SQLAlchemy's part costs several times SQLite's.
    """
    if connection.dialect.name != "sqlite":
        found = connection.exec_driver_sql(statement.replace("?", "%s"), values)
        return [tuple(row) for row in found] if found.returns_rows else []
    raw: Any = connection.connection.driver_connection
    try:
        rows: list[tuple[Any, ...]] = raw.execute(statement, values).fetchall()
    except sqlite3.Error as error:
        raise sa.exc.OperationalError(statement, values, error) from error
    return rows


def insert_or_ignore(connection: sa.Connection, table: sa.Table) -> Any:
    """Return an INSERT … ON CONFLICT DO NOTHING for the connection's database.

    The result's `rowcount` tells how many rows were new; without being asked, SQLAlchemy keeps
    that of an INSERT on SQLite only.
    """
    ignoring = upsert(connection, table).on_conflict_do_nothing()
    return ignoring.execution_options(preserve_rowcount=True)


def upsert(connection: sa.Connection, table: sa.Table) -> Any:
    """Return the database's own INSERT, which knows ON CONFLICT."""
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table)
    from sqlalchemy.dialects.postgresql import insert as postgres_insert

    return postgres_insert(table)


def put(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> None:
    """Write a row down, in place of the one with its primary key."""
    keys = [column.name for column in table.primary_key]
    others = {name: value for name, value in values.items() if name not in keys}
    statement = upsert(connection, table).values(**values)
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others))
