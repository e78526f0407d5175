"""What links of an earlier release rest on, found out from the events that told them.

That release kept neither which end of a link is shared nor whose user ids are whose. An event
“Identified” stands on the timeline under the identity that told it, at the link's own moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import sqlalchemy as sa

from regulars.timeline import linking
from regulars.timeline.event import MOMENT
from regulars.timeline.tables import links

if TYPE_CHECKING:
    import duckdb

    from regulars.timeline.workspace import Workspace

KINDS = ("identify", "alias", "email", "phone")
PORTION = 5_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Roles:
    """Per link the end it rests on; and user ids with the source that gives them, since when."""

    through: list[tuple[str, str]]
    users: list[tuple[str, str, datetime]]

    def write(self, workspace: Workspace, connection: sa.Connection) -> int:
        """Keep what was found out; return how many links it is about."""
        change = linking.next_change(connection)
        statement = (
            sa.update(links)
            .where(links.c.link_id == sa.bindparam("which"))
            .values(through_id=sa.bindparam("rests_on"), change=change)
        )
        for start in range(0, len(self.through), PORTION):
            some = self.through[start : start + PORTION]
            connection.execute(
                statement, [{"which": link, "rests_on": through} for link, through in some]
            )
        linking.tell_users(workspace, connection, self.users)
        return len(self.through)


def roles(workspace: Workspace, engine: duckdb.DuckDBPyConnection) -> Roles:
    """Return what the events of the view `stored` tell of the links that are kept.

    Whoever told an address and is not known as a device is taken to be a user id: two that share
    the address are then shown to staff rather than made one.
    """
    with workspace.database.reading() as connection:
        names = ("link_id", "left_id", "right_id", "kind", "source", "linked_at")
        query = sa.select(*(links.c[name] for name in names)).where(
            links.c.left_id.is_not(None), links.c.through_id.is_(None), links.c.kind.in_(KINDS)
        )
        rows = connection.execute(query).all()
    if not rows:
        return Roles([], [])
    columns = {
        name: pa.array(one) for name, one in zip(names, zip(*rows, strict=True), strict=True)
    }
    # As numbers: the engine cannot push a comparison of moments into a table that Arrow holds.
    columns["linked_at"] = columns["linked_at"].cast(MOMENT).cast(pa.int64())
    engine.register("old_links", pa.table(columns))
    engine.execute(
        "CREATE TEMP TABLE told AS "
        "SELECT link_id, any_value(kind) AS kind, any_value(source) AS source, "
        "any_value(linked_at) AS linked_at, min(main) AS main, "
        "any_value(CASE WHEN main = left_id THEN right_id ELSE left_id END) AS through FROM ("
        "SELECT l.*, e.identity_id AS main FROM old_links l JOIN stored e "
        "ON epoch_us(e.occurred_at) = l.linked_at AND e.identity_id IN (l.left_id, l.right_id) "
        "WHERE e.name IN ('Identified', 'Identity Aliased')) "
        "GROUP BY link_id HAVING count(DISTINCT main) = 1"
    )
    through = engine.execute("SELECT link_id, through FROM told ORDER BY link_id").fetchall()
    users = engine.execute(
        "SELECT main, source, min(linked_at) AS since FROM told WHERE main NOT IN "
        "(SELECT through FROM told WHERE kind = 'identify') GROUP BY main, source ORDER BY ALL"
    ).fetchall()
    named = [(row[0], row[1], EPOCH + timedelta(microseconds=row[2])) for row in users]
    return Roles([(row[0], row[1]) for row in through], named)
