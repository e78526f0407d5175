"""Orders and visits came, and nothing else: no face tells 0 or 100 of what never came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.conftest import made
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service as analyses
from regulars.understand.analyses.model import Analysis
from regulars.understand.metrics import service as metrics

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
ASKED = {"period": "all"}
KINDS = ("value", "low", "high", "grade", "of_first", "of_before")
"""What a number is called in an answer, beside its count."""
RESTS = {
    "journey": (".stages[].share.",),  # all who visited went on to an order
    "metrics": (".tiles[].course[].", ".tiles[].rows[].beside."),  # told by metric below
    "cohorts": (".cells[].",),  # orders of the customers of a month
    "value-groups": (".accuracy.",),
    "maturity": (".evidence[].value", ".questions[].evidence.value"),  # told by question below
}
"""Numbers of an answer that orders and visits do measure."""


def bought(n: int, k: int) -> list[dict[str, Any]]:
    """Return guest n's visit and order number k."""
    at = NOW - timedelta(days=20 + 30 * n + 90 * k)
    who = {"identity_id": f"guest {n:02d}", "session_id": f"{n}-{k}", "channel": "web"}
    order = {"order_id": f"{n}-{k}", "amount": Decimal(100 + n), "currency": "CNY"}
    later = at + timedelta(minutes=5)
    return [
        who | {"event_id": f"p{n}-{k}", "name": "Page Viewed", "occurred_at": at, "known_at": at},
        who | order | {"event_id": f"o{n}-{k}", "name": "Order Completed", "occurred_at": later,
                       "known_at": later},
    ]  # fmt: skip


@pytest.fixture(scope="module")
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    """Twenty customers, each with one to three visits that end in an order."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: NOW)
        for ws in made(request, tmp_path_factory.mktemp("absence")):
            rows = [row for n in range(20) for k in range(1 + n % 3) for row in bought(n, k)]
            assert inbox.accept(ws, inbox.make(rows, NOW)).accepted == len(rows)
            yield ws


@pytest.fixture(scope="module")
def client(shop: Workspace) -> TestClient:
    _key, secret = keys.add_api_key(shop, SHELL, name="all", role=Role.ADMIN, places=None, now=NOW)
    client = TestClient(build_web(shop))
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def numbers(told: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """Yield the numbers of an answer that are called as numbers are, with where they stand."""
    if isinstance(told, dict):
        for name, value in told.items():
            yield from numbers(value, f"{path}.{name}")
    elif isinstance(told, list):
        for value in told:
            yield from numbers(value, f"{path}[]")
    elif isinstance(told, int | float) and path.rpartition(".")[2] in KINDS:
        yield path, float(told)


@pytest.mark.parametrize("analysis", analyses.every(), ids=lambda one: one.name)
def test_no_analysis_tells_none_or_all_of_what_never_came(
    client: TestClient, analysis: Analysis
) -> None:
    asked = ASKED if "period" in {one.name for one in analysis.options} else {}
    got = client.get(f"/api/v1{analysis.api_path}", params=asked)
    assert got.status_code == 200, got.text
    known = RESTS.get(analysis.name, ())
    wrong = {
        (path, value)
        for path, value in numbers(got.json())
        if value in (0.0, 1.0, 100.0) and not path.startswith(known)
    }
    assert wrong == set()


NEEDY = [one for one in metrics.definitions() if one.needs]


@pytest.mark.parametrize("metric", NEEDY, ids=lambda one: one.key)
def test_a_metric_is_measured_or_says_what_to_send(shop: Workspace, metric: Any) -> None:
    came = {"Order Completed"}
    lacks = [need.told for need in metric.needs if not came & set(need.told)]
    (row,) = metrics.measure(shop, metric.key)
    assert (row.value is None) == bool(lacks)
    assert row.missing == tuple(dict.fromkeys(name for told in lacks for name in told))
    if lacks:
        assert (row.n, row.low, row.high, row.change, row.beside) == (0, None, None, None, {})
        assert row.note is not None and f"“{lacks[0][0]}”" in row.note.en


def test_page_command_and_api_say_so_in_words(shop: Workspace, client: TestClient) -> None:
    key, name = "progress_query_share", "Progress Asked"
    printed = CliRunner().invoke(
        build_cli(["show", key]), ["show", key, "--workspace", str(shop.folder)],
        env={"COLUMNS": "400"},
    )  # fmt: skip
    assert f"never received “{name}”" in printed.output
    (row,) = client.get(f"/api/v1/metrics/{key}").json()
    assert (row["value"], row["missing"]) == (None, [name])
    board = client.get("/metrics/board").text
    assert f"never received “{name}”" in board
    chinese = client.get("/metrics/board", headers={"Accept-Language": "zh"}).text
    assert "从未收到“查询进度”（Progress Asked）" in chinese
    file = client.get("/metrics/tables/metrics?format=csv").text
    assert f"never received “{name}”" in file


def test_complaints_that_nobody_could_make_are_not_none(client: TestClient) -> None:
    told = client.get("/api/v1/complaints", params=ASKED).json()
    assert (told["total"], told["people"], told["unplaced"], told["share"]) == (None,) * 4
    assert told["missing"] == ["Complaint Made"]
    assert (told["touchpoints"], told["stages"]) == ([], [])
    page = client.get("/complaints/funnel", params=ASKED).text
    assert "never received “Complaint Made”" in page


def test_the_radar_names_the_events_that_would_measure_a_dimension(client: TestClient) -> None:
    told = client.get("/api/v1/radar", params=ASKED).json()
    clarity = next(one for one in told["dimensions"] if one["key"] == "clarity")
    assert (clarity["value"], clarity["n"]) == (None, 0)
    words = json.dumps(clarity["note"], ensure_ascii=False)
    assert "or send “Progress Asked”" in words and "“查询进度”（Progress Asked）" in words


def test_maturity_has_no_grade_for_what_ships_or_never_came(client: TestClient) -> None:
    told = client.get("/api/v1/maturity").json()
    grades = {one["key"]: one["grade"] for one in told["evidence"]}
    lacking = {key for key, grade in grades.items() if grade is None}
    assert lacking >= {"owners", "targets", "sources", "feedback", "words", "priorities", "places",
                       "loop", "measuring", "returns"}  # fmt: skip
    assert grades["map"] == 5  # every event is at a touchpoint of the catalog


def test_a_stage_that_nothing_follows_loses_nobody(client: TestClient) -> None:
    """No delivery was ever told: nobody is known to have gone no further than the order."""
    told = client.get("/api/v1/journey", params=ASKED).json()
    stages = {one["key"]: one for one in told["stages"]}
    assert stages["purchase"]["reached"] == 20
    assert stages["purchase"]["share"]["value"] is None
    assert stages["awareness"]["share"]["value"] == 0.0  # all of them went on


def test_a_funnel_ends_where_events_were_never_received(client: TestClient) -> None:
    asked = {"step": ["home", "cart", "order"], "period": "all"}
    (whole,) = client.get("/api/v1/funnel", params=asked).json()
    assert [one["n"] for one in whole["steps"]] == [20, None, None]
    assert whole["steps"][1]["of_first"]["value"] is None
    page = client.get("/funnel/answer", params=asked).text
    assert "was never received" in page


def test_the_health_index_says_what_it_rests_on_before_all_else(client: TestClient) -> None:
    told = client.get("/api/v1/health-index", params=ASKED).json()
    rests = "0 of 24 touchpoints (0% of the weight), the process on 0 of 4 measures"
    assert rests in told["rests_on"]["en"]
    assert told["process"]["value"] is None
    assert all(one["missing"] for one in told["process"]["parts"])
    page = client.get("/health-index/overview", params=ASKED).text
    assert page.index(rests) < page.index("<table")
