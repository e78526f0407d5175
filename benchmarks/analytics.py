"""Each built-in analytic against hand-written DuckDB SQL over the same files.

    python -m benchmarks.analytics [--folder FOLDER] [--customers 1000000] [--repeat 3] [--only map]

Makes the company of `company.py` when FOLDER has none (twenty million events at the default
size). Ours and the SQL run in turns in one process with the same memory and threads; the best of
each is compared. Prints both times, the ratio (the claim: at most 1.5) and the highest memory.

The SQL reads the lake's files and joins the linked people as any analyst would have to; where we
answer more than it asks (intervals, order that ties cannot upset), that is our cost to bear.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
from benchmarks.company import CUSTOMERS, NOW, RICHNESS, company

from regulars.kit.period import Period
from regulars.listen.catalog import service as catalog_service
from regulars.timeline import duck
from regulars.timeline.workspace import Workspace
from regulars.understand.health import service as health
from regulars.understand.journeys import mapping, queries, service, steps
from regulars.understand.journeys.model import Funnel, Journeys
from regulars.understand.metrics import service as metrics
from regulars.understand.scope import service as scopes
from regulars.understand.scope.model import EventFilter, EventScope

CLAIM = 1.5
OWN = """
    SELECT coalesce(p.person_id, e.identity_id) AS person, coalesce(e.touchpoint, e.name) AS step, *
    FROM events e LEFT JOIN people p USING (identity_id)
    WHERE e.actor = 'customer' AND e.occurred_at >= $start AND e.occurred_at < $end
"""
STEPS = f"""
    SELECT person, step, name, occurred_at, received_at, session_id FROM ({OWN})
    WHERE person IS NOT NULL AND metric IS NULL
      AND name NOT IN ('Survey Shown', 'Survey Answered', 'Survey Dismissed')
"""
FOUND = f"SELECT step, name, count(*), max(occurred_at) FROM ({STEPS}) GROUP BY ALL"
FLOWS = f"""
    SELECT before, step, count(*), avg(wait), quantile_cont(wait, [0.5, 0.9]) FROM (
        SELECT step, lag(step) OVER w AS before,
               epoch(occurred_at) - lag(epoch(occurred_at)) OVER w AS wait
        FROM ({STEPS}) WINDOW w AS (PARTITION BY person ORDER BY occurred_at, received_at, step)
    ) GROUP BY ALL
"""
REACHED = f"SELECT step, count(DISTINCT person) FROM ({STEPS}) GROUP BY step"
VARIANTS = f"""
    SELECT way, count(*), any_value(person) FROM (
        SELECT person, bit_xor(hash(step, place)) AS way FROM (
            SELECT person, step, row_number() OVER (
                PARTITION BY person ORDER BY occurred_at, received_at, step) AS place
            FROM (SELECT *, lag(step) OVER (
                    PARTITION BY person ORDER BY occurred_at, received_at, step) AS before
                  FROM ({STEPS}))
            WHERE before IS DISTINCT FROM step
        ) GROUP BY person
    ) GROUP BY way ORDER BY 2 DESC LIMIT 20
"""
"""Whole ways by hash: `string_agg` in order takes more than 9 GiB at twenty million events."""
LENGTHS = f"""
    SELECT avg(length), median(length) FROM (
        SELECT epoch(max(occurred_at)) - epoch(min(occurred_at)) AS length
        FROM ({STEPS}) GROUP BY person)
"""
DISORDER = f"""
    SELECT step, count(*), sum((position < highest)::INT) FROM (
        SELECT step, position, max(position) OVER (
            PARTITION BY person, session_id ORDER BY occurred_at, position
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest
        FROM (SELECT *, list_position(['checkout', 'payment', 'order'], step) AS position
              FROM ({STEPS}))
        WHERE position IS NOT NULL
    ) GROUP BY step
"""
VISITS = f"""
    SELECT step, count(DISTINCT session_id) FROM ({STEPS})
    WHERE session_id IS NOT NULL GROUP BY step
"""
POINTS = f"""
    SELECT touchpoint, metric, sum(k), count(*), sum(s), sum(s * s), sum(s * k), sum(k * k) FROM (
        SELECT touchpoint, metric, coalesce(person, event_id) AS who, count(*) AS k,
               sum(100 * (score - scale_min) / (scale_max - scale_min)) AS s
        FROM ({OWN})
        WHERE score IS NOT NULL AND survey_kind IS DISTINCT FROM 'relationship'
        GROUP BY ALL)
    GROUP BY touchpoint, metric
"""
DAY = 86_400_000_000
LEVELS = ("product_page", "cart", "checkout", "payment", "order")


def _funnel_sql() -> str:
    """Return the funnel by hand: level by level the latest beginning, one window each."""
    rows = f"""
        SELECT session_id AS c, list_position({list(LEVELS)}, step) AS k, occurred_at AS t,
               received_at AS r, CASE WHEN k = 1 THEN epoch_us(t) END AS s, k = 1 AS made
        FROM ({STEPS}) WHERE session_id IS NOT NULL AND k IS NOT NULL
    """
    for level in range(2, len(LEVELS) + 1):
        rows = f"""
            SELECT c, k, t, r, CASE WHEN k = {level} THEN best ELSE s END AS s,
                   CASE WHEN k = {level} THEN epoch_us(t) - best <= {DAY} ELSE made END AS made
            FROM (SELECT *, max(CASE WHEN k = {level - 1} AND made THEN s END) OVER (
                PARTITION BY c ORDER BY t, r, k
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS best FROM ({rows}))
        """
    return f"SELECT k, count(DISTINCT c) FROM ({rows}) WHERE made GROUP BY k"


ORDERS = f"""
    SELECT coalesce(order_id, event_id) AS own, person, min(occurred_at) AS t,
           min_by(amount, occurred_at) AS amount, min_by(currency, occurred_at) AS currency
    FROM ({OWN}) WHERE name = 'Order Completed' GROUP BY ALL
"""
AGAIN = f"""
    SELECT least(date_diff('day', t, coalesce(next, $end)), 365) AS waited, next IS NOT NULL,
           t < $end - INTERVAL 365 DAY AS due, count(*)
    FROM (SELECT t, lead(t) OVER w AS next, row_number() OVER w AS turn FROM ({ORDERS})
          WHERE person IS NOT NULL WINDOW w AS (PARTITION BY person ORDER BY t))
    WHERE turn = 1 GROUP BY ALL
"""
ABANDONED = f"""
    WITH own AS (SELECT * FROM ({OWN}) WHERE name IN ('Checkout Started', 'Order Completed')),
    visits AS (
        SELECT session_id, max(person) AS person,
               min(occurred_at) FILTER (name = 'Checkout Started') AS begun,
               max(occurred_at) FILTER (name = 'Order Completed') AS done
        FROM own WHERE session_id IS NOT NULL GROUP BY session_id
    )
    SELECT count(*), sum((done IS NULL AND (o.occurred_at IS NULL
                          OR o.occurred_at - begun > INTERVAL 1 DAY))::INT)
    FROM (SELECT * FROM visits WHERE begun IS NOT NULL) AS v
    ASOF LEFT JOIN (SELECT person, occurred_at FROM own WHERE name = 'Order Completed') AS o
    ON v.person = o.person AND v.begun <= o.occurred_at
"""
ACTIVE = f"SELECT count(*) FROM (SELECT DISTINCT person FROM ({OWN}) WHERE person IS NOT NULL)"
STEPS_TO_ORDER = f"""
    SELECT steps, count(*) FROM (
        SELECT person, done,
               count(DISTINCT (name, touchpoint)) FILTER (occurred_at >= cart) AS steps
        FROM (
            SELECT *, min(occurred_at) FILTER (name IN ('Product Added', 'Product Removed',
                                                        'Cart Viewed'))
                      OVER (PARTITION BY person, done) AS cart
            FROM (
                SELECT person, name, touchpoint, occurred_at,
                       min(occurred_at) FILTER (name = 'Order Completed') OVER (
                           PARTITION BY person ORDER BY occurred_at
                           ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS done
                FROM ({OWN})
                WHERE person IS NOT NULL AND name IN (
                    'Product Added', 'Product Removed', 'Cart Viewed', 'Checkout Started',
                    'Checkout Step Viewed', 'Checkout Step Completed', 'Coupon Applied',
                    'Payment Info Entered', 'Order Completed')
            ) WHERE done - occurred_at <= INTERVAL 1 DAY
        ) WHERE cart IS NOT NULL GROUP BY person, done
    ) GROUP BY steps
"""


@dataclass(frozen=True)
class Analytic:
    """One thing we compute, and the SQL statements that answer the same by hand."""

    name: str
    ours: Callable[[], Any]
    by_hand: tuple[str, ...]


def analytics(ws: Workspace, period: Period) -> list[Analytic]:
    """Return all comparisons over `period`."""
    extent = EventScope(period)
    asked = Journeys(extent)
    catalog = catalog_service.current(ws)
    names = ws.query(lambda view: steps.inventory(view, asked, catalog)).column("step").to_pylist()
    codes = steps.make_codes(sorted(set(names)), catalog)

    def coded(build: Callable[[Any], Any]) -> Callable[[], Any]:
        return lambda: ws.query(lambda view: build(steps.coded(view, asked, catalog, codes)))

    size = len(codes.steps)
    funnel = Funnel(LEVELS, 86_400, "session")
    return [
        Analytic(
            "touchpoints found",
            lambda: ws.query(lambda view: steps.inventory(view, asked, catalog)),
            (FOUND,),
        ),
        Analytic(
            "transitions",
            lambda: mapping.flow(coded(queries.transitions)().to_pylist()),
            (FLOWS,),
        ),
        Analytic("reach", coded(lambda rows: queries.cases(rows, size, NOW)), (REACHED,)),
        Analytic(
            "variants",
            lambda: queries.commonest(coded(lambda r: queries.prints(r, collapse=True))(), 20),
            (VARIANTS,),
        ),
        Analytic("out of order", coded(queries.disorder), (DISORDER,)),
        Analytic(
            "journey map",
            lambda: service.journey_map(ws, asked, now=NOW),
            (FOUND, FLOWS, REACHED, VARIANTS, LENGTHS, DISORDER, VISITS, POINTS),
        ),
        Analytic(
            "funnel of visits",
            lambda: service.funnel(ws, funnel, extent),
            (_funnel_sql(),),
        ),
        Analytic("performance", lambda: health.performance(ws, extent), (POINTS,)),
        *_metrics(ws, period),
    ]


def _metrics(ws: Workspace, period: Period) -> list[Analytic]:
    ends = count(1)

    def measured(key: str, *by: str) -> Callable[[], Any]:
        def work() -> Any:
            # Another end each time, because equal questions are answered from memory.
            end = (period.end or NOW) + timedelta(microseconds=next(ends))
            return metrics.measure(ws, key, period=Period(period.start, end), by=by)

        return work

    answers = f"SELECT * FROM ({OWN}) WHERE score IS NOT NULL AND metric = "
    return [
        Analytic(
            "NPS by month",
            measured("nps", "month"),
            (
                "SELECT date_trunc('month', occurred_at), count(*), sum((score >= 9)::INT), "
                f"sum((score <= 6)::INT) FROM ({answers} 'nps') GROUP BY 1",
            ),
        ),
        Analytic(
            "CSAT by touchpoint, month",
            measured("csat_satisfied_share", "touchpoint", "month"),
            (
                "SELECT touchpoint, date_trunc('month', occurred_at), count(*), "
                f"sum((score >= 4)::INT) FROM ({answers} 'csat') GROUP BY ALL",
            ),
        ),
        Analytic(
            "complaint rate",
            measured("complaint_share"),
            (
                "SELECT count(*), sum(made) FROM (SELECT person, "
                "max((name = 'Complaint Made')::INT) AS made "
                f"FROM ({OWN}) WHERE person IS NOT NULL GROUP BY person)",
            ),
        ),
        Analytic(
            "revenue by month",
            measured("gross_revenue", "month"),
            (
                "SELECT date_trunc('month', t), currency, count(*), sum(amount) "
                f"FROM ({ORDERS}) GROUP BY ALL",
            ),
        ),
        Analytic(
            "order value",
            measured("average_order_value"),
            (
                "SELECT currency, count(*), sum(amount), sum(amount::DOUBLE * amount::DOUBLE) "
                f"FROM ({ORDERS}) GROUP BY currency",
            ),
        ),
        Analytic("repurchase", measured("repurchase_share"), (AGAIN,)),
        Analytic("order abandonment", measured("order_abandonment_share"), (ABANDONED,)),
        Analytic("steps to an order", measured("order_steps_median"), (STEPS_TO_ORDER,)),
        Analytic("active customers", measured("active_share"), (ACTIVE,)),
    ]


def by_hand(ws: Workspace) -> duckdb.DuckDBPyConnection:
    """Return a connection with the engine's own settings, the lake's files and linked people."""
    connection = duck.connect(ws)
    snapshot = ws.engine.reader.read()
    files = duck.file_list([ws.lake.absolute(file) for file in snapshot.files])
    connection.execute(f"CREATE VIEW events AS SELECT * FROM read_parquet({files})")
    connection.register("people", snapshot.people)
    return connection


def best(work: Callable[[], Any]) -> float:
    """Return how many seconds the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(
    ws: Workspace, found: Analytic, bounds: tuple[datetime, datetime], repeat: int
) -> float:
    """Run both in turns; print and return the ratio of the best times."""
    connection = by_hand(ws)
    ours, hand = [], []

    def sql() -> None:
        for statement in found.by_hand:
            named = {"start": bounds[0], "end": bounds[1]}
            connection.execute(statement, named).to_arrow_table()

    for _round in range(repeat):
        ours.append(best(found.ours))
        hand.append(best(sql))
    connection.close()
    ratio = min(ours) / min(hand)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    mark = "" if ratio <= CLAIM else "  above the claim"
    print(
        f"{found.name:28} ours {min(ours):7.2f} s   by hand {min(hand):7.2f} s   "
        f"ratio {ratio:5.2f}   peak {peak:,.0f} MiB{mark}",
        flush=True,
    )
    return ratio


def main() -> None:
    """Compare everything and say which is above the claim."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--folder", type=Path)
    options.add_argument("--customers", type=int, default=CUSTOMERS)
    options.add_argument("--richness", type=float, default=RICHNESS)
    options.add_argument("--memory", default="4GB")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--only", default="")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (chosen.folder or Path(scratch) / "company").resolve()
        ws = company(
            folder,
            chosen.customers,
            chosen.richness,
            memory=chosen.memory,
            threads=chosen.threads,
        )
        period = scopes.resolve(ws, EventFilter(period="all"), NOW).period
        reach = scopes.reach(ws)
        bounds = (reach.start or NOW, reach.end or NOW)
        period = Period(*bounds) if period.start is None else period
        wanted = [one for one in analytics(ws, period) if chosen.only in one.name]
        above = [one.name for one in wanted if compare(ws, one, bounds, chosen.repeat) > CLAIM]
        print(f"at most {CLAIM}: {len(wanted) - len(above)} of {len(wanted)}")
        ws.close()


if __name__ == "__main__":
    main()
