"""Command and API set, take back and show the same."""

from __future__ import annotations

import json

from fastapi import FastAPI
from typer.testing import CliRunner

from regulars.app import build_cli
from regulars.company.rights.model import Role
from regulars.listen.statuses import service
from regulars.listen.statuses.model import shipped
from regulars.timeline.workspace import Workspace
from tests.listen.identities.test_pages import sign


def test_command_and_api_set_take_back_and_show_the_same(ws: Workspace, app: FastAPI) -> None:
    run, folder = CliRunner(), ["--workspace", str(ws.folder)]
    pair = ["--set", "a=b=completed", "--set", "[Lost]=cancelled"]
    done = run.invoke(build_cli(), ["statuses", *pair, *folder])
    assert done.exit_code == 0 and "“[lost]” now means cancelled" in done.stdout
    web = sign(app, ws, "dana", Role.MANAGER)
    told = json.loads(run.invoke(build_cli(), ["statuses", "--json", *folder]).stdout)
    api = web.get("/api/v1/statuses").json()
    assert [one["word"] for one in told] == [one["word"] for one in api]
    assert {one["word"] for one in api[:2]} == {"a=b", "[lost]"}
    put = web.put("/api/v1/statuses", json={"word": "in/out", "meaning": "placed"})
    assert (put.status_code, put.json()["meaning"]) == (200, "placed")
    assert web.delete("/api/v1/statuses?word=in/out").json() is None
    assert web.delete("/api/v1/statuses?word=in/out").status_code == 404
    shown = run.invoke(build_cli(), ["statuses", *folder]).stdout
    assert "[lost]" in shown and "交易关闭" in shown
    assert run.invoke(build_cli(), ["statuses", "--reset", "[lost]", *folder]).exit_code == 0
    assert run.invoke(build_cli(), ["statuses", "--set", "lost", *folder]).exit_code != 0
    assert set(service.words(ws)) - set(shipped()) == {"a=b"}
