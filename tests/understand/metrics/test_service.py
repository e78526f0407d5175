"""One registry: every face shows the same digits, and our own acts move no customer metric."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import typer
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html
from tests import sizes
from tests.understand.metrics.story import NOON, answered, days, happened, tell
from typer.testing import CliRunner

from regulars.app import build_web, init_workspace
from regulars.company.keys import service as keys
from regulars.company.places import service as places
from regulars.company.places.model import Kind, Place
from regulars.company.rights.model import SHELL, Role
from regulars.faces import formats
from regulars.kit.errors import RegularsError
from regulars.kit.period import Period, parse_edge
from regulars.kit.text import Text
from regulars.store.settings import EngineSettings, Settings, WorkspaceSettings
from regulars.timeline.vocabulary import TITLES
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import commands, service
from regulars.understand.metrics.model import Measured
from regulars.understand.metrics.rows import digits_of, plain
from regulars.understand.metrics.showing import Names

POINTS = ("product", "checkout", "delivery", "hotline", None)
DIMENSIONS = ("touchpoint", "stage", "channel", "place")
FILTERS = ("touchpoint=delivery", "touchpoint=none", "channel=app", "place=north", "place=birch")
STORES = ("aspen", "birch", None)
OF_EVENTS = [one for one in service.definitions() if one.aggregate.read is None]
CUSTOMER_KEYS = [one.key for one in OF_EVENTS if one.of_customers]


def a_year_of_business(seed: int) -> Iterator[dict[str, Any]]:
    """Eighty customers who look, buy, ask, complain and answer, by a fixed seed."""
    draw = random.Random(seed)
    for number in range(80):
        who = f"p{number}"
        for visit in range(draw.randrange(1, 6)):
            at = NOON - days(draw.uniform(0, 500))
            where = {"place": draw.choice(STORES), "channel": draw.choice(("app", "store"))}
            order = f"o{number}-{visit}"
            begun = {"session_id": f"s{number}-{visit}", "touchpoint": "checkout", **where}
            yield happened(who, "Product Added", at, **begun)
            yield happened(who, "Checkout Started", at + timedelta(minutes=1), **begun)
            if draw.random() < 0.7:
                paid = {"order_id": order, "amount": draw.randrange(20, 300), **begun}
                yield happened(who, "Order Completed", at + timedelta(minutes=3), **paid)
            if draw.random() < 0.3:
                yield happened(who, "Progress Asked", at + days(1), order_id=order, **where)
            if draw.random() < 0.2:
                case = {"case_id": f"c{order}", "touchpoint": "hotline", **where}
                yield happened(who, "Complaint Made", at + days(2), **case)
                reply = {**case, "actor": "staff"}
                yield happened(who, "Case Answered", at + days(2.1), **reply)
                yield happened(who, "Case Solved", at + days(3), **reply)
            said = {"touchpoint": draw.choice(POINTS), "weight": draw.uniform(0.5, 2), **where}
            for metric, low, high in (("nps", 0, 10), ("csat", 1, 5), ("ces", 1, 7)):
                yield answered(who, metric, draw.randint(low, high), at + days(3), **said)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    ws = init_workspace(
        tmp_path_factory.mktemp("faces") / "company",
        Settings(
            workspace=WorkspaceSettings(time_zone="Asia/Shanghai"),
            engine=EngineSettings(memory="1GB"),
        ),
    )
    tree = [
        Place("north", Text("North", "北区"), Kind.REGION),
        Place("aspen", Text("Aspen", "白杨店"), Kind.STORE, "north"),
        Place("birch", Text("Birch", "白桦店"), Kind.STORE, "north"),
    ]
    places.replace_all(ws, SHELL, tree, now=NOON)
    tell(ws, a_year_of_business(7))
    yield ws
    ws.close()


@pytest.fixture(scope="module")
def browser(shop: Workspace) -> TestClient:
    _key, secret = keys.add_api_key(
        shop, SHELL, name="all", role=Role.ANALYST, places=None, now=NOON
    )
    client = TestClient(build_web(shop))
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A random question in the words that every face understands."""
    key = draw(st.sampled_from([one.key for one in service.definitions()]))
    by = draw(
        st.lists(
            st.sampled_from(["touchpoint", "stage", "channel", "place"]), max_size=2, unique=True
        )
    )
    by += draw(st.lists(st.sampled_from(["week", "month", "quarter", "year"]), max_size=1))
    where = draw(st.lists(st.sampled_from(FILTERS), max_size=2, unique=True))
    if key == "score_mean":
        where.append("metric=csat")
    start = draw(st.sampled_from([None, "2025-10", "2026-03-15"]))
    weighted = draw(st.booleans()) and service.definition(key).aggregate.weights
    compare = draw(st.sampled_from([None, "previous", "year"])) if start else None
    end = "2026-10-06" if start else None
    return {
        "key": key, "by": by, "where": where, "from": start, "to": end,
        "weighted": weighted, "compare": compare,
    }  # fmt: skip


def by_service(ws: Workspace, asked: dict[str, Any]) -> Any:
    edges = [parse_edge(asked[edge], ws.zone) if asked[edge] else None for edge in ("from", "to")]
    rows = service.measure(
        ws,
        asked["key"],
        period=Period(*edges),
        by=asked["by"],
        filters=service.filters_of(asked["where"]),
        weighted=asked["weighted"],
        compare=asked["compare"],
    )
    return json.loads(json.dumps([plain(row, ws.zone) for row in rows]))


def by_command(ws: Workspace, asked: dict[str, Any]) -> Any:
    app = typer.Typer()
    commands.register(app, lambda _folder: ws)
    words = ["show", asked["key"], "--json"]
    words += [part for name in asked["by"] for part in ("--by", name)]
    words += [part for name in asked["where"] for part in ("--where", name)]
    for edge in ("from", "to", "compare"):
        words += [f"--{edge}", asked[edge]] if asked[edge] else []
    words += ["--weighted"] if asked["weighted"] else []
    result = CliRunner().invoke(app, words)
    if result.exception:
        raise result.exception
    return json.loads(result.stdout)


def by_address(client: TestClient, asked: dict[str, Any]) -> Any:
    fields = {name: asked[name] for name in ("by", "where", "from", "to", "compare") if asked[name]}
    answer = client.get(
        f"/api/v1/metrics/{asked['key']}", params={**fields, "weighted": asked["weighted"]}
    )
    return answer.json()


@settings(
    max_examples=sizes.of(8, 25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(asked=questions())
def test_command_and_api_show_the_services_digits(
    shop: Workspace, browser: TestClient, asked: dict[str, Any]
) -> None:
    try:
        expected = by_service(shop, asked)
    except RegularsError as refused:
        assert by_address(browser, asked)["code"] == refused.code
        return
    assert by_command(shop, asked) == expected
    assert by_address(browser, asked) == expected
    for row in expected:
        assert set(row) >= {"metric", "slice", "from", "to", "n", "value", "low", "high", "unit"}
        assert (row["value"] is None) or row["n"] > 0 or row["unit"] == "count"
        if None not in (row["value"], row["low"], row["high"]):
            assert row["low"] <= row["value"] + 1e-6 or row["metric"] == "nps"


@st.composite
def pages(draw: st.DrawFn) -> dict[str, Any]:
    """A random address of a metric's page."""
    key = draw(st.sampled_from([one.key for one in OF_EVENTS]))
    narrowed = {"touchpoint": ["delivery", "none"], "channel": ["app", "store"]}
    narrowed |= {"place": ["north", "birch"]}
    fields = draw(st.lists(st.sampled_from(sorted(narrowed)), max_size=2, unique=True))
    asked = {name: draw(st.sampled_from(narrowed[name])) for name in fields}
    asked |= {"metric": "csat"} if key == "score_mean" else {}
    by = draw(st.sampled_from([None, *DIMENSIONS]))
    start = draw(st.sampled_from(["2025-10", "2026-03-15"]))
    return {"key": key, "by": by, "filters": asked, "from": start, "to": "2026-10-06"}


@settings(
    max_examples=sizes.of(8, 20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(asked=pages())
def test_page_and_export_show_the_services_digits(
    shop: Workspace, browser: TestClient, asked: dict[str, Any]
) -> None:
    key, by, filters = asked["key"], asked["by"], dict(asked["filters"])
    address = {**filters, "from": asked["from"], "to": asked["to"], "by": by or ""}
    if service.definition(key).unit == "money":
        filters["currency"] = "CNY"
    period = Period(parse_edge(asked["from"], shop.zone), parse_edge(asked["to"], shop.zone))
    same: dict[str, Any] = {"period": period, "filters": filters, "compare": "previous"}
    whole = service.measure(shop, key, **same)
    slices = service.measure(shop, key, by=[by], **same) if by else []
    file = browser.get(f"/metrics/{key}", params={**address, "format": "csv"})
    lines = list(csv.DictReader(io.StringIO(file.text.lstrip("\ufeff"))))
    shown = [line for line in lines if not line.get("Month")]
    assert [_digits(line) for line in shown] == [
        [None if x is None else float(x) for x in (row.n, row.value, row.low, row.high)]
        for row in [*whole, *slices]
    ]
    page = browser.get(f"/metrics/{key}/numbers", params=address, headers={"Accept": "text/html"})
    assert _tiles(page.text) == [_told(row) for row in whole]
    names = Names(shop)
    assert _lines(page.text, "Group") == {names.slice(row): _told(row) for row in slices}


def _told(row: Measured) -> tuple[str, str]:
    """Return value and n as a page writes them."""
    return formats.value_in(row.unit, row.value, digits_of(row.unit)), formats.whole(row.n)


def _tiles(page: str) -> list[tuple[str, str]]:
    """Return value and n of the numbers over the whole period."""
    found = html.fromstring(page).xpath("//section[h2='Over the whole period']/p[@class='big']")
    return [
        (_words(big.text), _words(big.find("small").text).removeprefix("n ").split(" · ")[0])
        for big in found
    ]


def _lines(page: str, first: str) -> dict[str, tuple[str, str]]:
    """Return first cell → (value, n) of the table whose first column is called `first`."""
    found = {}
    for table in html.fromstring(page).xpath(f"//table[thead//th[1][normalize-space()='{first}']]"):
        heads = [_words(cell.text_content()).strip("↑↓ ") for cell in table.xpath("thead//th")]
        for line in table.xpath("tbody/tr"):
            cells = dict(zip(heads, [_words(td.text_content()) for td in line.xpath("td")],
                             strict=True))  # fmt: skip
            found[cells[first]] = (cells["Value"], cells["n"])
    return found


def _words(text: str | None) -> str:
    return (text or "").replace("\u00a0", " ").strip()


def test_a_target_that_is_no_number_is_refused(shop: Workspace, browser: TestClient) -> None:
    app = typer.Typer()
    commands.register(app, lambda _folder: shop)
    for word in ("nan", "inf", "-inf"):
        answer = browser.get(f"/api/v1/metrics/nps?target={word}")
        assert (answer.status_code, answer.json()["code"]) == (422, "metrics.target")
        ran = CliRunner().invoke(app, ["show", "nps", "--target", word])
        assert isinstance(ran.exception, RegularsError) and ran.exception.code == "metrics.target"


def _digits(line: dict[str, str]) -> list[float | None]:
    names = ("Value: n", "Value", "Value: Low", "Value: High")
    return [float(line[name]) if line[name] else None for name in names]


ours = st.fixed_dictionaries(
    {
        "who": st.sampled_from([f"p{i}" for i in range(90)]),
        "name": st.sampled_from([*sorted(TITLES), "Newsletter Sent"]),
        "actor": st.sampled_from(["staff", "system", "partner"]),
        "at": st.floats(-200, 0).map(lambda number: NOON + days(number)),
        "touchpoint": st.sampled_from(POINTS),
        "session_id": st.sampled_from([None, "s1-0", "s2-0"]),
        "order_id": st.sampled_from([None, "o1-0", "o2-0"]),
        "case_id": st.sampled_from([None, "co1-0"]),
        "amount": st.sampled_from([None, 500, -20]),
        "metric": st.sampled_from([None, "nps", "csat", "ces"]),
        "score": st.sampled_from([None, 1.0, 5.0]),
    }
)


def every_customer_metric(ws: Workspace) -> list[Any]:
    found = []
    for key in CUSTOMER_KEYS:
        filters = {"metric": "csat"} if key == "score_mean" else {}
        found += service.measure(ws, key, filters=filters)
    return found


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(ours, min_size=20, max_size=60))
def test_what_we_do_changes_no_customer_metric(shop: Workspace, acts: list[dict[str, Any]]) -> None:
    before = every_customer_metric(shop)
    tell(shop, [happened(a.pop("who"), a.pop("name"), a.pop("at"), **a) for a in map(dict, acts)])
    assert every_customer_metric(shop) == before
    assert len(before) >= len(CUSTOMER_KEYS)
