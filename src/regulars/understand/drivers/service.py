"""The verbs of drivers: which touchpoints go with an outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from regulars.company.audit.service import record
from regulars.company.rights.model import Principal
from regulars.kit.errors import Invalid
from regulars.kit.period import Period, days
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.timeline.workspace import Workspace
from regulars.understand.drivers import analysis, queries
from regulars.understand.drivers.importance import MOST
from regulars.understand.drivers.model import (
    BEHAVIOURS,
    FOLLOW_UP_DAYS,
    LEAST_PAIR,
    LEAST_PEOPLE,
    LEAST_WITH,
    REPLICATES,
    Asked,
    Cost,
    Drivers,
    Left,
    LeftOut,
    Missing,
    Year,
)
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.health import service as health
from regulars.understand.health.model import Look

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.understand.health.model import Extent

Floats = NDArray[np.float64]
MOST_YEARS = 5
MOST_OFFERED = 8


def drivers(
    ws: Workspace, asked: Asked, extent: Extent, *, as_of: datetime, years: bool = False
) -> Drivers:
    """Return the touchpoints' importance for an outcome within `extent`.

    For `retention` and `repurchase` the last 91 days of the extent's period are the follow-up, and
    answers before them may explain it. With `years`, also each calendar year for itself.
    Raises Invalid for a behaviour without a period of more than twice that length.
    """
    source = _source(ws, asked, extent)
    names, few = _candidates(ws, source, as_of)
    values = _values(ws, source, names, as_of)
    kept, dropped = analysis.together(values, names)
    left_out = few + _in_the_way(ws, values, names, dropped)
    chosen = [names[j] for j in kept]
    matrix = values[:, [*kept, len(names)]]
    part = analysis.leave(matrix, asked.missing)
    found = analysis.analyse(part, chosen, _reach(ws, source, as_of), replicates=REPLICATES)
    made = Drivers(
        outcome=asked.outcome,
        missing=asked.missing,
        left=_left(ws, source, matrix, part, as_of),
        r_squared=found.r_squared if found else None,
        drivers=found.drivers if found else [],
        left_out=left_out,
        start=source.extent.period.start,
        end=extent.period.end,
    )
    if found is None:
        return made
    by_year = _years(ws, asked, extent, as_of) if years else []
    return replace(
        made,
        repaired=found.repaired,
        trees=found.trees,
        linear=found.linear,
        agreement=found.agreement,
        years=by_year,
        steadiness=_steadiness(by_year),
    )


def stored(ws: Workspace, asked: Asked, *, now: datetime) -> Finding[Drivers] | None:
    """Return the stored answer, or None; notes that it was asked for."""
    return findings.find(ws, FINDING, _about(ws, asked), now=now)


def answered(ws: Workspace, asked: Asked, *, now: datetime) -> Finding[Drivers]:
    """Return the answer: the stored one if it still holds, else computed now."""
    return findings.answer(ws, FINDING, _about(ws, asked), now=now)


def outcomes(ws: Workspace, look: Look, *, now: datetime) -> list[str]:
    """Return the outcomes that can be asked about: what people speak of, the most first, and do."""
    extent = health.extent_of(ws, look, now)
    source = _source(ws, Asked("nps", look), extent)
    table = ws.query(lambda view: queries.offered(queries.answers(view, source)), as_of=now)
    rows = sorted(table.to_pylist(), key=lambda row: (row["metric"] != "nps", -row["people"]))
    said = [
        row["metric"] if row["metric"] == "nps" else f"{row['metric']}@{row['touchpoint']}"
        for row in rows
        if row["people"] >= LEAST_PEOPLE and row["metric"] and row["touchpoint"]
    ]
    return [*list(dict.fromkeys(said))[:MOST_OFFERED], *BEHAVIOURS]


def title(ws: Workspace, outcome: str) -> Text:
    """Return the outcome's name in both languages."""
    if outcome in BEHAVIOURS:
        return BEHAVIOURS[outcome]
    metric, _at, touchpoint = outcome.partition("@")
    word = metric.upper() if metric in ("nps", "csat", "ces") else metric
    if not touchpoint:
        return Text(word, word)
    point = catalog_service.current(ws).title_of(touchpoint)
    return Text(f"{word}: {point.en}", f"{word}：{point.zh}")


def costs(ws: Workspace) -> list[Cost]:
    """Return what improvements cost, as stated."""
    with ws.database.reading() as connection:
        return queries.costs(connection)


def set_cost(
    ws: Workspace,
    touchpoint: str,
    cost: float | None,
    points: float,
    *,
    by: Principal,
    now: datetime,
) -> None:
    """State what it costs to raise a touchpoint by `points`; None takes the statement away.

    Raises Invalid for a cost of 0 or less, or points not above 0 and at most 100.
    """
    if cost is not None and (cost <= 0 or not 0 < points <= 100):
        raise Invalid(
            "drivers.cost",
            Text(
                "A cost is above 0, for more than 0 and at most 100 points.",
                "成本须大于 0，提升分值须大于 0 且不超过 100。",
            ),
            field="cost",
        )
    with ws.database.transaction() as connection:
        if cost is None:
            queries.drop_cost(connection, touchpoint)
        else:
            currency = ws.settings.workspace.currency
            queries.put_cost(connection, Cost(touchpoint, cost, points, currency), now)
        record(ws, connection, by, "drivers.cost", touchpoint, cost=cost, points=points)


def _source(ws: Workspace, asked: Asked, extent: Extent) -> queries.Source:
    catalog = catalog_service.current(ws)
    wholes = list(catalog.wholes().items())

    def place(events: ir.Table) -> ir.Table:
        placed = catalog_service.placed_by(catalog, events, stage=False)
        point = placed.touchpoint
        return placed.mutate(touchpoint=point.cases(*wholes, else_=point)) if wholes else placed

    if not asked.behaviour:
        return queries.Source(asked, extent, extent, place)
    period = extent.period if extent.period.end else health.reach(ws)
    if period.end is None or period.start is None:
        period = health.reach(ws)
    turn = (period.end or _no_period()) - timedelta(days=FOLLOW_UP_DAYS)
    if period.start is not None and period.start >= turn:
        _no_period()
    before, after = Period(period.start, turn), Period(turn, period.end)
    # What somebody does next may happen anywhere, so a chosen channel narrows the answers only.
    follow_up = replace(extent.during(after), channels=())
    return queries.Source(asked, extent.during(before), follow_up, place)


def _no_period() -> datetime:
    raise Invalid(
        "drivers.period",
        Text(
            f"The period must be longer than the {FOLLOW_UP_DAYS} days of the follow-up.",
            f"时间段须长于 {FOLLOW_UP_DAYS} 天的观察期。",
        ),
        field="period",
    )


def _candidates(
    ws: Workspace, source: queries.Source, as_of: datetime
) -> tuple[list[str], list[LeftOut]]:
    """Return the touchpoints with enough answers, the most answered first, and the others."""
    table = ws.query(lambda view: queries.counted(view, source), as_of=as_of)
    rows = sorted(table.to_pylist(), key=lambda row: (-row["people"], row["touchpoint"]))
    few = Text(f"fewer than {LEAST_WITH} people", f"不足 {LEAST_WITH} 人")
    many = Text(f"only the {MOST} most answered are shared out", f"仅分析回答最多的 {MOST} 项")
    enough = [row["touchpoint"] for row in rows if row["people"] >= LEAST_WITH]
    out = [LeftOut(r["touchpoint"], r["people"], few) for r in rows if r["people"] < LEAST_WITH]
    beyond = set(enough[MOST:])
    out += [LeftOut(r["touchpoint"], r["people"], many) for r in rows if r["touchpoint"] in beyond]
    return enough[:MOST], out


def _values(ws: Workspace, source: queries.Source, names: list[str], as_of: datetime) -> Floats:
    """Return one row a person: mean points by touchpoint (NaN: no answer), outcome last."""
    table = ws.query(lambda view: queries.rows(view, source, names), as_of=as_of)

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

    columns = [mean(f"s{number}", f"n{number}") for number in range(len(names))]
    return np.column_stack([*columns, mean("outcome", "outcomes")])


def _in_the_way(
    ws: Workspace, values: Floats, names: list[str], dropped: dict[str, str]
) -> list[LeftOut]:
    made, known = [], catalog_service.current(ws)
    alone = analysis.alone(values) if dropped else np.zeros(0)
    for name, other in dropped.items():
        n = int(np.sum(~np.isnan(values[:, names.index(name)])))
        why = Text("all answers are alike", "回答完全相同")
        if other:
            title = known.title_of(other)
            why = Text(
                f"fewer than {LEAST_PAIR} people also answered about “{title.en}”",
                f"同时评价“{title.zh}”的不足 {LEAST_PAIR} 人",
            )
        made.append(LeftOut(name, n, why, float(alone[names.index(name)]) if other else None))
    return made


def _left(
    ws: Workspace, source: queries.Source, matrix: Floats, part: Floats, as_of: datetime
) -> Left:
    row = ws.query(lambda view: queries.total(view, source), as_of=as_of).to_pylist()[0]
    everybody = int(row["people"])
    sampled = max(len(matrix), 1)
    complete = len(analysis.leave(matrix, Missing.COMPLETE)) if matrix.shape[1] > 1 else 0
    return Left(
        with_outcome=everybody,
        taking_part=round(everybody * len(part) / sampled),
        complete=round(everybody * complete / sampled),
        analysed=len(part),
        outcome_all=row["total"] / everybody if everybody else None,
        outcome_left=float(part[:, -1].mean()) if len(part) else None,
    )


def _reach(ws: Workspace, source: queries.Source, as_of: datetime) -> dict[str, float | None]:
    table = ws.query(lambda view: queries.reached(view, source), as_of=as_of)
    people = {row["touchpoint"]: row["people"] for row in table.to_pylist()}
    everybody = people.pop("", 0)
    return {name: min(1.0, n / everybody) if everybody else None for name, n in people.items()}


def _years(ws: Workspace, asked: Asked, extent: Extent, as_of: datetime) -> list[Year]:
    """Return each calendar year that the data cover with enough people, the last five."""
    reach = health.reach(ws)
    if asked.behaviour or reach.start is None or reach.end is None:
        return []
    first, last = (edge.astimezone(ws.zone).year for edge in (reach.start, reach.end))
    made = []
    for year in range(max(first, last - 2 * MOST_YEARS), last + 1):
        found = _year(ws, asked, extent, year, as_of)
        if found is not None:
            made.append(found)
    return made[-MOST_YEARS:]


def _year(ws: Workspace, asked: Asked, extent: Extent, year: int, as_of: datetime) -> Year | None:
    period = days(date(year, 1, 1), date(year + 1, 1, 1), ws.zone)
    source = _source(ws, asked, extent.during(period))
    names, _few = _candidates(ws, source, as_of)
    values = _values(ws, source, names, as_of)
    kept, _dropped = analysis.together(values, names)
    part = analysis.leave(values[:, [*kept, len(names)]], asked.missing)
    if len(part) < LEAST_PEOPLE or not kept:
        return None
    shares, whole = analysis.shares(part)
    importance = {names[j]: float(share) for j, share in zip(kept, shares, strict=True)}
    return Year(year, len(part), whole, importance)


def _steadiness(years: list[Year]) -> float | None:
    if not years:
        return None
    common = sorted(set.intersection(*(set(year.importance) for year in years)))
    return analysis.steadiness([[year.importance[key] for key in common] for year in years])


def _about(ws: Workspace, asked: Asked) -> dict[str, object]:
    return asked.about(catalog=catalog_service.current(ws).version)


def _compute(ws: Workspace, about: dict[str, Any], now: datetime) -> Drivers:
    asked = Asked.of(about)
    extent = health.extent_of(ws, asked.look, now)
    found = drivers(ws, asked, extent, as_of=now, years=True)
    return replace(found, offered=outcomes(ws, asked.look, now=now))


FINDING = findings.declare(findings.Kind("drivers", 1, Drivers, _compute))
