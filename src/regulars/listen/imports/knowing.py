"""Orders that the timeline knows keep the ids they have, whichever file tells them again.

The first order of a number has the number alone as its key; others of that number add their
customer and place as they were when they were first told. What was blank then, or is blank now,
may be the same order: the only one that it can be. Whoever names a customer by several ids (member
and phone) means the customer of whom an earlier file said one of them; and whoever names one by an
id that is linked to the one said then means the same customer, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from regulars.listen.imports.columns import unwrapped
from regulars.listen.imports.expressions import quote
from regulars.listen.imports.signs import text

if TYPE_CHECKING:
    import duckdb

PART = "chr(31)"


@dataclass(frozen=True, slots=True)
class Told:
    """The table of a file's orders: columns of its number, place and each kind of identity."""

    table: str
    number: str
    people: Mapping[str, str]
    place: str | None


def give_keys(
    connection: duckdb.DuckDBPyConnection,
    orders: Told,
    *,
    events: str | None,
    starts: Sequence[str],
    people: str | None = None,
) -> str | None:
    """Set `_key` of the orders of a table; return the query of the orders that stay unclear.

    `events` is a relation of the source's events (event_id, order_id, identity_id, place), `starts`
    what an event's id is the hash of before its key, `people` a relation of who is who
    (identity_id, person_id).
    """
    table = quote(orders.table)
    who = [
        f"identity_id({text(kind)}, CAST({quote(name)} AS VARCHAR))"
        for kind, name in orders.people.items()
    ]
    first = f"coalesce({', '.join(who)}, NULL)" if who else "CAST(NULL AS VARCHAR)"
    place = quote(orders.place) if orders.place else "CAST(NULL AS VARCHAR)"
    each = [f"{one} AS {name}" for one, name in zip(who, _names(orders), strict=True)]
    connection.execute(
        f"CREATE TABLE told_orders AS SELECT _row, CAST({quote(orders.number)} AS VARCHAR) "
        f"AS number, {', '.join([*each, ''])}{first} AS who, {place} AS place FROM {table}"
    )
    connection.execute(f"CREATE TABLE known_keys AS {_known(events, starts)}")
    row = connection.execute(
        "SELECT (SELECT count(*) FROM known_keys), "
        "(SELECT count(*) - count(DISTINCT number) FROM told_orders)"
    ).fetchone() or (0, 0)
    unclear = None
    if row[0] or row[1]:
        connection.execute(f"CREATE TABLE same_people AS {_linked(_names(orders), people)}")
        connection.execute(MATCHED.format(same=f"({_said(_names(orders))} OR {LINKED})"))
        connection.execute(
            f"UPDATE {table} SET _key = m.key FROM matched_orders m "
            f"WHERE {table}._row = m._row AND m.key IS NOT NULL"
        )
        unclear = _taken_out(connection, orders.table)
    for made in ("told_orders", "known_keys", "same_people", "matched_orders"):
        connection.execute(f"DROP TABLE IF EXISTS {made}")
    return unclear


def _names(told: Told) -> list[str]:
    """Return what the columns of a customer's ids are called among the orders of a file."""
    return [f"who_{at}" for at in range(len(told.people))]


def _said(names: Sequence[str]) -> str:
    """Return the condition that an order names its customer as the known one was named."""
    listed = ", ".join(f"t.{one}" for one in names)
    return f"coalesce(k.who IN ({listed}), FALSE)" if names else "FALSE"


def _linked(names: Sequence[str], people: str | None) -> str:
    """Return the query of orders and known keys whose customers are linked, named otherwise."""
    parts = [
        f"""
        SELECT t._row, k.key FROM told_orders t JOIN known_keys k USING (number)
        JOIN {people} mine ON mine.identity_id = t.{name}
        JOIN {people} theirs ON theirs.identity_id = k.who AND theirs.person_id = mine.person_id
        WHERE NOT {_said(names)}
        """
        for name in (names if people else ())
    ]
    nothing = "SELECT NULL::BIGINT AS _row, NULL::VARCHAR AS key WHERE FALSE"
    return " UNION ".join(parts) or nothing


def _known(events: str | None, starts: Sequence[str]) -> str:
    """Return the query of the keys that the timeline knows of these numbers, and whose."""
    if events is None:
        return (
            "SELECT CAST(NULL AS VARCHAR) AS number, CAST(NULL AS VARCHAR) AS key, "
            "CAST(NULL AS VARCHAR) AS who, CAST(NULL AS VARCHAR) AS place WHERE FALSE"
        )
    candidates = ["order_id"] + [
        f"concat(order_id, {PART}, {who}, {PART}, {where})"
        for who, where in (
            ("identity_id", "place"),
            ("identity_id", "''"),
            ("''", "place"),
            ("''", "''"),
        )
    ]
    cases = " ".join(
        f"WHEN event_id IN ({', '.join(f'md5({text(start)} || {one})' for start in starts)}) "
        f"THEN {one}"
        for one in candidates
    )
    return f"""
        SELECT number, key, max(identity_id) AS who, max(place) AS place FROM (
            SELECT {unwrapped("order_id")} AS number, identity_id, place, CASE {cases} END AS key
            FROM {events} WHERE order_id IS NOT NULL) SEMI JOIN told_orders USING (number)
        WHERE key IS NOT NULL GROUP BY number, key
    """


LINKED = "(t._row, k.key) IN (SELECT (_row, key) FROM same_people)"
MATCHED = f"""
    CREATE TABLE matched_orders AS
    WITH pairs AS (
        SELECT t._row, t.number, k.key, {{same}}::INT
            + coalesce((t.place = k.place)::INT, 0) AS score
        FROM told_orders t JOIN known_keys k ON t.number = k.number
            AND (t.who IS NULL OR k.who IS NULL OR {{same}})
            AND (t.place IS NULL OR k.place IS NULL OR t.place = k.place)),
    best AS (SELECT *, count(*) OVER (PARTITION BY _row) AS ties FROM pairs
        QUALIFY score = max(score) OVER (PARTITION BY _row)),
    claimed AS (SELECT * FROM best WHERE ties = 1
        QUALIFY row_number() OVER (PARTITION BY number, key ORDER BY score DESC, _row) = 1),
    plain AS (SELECT DISTINCT number FROM known_keys WHERE NOT contains(key, {PART})),
    fresh AS (SELECT t.*, row_number() OVER (PARTITION BY number ORDER BY _row) AS nth
        FROM told_orders t ANTI JOIN claimed USING (_row)
        WHERE _row NOT IN (SELECT _row FROM best WHERE ties > 1))
    SELECT _row, key, FALSE AS unclear FROM claimed UNION ALL
    SELECT _row, NULL, TRUE FROM best WHERE ties > 1 GROUP BY _row UNION ALL
    SELECT _row, CASE WHEN nth = 1 AND number NOT IN (SELECT number FROM plain) THEN number
        ELSE concat(number, {PART}, who, {PART}, place) END, FALSE FROM fresh
"""


def _taken_out(connection: duckdb.DuckDBPyConnection, table: str) -> str | None:
    """Take orders that stay unclear out of their table; return the query of their rows."""
    row = connection.execute("SELECT count(*) FROM matched_orders WHERE unclear").fetchone()
    if row is None or not row[0]:
        return None
    unclear = quote(f"unclear_{table}")
    connection.execute(
        f"CREATE TABLE {unclear} AS SELECT * FROM {quote(table)} SEMI JOIN "
        "(SELECT _row FROM matched_orders WHERE unclear) USING (_row)"
    )
    connection.execute(f"DELETE FROM {quote(table)} WHERE _row IN (SELECT _row FROM {unclear})")
    return f"SELECT * FROM {unclear}"
