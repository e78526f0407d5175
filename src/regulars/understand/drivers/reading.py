"""Read what an analysis rests on: where from, which attributes, who said what, who is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from regulars.kit.errors import Invalid
from regulars.kit.period import Period
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.timeline.workspace import Workspace
from regulars.understand.drivers import outcomes, queries, ranking
from regulars.understand.drivers.limits import MOST
from regulars.understand.drivers.model import (
    FOLLOW_UP_DAYS,
    MIN_PAIR,
    MIN_WITH,
    DriverParameters,
    Left,
    LeftOut,
    Missing,
)
from regulars.understand.drivers.outcomes import Basis, Item
from regulars.understand.scope import service as scopes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.understand.scope.model import EventScope

Floats = NDArray[np.float64]


def source_of(
    ws: Workspace, parameters: DriverParameters, extent: EventScope
) -> queries.AnswerSource:
    """Return where an answer comes from. Raises Invalid for a behaviour in too short a period."""
    catalog = catalog_service.current(ws)
    wholes = list(catalog.wholes().items())

    def place(events: ir.Table) -> ir.Table:
        placed = catalog_service.placed_by(catalog, events, stage=False)
        point = placed.touchpoint
        return placed.mutate(touchpoint=point.cases(*wholes, else_=point)) if wholes else placed

    if not parameters.behaviour:
        return queries.AnswerSource(parameters, extent, extent, place)
    period = extent.period if extent.period.end else scopes.reach(ws)
    if period.end is None or period.start is None:
        period = scopes.reach(ws)
    turn = (period.end or _no_period()) - timedelta(days=FOLLOW_UP_DAYS)
    if period.start is not None and period.start >= turn:
        _no_period()
    before, after = Period(period.start, turn), Period(turn, period.end)
    # What somebody does next may happen anywhere, so a chosen channel narrows the answers only.
    follow_up = replace(extent.during(after), channels=())
    return queries.AnswerSource(parameters, extent.during(before), follow_up, place)


def _no_period() -> datetime:
    raise Invalid(
        "drivers.period",
        Text(
            f"The period must be longer than the {FOLLOW_UP_DAYS} days of the follow-up.",
            f"时间段须长于 {FOLLOW_UP_DAYS} 天的观察期。",
        ),
        field="period",
    )


def bases(ws: Workspace, source: queries.AnswerSource, as_of: datetime) -> list[Basis]:
    """Return the bases that the outcome means: one, none without answers, several if mixed."""
    table = ws.query(
        lambda view: queries.bases(queries.answers(view, source), source.asked), as_of=as_of
    )
    known = [outcomes.basis_of(row) for row in table.to_pylist()]
    return sorted(outcomes.meant(source.asked.said, known), key=str)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The `items` that take part, `more` by key for which there is no room, and all left out.

    `unknown` are chosen ones that nobody answered about, `choices` what can be chosen.
    """

    items: list[Item]
    more: dict[str, Item]
    out: list[LeftOut]
    unknown: list[str]
    choices: list[str]


def candidates(ws: Workspace, source: queries.AnswerSource, as_of: datetime) -> Candidates:
    """Return the items that were chosen, else the most answered, and the others.

    Of equally answered ones those of greater weight in the catalog, then as they stand there.
    """
    table = ws.query(lambda view: queries.counted(view, source), as_of=as_of)
    people = {
        Item(row["touchpoint"], outcomes.basis_of(row)): row["people"] for row in table.to_pylist()
    }
    place = _places(ws)
    items = sorted(people, key=lambda one: (-people[one], place(one.touchpoint), str(one)))
    words = outcomes.named(items)
    choices = list(dict.fromkeys(key for one in items for key in (one.touchpoint, words[one][0])))
    wanted = set(source.asked.items) or set(choices)
    named = [one for one in items if wanted & {one.touchpoint, words[one][0]}]
    enough = [one for one in named if people[one] >= MIN_WITH]
    why = {item: NOT_CHOSEN for item in items if item not in named}
    why |= {item: FEW for item in named if item not in enough}
    why |= {item: _no_room(people, enough, item) for item in enough[MOST:]}
    out = [
        LeftOut(item.touchpoint, words[item][1], people[item], why[item], key=words[item][0])
        for item in items
        if item in why
    ]
    more = {words[item][0]: item for item in enough[MOST : 2 * MOST]}
    return Candidates(enough[:MOST], more, out, sorted(wanted - set(choices)), choices)


NOT_CHOSEN = Text("not chosen", "未选择")
FEW = Text(f"fewer than {MIN_WITH} people", f"不足 {MIN_WITH} 人")


def _places(ws: Workspace) -> Callable[[str], tuple[float, int]]:
    """Return where a touchpoint stands among equally answered ones, the first ones smallest."""
    points = catalog_service.current(ws).touchpoints
    known = {one.key: (-one.weight, at) for at, one in enumerate(points)}
    return lambda key: known.get(key, (-1.0, len(points)))


def _no_room(people: Mapping[Item, int], enough: list[Item], item: Item) -> Text:
    """Return why an item with enough answers stands behind `MOST` others."""
    room = Text(
        f"{len(enough)} items have enough answers, {MOST} at most are shared out",
        f"共 {len(enough)} 项回答足够，最多分析 {MOST} 项",
    )
    if people[item] < people[enough[MOST - 1]]:
        return Text(f"{room.en}: the most answered. Choose others to include it",
                    f"{room.zh}，取回答最多者。可自选项目以纳入")  # fmt: skip
    return Text(
        f"{room.en}. It has as many answers as the last of them, which has more weight in the "
        "catalog or stands before it. Choose others to include it",
        f"{room.zh}。其回答数与入选的最后一项相同，但目录权重较低或排序靠后。可自选项目以纳入",
    )


def with_correlations(
    ws: Workspace, source: queries.AnswerSource, rest: Candidates, as_of: datetime
) -> list[LeftOut]:
    """Return those left out; what lacked only room with its own correlation with the outcome."""
    if not rest.more:
        return rest.out
    columns = ranking.alone(values(ws, source, list(rest.more.values()), as_of))
    alone = dict(zip(rest.more, columns.tolist(), strict=True))
    return [replace(one, correlation=alone.get(one.key)) for one in rest.out]


def values(
    ws: Workspace, source: queries.AnswerSource, items: list[Item], as_of: datetime
) -> Floats:
    """Return one row a person: mean points by item (NaN: no answer), outcome last."""
    table = ws.query(lambda view: queries.rows(view, source, items), as_of=as_of)

    def column(name: str) -> Floats:
        found: Floats = np.asarray(
            table.column(name).to_numpy(zero_copy_only=False), dtype=np.float64
        )
        return found

    def mean(total: str, count: str) -> Floats:
        n = np.nan_to_num(column(count))
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = np.where(n > 0, column(total) / n, np.nan)
        return found

    columns = [mean(f"s{number}", f"n{number}") for number in range(len(items))]
    return np.column_stack([*columns, mean("outcome", "outcomes")])


def in_the_way(
    matrix: Floats,
    names: Mapping[str, tuple[Item, str]],
    dropped: dict[str, str],
    titles: Mapping[str, Text],
) -> list[LeftOut]:
    """Return why attributes (by key, in the order of the columns) were dropped."""
    columns, keys = [], list(names)
    alone = ranking.alone(matrix) if dropped else np.zeros(0)
    for key, other in dropped.items():
        n = int(np.sum(~np.isnan(matrix[:, keys.index(key)])))
        why = Text("all answers are alike", "回答完全相同")
        if other:
            title = titles[other]
            why = Text(
                f"fewer than {MIN_PAIR} people also answered about “{title.en}”",
                f"同时评价“{title.zh}”的不足 {MIN_PAIR} 人",
            )
        item, question = names[key]
        own = float(alone[keys.index(key)]) if other else None
        columns.append(LeftOut(item.touchpoint, question, n, why, own, key))
    return columns


def left(
    ws: Workspace, source: queries.AnswerSource, matrix: Floats, part: Floats, as_of: datetime
) -> Left:
    """Return who is left for the ranking."""
    row = ws.query(lambda view: queries.total(view, source), as_of=as_of).to_pylist()[0]
    everybody = int(row["people"])
    sampled = max(len(matrix), 1)
    complete = len(ranking.leave(matrix, Missing.COMPLETE)) if matrix.shape[1] > 1 else 0
    return Left(
        with_outcome=everybody,
        taking_part=round(everybody * len(part) / sampled),
        complete=round(everybody * complete / sampled),
        analysed=len(part),
        outcome_all=row["total"] / everybody if everybody else None,
        outcome_left=float(part[:, -1].mean()) if len(part) else None,
    )


def reach(ws: Workspace, source: queries.AnswerSource, as_of: datetime) -> dict[str, float | None]:
    """Return the share of active customers who met each touchpoint."""
    table = ws.query(lambda view: queries.reached(view, source), as_of=as_of)
    people = {row["touchpoint"]: row["people"] for row in table.to_pylist()}
    everybody = people.pop("", 0)
    return {name: min(1.0, n / everybody) if everybody else None for name, n in people.items()}
