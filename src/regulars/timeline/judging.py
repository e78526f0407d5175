"""Judging anew: which identities that the timeline keeps from before name nobody.

Events keep the identity they came with, so a value that is nobody's by today's list may stand on
the timeline under its hash. The hashes of all listed values can be computed, and so can those of
the common shapes; whichever of them the timeline knows are left out where it is read. This is done
when a release or an edit has changed the list, and is undone the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlalchemy as sa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from regulars.kit.text import Text
from regulars.timeline import duck, identity, inferring, judged, lake, listed
from regulars.timeline.event import IDENTITY_KINDS
from regulars.timeline.inbox import lock_inbox
from regulars.timeline.nobody import ANY, Words
from regulars.timeline.tables import identity_judgements, inbox, links, nobody_identities

if TYPE_CHECKING:
    import duckdb

    from regulars.timeline.workspace import Workspace

VALUES = pa.schema([("kind", pa.string()), ("word", pa.string())])
EMPTY = VALUES.empty_table()
ACTION = "identities.judged"
"""The action of the audit log."""
Value = tuple[str, str]
"""Kind and value of an identity."""
SIGNS = ("-", "--", "---", "_", "__", ".", "..", "...", "?", "??", "*", "**", "***", "/", "//",
         "\\", "#", "!", "+", "=", ":", ";", ",", "()", "[]", "{}", "<>", "~", "'")  # fmt: skip
SHORT_NUMBERS = """
    SELECT 'phone' AS kind, lpad(CAST(n AS VARCHAR), CAST(digits AS INTEGER), '0') AS word
    FROM range(1, 6) AS lengths(digits), range(100000) AS numbers(n) WHERE n < pow(10, digits)
"""
"""Phone numbers of up to five digits; of six, only what is often typed."""
CUT_NUMBERS = """
    SELECT unnest(['phone', 'user']) AS kind, word FROM (
        SELECT '1.' || lpad(CAST(n AS VARCHAR), CAST(digits AS INTEGER), '0') || 'E+10' AS word
        FROM range(1, 6) AS lengths(digits), range(100000) AS numbers(n)
        WHERE n < pow(10, digits) AND n >= 3 * pow(10, digits - 1))
"""
"""Mobile numbers as a spreadsheet cuts them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was judged anew: nobody's identities with their events, and links, by an upgrade."""

    nobodies: int
    events: int
    links: int
    from_before: bool

    @property
    def note(self) -> Text | None:
        """Say in words what an upgrade judges otherwise; None when it is nothing."""
        if not self.from_before or not (self.nobodies or self.links):
            return None
        return Text(
            f"Values such as null or Guest name nobody now: {self.events:,} events of "
            f"{self.nobodies:,} such customers count for no customer; {self.links:,} links were "
            "judged anew. See “regulars nobody show” and “regulars contested”.",
            f"null、Guest 等值现在不代表任何人：{self.nobodies:,} 个此类客户的 "
            f"{self.events:,} 个事件不再计入任何客户；已重新判断 {self.links:,} 条关联。"
            "详见“regulars nobody show”和“regulars contested”。",
        )


def judge(
    workspace: Workspace, *, now: datetime, addresses: Callable[[], pa.Table] | None = None
) -> Judged | None:
    """Judge the timeline's identities where the list has changed since; None where it has not.

    `addresses` gives values (kind, word) that are kept elsewhere, such as in profiles. A lake
    that cannot be read is left alone, to be judged by the next opening.
    """
    listed.changed(workspace)
    words = listed.words(workspace)
    with workspace.database.reading() as connection:
        last = judged.last(connection)
        if last == listed.fingerprint(words):
            return None
        judged_before = judged.found(connection)
    rows, roles, begun = [], None, _begun(workspace)
    if begun:
        with closing(duck.connect(workspace, share=0.5)) as engine:
            identity.register(engine, workspace)
            try:
                _define_seen(workspace, engine)
            except (DeltaError, OSError):
                return None
            engine.register("told_values", EMPTY if addresses is None else addresses())
            values = {*_values(words), *((one.kind, one.word) for one in judged_before)}
            rows = _seen(engine, sorted(values), shapes=last is None)
            roles = inferring.roles(workspace, engine) if last is None else None
    from_before = begun and last is None
    with workspace.database.transaction() as connection:
        lock_inbox(connection)
        _write(connection, rows, listed.fingerprint(words), now, from_before)
        links = roles.write(workspace, connection) if roles else 0
    return Judged(len(rows), sum(row[3] for row in rows), links, from_before)


def _begun(workspace: Workspace) -> bool:
    """Tell whether anything is kept: events, or links."""
    if not DeltaTable.is_deltatable(str(workspace.lake.folder)):
        return False
    with workspace.database.reading() as connection:
        for table in (links, inbox):
            if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                return True
    try:
        return bool(lake.files(workspace.lake.open()))
    except (DeltaError, OSError):
        return True  # it cannot be read now; what it holds is to be judged


def _values(words: Words) -> Iterator[Value]:
    """Yield listed values in the spellings they are met in, and values of the common shapes."""
    for kind in IDENTITY_KINDS:
        for word in (*words.get(ANY, ()), *words.get(kind, ())):
            for spelled in (word, word.upper(), word.capitalize(), word.title()):
                yield kind, spelled
        for sign in SIGNS:
            yield kind, sign
        for length in range(1, 33):
            yield kind, "0" * length
        yield kind, "0.0"
    for sign in "0123456789abcdef":
        for length in range(8, 41):
            yield "anonymous", sign * length
        yield "anonymous", "-".join(sign * length for length in (8, 4, 4, 4, 12))
        for length in range(6, 16):
            yield "phone", sign * length
    for number in ("123456", "654321", "123123", "100000"):
        yield "phone", number
    yield "user", "00000000-0000-0000-0000-000000000000"


def _define_seen(workspace: Workspace, engine: duckdb.DuckDBPyConnection) -> None:
    """Define the view `stored`, every event as it is kept, and `linked`, who is linked."""
    snapshot = workspace.engine.reader.read()
    engine.register("waiting", snapshot.waiting)
    columns = "identity_id, name, source, occurred_at"
    parts = [f"SELECT {columns} FROM waiting"]
    if snapshot.files:
        files = [workspace.lake.absolute(file) for file in snapshot.files]
        parts.append(f"SELECT {columns} FROM read_parquet({duck.file_list(files)})")
    engine.execute(f"CREATE TEMP VIEW stored AS {' UNION ALL '.join(parts)}")
    with workspace.database.reading() as connection:
        ends = judged.linked(connection)
    engine.register("linked", pa.table({"identity_id": pa.array(ends, pa.string())}))


def _seen(
    engine: duckdb.DuckDBPyConnection, values: list[Value], *, shapes: bool
) -> list[tuple[str, str, str, int]]:
    """Return (identity, kind, value, events) of those that are on the timeline or linked.

    Identities are those of an earlier release too, which kept signs of a number as they came.
    """
    columns = {"kind": [one[0] for one in values], "word": [one[1] for one in values]}
    table = pa.table({name: pa.array(some, pa.string()) for name, some in columns.items()}, VALUES)
    engine.register("listed_values", table)
    more = f"UNION ALL {SHORT_NUMBERS} UNION ALL {CUT_NUMBERS}" if shapes else ""
    engine.execute(
        "CREATE TEMP TABLE candidates AS SELECT DISTINCT identity, kind, word FROM ("
        "SELECT kind, word, unnest(["
        f"keyed_hash('{identity.PURPOSE}' || kind, normal_identity(kind, word)), "
        "former_id(kind, word)]) AS identity FROM ("
        "SELECT kind, word FROM (SELECT * FROM listed_values UNION ALL SELECT * FROM told_values) "
        f"WHERE is_nobody(kind, word) {more})) WHERE identity IS NOT NULL"
    )
    rows = engine.execute(
        "WITH met AS (SELECT identity_id, count(*) AS events FROM stored "
        "WHERE identity_id IN (SELECT identity FROM candidates) GROUP BY identity_id "
        "UNION ALL SELECT DISTINCT identity_id, 0 FROM linked "
        "WHERE identity_id IN (SELECT identity FROM candidates)) "
        "SELECT identity_id, min(kind), min(word), max(events) FROM met "
        "JOIN candidates ON identity = identity_id GROUP BY identity_id ORDER BY identity_id"
    ).fetchall()
    return [(row[0], row[1], row[2], int(row[3])) for row in rows]


def _write(
    connection: sa.Connection,
    nobodies: list[tuple[str, str, str, int]],
    hashed: str,
    now: datetime,
    from_before: bool,
) -> None:
    connection.execute(sa.delete(nobody_identities))
    names = ("identity_id", "kind", "word", "events")
    if nobodies:
        rows = [dict(zip(names, row, strict=True)) for row in nobodies]
        connection.execute(sa.insert(nobody_identities), rows)
    connection.execute(
        sa.insert(identity_judgements).values(
            list_hash=hashed, judged_at=now, from_before=from_before
        )
    )
