"""The whole database as files, of one moment, while others write; and back again.

SQLite is copied by its own online backup. PostgreSQL is read in one repeatable-read transaction,
table by table in its COPY format: its tools need not be on this machine.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from regulars.kit.errors import Conflict
from regulars.kit.text import Text
from regulars.store import private, upgrade
from regulars.store.database import Database, metadata

SQLITE_FILE = "state.db"
CONTENTS = "tables.json"
REVISIONS = "alembic_version"
TRIGGERED = """
    SELECT DISTINCT CAST(CAST(tgfoid AS regprocedure) AS text)
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND relname = ANY(:names)
        AND relnamespace = CAST(current_schema() AS regnamespace)
"""


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands beside PostgreSQL's tables: their columns, and how far each sequence was."""

    revision: str
    columns: dict[str, list[str]]
    sequences: dict[str, int]


def dump(database: Database, folder: Path) -> str:
    """Write the database into the folder; return its revision."""
    if database.dialect == "sqlite":
        return _copy_sqlite(database, folder / SQLITE_FILE)
    asked = database.engine.connect().execution_options(isolation_level="REPEATABLE READ")
    with asked as connection:
        revision = str(connection.execute(sa.text(f"SELECT version_num FROM {REVISIONS}")).scalar())
        names = sa.inspect(connection).get_table_names()
        tables = [one for one in metadata.sorted_tables if one.name in names]
        contents = Contents(
            revision,
            {one.name: _columns(connection, one.name) for one in tables},
            dict(_sequences(connection, tables)),
        )
        for name, columns in contents.columns.items():
            _copy_out(connection, name, columns, folder / f"{name}.copy")
    private.create(folder / CONTENTS, json.dumps(asdict(contents), indent=1))
    return revision


def load(
    database: Database,
    folder: Path,
    *,
    replace: bool = False,
    then: Callable[[sa.Connection], object] = lambda _connection: None,
) -> None:
    """Put PostgreSQL's tables back, and do `then`, in one transaction.

    SQLite's file is simply copied.

    Raises Conflict when the database holds tables already, unless they are to be replaced;
    Unavailable when the dump is of a newer version.
    """
    contents = json.loads((folder / CONTENTS).read_text("utf-8"))
    upgrade.refuse_newer(contents["revision"])
    with database.transaction() as connection:
        if sa.inspect(connection).has_table(REVISIONS):
            if not replace:
                raise _taken(database)
            drop(connection)
        upgrade.run(connection, contents["revision"])
        for name in reversed(contents["columns"]):  # what a migration wrote is in the dump, too
            connection.execute(sa.text(f'DELETE FROM "{name}"'))
        for name, columns in contents["columns"].items():
            _copy_in(connection, name, columns, folder / f"{name}.copy")
        for sequence, last in contents["sequences"].items():
            connection.execute(
                sa.text("SELECT setval(:name, :last)"), {"name": sequence, "last": last}
            )
        then(connection)


def _copy_sqlite(database: Database, target: Path) -> str:
    private.create(target)
    source = database.engine.raw_connection()
    with closing(source), closing(sqlite3.connect(target)) as copy:
        raw: Any = source.driver_connection
        raw.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        return str(copy.execute(f"SELECT version_num FROM {REVISIONS}").fetchone()[0])


def _columns(connection: sa.Connection, name: str) -> list[str]:
    return [str(one["name"]) for one in sa.inspect(connection).get_columns(name)]


def _sequences(connection: sa.Connection, tables: list[sa.Table]) -> list[tuple[str, int]]:
    """Return the sequences that have given out a number, with the last one."""
    sequences = []
    for table in tables:
        for column in table.primary_key.columns:
            asked = sa.func.pg_get_serial_sequence(f'"{table.name}"', column.name)
            name = connection.execute(sa.select(asked)).scalar()
            if name is None:
                continue
            row = connection.execute(sa.text(f"SELECT last_value, is_called FROM {name}")).one()
            if row.is_called:
                sequences.append((str(name), int(row.last_value)))
    return sequences


def _quoted(columns: list[str]) -> str:
    return ", ".join(f'"{one}"' for one in columns)


def _copy_out(connection: sa.Connection, name: str, columns: list[str], target: Path) -> None:
    private.create(target)
    raw: Any = connection.connection.driver_connection
    line = f'COPY "{name}" ({_quoted(columns)}) TO STDOUT'
    with raw.cursor() as cursor, target.open("wb") as file, cursor.copy(line) as rows:
        for part in rows:
            file.write(part)


def _copy_in(connection: sa.Connection, name: str, columns: list[str], source: Path) -> None:
    raw: Any = connection.connection.driver_connection
    line = f'COPY "{name}" ({_quoted(columns)}) FROM STDIN'
    with raw.cursor() as cursor, source.open("rb") as file, cursor.copy(line) as rows:
        while part := file.read(1 << 20):
            rows.write(part)


def drop(connection: sa.Connection) -> None:
    """Take away every table of ours, and the functions of their triggers."""
    functions = connection.execute(sa.text(TRIGGERED), {"names": list(metadata.tables)}).scalars()
    for function in list(functions):
        connection.execute(sa.text(f"DROP FUNCTION {function} CASCADE"))
    for name in [*metadata.tables, REVISIONS]:
        connection.execute(sa.text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))


def _taken(database: Database) -> Conflict:
    where = database.url.render_as_string(hide_password=True)
    return Conflict(
        "restore.database",
        Text(
            f"The database {where} holds a workspace already: name an empty one with --database, "
            "or give --replace.",
            f"数据库 {where} 中已有工作区：请用 --database 指定空数据库，或加上 --replace。",
        ),
    )
