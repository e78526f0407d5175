"""`regulars erase`: after it, no file of the workspace holds anything of the person."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fastapi.testclient import TestClient
from typer.testing import CliRunner

import regulars
from regulars.app import build_cli, build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL
from regulars.kit import clock
from regulars.kit.errors import NotFound
from regulars.store.database import metadata
from regulars.timeline import erasure
from regulars.timeline.flush import flush
from regulars.timeline.workspace import Workspace

RAW = ["lei-4711", "lei@example.cn", "13800138000", "李雷雷", "MARK-WORDS", "MARK-NOTE", "MARK-BAD"]


def fill(ws: Workspace, part: str) -> None:
    """Post markers to every place that intake fills, and somebody else's event."""
    secret = keys.add_write_key(ws, SHELL, name="Shop", source="shop", now=clock.now())[1]
    traits = {"email": "lei@example.cn", "phone": "13800138000", "name": "李雷雷"}
    lei: dict[str, Any] = {"userId": "lei-4711", "anonymousId": "browser-9"}
    words = {"nps": 3, "text": f"MARK-WORDS {part}", "note": "MARK-NOTE"}
    batch = [
        {"type": "identify", **lei, "traits": traits, "messageId": f"i{part}"},
        {"type": "track", **lei, "event": "Survey Answered", "properties": words},
        {"type": "page", "anonymousId": "browser-9", "properties": {"note": "MARK-NOTE"}},
        {"type": "track", **lei, "event": "X", "properties": {"nps": 99, "note": "MARK-BAD"}},
        {"type": "track", "userId": "mei", "event": "Cart Viewed", "messageId": f"mei{part}"},
    ]
    with TestClient(build_web(ws)) as client:
        answer = client.post("/v1/batch", json={"batch": batch}, auth=(secret, ""))
    assert answer.json()["accepted"] == 4, answer.text


def places_of(ws: Workspace, words: str) -> list[str]:
    """Return the files of the workspace and the tables of its database that hold `words`."""
    raw = words.encode()
    found = [
        file.name for file in ws.folder.rglob("*") if file.is_file() and raw in file.read_bytes()
    ]
    with ws.database.reading() as connection:
        for table in metadata.tables.values():
            cells = [cell for row in connection.execute(sa.select(table)) for cell in row]
            whole = [cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells]
            found += [table.name] if any(raw in cell for cell in whole) else []
    return found


def test_nothing_is_left_in_any_file(ws: Workspace) -> None:
    fill(ws, "1")
    flush(ws)
    fill(ws, "2")
    assert "profile_values" in places_of(ws, "李雷雷")  # the search does find what is there
    assert "intake_refusals" in places_of(ws, "MARK-BAD")
    assert "inbox" in places_of(ws, "MARK-WORDS")
    command = ["erase", "--email", "LEI@example.cn", "--yes", "--json", "-w", str(ws.folder)]
    done = CliRunner().invoke(build_cli(), command)
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)["erased"]
    assert rows["inbox"] + rows["lake"] == 6
    assert rows["profiles"] and rows["links"] and rows["refused events"] == 2
    for raw in RAW:
        assert places_of(ws, raw) == [], raw
    left = ws.query(lambda view: view.events).column("event_id").to_pylist()
    assert sorted(left) == ["mei1", "mei2"]


def test_an_address_reaches_refused_events_whichever_id_carried_it(ws: Workspace) -> None:
    fill(ws, "1")
    secret = keys.add_write_key(ws, SHELL, name="App", source="app", now=clock.now())[1]
    carried: list[dict[str, Any]] = [
        {"userId": "lei@example.cn"},
        {"userId": "Lei@Example.cn"},
        {"anonymousId": "lei@example.cn"},
        {"type": "alias", "previousId": "lei@example.cn"},
        {"anonymousId": "b-1", "context": {"traits": {"email": "Lei@Example.cn"}}},
        {"anonymousId": "b-2", "context": {"traits": {"email": "lei@example.cn"}}, "event": 5},
    ]
    bad = {"type": "track", "event": "X", "properties": {"nps": 99, "note": "MARK-APP"}}
    other = {**bad, "userId": "mei", "properties": {"nps": 99, "note": "MARK-OTHER"}}
    with TestClient(build_web(ws)) as client:
        batch = [*({**bad, **one} for one in carried), other]
        answer = client.post("/v1/batch", json={"batch": batch}, auth=(secret, ""))
    assert answer.json()["refusedTotal"] == len(carried) + 1
    command = ["erase", "--email", "LEI@example.cn", "--yes", "--json", "-w", str(ws.folder)]
    done = CliRunner().invoke(build_cli(), command)
    of_fill = 1
    assert json.loads(done.stdout)["erased"]["refused events"] == of_fill + len(carried)
    assert places_of(ws, "MARK-APP") == []
    assert "intake_refusals" in places_of(ws, "MARK-OTHER")


def test_an_address_that_a_source_takes_for_the_user_id_finds_its_events(ws: Workspace) -> None:
    fill(ws, "1")
    secret = keys.add_write_key(ws, SHELL, name="App", source="app", now=clock.now())[1]
    call = {"userId": "lei@example.cn", "event": "Cart Viewed", "messageId": "app1"}
    with TestClient(build_web(ws)) as client:
        assert client.post("/v1/track", json=call, auth=(secret, "")).status_code == 200
    command = ["erase", "--email", "LEI@example.cn", "--yes", "-w", str(ws.folder)]
    assert CliRunner().invoke(build_cli(), command).exit_code == 0
    assert ws.query(lambda view: view.events).column("event_id").to_pylist() == ["mei1"]


def test_it_asks_first_and_wants_to_know_whom(ws: Workspace) -> None:
    fill(ws, "1")
    run, cli, where = CliRunner(), build_cli(), ["-w", str(ws.folder)]
    refused = run.invoke(cli, ["erase", "--user", "lei-4711", *where], input="n\n")
    assert refused.exit_code == 1 and "4" in refused.stderr
    assert ws.query(lambda view: view.events).num_rows == 4
    assert "erase.whom" in str(run.invoke(cli, ["erase", *where]).exception)
    nobody = run.invoke(cli, ["erase", "--user", "nobody", "--yes", *where])
    assert "erase.unknown" in str(nobody.exception)


def test_a_process_of_its_own_erases_in_every_place_that_the_source_names(ws: Workspace) -> None:
    """The command imports few nouns; who else was imported must not change what is erased."""
    fill(ws, "1")
    command = ["erase", "--user", "lei-4711", "--yes", "--json", "-w", str(ws.folder)]
    run = "from regulars.app import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", run, *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["erased"]
    sources = Path(regulars.__file__).parent.rglob("*.py")
    named = {
        name
        for file in sources
        for name in re.findall(r'^@erasable\("(.+?)"\)', file.read_text("utf-8"), re.MULTILINE)
    }
    assert len(named) >= 11
    named |= set(erasure.WAITING)
    assert named == set(rows) - {"inbox", "links", "lake"}
    assert rows["refused events"] == 1
    assert places_of(ws, "MARK-BAD") == []


def test_whoever_is_known_from_refused_events_alone_is_told_and_erased(ws: Workspace) -> None:
    secret = keys.add_write_key(ws, SHELL, name="App", source="app", now=clock.now())[1]
    bad = {"userId": "zhao-1", "event": "X", "properties": {"nps": 99, "note": "MARK-ZHAO"}}
    with TestClient(build_web(ws)) as client:
        client.post("/v1/track", json=bad, auth=(secret, ""))
    assert "intake_refusals" in places_of(ws, "MARK-ZHAO")
    command = ["erase", "--user", "zhao-1", "-w", str(ws.folder)]
    asked = CliRunner().invoke(build_cli(), command, input="n\n")
    assert "The timeline has no events of theirs." in asked.stderr
    assert "Also stored: refused events 1." in asked.stderr
    done = CliRunner().invoke(build_cli(), [*command, "--yes", "--json"])
    assert json.loads(done.stdout)["erased"]["refused events"] == 1
    assert places_of(ws, "MARK-ZHAO") == []
    nobody = CliRunner().invoke(build_cli(), [*command, "--yes"])
    assert isinstance(nobody.exception, NotFound)
    assert nobody.exception.message.en == "Nothing is held of them."
