"""`cohorts`: do customers stay, buy again and spend, by the month of their first order?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from regulars.faces import charts
from regulars.faces import columns as c
from regulars.kit import period, ranked
from regulars.kit.stats import mean, proportion
from regulars.kit.stats.estimate import Estimate
from regulars.kit.text import Text
from regulars.timeline.vocabulary import ORDERS
from regulars.understand.analyses import model as a
from regulars.understand.analyses.options import CHANNEL, PLACE, Option, Options
from regulars.understand.policy import MIN_GROUP

TOO_FEW = Text("There is no full month with first orders yet.", "尚无含首单的完整自然月。")
SUMMED = ("spent", "orders", "again")
BEGUN, LATER = Text("First order in", "首单月份"), Text("Months after", "之后第几个月")
MEASURES = (
    ("retention", Text("Retention", "留存")),
    ("repurchase", Text("Repurchase", "复购")),
    ("revenue", Text("Revenue per customer", "每位客户收入")),
)


@dataclass(frozen=True, slots=True)
class CohortMonth:
    """What a cohort did in the `month`-th calendar month after its first orders."""

    cohort: str
    month: int
    retention: Estimate
    repurchase: Estimate
    revenue: Estimate


@dataclass(frozen=True, slots=True)
class Cohorts:
    """All cohorts, the oldest first; `measure` is the one shown."""

    measure: str
    currency: str | None
    money: Text | None
    cells: list[CohortMonth]
    why_not: Text | None


def _months(view: Any, ws: Any, options: Options, currency: str | None, now: datetime) -> Any:
    """Return a row a customer and active month; `again` is 1 where the second order came in it."""
    from regulars.timeline.orders import NEEDED, orders

    events = options.extent(ws, now, "all").of(view.with_person())
    events = events.filter(events.actor == "customer")
    events = events.mutate(month=view.day(events.occurred_at).truncate("M"))
    placed = orders(events.filter(events.name.isin(sorted(ORDERS))).select(*NEEDED, "month"))
    same = placed.currency.isnull() if currency is None else placed.currency == currency
    placed = placed.mutate(spent=same.ifelse(placed.amount.cast("float64"), 0.0), orders=1)
    turn = placed.orders.cumsum(group_by=placed.person_id, order_by=placed.occurred_at)
    placed = placed.mutate(again=(turn == 2).cast("int8")).select("person_id", "month", *SUMMED)
    begun = placed.group_by("person_id").aggregate(first=placed.month.min())
    acted = events.select("person_id", "month").distinct().mutate(dict.fromkeys(SUMMED, 0))
    rows = placed.union(acted.cast(placed.schema()))
    sums = {name: rows[name].sum().fill_null(0) for name in SUMMED}
    found = rows.group_by(["person_id", "month"]).aggregate(**sums).inner_join(begun, "person_id")
    later = (found.month.year() - found["first"].year()) * 12
    later = later + found.month.month() - found["first"].month()
    return found.mutate(later=later, cohort=found["first"].strftime("%Y-%m")).filter(later >= 0)


def compute(ws: Any, options: Options, now: datetime) -> Cohorts:
    """Return every cohort's months that are over, from sums by cohort and month."""
    from regulars.timeline import currency

    def sums(view: Any) -> Any:
        rows = _months(view, ws, options, money.in_use, now)
        sums = {name: rows[name].sum() for name in SUMMED}
        sums |= {"n": rows.count(), "squares": (rows.spent * rows.spent).sum()}
        return rows.group_by(["first", "later"]).aggregate(**sums)

    money, covered = currency.of_orders(ws, options.scope), ws.engine.covered()
    key = ("cohorts", options.extent(ws, now, "all").key(ws.engine), money.in_use)
    found = ws.engine.summed(key, sums, by=("first", "later"))
    known = {(row.pop("first"), row.pop("later")): row for row in found.to_pylist()}
    cells = list(_cells(known, covered[1].astimezone(ws.zone).date())) if covered else []
    return Cohorts(options["measure"], money.in_use, money.note, cells, None if cells else TOO_FEW)


def _cells(known: dict[tuple[date, int], dict[str, Any]], last: date) -> Iterator[CohortMonth]:
    """Yield the months that are over; one in which nobody of a cohort acted counts as zero."""
    for first in sorted({first for first, _later in known}):
        n, again, later = known[first, 0]["n"], 0, 0
        while n >= MIN_GROUP and period.add_months(first, later + 1) <= last:
            row = known.get((first, later)) or {"n": 0, "again": 0, "spent": 0.0, "squares": 0.0}
            again += row["again"]
            active, back = (proportion.proportion(part, n) for part in (row["n"], again))
            spent = mean.mean(mean.Sums(n, row["spent"], row["squares"]))
            yield CohortMonth(f"{first:%Y-%m}", later, active, back, spent)
            later += 1


def _link(one: CohortMonth, view: Any) -> str | None:
    return f"/cohorts/customers?cohort={one.cohort}&month={one.month}" if view.may_list else None


def _triangle(view: Any) -> charts.Option:
    spots, name = [], view.result.measure
    for one in (one for one in view.result.cells if one.month):
        spots.append(charts.Spot(str(one.month), one.cohort, getattr(one, name), _link(one, view)))
    return charts.heat(spots, unit=view.result.currency if name == "revenue" else "share")


def _customers(view: Any, cohort: str | None = None, month: int | None = None) -> Any:
    """Return the customers of a cohort, those of them who did anything in a month, by spending."""

    def people(events: Any) -> Any:
        rows = _months(events, view.ws, view.options, view.result.currency, view.now)
        rows = rows if cohort is None else rows.filter(rows.cohort == cohort)
        there = rows if month is None else rows.filter(rows.later == month)
        sums = {name: rows[name].sum() for name in SUMMED}
        people = rows.group_by("person_id").aggregate(first=rows["first"].min(), **sums)
        return people.semi_join(there, "person_id")

    return ranked.ranked(view.ws.query(people), "spent")


COLUMNS = (
    c.Column(BEGUN, "cohort"),
    c.Column(LATER, "month", c.COUNT, href=_link),
    *(c.estimate(title, key, c.MONEY if key == "revenue" else c.SHARE) for key, title in MEASURES),
)
OF_CUSTOMERS = (
    c.Column(BEGUN, "first", c.MONTH),
    c.Column(Text("Orders", "订单数"), "orders", c.COUNT),
    c.Column(Text("Amount", "金额"), "spent", c.MONEY),
)
MEASURE = Option("measure", Text("Measure", "指标"), default="retention", choices=MEASURES)
FILTERS = (Option("cohort", BEGUN), Option("month", LATER, kind=int))
WHO = Text("Which customers began together?", "同期首单的客户有哪些？")
ANALYSIS = a.Analysis(
    name="cohorts",
    title=Text("Cohorts", "同期群"),
    question=Text("Do customers stay and buy again?", "客户会留下来并再次购买吗？"),
    meaning=Text(
        "Retention: active in the n-th month after the first order's; repurchase: ordered again by "
        f"its end; revenue: its orders, a customer. Whole months, cohorts of {MIN_GROUP} or more.",
        "留存：首单所在月之后第 n 个月有行为的占比；复购：至该月末已再次下单的占比；收入：该月人均"
        f"订单金额。仅含完整的月份，且每批至少 {MIN_GROUP} 位客户。",
    ),
    result=Cohorts,
    order=64,
    options=(MEASURE, PLACE, CHANNEL),
    compute=compute,
    pictures=(a.Picture("cohorts", LATER, _triangle, 420),),
    tables=(a.Table("cohorts", LATER, COLUMNS, lambda view: view.result.cells),),
    customers=a.Customers(WHO, _customers, "spent", OF_CUSTOMERS, FILTERS, "cohort"),
)
