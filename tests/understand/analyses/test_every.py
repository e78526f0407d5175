"""Every analysis that is declared, on one simulated company: its faces tell the same."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jsonschema
import msgspec
import pytest
from fastapi.testclient import TestClient
from tests.company.two_stores import an_alert
from tests.conftest import made
from typer.testing import CliRunner, Result

from regulars.act.alerts import queries as alerts
from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.faces.columns import cell_of, heads
from regulars.kit import clock
from regulars.simulate.demo import service as demo
from regulars.simulate.demo.company import set_targets, set_up
from regulars.simulate.model import Plan
from regulars.simulate.stream import parts
from regulars.timeline.workspace import Workspace
from regulars.understand.analyses import service
from regulars.understand.analyses.model import Analysis, Customers
from regulars.understand.analyses.options import STANDARD, Options, filled
from regulars.understand.analyses.schema import answer_schema
from regulars.understand.analyses.view import View
from regulars.understand.audiences import service as audiences
from regulars.understand.audiences.model import Draft

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
ASKED = {"period": "2026-09", "from": "2026-08", "to": "2026-08", "place": "sh-xuhui",
         "channel": "app", "as_of": "2026-08-01", "compare": "year"}  # fmt: skip
VOLATILE = ("computed_at", "watermark")
EVERY = service.every()
each = pytest.mark.parametrize("analysis", EVERY, ids=lambda one: one.name)
LISTS = [(one, listed) for one in EVERY for listed in one.every_list]
listing = pytest.mark.parametrize(
    ("analysis", "listed"), LISTS, ids=[f"{one.name}-{listed.key}" for one, listed in LISTS]
)


@pytest.fixture(scope="module")
def company(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    """A company of 1,000 simulated customers, looked at on 20 November 2026."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clock, "now", lambda: NOW)
        for ws in made(request, tmp_path_factory.mktemp("analyses") / "company"):
            set_up(ws, "lantern house", "en", NOW)
            for part in parts(Plan(1_000, NOW), ws):
                demo.take_in(ws, part, names=7)
            set_targets(ws, NOW)
            with ws.database.transaction() as connection:
                alerts.add(connection, an_alert(NOW))
            audiences.add(ws, SHELL, Draft("Shop", "channel = 'store'"), now=NOW)
            audiences.add(ws, SHELL, Draft("Buyers", "orders >= 2"), now=NOW)
            yield ws


def client_of(ws: Workspace, role: Role) -> TestClient:
    _key, secret = keys.add_api_key(ws, SHELL, name=role, role=role, places=None, now=NOW)
    client = TestClient(build_web(ws))
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


@pytest.fixture(scope="module")
def client(company: Workspace) -> TestClient:
    return client_of(company, Role.ADMIN)


def answer(client: TestClient, analysis: Analysis, **asked: Any) -> dict[str, Any]:
    got = client.get(f"/api/v1{analysis.api_path}", params=asked)
    assert got.status_code == 200, got.text
    return named(got.json())


def named(told: Any) -> dict[str, Any]:
    """Return an answer's fields but those of its making; a list as the one field."""
    if isinstance(told, list):
        return {"": told}
    return {name: value for name, value in told.items() if name not in VOLATILE}


def show(ws: Workspace, analysis: Analysis, *words: str) -> Result:
    line = ["show", analysis.name, *words, "--workspace", str(ws.folder)]
    return CliRunner().invoke(build_cli(["show", analysis.name]), line, env={"COLUMNS": "240"})


def addresses(ws: Workspace, analysis: Analysis, listed: Customers) -> tuple[str, str]:
    """Return where a list of customers stands as a page and for programs; of an audience, one's."""
    named = {"key": audiences.every(ws)[0].key}
    page, api = f"{analysis.path}/{listed.name}", f"{analysis.api_path}/{listed.api_name}"
    return filled(page, named), f"/api/v1{filled(api, named)}"


def view_of(ws: Workspace, analysis: Analysis) -> View:
    default = Options({one.name: one.default for one in analysis.options})
    return service.answered(ws, analysis, default, now=clock.now())  # as page and API do


@each
def test_a_page_follows_and_then_stands(client: TestClient, analysis: Analysis) -> None:
    client.get(f"{analysis.path}/{analysis.piece}")
    for language in ("en", "zh"):
        page = client.get(analysis.path, headers={"Accept-Language": language})
        assert page.status_code == 200
        assert f'hx-get="{analysis.path}/{analysis.piece}' not in page.text
        assert analysis.question.in_(language) in page.text  # type: ignore[arg-type]


@each
def test_the_number_is_the_same_on_page_api_command_and_file(
    company: Workspace, client: TestClient, analysis: Analysis
) -> None:
    told = answer(client, analysis)
    shown = show(company, analysis, "--json")
    assert shown.exit_code == 0, shown.output
    assert named(json.loads(shown.stdout)) == told
    period = {one.name: one.default for one in analysis.options if one.on_page is not None}
    page = client.get(f"{analysis.path}/{analysis.piece}", params=period).text.replace("\xa0", " ")
    printed = show(company, analysis)
    assert printed.exit_code == 0, printed.output
    view = view_of(company, analysis)
    for table in analysis.tables:
        rows = view.rows(table)
        address, asked = f"{analysis.path}/tables/{table.name}", {**period, "format": "csv"}
        file = client.get(address, params=asked).text.lstrip("\ufeff")
        lines = list(csv.reader(io.StringIO(file)))
        assert len(lines) == len(rows) + 1
        for at, row in enumerate(rows[:3]):
            for column in table.columns:
                cell = cell_of(column, row, view)
                if column.in_file or not column.numeric:
                    continue
                assert cell.words in page or table.name not in page, (table.name, column.title)
                if column.ranged:
                    place = lines[0].index(column.title.en)
                    written = lines[at + 1][place]
                    value = column.of(row, view)
                    same = written == "" if value is None or value.value is None else (
                        float(written) == value.value
                    )  # fmt: skip
                    assert same, (table.name, column.title)


@each
def test_no_file_has_two_equal_heads(analysis: Analysis) -> None:
    for columns in [one.columns for one in (*analysis.tables, *analysis.every_list)]:
        for language in ("en", "zh"):
            named = [head.in_(language) for head in heads(columns)]  # type: ignore[arg-type]
            assert len(named) == len(set(named)), named


@each
@pytest.mark.parametrize("option", STANDARD, ids=lambda one: one.name)
def test_an_option_is_honoured_or_refused(
    company: Workspace, client: TestClient, analysis: Analysis, option: Any
) -> None:
    asked = {option.name: ASKED[option.name]}
    if option.name in {one.name for one in analysis.options}:
        assert answer(client, analysis, **asked) != answer(client, analysis)
        return
    refused = client.get(f"/api/v1{analysis.api_path}", params=asked)
    assert refused.status_code == 422
    assert refused.json()["code"] == "analysis.option" and option.name in refused.json()["detail"]
    assert client.get(analysis.path, params=asked).status_code == 422
    assert show(company, analysis, f"--{option.name.replace('_', '-')}", "x").exit_code != 0


@each
def test_a_choice_changes_the_answer_and_no_choice_is_refused(
    client: TestClient, analysis: Analysis
) -> None:
    for option in (one for one in analysis.options if one.choices):
        others = [key for key, _title in option.choices if key != option.default]
        usual = answer(client, analysis)
        assert any(answer(client, analysis, **{option.name: key}) != usual for key in others)
        wrong = client.get(f"/api/v1{analysis.api_path}", params={option.name: "no such thing"})
        assert wrong.status_code == 422
        assert client.get(analysis.path, params={option.name: "no such"}).status_code == 422


@each
def test_the_answer_is_as_the_schema_says(client: TestClient, analysis: Analysis) -> None:
    whole = client.get(f"/api/v1{analysis.api_path}").json()
    jsonschema.Draft202012Validator.check_schema(answer_schema(analysis))
    jsonschema.Draft202012Validator(answer_schema(analysis)).validate(whole)
    document = client.get("/api/v1/openapi.json").json()
    told = document["paths"][f"/api/v1{analysis.api_path}"]["get"]
    names = {one["name"] for one in told["parameters"]} if "parameters" in told else set()
    assert names == {one.name for one in analysis.options}
    schema = told["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["items"] if analysis.bare else schema["required"]


@each
def test_who_may_not_read_about_people_reads_numbers(
    company: Workspace, analysis: Analysis
) -> None:
    analyst = client_of(company, Role.ANALYST)
    told = answer(analyst, analysis)
    assert all(told[name] == [] for name in analysis.people)
    whole = msgspec.to_builtins(view_of(company, analysis).result)
    assert all(told.get(name) != whole[name] or not whole[name] for name in analysis.inner)
    assert analyst.get(analysis.path).status_code == 200
    for listed in analysis.every_list:
        page, api = addresses(company, analysis, listed)
        assert (analyst.get(page).status_code, analyst.get(api).status_code) == (403, 403)


@listing
def test_customers_are_listed_without_a_gap_or_a_repeat(
    company: Workspace, client: TestClient, analysis: Analysis, listed: Customers
) -> None:
    address, api = addresses(company, analysis, listed)
    answer(client, analysis)
    rows: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        asked = {"limit": "200"} | ({"after": after} if after else {})
        part = client.get(api, params=asked).json()
        rows, after = rows + part["items"], part["next"]
        if after is None:
            break
    persons = [row.get("person_id") or row["person"] for row in rows]
    assert persons and len(persons) == len(set(persons))
    file = client.get(f"{address}?format=csv").text.lstrip("\ufeff")
    taken = [line["Customer"] for line in csv.DictReader(io.StringIO(file))]
    assert taken == [person for person in persons if person in set(taken)]
    page = client.get(address).text
    assert f'href="/people/{taken[0]}"' in page
    assert f"{analysis.code}.exported" in client.get("/api/v1/audit").text
    empty = client.get(f"{address}?q=nobody+of+that+name&format=csv").text
    assert empty.count("\n") == 1
    if analysis.panel is not None and listed is analysis.customers:
        person = persons[0]
        panel = client.get(f"{analysis.path}/of/{person}").text
        assert "<section" in panel
        path = analysis.panel.path or analysis.name
        assert client.get(f"/api/v1/people/{person}/{path}").status_code == 200
        missing = client.get(f"/api/v1/people/nobody/{path}")
        assert missing.status_code == 404 and missing.json()["code"] == f"{analysis.code}.person"


@each
def test_a_table_that_is_not_there_is_refused_with_those_that_are(
    client: TestClient, analysis: Analysis
) -> None:
    refused = client.get(f"{analysis.path}/tables/none?format=csv")
    assert refused.status_code == 404
    assert all(one.name in refused.text for one in analysis.tables)


def test_a_declaration_loads_no_engine() -> None:
    code = (
        "import json, sys; from regulars.kit import registry;"
        "floors = ('regulars.understand', 'regulars.prove');"
        "[list(registry.import_roles(one, 'analysis')) for one in floors];"
        "print(json.dumps(sorted(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(ran.stdout))
    assert loaded.isdisjoint({"duckdb", "ibis", "scipy", "sklearn", "fastapi", "sqlalchemy"})
