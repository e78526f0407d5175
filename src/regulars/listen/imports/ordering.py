"""A table of orders among the tables of a recipe: settled before it is made, known afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from regulars.listen.imports import knowing
from regulars.listen.imports.expressions import literal, quote
from regulars.listen.imports.model import Orders, Table
from regulars.listen.imports.orders import APART, Gathering, RefusedRows
from regulars.listen.imports.reading.tables import original
from regulars.listen.imports.statuses import unseen_notes

if TYPE_CHECKING:
    from regulars.listen.imports.shaping import Shaper


def settled(shaper: Shaper, spec: Table, orders: Orders, source: str) -> Gathering:
    """Tell the orders among the rows of `source` apart; refuse the rows that are not settled."""
    absent = {field.name for field in shaper.fields if field.header is None}
    lines = shaper.compiled(orders.lines, spec.name).sql if orders.lines else ""
    gathering = Gathering(
        shaper.connection,
        spec.name,
        source,
        spec.group_by[0],
        msgspec.structs.replace(orders, lines=lines),
        frozenset(shaper.columns[spec.name]) - absent,
        shaper.recipe.answers,
        shaper.zone,
        shaper.notes,
        shaper.questions,
    )
    for refusal in gathering.settle():
        _refuse(shaper, spec, refusal)
    return gathering


def keyed(shaper: Shaper, spec: Table, orders: Orders) -> None:
    """Give orders the keys by which the timeline knows them; tell of words nobody mapped."""
    gathering = shaper.gatherings[spec.name]
    people = {kind: name for kind, name in orders.customer.items() if name in gathering.columns}
    events = [one.key for one in shaper.recipe.events if one.from_ == spec.name and not one.id]
    ground = shaper.ground
    unclear = knowing.give_keys(
        shaper.connection,
        knowing.Told(
            spec.name,
            spec.group_by[0],
            people,
            orders.place if orders.place in gathering.columns else None,
        ),
        events=ground.known(shaper.connection) if ground.known else None,
        people=ground.people(shaper.connection) if ground.people else None,
        starts=[f"{ground.salt}\x1f{key}\x1f" for key in events],
    )
    if unclear is not None:
        keys = f"{quote(spec.group_by[0])}, {APART}"
        rows = f"SELECT _row FROM ({gathering.rows}) SEMI JOIN ({unclear}) USING ({keys})"
        _refuse(shaper, spec, RefusedRows(rows, spec.group_by[0], "which_order"))
    if orders.status in gathering.columns:
        shaper.notes += unseen_notes(shaper.connection, spec.name, orders)


def _refuse(shaper: Shaper, spec: Table, refusal: RefusedRows) -> None:
    raw = shaper.raws.get(spec.from_ or "")
    lines = f"LEFT JOIN ({original(raw)}) USING (_row)" if raw else ""
    shown = "line" if raw else "NULL"
    shaper.connection.execute(
        f"INSERT INTO rejects SELECT _row, {literal(refusal.field)}, {literal(refusal.reason)}, "
        f"NULL, {shown} FROM ({refusal.rows}) {lines}"
    )
