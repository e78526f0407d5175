"""The reference numbers of the real data sets, through the timeline; skipped where they are not."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import pytest

from regulars.kit import clock
from regulars.listen.imports import service
from regulars.listen.imports.model import Counts, ImportOutcome
from regulars.timeline.workspace import Workspace

pytestmark = pytest.mark.data
Rows = Callable[..., list[dict[str, Any]]]


def bring(ws: Workspace, folder: Path, name: str) -> Counts:
    """Import twice; the second time everything is known and nothing else differs."""
    first = service.import_files(ws, [folder], name, now=clock.now())
    before = ws.query(lambda view: view.events.aggregate(n=view.events.count())).to_pylist()
    second = service.import_files(ws, [folder], name, now=clock.now())
    after = ws.query(lambda view: view.events.aggregate(n=view.events.count())).to_pylist()
    assert before == after
    assert second.counts == dataclasses.replace(
        first.counts, accepted=0, duplicates=first.counts.accepted
    )
    return first.counts


def one(rows: list[dict[str, Any]]) -> dict[str, Any]:
    assert len(rows) == 1
    return rows[0]


def test_olist(ws: Workspace, real_data: Path, rows_of: Rows) -> None:
    counts = bring(ws, real_data / "olist", "olist")
    assert (counts.rejected, counts.repeats) == (0, 0)
    by_name = rows_of(
        ws,
        lambda view: view.events.group_by("name").aggregate(
            n=ibis._.count(), orders=ibis._.order_id.nunique(), people=ibis._.identity_id.nunique()
        ),
    )
    found = {row["name"]: (row["n"], row["orders"], row["people"]) for row in by_name}
    assert found["Order Completed"] == (3000, 3000, 2995)
    assert found["Order Delivered"][0] == 2904
    assert found["Product Reviewed"][:2] == (2993, 2979)
    scores = rows_of(
        ws,
        lambda view: (
            view.events.filter(ibis._.metric == "review")
            .group_by("touchpoint")
            .aggregate(n=ibis._.count(), total=ibis._.score.sum())
        ),
    )
    assert {row["touchpoint"]: (row["n"], round(row["total"] / row["n"], 3)) for row in scores} == {
        "delivery": (2670, 4.275),
        "late_delivery": (233, 2.549),
        "no_delivery": (90, 1.922),
    }


def test_olist_steps_out_of_order_are_kept(ws: Workspace, real_data: Path, rows_of: Rows) -> None:
    service.import_files(ws, [real_data / "olist"], "olist", now=clock.now())

    def early(view: Any) -> Any:
        approved = view.events.filter(ibis._.name == "Order Approved")
        shipped = view.events.filter(ibis._.name == "Order Shipped").select(
            order="order_id", shipped_at="occurred_at"
        )
        both = approved.inner_join(shipped, approved.order_id == shipped.order)
        return both.filter(both.shipped_at < both.occurred_at).aggregate(n=ibis._.count())

    assert one(rows_of(ws, early)) == {"n": 50}


@pytest.mark.parametrize(
    ("name", "expected"), [("cdnow", (69659, 23570, 255)), ("cdnow-sample", (6919, 2357, 21))]
)
def test_cdnow(
    ws: Workspace, real_data: Path, rows_of: Rows, name: str, expected: tuple[int, int, int]
) -> None:
    purchases, people, repeats = expected
    counts = bring(ws, real_data / "cdnow", name)
    assert (counts.read, counts.accepted, counts.repeats) == (purchases, purchases, repeats)
    found = rows_of(
        ws,
        lambda view: view.with_person().aggregate(
            n=ibis._.count(), people=ibis._.person_id.nunique()
        ),
    )
    assert one(found) == {"n": purchases, "people": people}


def test_online_retail(ws: Workspace, real_data: Path, rows_of: Rows) -> None:
    counts = bring(ws, real_data / "online-retail", "online-retail")
    assert (counts.read, counts.events, counts.repeats) == (541_909, 25_900, 5_268)

    def lines(view: Any) -> Any:
        line = view.events.select("name", "identity_id", line=view.events.lines.unnest())
        return line.select(
            "name", "identity_id", quantity=line.line["quantity"], amount=line.line["amount"]
        )

    def clean(view: Any) -> Any:
        rows = lines(view)
        sold = (rows.name == "Order Completed") & rows.identity_id.notnull()
        return rows.filter(sold & (rows.quantity > 0) & (rows.amount > 0)).aggregate(
            n=ibis._.count(), revenue=ibis._.amount.sum()
        )

    found = one(rows_of(ws, clean))
    assert (found["n"], f"{found['revenue']:.2f}") == (397_884, "8911407.90")
    orders = rows_of(
        ws,
        lambda view: view.events.filter(
            (ibis._.name == "Order Completed") & ibis._.identity_id.notnull() & (ibis._.amount > 0)
        ).aggregate(
            n=ibis._.count(), people=ibis._.identity_id.nunique(), revenue=ibis._.amount.sum()
        ),
    )
    assert {**one(orders), "revenue": f"{one(orders)['revenue']:.2f}"} == {
        "n": 18_532,
        "people": 4_338,
        "revenue": "8911407.90",
    }
    taken_back = rows_of(
        ws,
        lambda view: (
            lines(view)
            .filter(ibis._.name == "Order Refunded")
            .aggregate(n=ibis._.count(), more=ibis._.amount.max())
        ),
    )
    assert one(taken_back)["n"] == 9_288
    assert one(taken_back)["more"] < 0
    nobody = rows_of(
        ws,
        lambda view: lines(view).filter(ibis._.identity_id.isnull()).aggregate(n=ibis._.count()),
    )
    # Lines without a customer are kept, and make no person. Three of them adjust bad debt.
    assert one(nobody) == {"n": 135_080}
    people = rows_of(ws, lambda view: view.with_person().aggregate(n=ibis._.person_id.nunique()))
    assert one(people) == {"n": 4_372}


def test_sfo_survey(ws: Workspace, real_data: Path, rows_of: Rows) -> None:
    counts = bring(ws, real_data / "sfo-survey", "sfo-survey")
    assert (counts.read, counts.rejected) == (25_856, 0)

    def recommendations(view: Any) -> Any:
        rows = view.events.filter(ibis._.metric == "nps")
        promoter = ibis.ifelse(rows.score >= 9, 1.0, 0.0)
        net = promoter - ibis.ifelse(rows.score <= 6, 1.0, 0.0)
        return rows.aggregate(
            n=rows.count(),
            net=net.sum(),
            weights=rows.weight.sum(),
            weighted=(net * rows.weight).sum(),
        )

    found = one(rows_of(ws, recommendations))
    assert found["n"] == 2_746
    assert round(100 * found["net"] / found["n"], 2) == 39.84
    assert round(100 * found["weighted"] / found["weights"], 2) == 40.40
    overall = rows_of(
        ws,
        lambda view: (
            view.events.filter((ibis._.metric == "csat") & (ibis._.touchpoint == "airport"))
            .group_by(year=ibis._.occurred_at.year())
            .aggregate(n=ibis._.count(), total=ibis._.score.sum())
        ),
    )
    means = {row["year"]: (row["n"], round(row["total"] / row["n"], 3)) for row in overall}
    assert means[2017] == (2_688, 4.064)
    assert sorted(means) == list(range(2010, 2018))


LOGS = {
    "helpdesk": (4_580, 21_348, 14, 226, 55),
    "08_receipt": (1_434, 8_577, 27, 116, 99),
    "01_running-example": (6, 42, 8, 6, None),
}
EDGES = {
    ("helpdesk", "Resolve ticket", "Closed"): 4_558,
    ("helpdesk", "Assign seriousness", "Take in charge ticket"): 4_160,
    ("helpdesk", "Take in charge ticket", "Resolve ticket"): 3_563,
}


def traces(view: Any) -> Any:
    rows = view.events.order_by(["source", "case_id", "occurred_at", "received_at"])
    return rows.select("source", "case_id", "name", "occurred_at")


def check_logs(rows: list[dict[str, Any]], *names: str) -> None:
    cases: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for row in rows:
        cases.setdefault(row["source"], {}).setdefault(row["case_id"], []).append(row)
    for name in names:
        paths = [tuple(row["name"] for row in case) for case in cases[name].values()]
        edges = Counter(pair for path in paths for pair in itertools.pairwise(path))
        expected = LOGS[name]
        activities = {activity for path in paths for activity in path}
        told = (len(paths), sum(map(len, paths)), len(activities), len(set(paths)))
        assert told == expected[:4]
        if expected[4] is not None:
            assert len(edges) == expected[4]
        for (log, start, end), count in EDGES.items():
            if log == name:
                assert edges[start, end] == count


def test_event_logs(ws: Workspace, real_data: Path, rows_of: Rows) -> None:
    counts = bring(ws, real_data / "event-logs", "xes")
    assert counts.read == 21_348 + 8_577 + 42
    rows = rows_of(ws, traces)
    check_logs(rows, "helpdesk", "08_receipt", "01_running-example")
    receipt = [row for row in rows if row["source"] == "08_receipt"]
    edges = Counter(
        (before["name"][:3], after["name"][:3])
        for before, after in itertools.pairwise(receipt)
        if before["case_id"] == after["case_id"]
    )
    assert (edges["T04", "T05"], edges["T06", "T10"]) == (1_177, 1_165)


def test_the_help_desk_log_as_csv(ws: Workspace, real_data: Path, rows_of: Rows) -> None:
    assert bring(ws, real_data / "event-logs", "helpdesk").accepted == 21_348
    rows = rows_of(ws, traces)
    check_logs(rows, "helpdesk")
    cases: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        cases.setdefault(row["case_id"], []).append(row)
    starts = Counter(case[0]["name"] for case in cases.values())
    ends = Counter(case[-1]["name"] for case in cases.values())
    assert (starts["Assign seriousness"], ends["Closed"]) == (4_384, 4_557)
    days = sorted(
        (case[-1]["occurred_at"] - case[0]["occurred_at"]).total_seconds() / 86_400
        for case in cases.values()
    )
    assert round(sum(days) / len(days), 3) == 40.858
    assert round((days[2289] + days[2290]) / 2, 3) == 39.859


OTHERS: dict[str, tuple[int, dict[str, int]]] = {
    "hillstrom": (64_000, {"Experiment Assigned": 64_000, "Page Viewed": 9_394}),
    "northern-lights": (16_737 + 405_624, {"Signed Up": 16_737, "Membership Cancelled": 2_067}),
    "telco-churn": (7_043, {"Subscription Started": 7_043, "Subscription Cancelled": 1_869}),
    "airline-tweets": (
        14_640,
        {"Complaint Made": 9_178, "Enquiry Made": 3_099, "Praise Given": 2_363},
    ),
    "zh-shopping-reviews": (62_774, {"Product Reviewed": 62_774}),
}


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_the_other_sets(ws: Workspace, real_data: Path, rows_of: Rows, name: str) -> None:
    read, wanted = OTHERS[name]
    counts = bring(ws, real_data / name, name)
    assert (counts.read, counts.rejected) == (read, 0)
    rows = rows_of(ws, lambda view: view.events.group_by("name").aggregate(n=ibis._.count()))
    found = {row["name"]: row["n"] for row in rows}
    assert {key: found[key] for key in wanted} == wanted


def test_the_outcome_says_where_it_came_from(ws: Workspace, real_data: Path) -> None:
    outcome: ImportOutcome = service.import_files(
        ws, [real_data / "telco-churn"], "telco-churn", now=clock.now()
    )
    told = outcome.as_json()
    assert {"read", "accepted", "duplicates", "repeats", "rejected", "rejects_file"} <= set(told)
    assert told["files"] == ["Telco-Customer-Churn.csv"]
