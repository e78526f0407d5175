"""The verbs of maturity: diagnose, answer, state spending, draw up the handbook."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from regulars.company.audit.service import record
from regulars.company.rights.model import Principal, Scope
from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.timeline.workspace import Workspace
from regulars.understand.costs import service as costs
from regulars.understand.costs.model import Cost, Costs
from regulars.understand.drivers import service as drivers
from regulars.understand.drivers.model import DriverParameters, Drivers
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.health import service as health
from regulars.understand.journeys import service as journeys
from regulars.understand.maturity import document, handbook, queries
from regulars.understand.maturity.evidence import Gathered, gathered
from regulars.understand.maturity.model import (
    AreaGrade,
    Checked,
    Diagnosis,
    Horizon,
    Improvement,
    Questionnaire,
    SelfDiagnosis,
    Spending,
    SpendingLine,
    area_grade,
)
from regulars.understand.metrics import service as metrics
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventFilter, EventScope
from regulars.understand.value_groups import service as value_groups

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

MAX_LINES = 200


def questionnaire() -> Questionnaire:
    """Return areas, questions and advice."""
    return document.questionnaire()


def history(ws: Workspace) -> list[SelfDiagnosis]:
    """Return every self-diagnosis, the newest first."""
    with ws.database.reading() as connection:
        return queries.answers(connection)


def answer(
    ws: Workspace, grades: dict[str, int], caller: Principal, *, note: str = "", now: datetime
) -> SelfDiagnosis:
    """Keep a self-diagnosis: a grade from 1 to 5 by question. Raises Invalid."""
    known = {one.key for one in questionnaire().questions}
    wrong = sorted(key for key, grade in grades.items() if key not in known or not 1 <= grade <= 5)
    if wrong or not grades:
        raise Invalid(
            "maturity.grades",
            Text(
                f"Answer at least one question, each with 1 to 5 ({', '.join(wrong) or 'none'}).",
                f"请至少回答一题，每题 1 至 5 级（{'、'.join(wrong) or '未作答'}）。",
            ),
            field=wrong[0] if wrong else "grades",
        )
    with ws.database.transaction() as connection:
        number = max((one.number for one in queries.answers(connection)), default=0) + 1
        made = SelfDiagnosis(
            number, now, caller.name, dict(sorted(grades.items())), note.strip()[:500]
        )
        queries.add_answers(connection, made)
        record(ws, connection, caller, "maturity.answered", f"diagnosis {number}")
    return made


def spendings(ws: Workspace) -> list[Spending]:
    """Return every statement of experience spending, the newest first."""
    with ws.database.reading() as connection:
        return queries.spending(connection)


def state_spending(
    ws: Workspace, lines: list[SpendingLine], caller: Principal, *, now: datetime
) -> Spending:
    """Keep what is spent by touchpoint and horizon, in the workspace's currency. Raises Invalid."""
    for line in lines:
        if not (math.isfinite(line.amount) and line.amount >= 0) or not line.touchpoint.strip():
            raise Invalid(
                "maturity.amount",
                Text("An amount is 0 or more, for a touchpoint.", "金额须不小于 0，并注明触点。"),
                field="amount",
            )
    kept = [line for line in lines if line.amount > 0][:MAX_LINES]
    with ws.database.transaction() as connection:
        number = max((one.number for one in queries.spending(connection)), default=0) + 1
        made = Spending(number, now, caller.name, kept)
        queries.add_spending(connection, made)
        record(ws, connection, caller, "maturity.spending", f"statement {number}")
    return made


def checked(found: Diagnosis, answers: list[SelfDiagnosis]) -> list[Checked]:
    """Return every question with its claim, the claim before, and the evidence."""
    now = answers[0].grades if answers else {}
    before = answers[1].grades if len(answers) > 1 else {}
    return [
        Checked(one.key, one.area, now.get(one.key), before.get(one.key), found.of(one.evidence))
        for one in questionnaire().questions
    ]


def areas(rows: list[Checked]) -> list[AreaGrade]:
    """Return the grade of each area, and of the whole under ""."""
    keys = [area.key for area in questionnaire().areas]
    return [area_grade(key, rows) for key in [*keys, ""]]


def written(
    ws: Workspace,
    diagnosis: Diagnosis,
    answers: list[SelfDiagnosis],
    language: str,
    *,
    now: datetime,
) -> str:
    """Return the handbook as Markdown in one language."""
    rows = checked(diagnosis, answers)
    plan = handbook.Plan(
        company=ws.settings.workspace.name,
        currency=ws.settings.workspace.currency,
        day=now.astimezone(ws.zone).date(),
        questionnaire=questionnaire(),
        catalog=catalog_service.current(ws),
        rows=rows,
        areas=areas(rows),
        points=points(diagnosis, rows),
        lines=spendings(ws)[0].lines if spendings(ws) else [],
        found=diagnosis,
        answers=answers,
    )
    return handbook.markdown(plan, language)


def points(found: Diagnosis, rows: list[Checked]) -> list[Improvement]:
    """Return the key improvement points: pain points first, then the weakest areas."""
    return handbook.points(found, rows, areas(rows), questionnaire())


def diagnosis(ws: Workspace, scope: Scope, *, now: datetime) -> Diagnosis:
    """Return what the workspace itself shows of the last twelve months, within `scope`."""
    look, catalog = EventFilter(scope=scope), catalog_service.current(ws)
    extent = scopes.resolve(ws, look, now)
    index = health.answered(ws, look, now=now).payload
    ranked = drivers.answered(ws, DriverParameters("nps", look), now=now).payload
    months = [one for one in index.trend[-12:] if one.value is not None]
    priced = {cost.touchpoint for cost in drivers.costs(ws)}
    importance = {
        touchpoint: (one.value, one.low, one.high)
        for touchpoint, one in ranked.by_touchpoint().items()
    }
    held = Gathered(
        timeline=_timeline(ws, extent, now),
        rated=index.counted,
        weighted=index.touchpoints,
        months=len(months),
        minutes=_minutes(ws, extent, now),
        drivers=len(importance),
        priced=len({one.touchpoint for one in ranked.ranked if one.key in priced}),
        groups=_groups(ws, scope, now),
        shipped=_shipped(),
    )
    return Diagnosis(
        gathered(catalog, held),
        importance,
        _pains(ws, look, ranked, now),
        extent.period.start,
        extent.period.end,
    )


def _shipped() -> frozenset[tuple[str, Text]]:
    """Return the touchpoints and owners of the catalogs that come with the product."""
    every = [catalog_service.default(kind) for kind in catalog_service.DEFAULTS]
    return frozenset(
        (point.key, point.owner) for one in every for point in one.touchpoints if point.owner
    )


def _timeline(ws: Workspace, extent: EventScope, now: datetime) -> dict[str, Any]:
    catalog = catalog_service.current(ws)
    touchpoints = [point.key for point in catalog.touchpoints]

    def place(events: ir.Table) -> ir.Table:
        return catalog_service.placed_by(catalog, events, stage=False)

    def expression(view: View) -> ir.Table:
        return queries.shown(view, extent, place, touchpoints)

    key = ("maturity", extent.key(ws.engine), catalog.version)
    rows = ws.engine.summed(key, expression, by=("source", "place"), as_of=now).to_pylist()
    return {
        **{
            name: sum(row[name] for row in rows) for name in ("events", "known", "answers", "words")
        },
        "placed": sum(row["events"] for row in rows if row["place"] is not None),
        **{f"{name}s": len({row[name] for row in rows} - {None}) for name in ("source", "place")},
    }


def _minutes(ws: Workspace, extent: EventScope, now: datetime) -> tuple[float | None, int]:
    (found,) = metrics.measure(
        ws, "first_response_minutes_median", period=extent.period, scope=extent.scope, as_of=now
    )
    return found.value, found.n


def _groups(ws: Workspace, scope: Scope, now: datetime) -> tuple[float | None, int]:
    if not value_groups.runs(ws):
        return None, 0
    found = value_groups.answered(ws, scope, now=now).payload
    return (found.accuracy.value if found.customers else None), found.customers


def _pains(ws: Workspace, look: EventFilter, ranked: Drivers, now: datetime) -> list[Improvement]:
    """Return the journey's pain points with their evidence, the most important first."""
    found = journeys.answered(ws, look, now=now).payload
    weight = {touchpoint: one.value for touchpoint, one in ranked.by_touchpoint().items()}
    priced = costs.answered(ws, look, now=now).payload
    money = {one.step: one for one in priced.points}
    pains = []
    for mark in journeys.marks(found, "pain"):
        advice = mark.advice[0] if mark.advice else None
        pains.append(
            Improvement(
                title=mark.title,
                why=[*(one.text for one in mark.evidence), *_at_risk(money.get(mark.step), priced)],
                advice=advice.text if advice else Text("", ""),
                horizon=_horizon(advice.horizon if advice else ""),
                touchpoint=mark.step,
                importance=weight.get(mark.step),
            )
        )
    return sorted(pains, key=lambda one: (-(one.importance or 0.0), -_lost(money, one.touchpoint)))


def _lost(money: dict[str, Cost], touchpoint: str | None) -> float:
    found = money.get(touchpoint or "")
    return found.at_risk.value if found is not None and found.at_risk is not None else 0.0


def _at_risk(found: Cost | None, priced: Costs) -> list[Text]:
    """Return what goes with a pain point in money, where less was surely bought."""
    if found is None or found.at_risk is None or found.at_risk.low <= 0:
        return []
    lost, currency = found.at_risk, priced.currency
    amount = f"{lost.value:,.0f} {currency} ({lost.low:,.0f} – {lost.high:,.0f})"
    return [
        Text(
            f"associated with {amount} less revenue in 91 days",
            f"与 91 天内收入减少 {amount} 相关",
        )
    ]


def _horizon(word: str) -> Horizon:
    return Horizon(word) if word in set(Horizon) else Horizon.SHORT


def stored(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[Diagnosis] | None:
    """Return the stored diagnosis, or None; notes that it was asked for."""
    return findings.find(ws, FINDING, _about(ws, scope), now=now)


def answered(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[Diagnosis]:
    """Return the diagnosis: the stored one if it still holds, else computed now."""
    return findings.answer(ws, FINDING, _about(ws, scope), now=now)


def _about(ws: Workspace, scope: Scope) -> dict[str, object]:
    return EventFilter(scope=scope).about(catalog=catalog_service.current(ws).version)


def _compute(ws: Workspace, about: dict[str, Any], now: datetime) -> Diagnosis:
    return diagnosis(ws, EventFilter.of(about).scope, now=now)


FINDING = findings.declare(findings.ResultType("maturity", 4, Diagnosis, _compute))
