"""Where pages lead to is there: a link that is written out in a template has its page."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.routing import Match

import regulars
from regulars.app import build_web
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
