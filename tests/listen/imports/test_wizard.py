"""The page of a mapping: what each column is, chosen without a word of TOML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from fastapi.testclient import TestClient
from httpx import Response

from regulars.app import build_web
from regulars.company.rights.model import SHELL, Role
from regulars.company.sign_in import service as sign_in
from regulars.company.staff import service as staff
from regulars.kit import clock
from regulars.listen.imports import service
from regulars.listen.imports.choices import Choices
from regulars.listen.imports.export_formats import loading as export_formats
from regulars.listen.imports.guessing import ROLES
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics import service as metrics

SURVEY = "who,How likely to recommend,age,said\nann,9,31,ok\nbo,3,44,slow\ncy,10,27,\n"
TAOBAO = "订单编号,买家会员名,买家实际支付金额,订单状态,订单创建时间,宝贝标题,备注栏\n" + "".join(
    f"{1001 + day},小林{day},20.95,交易成功,2024-03-0{day} 10:20:00,茶,\n" for day in range(1, 10)
)


@pytest.fixture
def browser(ws: Workspace) -> Iterator[TestClient]:
    """An administrator at the pages."""
    staff.add(ws, SHELL, login="ann", name="Ann", role=Role.ADMIN, places=None, now=clock.now())
    token = sign_in.start_session(
        ws, staff.named(ws, "ann"), clock.now(), address="127.0.0.1", agent="tests"
    )
    headers = {"X-CSRF-Token": sign_in.csrf_token(ws, token)}
    with TestClient(build_web(ws), headers=headers, base_url="http://127.0.0.1") as client:
        client.cookies.set(sign_in.cookie_name(ws), token)
        yield client


def upload(browser: TestClient, name: str, words: str) -> Response:
    return browser.post(
        "/sources/imports/new", files=[("files", (name, words.encode()))], data={"recipe": ""}
    )


def form_of(page: Response) -> dict[str, str]:
    """Return the fields of the wizard as the page shows them."""
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    fields |= dict(re.findall(r'<input id="field-(\w+)"[^>]* value="([^"]*)"', page.text))
    for name, options in re.findall(
        r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page.text, re.S
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    fields.pop("csrf", None)
    return fields


def column(fields: dict[str, str], header: str) -> str:
    """Return the number of a column in the form."""
    return next(
        name.removeprefix("header_")
        for name, value in fields.items()
        if name.startswith("header_") and value == header
    )


def test_a_file_without_times_is_imported_on_the_day_of_all_its_rows(
    ws: Workspace, browser: TestClient
) -> None:
    shown = upload(browser, "answers.csv", SURVEY)
    fields = form_of(shown)
    who, age = column(fields, "who"), column(fields, "age")
    assert fields[f"role_{column(fields, 'How likely to recommend')}"] == "nps"
    fields |= {f"role_{who}": "user", f"role_{age}": "property"}
    refused = browser.post(shown.url.path, data={**fields, "act": "start"})
    assert refused.status_code == 422
    assert "the date of all rows" in refused.text
    looked = browser.post(shown.url.path, data={**fields, "happened_on": "2026-03-01"})
    assert looked.status_code == 200
    assert "no row rejected" in looked.text
    assert '<option value="user" selected' in looked.text
    done = browser.post(
        shown.url.path, data={**fields, "happened_on": "2026-03-01", "act": "start"}
    )
    run = service.get_run(ws, done.url.path.rsplit("/", 1)[-1])
    assert (run.counts.read, run.counts.used, run.counts.rejected) == (3, 3, 0)
    events = ws.query(lambda view: view.events.select("occurred_at", "identity_id")).to_pylist()
    assert {one["occurred_at"] for one in events} == {datetime(2026, 2, 28, 16, tzinfo=UTC)}
    # Midnight in Shanghai, where the workspace reports.
    assert all(one["identity_id"] for one in events)


def test_the_scale_of_a_score_is_a_choice(ws: Workspace, browser: TestClient) -> None:
    rows = "at,rating\n" + "".join(f"2026-03-0{i},{i}\n" for i in range(1, 8))
    shown = upload(browser, "stars.csv", rows)
    fields = form_of(shown)
    number = column(fields, "rating")
    fields |= {f"role_{number}": "score", f"scale_{number}": "0-10"}
    browser.post(shown.url.path, data={**fields, "act": "start"})
    events = ws.query(lambda view: view.events.select("score", "scale_min", "scale_max"))
    assert {(one["scale_min"], one["scale_max"]) for one in events.to_pylist()} == {(0.0, 10.0)}


def test_the_tool_that_wrote_a_file_is_seen_by_its_headers(
    ws: Workspace, browser: TestClient
) -> None:
    shown = upload(browser, "ExportOrderList.csv", TAOBAO)
    fields = form_of(shown)
    assert fields["export_format"] == "taobao"
    assert fields[f"role_{column(fields, '买家会员名')}"] == "user"
    done = browser.post(shown.url.path, data={**fields, "act": "start"})
    [revenue] = metrics.measure(ws, "revenue")
    assert (revenue.value, revenue.n) == (188.55, 9)
    insight = browser.get("/metrics/first", params={"source": "exportorderlist"})
    assert "188.55" in insight.text
    assert "/metrics/first?source=exportorderlist" in browser.get(done.url.path).text


def test_another_tool_or_none_can_be_chosen(ws: Workspace, browser: TestClient) -> None:
    shown = upload(browser, "ExportOrderList.csv", TAOBAO)
    fields = form_of(shown) | {"export_format": "plain"}
    plain = form_of(browser.post(shown.url.path, data=fields))
    assert plain["export_format"] == "plain"
    wrong = browser.post(shown.url.path, data=fields | {"export_format": "nothing"})
    assert wrong.status_code == 422


def test_a_recipe_that_fits_takes_one_click(ws: Workspace, browser: TestClient) -> None:
    words = "order_id,customer_id,date,amount\n1,ann,2026-03-01,12.50\n"
    shown = upload(browser, "orders.csv", words)
    assert 'name="recipe" value="orders"' in shown.text
    done = browser.post(shown.url.path, data={**form_of(shown), "recipe": "orders"})
    assert service.get_run(ws, done.url.path.rsplit("/", 1)[-1]).recipe == "orders"


@pytest.mark.parametrize("name", list(export_formats.every()))
def test_every_export_format_names_roles_there_are_and_knows_its_own_signs(name: str) -> None:
    found = export_formats.get(name)
    assert set(found.roles.values()) <= set(ROLES)
    assert "occurred_at" in found.roles.values()
    assert export_formats.of_file([*found.signs, "something else"]) == found
    assert all(found.role_of(f" {header.upper()} ") for header in found.roles)


def test_a_day_is_written_as_a_day() -> None:
    with pytest.raises(Exception, match="2026-03-31"):
        Choices(happened_on="31.3.2026")


YEN = "order_id,customer_id,date,amount\n1,ann,2026-03-01,¥12\n2,bo,2026-03-02,¥30\n"


@pytest.fixture
def euro(ws: Workspace) -> None:
    """A company that reports in euros."""
    own = msgspec.structs.replace(ws.settings.workspace, currency="EUR")
    ws.settings = msgspec.structs.replace(ws.settings, workspace=own)


@pytest.mark.usefixtures("euro")
def test_an_answer_stays_in_the_form_and_counts(ws: Workspace, browser: TestClient) -> None:
    shown = upload(browser, "orders.csv", YEN)
    assert 'name="answer:currency" value="JPY"' in shown.text
    fields = form_of(shown) | {"answer:currency": "JPY"}
    looked = browser.post(shown.url.path, data=fields)
    assert re.search(r'<input[^>]* name="answer:currency"[^>]* value="JPY"', looked.text)
    assert "no row rejected" in looked.text
    done = browser.post(shown.url.path, data=fields | {"recipe": "orders"})
    run = service.get_run(ws, done.url.path.rsplit("/", 1)[-1])
    assert (run.recipe, run.counts.accepted, run.questions) == ("orders", 2, ())


@pytest.mark.usefixtures("euro")
@pytest.mark.parametrize("act", ["look", "start"])
def test_an_answer_that_is_none_is_asked_again_and_all_else_stays(
    browser: TestClient, act: str
) -> None:
    shown = upload(browser, "orders.csv", YEN)
    fields = form_of(shown)
    role = f"role_{column(fields, 'customer_id')}"
    wrong = fields | {"answer:currency": "euros", role: "property", "act": act}
    again = browser.post(shown.url.path, data=wrong)
    assert again.status_code == 422
    assert "“euros” is no answer to currency; choose one of: CNY, JPY." in again.text
    assert 'name="answer:currency" value="JPY"' in again.text
    assert form_of(again)[role] == "property"


STARS = "at,rating\n" + "".join(f"2026-03-{i:02},{i % 10 + 1}\n" for i in range(1, 29))
"""Ratings of 1 to 10, which may be on a scale of 1 to 10 or of 0 to 10."""


def test_a_scale_that_is_asked_is_not_settled_by_what_the_form_shows(
    ws: Workspace, browser: TestClient
) -> None:
    shown = upload(browser, "stars.csv", STARS)
    fields = form_of(shown)
    assert fields[f"scale_{column(fields, 'rating')}"] == ""
    done = browser.post(shown.url.path, data={**fields, "act": "start"})
    run = service.get_run(ws, done.url.path.rsplit("/", 1)[-1])
    assert (run.counts.accepted, dict(run.reasons)) == (0, {"unanswered": 28})
    shown = upload(browser, "stars.csv", STARS)
    answer = {"answer:scale:rating": "1-10"}
    browser.post(shown.url.path, data={**form_of(shown), **answer, "act": "start"})
    events = ws.query(lambda view: view.events.select("scale_min", "scale_max")).to_pylist()
    assert [(one["scale_min"], one["scale_max"]) for one in events] == [(1.0, 10.0)] * 28


def test_a_role_of_one_column_leaves_the_column_that_had_it(
    ws: Workspace, browser: TestClient
) -> None:
    rows = "order_id,receipt,date,amount\n" + "".join(
        f"o{i},r{i},2026-03-0{i},{i}0.00\n" for i in range(1, 6)
    )
    shown = upload(browser, "bons.csv", rows)
    fields = form_of(shown)
    number, receipt = column(fields, "order_id"), column(fields, "receipt")
    assert fields[f"role_{number}"] == "order_id"
    changed = browser.post(shown.url.path, data={**fields, f"role_{receipt}": "order_id"})
    again = form_of(changed)
    assert (again[f"role_{number}"], again[f"role_{receipt}"]) == ("property", "order_id")


def test_which_column_is_the_nps_is_answered_by_one_choice(
    ws: Workspace, browser: TestClient
) -> None:
    rows = "at,who,NPS score,recommend us\n" + "".join(
        f"2026-03-{i:02},c{i},{i % 11},{(i * 7) % 11}\n" for i in range(1, 29)
    )
    shown = upload(browser, "two.csv", rows)
    fields = form_of(shown)
    assert 'name="answer:nps"' in shown.text
    browser.post(shown.url.path, data={**fields, "answer:nps": "recommend us", "act": "start"})
    scores = ws.query(
        lambda view: view.events.filter(view.events.metric == "nps").select("score")
    ).column("score")
    assert sorted(scores.to_pylist()) == sorted((i * 7) % 11 for i in range(1, 29))
