"""The customers of the last assignment, one row each, ready to be paged and searched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.company.rights.model import Scope
from regulars.kit.errors import Invalid
from regulars.kit.memo import Memo
from regulars.kit.ranked import among
from regulars.kit.text import Text
from regulars.timeline import people as timeline_people
from regulars.timeline import remembered
from regulars.timeline.workspace import Workspace
from regulars.understand.value_groups import assigning, queries
from regulars.understand.value_groups.model import GROUPS, SEGMENTS

_memo: Memo[pa.Table] = Memo(3)
COLUMNS = ("person_id", "group", "segment", "score", "spend", "frequency", "depth", "silent")
SCHEMA = pa.schema(
    [
        ("person_id", pa.string()),
        ("group", pa.dictionary(pa.int8(), pa.string())),
        ("segment", pa.dictionary(pa.int8(), pa.string())),
        ("score", pa.float64()),
        ("spend", pa.float64()),
        ("frequency", pa.float64()),
        ("depth", pa.float64()),
        ("silent", pa.float64()),
    ]
)


def customers(ws: Workspace, scope: Scope) -> pa.Table:
    """Return every customer of the last assignment, the highest score first; empty before it.

    Columns of SCHEMA: the person as linked today, group and segment as words, score (0 to 1),
    spend in the assignment's currency, orders, days with another action, days of silence.
    """
    stamps = assigning.stamps(ws)
    if not stamps:
        return SCHEMA.empty_table()
    with ws.database.reading() as connection:
        linked = remembered.last_change(connection)
    seen = None if scope is None else (scope, ws.engine.watermark())
    return _memo.get((str(ws.folder), stamps[0], linked, seen), lambda: _table(ws, stamps, scope))


def chosen(
    ws: Workspace,
    scope: Scope,
    *,
    group: str | None = None,
    segment: str | None = None,
    persons: Sequence[str] | None = None,
) -> pa.Table:
    """Return `customers` of a group, a segment or of these persons; None leaves all.

    Raises Invalid for a group or segment that is none.
    """
    found = customers(ws, scope)
    for name, word, known in (("group", group, GROUPS), ("segment", segment, SEGMENTS)):
        if word is not None:
            found = found.filter(pc.equal(found.column(name), _known(name, word, known)))
    return among(found, persons)


def _known(name: str, word: str, known: Sequence[str]) -> str:
    if word not in known:
        words = ", ".join(known)
        raise Invalid(
            f"value_groups.{name}",
            Text(f"Choose one of {words}.", f"请选择其中之一：{words}。"),
            field=name,
        )
    return word


def _table(ws: Workspace, stamps: list[Any], scope: Scope) -> pa.Table:
    run = assigning.load(ws, stamps[0][0])
    if run is None:
        return SCHEMA.empty_table()
    people = _as_linked(ws, run.people)
    if scope is not None:
        table = ws.query(lambda view: queries.seen_at(view, sorted(scope), run.as_of))
        seen = table.column("person_id").combine_chunks()
        people = people.filter(pc.is_in(people.column("person_id"), seen))
    # The rows stand in order of the person; a stable sort by score alone keeps that among equals.
    falling = -people.column("score").to_numpy()
    people = people.take(pa.array(np.argsort(falling, kind="stable")))
    words = {"group": GROUPS, "segment": SEGMENTS}
    columns = [
        pa.DictionaryArray.from_arrays(
            people.column(name).combine_chunks(), pa.array([str(one) for one in words[name]])
        )
        if name in words
        else people.column(name)
        for name in COLUMNS
    ]
    return pa.table(columns, schema=SCHEMA)


def _as_linked(ws: Workspace, people: pa.Table) -> pa.Table:
    """Give each row its person of today; of several rows of one person the best group counts."""
    with ws.database.reading() as connection:
        fold = timeline_people.folded(ws, connection).people
    if not fold.num_rows:
        return people
    place = pc.index_in(people.column("person_id"), fold.column("identity_id").combine_chunks())
    person = pc.coalesce(fold.column("person_id").take(place), people.column("person_id"))
    if pc.all(pc.equal(person, people.column("person_id"))).as_py() is not False:
        return people  # nobody was linked since
    people = people.set_column(0, "person_id", person)
    people = people.take(
        pc.sort_indices(people, sort_keys=[("person_id", "ascending"), ("group", "ascending")])
    )
    names = people.column("person_id").to_numpy(zero_copy_only=False)
    first = np.ones(len(names), dtype=bool)
    first[1:] = names[1:] != names[:-1]
    return people.filter(pa.array(first))
