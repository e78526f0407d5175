"""Every declared resource, by each face: what a form asks for, a page shows and a file holds."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from regulars.app import build_cli, build_web, init_workspace
from regulars.company.keys import service as keys
from regulars.company.resources import service
from regulars.company.rights.model import SHELL, Role
from regulars.faces.columns import heads
from regulars.faces.declared.model import Asked, Field, Form, Listing, Resource
from regulars.faces.language import speaking
from regulars.kit import clock
from regulars.timeline.workspace import Workspace
from tests.company.cast import hire, plant
from tests.test_rights_walk import browser

EVERY = service.every()
FORMS = [(one, form) for one in EVERY for form in one.forms]
LISTS = [(one, listing) for one in EVERY for listing in one.lists if not listing.rest]


def named(value: Any) -> str:
    return str(getattr(value, "name", value))


def first(field: Field) -> str:
    """Return the name of a field, or of the first one of its rows."""
    if field.kind == "group":
        return f"{field.name}.{first(field.fields[0])}"
    return f"{field.name}.0.{first(field.fields[0])}" if field.kind == "rows" else field.name


@pytest.fixture(scope="module")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace = init_workspace(tmp_path_factory.mktemp("resources") / "company")
    plant(workspace, clock.now())
    yield workspace
    workspace.close()


@pytest.fixture(scope="module")
def app(ws: Workspace) -> FastAPI:
    return build_web(ws)


@pytest.fixture(scope="module")
def admin(ws: Workspace, app: FastAPI) -> TestClient:
    client = browser(ws, app, hire(ws, "mei", Role.ADMIN, clock.now()).id)
    client.headers["Accept"] = "text/html"
    return client


@pytest.mark.parametrize("one", EVERY, ids=named)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_lists_and_forms(admin: TestClient, one: Resource, language: str) -> None:
    admin.cookies.set("language", language)
    text = admin.get(one.path).text
    with speaking(language):  # type: ignore[arg-type]
        assert one.question.in_(language) in text  # type: ignore[arg-type]
        for form in one.forms:
            shown = admin.get(f"{one.path}{form.page}").text if form.page else text
            for field in form.fields if not form.of_row and form.page is not None else ():
                assert f'name="{first(field)}"' in shown, field.name
                assert field.title.in_(language) in shown  # type: ignore[arg-type]
    admin.cookies.set("language", "en")


@pytest.mark.parametrize(("one", "form"), FORMS, ids=named)
def test_an_empty_form_says_what_is_lacking(admin: TestClient, one: Resource, form: Form) -> None:
    if form.page is None:
        pytest.skip("no page does this")
    answer = admin.post(f"{one.path}/{form.name}", data={}, follow_redirects=False)
    needed = form.of_row or any(field.required for field in form.fields)
    assert answer.status_code == 422 or (not needed and answer.status_code in (200, 303))
    assert not needed or "Fill this in." in answer.text or "Choose a file." in answer.text


@pytest.mark.parametrize(("one", "form"), FORMS, ids=named)
def test_programs_send_the_fields_that_the_page_has(
    app: FastAPI, one: Resource, form: Form
) -> None:
    if form.api is None:
        pytest.skip("programs do not do this")
    method, _space, path = form.api.partition(" ")
    call = app.openapi()["paths"][f"{one.api}{path}"][method.lower()]
    assert call["summary"] == form.brief.en
    if "requestBody" in call:
        reference = call["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        schema = app.openapi()["components"]["schemas"][reference.rsplit("/", 1)[-1]]
        assert set(schema["properties"]) == {field.name for field in form.fields}
        assert set(schema.get("required", ())) == {
            field.name for field in form.fields if field.required and field.default is None
        }
    else:
        sent = {part["name"] for part in call.get("parameters", ()) if part["in"] == "query"}
        fields = {field.name for field in form.fields} if method == "DELETE" else set()
        assert sent == fields | ({"base"} if form.base else set())


@pytest.mark.parametrize(("one", "form"), FORMS, ids=named)
def test_a_command_has_the_fields_as_options(one: Resource, form: Form) -> None:
    if form.command is None:
        pytest.skip("no command does this")
    told = CliRunner().invoke(build_cli(), [str(one.command), form.command, "--help"]).output
    for field in form.fields:
        name = field.name.upper() if field.argument else f"--{field.option or field.name}"
        assert name.replace("_", "-") in told.replace("_", "-"), told


@pytest.mark.parametrize("one", [one for one in EVERY if one.command], ids=named)
def test_a_command_and_a_program_read_the_same(
    ws: Workspace, admin: TestClient, one: Resource
) -> None:
    words = [str(one.command), one.listed, "--json", "--workspace", str(ws.folder)]
    printed = CliRunner().invoke(build_cli(), words)
    assert printed.exit_code == 0, printed.output
    told = admin.get(str(one.api))
    if one.whole is None and not isinstance(told.json(), list):  # a program gets it in pages
        assert json.loads(printed.stdout) == told.json()["items"]
        return
    assert printed.stdout.strip() == told.text.strip()


@pytest.mark.parametrize(("one", "listing"), LISTS, ids=named)
def test_a_file_has_distinct_heads_and_every_row(
    ws: Workspace, admin: TestClient, one: Resource, listing: Listing
) -> None:
    file = admin.get(f"{one.path}?list={listing.name}&format=csv")
    assert file.status_code == 200, file.text
    lines = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert lines[0] == [head.en for head in heads(listing.columns)]
    assert len(set(lines[0])) == len(lines[0])
    rows = listing.rows(Asked(ws, SHELL, clock.now()))
    if isinstance(rows, list | tuple):
        assert len(lines) == len(rows) + 1


@pytest.mark.parametrize(("one", "listing"), LISTS, ids=named)
def test_a_list_is_sorted_and_searched_by_its_address(
    admin: TestClient, one: Resource, listing: Listing
) -> None:
    for column in listing.columns:
        if column.key:
            for sort in (column.key, f"-{column.key}"):
                page = admin.get(f"{one.path}?list={listing.name}&sort={sort}")
                assert (
                    page.status_code == 200 and "aria-sort" in page.text
                ) or "nothing" in page.text
    assert admin.get(f"{one.path}?list={listing.name}&q=zzzz").status_code == 200
    assert admin.get(f"{one.path}?list={listing.name}&after=!!").status_code == 404


@pytest.mark.parametrize("one", EVERY, ids=named)
def test_an_unknown_list_names_those_there_are(admin: TestClient, one: Resource) -> None:
    answer = admin.get(f"{one.path}?list=no&format=csv")
    assert answer.status_code == 404
    assert all(listing.name in answer.text for listing in one.lists)


def test_an_address_that_is_written_out_takes_only_its_own_methods(admin: TestClient) -> None:
    """DELETE /keys/{key_id} would fit as well; but no key is called “write”."""
    told = admin.options("/api/v1/keys/write")
    assert (told.status_code, told.headers["allow"]) == (405, "POST")


def test_whoever_reads_the_address_of_a_form_is_led_to_the_lists(admin: TestClient) -> None:
    """After a form was refused, a reader reloads the page or sorts a list of it."""
    answer = admin.get("/keys/write?sort=name", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/keys?sort=name")
    assert admin.get("/keys/nothing", follow_redirects=False).status_code == 404


def test_numbers_are_numbers(admin: TestClient) -> None:
    """A validator that takes `false` for 0 accepts what the document of the API forbids."""
    weights = {"spend": 1, "frequency": False, "depth": 1}
    assert admin.put("/api/v1/value-groups/rules", json=weights).status_code == 422


def test_what_turns_one_list_leaves_the_others_alone(ws: Workspace, admin: TestClient) -> None:
    """The page of keys has two lists: words, order and file of one are its own."""
    for number in range(12):
        keys.add_write_key(ws, SHELL, name=f"Shop {number:02}", source="s", now=clock.now())
        keys.add_api_key(ws, SHELL, name=f"Report {number:02}", role=Role.ANALYST, now=clock.now())
    page = admin.get("/keys?list=write&q=shop+03").text
    assert "Shop 03" in page and "Shop 04" not in page and "Report 04" in page
    links = re.findall(r'href="(/keys[^"]*format=csv[^"]*)"', page)
    file = admin.get(next(unescape(link) for link in links if "list=write" in link)).text
    assert "Shop 03" in file and "Shop 04" not in file
    assert "Nothing matches." in admin.get("/keys?list=api&q=no+such+words").text
    sorted_page = admin.get("/keys?list=api&sort=-name").text
    assert sorted_page.index("Report 11") < sorted_page.index("Report 00")
    shops = re.compile(r"Shop \d\d")
    assert shops.findall(sorted_page) == shops.findall(admin.get("/keys").text)
