"""Links that templates write out have their page; those of a page to itself keep the choices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi import Request
from starlette.routing import Match

import regulars
from regulars.app import build_web
from regulars.faces.links import here
from regulars.timeline.workspace import Workspace

PATH = re.compile(r"(?<!~ )(?<!\}\}\{\{ )\"(/[a-z][a-z0-9/_-]*)(?:[?#][^\"]*)?\"(?! ?~)")
"""A whole path in quotes; what is put together of pieces is not looked at."""


def test_every_path_in_a_template_has_its_page(ws: Workspace) -> None:
    routes = build_web(ws).routes
    lost: list[str] = []
    looked_at: set[str] = set()
    for file in Path(regulars.__file__).parent.rglob("templates/**/*.html"):
        for path in PATH.findall(file.read_text("utf-8")):
            looked_at.add(path)
            scope = {"type": "http", "path": path, "method": "GET"}
            if all(route.matches(scope)[0] is Match.NONE for route in routes):
                lost.append(f"{file.name}: {path}")
    assert {"/people", "/sources/imports/new", "/funnel"} <= looked_at
    assert lost == []


def page(query: str) -> Request:
    return Request(
        {"type": "http", "method": "GET", "server": ("shop.test", 80), "scheme": "http",
         "path": "/levels", "query_string": query.encode(), "headers": []}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "changes", "address"),
    [
        ("", {"place": "east"}, "/levels?place=east"),
        ("place=east&channel=app", {"place": None}, "/levels?channel=app"),
        ("place=east", {"place": "west"}, "/levels?place=west"),
        ("place=east&page=3&after=x&format=csv", {"channel": "app"},
         "/levels?place=east&channel=app"),
        ("from=2026-01&to=2026-03&place=east", {"period": "12m"},
         "/levels?place=east&period=12m"),
        ("from=2026-01&to=2026-03", {"period": None}, "/levels"),
        ("from=2026-01&to=2026-03", {"place": "east"},
         "/levels?from=2026-01&to=2026-03&place=east"),
    ],
)  # fmt: skip
def test_one_choice_changes_and_the_others_stay(
    query: str, changes: dict[str, str | None], address: str
) -> None:
    assert here(page(query), **changes) == address
