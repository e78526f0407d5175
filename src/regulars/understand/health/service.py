"""Compute the performance of touchpoints and the health index."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from regulars.kit.period import parse_edge
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog_service
from regulars.listen.catalog.model import Catalog
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.health.asking import HealthWork, Row
from regulars.understand.health.model import (
    MIN_A_MONTH,
    MIN_BASKET,
    TREND_MONTHS,
    Health,
    HealthQuestion,
    IndexPart,
    Month,
    Performance,
    Score,
    bounded,
    standard_error,
)
from regulars.understand.health.process import process
from regulars.understand.metrics import service as metrics
from regulars.understand.policy import MIN_GROUP, MIN_SAMPLE
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventFilter, EventScope

USUAL = (EventFilter().period, None, None)


def performance(
    ws: Workspace, extent: EventScope, *, as_of: datetime | None = None, whole: bool = False
) -> dict[str, Performance]:
    """Return touchpoint → performance from every answer within `extent`, if 5 people gave any.

    With `whole`, outcomes count to the touchpoint they are part of. Each question (metric on one
    scale) of a touchpoint counts the same; questions with fewer than 30 answers are left out where
    another question has more.
    """
    return _performances(HealthWork(ws, extent, as_of, monthly=False, whole=whole))


def _performances(asked: HealthWork) -> dict[str, Performance]:
    grouped: dict[str, list[tuple[Row, float]]] = defaultdict(list)
    for row, share in _question_shares(asked.cells()):
        grouped[row["touchpoint"]].append((row, share))
    several = [pair for found in grouped.values() if len(found) > 1 for pair in found]
    spread = asked.influence([_weight(row, share) for row, share in several], "touchpoint")
    spread |= {key: _spread(*found[0]) for key, found in grouped.items() if len(found) == 1}
    return {
        key: _performance(key, found, spread[key])
        for key, found in grouped.items()
        if spread[key]["people"] >= MIN_GROUP
    }


def _spread(row: Row, share: float) -> Row:
    """Return people and squared influences of a touchpoint with one question, from its cell."""
    value = row["total"] / row["n"]
    squares = row["squares"] - 2 * value * row["cross"] + value * value * row["answers_squared"]
    return {"people": row["people"], "squares": max(squares, 0.0) * share * share}


def split(
    ws: Workspace,
    extent: EventScope,
    touchpoint: str,
    column: str,
    *,
    as_of: datetime | None = None,
) -> dict[str, Performance]:
    """Return value → performance of one touchpoint by channel, place, source or `in_month`.

    Answers without a value stand under "".
    """
    asked = HealthWork(ws, extent, as_of, monthly=False, whole=False, split=(touchpoint, column))
    return _performances(asked)


def scores(
    ws: Workspace, extent: EventScope, touchpoint: str, *, as_of: datetime | None = None
) -> list[Score]:
    """Return how often each score was given at a touchpoint, the most asked question first."""
    asked = HealthWork(ws, extent, as_of, monthly=False, whole=False)
    found = [Score(**row) for row in asked.counted(touchpoint)]
    total: dict[str, int] = defaultdict(int)
    for score in found:
        total[score.metric] += score.n
    return sorted(found, key=lambda score: (-total[score.metric], score.metric, score.score))


def _performance(key: str, rows: list[tuple[Row, float]], spread: Row) -> Performance:
    value = sum(row["total"] * share for row, share in rows)
    n = sum(row["n"] for row, _share in rows)
    error = standard_error(spread["squares"], spread["people"])
    low, high = bounded(value, error, n, spread["people"])
    questions = [
        HealthQuestion(
            row["metric"],
            row["scale_min"],
            row["scale_max"],
            row["n"],
            row["total"] / row["n"],
            _error(row),
        )
        for row, _share in sorted(rows, key=lambda pair: -pair[0]["n"])
    ]
    return Performance(key, n, spread["people"], value, low, high, error, questions)


def health(
    ws: Workspace,
    extent: EventScope,
    *,
    trend: EventScope | None = None,
    as_of: datetime | None = None,
) -> Health:
    """Return the health index of `extent`, its parts, and its trend by month over `trend`.

    The weights are the catalog's; touchpoints that it does not know have none.
    """
    catalog = catalog_service.current(ws)
    weights = _weights(catalog)
    measured = performance(ws, extent, as_of=as_of, whole=True)
    months = trend_by_month(ws, trend or extent, weights, as_of=as_of)
    whole = _indices(HealthWork(ws, extent, as_of, monthly=False, whole=True), weights)
    index = whole[0] if whole else Month("", 0, 0, None, None, None, 0.0)
    parts = _parts(catalog, weights, measured)
    return Health(
        value=index.value,
        low=index.low,
        high=index.high,
        n=index.n,
        people=index.people,
        coverage=index.coverage,
        touchpoints=len(weights),
        counted=sum(part.counted for part in parts),
        parts=parts,
        trend=months,
        change=_change(months),
        start=extent.period.start,
        end=extent.period.end,
    )


def trend_by_month(
    ws: Workspace,
    extent: EventScope,
    weights: Mapping[str, float],
    *,
    as_of: datetime | None = None,
) -> list[Month]:
    """Return the index of each month that has answers, in order."""
    return _indices(HealthWork(ws, extent, as_of, monthly=True, whole=True), weights)


def stored(
    ws: Workspace, look: EventFilter, as_of: str | None = None, *, now: datetime
) -> Finding[Health] | None:
    """Return the stored index of an extent, or None; notes that it was asked for."""
    return findings.find(ws, FINDING, _about(ws, look, as_of), now=now)


def answered(
    ws: Workspace, look: EventFilter, as_of: str | None = None, *, now: datetime
) -> Finding[Health]:
    """Return the index of an extent: the stored one if it still holds, else computed now."""
    return findings.answer(ws, FINDING, _about(ws, look, as_of), now=now)


def _about(ws: Workspace, look: EventFilter, as_of: str | None) -> dict[str, object]:
    return look.about(catalog=catalog_service.current(ws).version, as_of=as_of)


def _compute(ws: Workspace, about: dict[str, Any], now: datetime) -> Health:
    look, moment = EventFilter.of(about), about.get("as_of")
    extent, usual = scopes.resolve(ws, look, now), (look.period, look.start, look.end) == USUAL
    trend = extent.during(scopes.back(ws, extent.period, TREND_MONTHS)) if usual else None
    known = (parse_edge(moment, ws.zone) if moment else None) or now
    found = health(ws, extent, trend=trend, as_of=known)
    return replace(found, process=process(ws, extent, look, known))


def metric_title(name: str) -> Text:
    """Return the title of a process measure's metric."""
    return metrics.definition(name).title


FINDING = findings.declare(findings.ResultType("health", 4, Health, _compute))


def _parts(
    catalog: Catalog, weights: Mapping[str, float], measured: Mapping[str, Performance]
) -> list[IndexPart]:
    parts = []
    for point in catalog.touchpoints:
        if point.key not in weights:
            continue
        row = measured.get(point.key)
        if row is None:
            parts.append(IndexPart(point.key, point.weight, 0, None, None, None, False))
            continue
        parts.append(
            IndexPart(
                point.key,
                point.weight,
                row.n,
                row.value,
                row.low,
                row.high,
                row.enough,
            )
        )
    return parts


def _weights(catalog: Catalog) -> dict[str, float]:
    """Return the touchpoints that the index is made of, with their weights."""
    return {
        point.key: point.weight
        for point in catalog.touchpoints
        if point.weight > 0 and point.part_of is None
    }


def _indices(work: HealthWork, weights: Mapping[str, float]) -> list[Month]:
    rows = work.cells()
    everything = defaultdict(list)
    for row in rows:
        everything[row["month"]].append(row)
    least = MIN_A_MONTH if work.monthly else MIN_SAMPLE
    by_month = {m: _index_shares(found, weights, least) for m, found in everything.items()}
    table = [_weight(row, share) for pairs in by_month.values() for row, share in pairs]
    spread = work.influence(table, "month")
    basket = _measured(rows, weights, MIN_SAMPLE)
    return [
        _month(month, pairs, spread.get(month), weights, basket)
        for month, pairs in sorted(by_month.items())
    ]


def _measured(rows: list[Row], weights: Mapping[str, float], least: int) -> set[str]:
    """Return the touchpoints with a weight that have at least `least` answers."""
    answers: dict[str, int] = defaultdict(int)
    for row in rows:
        answers[row["touchpoint"]] += row["n"]
    return {key for key, n in answers.items() if n >= least and key in weights}


def _index_shares(
    rows: list[Row], weights: Mapping[str, float], least: int
) -> list[tuple[Row, float]]:
    """Return each counted cell of one month with the share of one of its answers in the index."""
    counted = _measured(rows, weights, least)
    total = sum(weights[key] for key in counted)
    kept = [row for row in rows if row["touchpoint"] in counted]
    return [
        (row, share * weights[row["touchpoint"]] / total) for row, share in _question_shares(kept)
    ]


def _month(
    month: str,
    pairs: list[tuple[Row, float]],
    spread: Row | None,
    weights: Mapping[str, float],
    basket: set[str],
) -> Month:
    keys = {row["touchpoint"] for row, _share in pairs}
    carried = sum(weights[key] for key in keys)
    coverage = carried / sum(weights.values()) if weights else 0.0
    n = sum(row["n"] for row, _share in pairs)
    enough = carried >= MIN_BASKET * sum(weights[key] for key in basket)
    if spread is None or not keys or not enough:
        return Month(month, n, 0, None, None, None, coverage)
    value = sum(row["total"] * share for row, share in pairs)
    error = standard_error(spread["squares"], spread["people"])
    low, high = bounded(value, error, n, spread["people"])
    return Month(month, n, spread["people"], value, low, high, coverage)


def _question_shares(rows: list[Row]) -> list[tuple[Row, float]]:
    """Return the kept cells with the share of one answer in its touchpoint's performance."""
    grouped: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["month"], row["touchpoint"]].append(row)
    result = []
    for found in grouped.values():
        kept = [row for row in found if row["n"] >= MIN_SAMPLE] or found
        result += [(row, 1 / (len(kept) * row["n"])) for row in kept]
    return result


def _weight(row: Row, share: float) -> Row:
    return {
        "w_month": row["month"],
        "w_touchpoint": row["touchpoint"],
        "w_metric": row["metric"],
        "w_min": row["scale_min"],
        "w_max": row["scale_max"],
        "mean": row["total"] / row["n"],
        "share": share,
    }


def _error(row: Row) -> float | None:
    """Return the standard error of a cell's mean, people being the clusters (delta method)."""
    value = row["total"] / row["n"]
    spread = row["squares"] - 2 * value * row["cross"] + value * value * row["answers_squared"]
    error = standard_error(max(spread, 0.0), row["people"])
    return None if error is None else error / row["n"]


def _change(months: list[Month]) -> tuple[float, float, float] | None:
    """Return the last month's index minus the one before, with its interval."""
    known = [month for month in months if month.value is not None and month.low is not None]
    if len(known) < 2:
        return None
    before, after = known[-2], known[-1]
    assert before.value is not None and after.value is not None
    reach = math.hypot(_reach(before), _reach(after))
    difference = after.value - before.value
    return difference, difference - reach, difference + reach


def _reach(month: Month) -> float:
    assert month.low is not None and month.high is not None
    return (month.high - month.low) / 2
