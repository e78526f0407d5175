"""Where others quote a person is told, in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL
from regulars.faces.language import speaking
from regulars.kit import clock
from regulars.listen.identities import service
from regulars.timeline.identity import identity_id
from regulars.timeline.workspace import Workspace
from tests.listen.identities.test_commands import fill


def quoting(ws: Workspace) -> None:
    """Post what others wrote: about Lei by address, by number as people write it, and by id."""
    secret = keys.add_write_key(ws, SHELL, name="Desk", source="desk", now=clock.now())[1]
    texts = {
        "t1": "Li Lei (LEI@Example.cn) 让我代问",
        "t2": "请打 +86 138-0013-8000 找他",
        "t3": "同 lei-4711，一起买的",
        "no1": "xlei@example.cn, 913800138000, lei-47110",
    }
    batch: list[dict[str, Any]] = [
        {"type": "track", "userId": "mei", "event": "Ticket Opened", "messageId": one,
         "properties": {"text": text}}
        for one, text in texts.items()
    ]  # fmt: skip
    note = {"note": "ask lei@example.cn."}
    batch.append({**batch[0], "messageId": "t4", "properties": note})
    with TestClient(build_web(ws)) as client:
        answer = client.post("/v1/batch", json={"batch": batch}, auth=(secret, ""))
    assert answer.json()["accepted"] == len(batch), answer.text


@pytest.mark.parametrize("by", [("--email", "lei@example.cn"), ("--user", "lei-4711")])
def test_it_tells_where_others_quote_the_person(ws: Workspace, by: tuple[str, str]) -> None:
    fill(ws, "1")
    quoting(ws)
    command = ["erase", *by, "--yes", "--json", "-w", str(ws.folder)]
    quoted = json.loads(CliRunner().invoke(build_cli(), command).stdout)["quoted"]
    assert quoted["count"] == 4
    told = {one["event_id"]: one["kinds"] for one in quoted["events"]}
    assert told == {"t1": ["email"], "t2": ["phone"], "t3": ["id"], "t4": ["email"]}
    mei = service.person(ws, identity_id(ws, "user", "mei")).person_id
    assert {one["person_id"] for one in quoted["events"]} == {mei}


def test_it_says_so_in_words(ws: Workspace) -> None:
    fill(ws, "1")
    quoting(ws)
    command = ["erase", "--user", "lei-4711", "--yes", "-w", str(ws.folder)]
    with speaking("zh"):
        said = CliRunner().invoke(build_cli(), command).stdout
    assert "其他人的 4 个事件的留言提到他们" in said and "手机号" in said
    again = ["erase", "--user", "mei", "--yes", "-w", str(ws.folder)]
    assert (
        "No other customer's text mentions them." in CliRunner().invoke(build_cli(), again).stdout
    )
