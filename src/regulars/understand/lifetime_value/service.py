"""Fit, forecast and show lifetime value; one customer's comes from the customer's own events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from regulars.company.rights.model import Scope
from regulars.kit.memo import Memo
from regulars.kit.period import day_start
from regulars.kit.ranked import ranked
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.timeline import currency as currencies
from regulars.timeline import people
from regulars.timeline.workspace import Workspace
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding, Learnt
from regulars.understand.lifetime_value import purchasing, queries
from regulars.understand.lifetime_value.backtesting import back_test, fit_both
from regulars.understand.lifetime_value.forecasting import ahead, forecast, tenths
from regulars.understand.lifetime_value.model import (
    HORIZONS,
    LISTED,
    MIN_DAYS,
    YEAR,
    Array,
    BackTest,
    Customer,
    Fit,
    Forecast,
    Histories,
    LifetimeValue,
    Purchasing,
    grouped,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View

DAY = timedelta(days=1)
FORECAST = ("alive", "purchases", "value", "low", "high")
EACH = pa.schema(
    [
        ("person_id", pa.string()),
        ("bought", pa.int64()),
        ("first", pa.date32()),
        ("last", pa.date32()),
        *((name, pa.float64()) for name in FORECAST),
    ]
)
_memo: Memo[pa.Table] = Memo(2)
TOO_LITTLE = Text(
    "There is not enough data: it takes 60 days of orders with an amount, and 50 "
    "customers who bought on more than one day.",
    "数据不足：需要至少 60 天含金额的订单，以及 50 位在不止一天购买过的客户。",
)


def about(scope: Scope) -> dict[str, Any]:
    """Return the slice that a finding is kept under."""
    return {"scope": None if scope is None else sorted(scope)}


def stored(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[LifetimeValue] | None:
    """Return the newest stored finding, or None."""
    return findings.find(ws, KIND, about(scope), now=now)


def answered(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[LifetimeValue]:
    """Return the finding of the timeline as it is now, computing it where needed."""
    return findings.answer(ws, KIND, about(scope), now=now)


def compute(ws: Workspace, scope: Scope) -> LifetimeValue:
    """Fit both models to all purchases, forecast and back-test; seconds at a million customers."""
    money, end = currencies.of_orders(ws, scope), _last_day(ws)
    left_out = sum(money.left_out.values())
    if end is None or not (money.n or left_out):
        return LifetimeValue(0, None, None, why_not=TOO_LITTLE)
    currency = money.in_use
    table = _table(ws, scope, currency)
    histories = _histories(table, end)
    empty = LifetimeValue(len(histories), currency, end, left_out, TOO_LITTLE, money=money.note)
    models = fit_both(histories) if float(histories.age.max(initial=0)) >= MIN_DAYS else None
    if models is None:
        return empty
    buying, paying = models
    forecasts = [ahead(buying, paying, histories, days) for days in HORIZONS]
    year, each = next(one for one in forecasts if one[0].days == YEAR)
    parts = tenths(each, year.spread)
    return replace(
        empty,
        why_not=None,
        purchasing=buying,
        spending=paying,
        repeaters=int((histories.repeats > 0).sum()),
        amount_correlation=_amounts_go_with_repeats(histories),
        ahead=[one for one, _each in forecasts],
        top_tenth=parts[0].share if parts else None,
        tenths=parts,
        back_test=_back_test(ws, scope, currency, end, int(histories.age.max())),
        customers=_listed(table, each, np.argsort(-each.value, kind="stable")[:LISTED]),
    )


def _listed_again(ws: Workspace, scope: Scope, found: LifetimeValue) -> LifetimeValue:
    """Return a finding learnt before, with whoever acted since valued anew, as of the same day."""
    top = customers(ws, scope, found).slice(0, LISTED)
    return replace(found, customers=_told(top), money=currencies.of_orders(ws, scope).note)


def customers(ws: Workspace, scope: Scope, value: LifetimeValue, horizon: int = YEAR) -> pa.Table:
    """Return every customer's forecast by the models of `value`, the highest value first.

    Columns of EACH: the person, days with a purchase so far with the first and the last of them,
    the chance of being there still, expected purchases and amount within `horizon` days and the
    95 % interval of the amount. Empty when `value` has no models.
    """
    if value.purchasing is None or value.spending is None or value.watched_to is None:
        return EACH.empty_table()
    buying, paying, end = value.purchasing.model, value.spending.model, value.watched_to
    key = ("lifetime_value", str(about(scope)), buying, paying, end, value.currency, horizon)

    def valued() -> pa.Table:
        table = _table(ws, scope, value.currency)
        each = forecast(buying, paying, _histories(table, end), float(horizon))
        columns = {name: getattr(each, name) for name in FORECAST}
        kept = {name: table.column(name) for name in EACH.names if name not in FORECAST}
        return pa.table({**kept, **columns}).select(EACH.names).cast(EACH)

    def made() -> pa.Table:
        return ranked(ws.engine.by_person(key, valued, of="person_id"), "value")

    return _memo.get((str(ws.folder), ws.engine.watermark(), key), made)


def of_group(value: LifetimeValue | None, n: int, amounts: float, squares: float) -> Estimate:
    """Return what each of `n` customers is expected to buy in a year, with its interval.

    `amounts` and `squares` are the sums of their expected amounts and of the squares. The interval
    is that of the finding for all: chance and parameters. No value without customers or model.
    """
    if value is None or value.spread is None or not n:
        return Estimate(n, None, None, None)
    return value.spread.mean(n, amounts, squares)


def histories_at(ws: Workspace, scope: Scope, currency: str | None, cut: date | None) -> Histories:
    """Return every customer's history as known at the end of the day `cut` (None: all days)."""
    end = cut or _last_day(ws) or date(1970, 1, 1)
    return _histories(_table(ws, scope, currency, cut), end)


def fit_purchasing(found: Histories) -> Fit[Purchasing]:
    """Return BG/NBD alone, for whatever customers do again and again."""
    return purchasing.fit(grouped(found))


def none_within(model: Purchasing, found: Histories, horizon: float) -> Array:
    """Return each customer's probability of nothing within `horizon` days."""
    return purchasing.none_within(model, found, horizon)


def of_person(ws: Workspace, scope: Scope, value: LifetimeValue, person: str) -> Customer | None:
    """Return one person's forecast from the person's own orders; None without any, or no model."""
    if value.purchasing is None or value.spending is None or value.watched_to is None:
        return None
    table = _table(ws, scope, value.currency, identities=people.identities_of(ws, person))
    if not table.num_rows:
        return None
    histories = _histories(table, value.watched_to)
    each = forecast(value.purchasing.model, value.spending.model, histories, float(YEAR))
    return _listed(table, each, np.array([0]))[0]


def _last_day(ws: Workspace) -> date | None:
    """Return the last day watched."""
    last: date | None = ws.query(queries.last_day).column("last")[0].as_py()
    return last


def _table(
    ws: Workspace,
    scope: Scope,
    currency: str | None,
    cut: date | None = None,
    *,
    identities: Sequence[str] | None = None,
) -> pa.Table:
    known = None if cut is None else day_start(cut + DAY, ws.zone)

    def build(view: View) -> ir.Table:
        return queries.histories(view, scope, currency, cut, known)

    if identities is not None:
        return ws.query(build, identities=identities)
    key = ("purchases", scope, currency, cut)
    return ws.engine.persons(key, build, of="person_id").sort_by("person_id")


def _days(table: pa.Table, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    column = table.column(name).cast(pa.date32()).cast(pa.int32())
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _numbers(table: pa.Table, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.asarray(table.column(name).to_numpy(), dtype=np.float64)


def _histories(table: pa.Table, end: date) -> Histories:
    first, last = _days(table, "first"), _days(table, "last")
    spent = _numbers(table, "spent") - _numbers(table, "spent_first")
    until = float((end - date(1970, 1, 1)).days)
    age = np.maximum(until - first, last - first)
    return Histories(_numbers(table, "bought") - 1, last - first, age, np.maximum(spent, 0.0))


def _back_test(
    ws: Workspace, scope: Scope, currency: str | None, end: date, age: int
) -> BackTest | None:
    """Forecast the later half of what was watched, at most a year, from the earlier one."""
    days = min(YEAR, (age + 1) // 2)
    cut = end - days * DAY
    table = _table(ws, scope, currency, cut)
    later = _numbers(table, "bought_later"), _numbers(table, "spent_later")
    return back_test(_histories(table, cut), *later, cut, days)


def _amounts_go_with_repeats(found: Histories) -> float | None:
    paying = (found.repeats > 0) & (found.spent > 0)
    one, other = found.repeats[paying], found.mean[paying]
    return float(np.corrcoef(one, other)[0, 1]) if one.std() and other.std() else None


def _listed(table: pa.Table, each: Forecast, rows: Any) -> list[Customer]:
    picked = table.take(pa.array(rows))
    columns = {name: getattr(each, name)[rows] for name in FORECAST}
    kept = {name: picked.column(name) for name in EACH.names if name not in FORECAST}
    return _told(pa.table({**kept, **columns}))


def _told(valued: pa.Table) -> list[Customer]:
    return [
        Customer(
            row["person_id"],
            int(row["bought"]),
            row["first"],
            row["last"],
            row["alive"],
            row["purchases"],
            row["value"],
            row["low"],
            row["high"] if np.isfinite(row["high"]) else None,
        )
        for row in valued.to_pylist()
    ]


def _compute(ws: Workspace, asked: dict[str, Any], now: datetime) -> LifetimeValue:
    scope = None if asked["scope"] is None else frozenset(asked["scope"])
    known = findings.latest(ws, KIND.key, LifetimeValue, about=asked, version=KIND.version)
    held = known.payload if known is not None and known.payload.spending else None
    same = held is not None and held.currency == currencies.of_orders(ws, scope).in_use
    if held is not None and same and findings.still(ws, held.learnt, now):
        return _listed_again(ws, scope, held)
    found = compute(ws, scope)
    learnt = Learnt(now, ws.engine.watermark()) if found.spending is not None else None
    return replace(found, learnt=learnt)


KIND = findings.declare(
    findings.ResultType(
        "lifetime_value",
        5,
        LifetimeValue,
        _compute,
        standing=({"scope": None},),
        quotes=lambda found: [one.person for one in found.customers],
    )
)
