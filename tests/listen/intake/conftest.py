"""A shop that sends: its write key, and the server in this process or in one of its own."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvicorn
from fastapi.testclient import TestClient

from regulars.app import build_web, init_workspace, open_workspace
from regulars.company.keys import service as keys
from regulars.company.keys.model import WriteKey
from regulars.company.rights.model import SHELL, Role
from regulars.kit import clock
from regulars.listen.intake import mapping
from regulars.listen.intake.fields import Identities, Sender
from regulars.listen.intake.model import Arrival, Row
from regulars.timeline.workspace import Workspace
from tests.processes import Forked


@pytest.fixture
def write_key(ws: Workspace) -> str:
    """The write key of the web shop; it may send as the customer only."""
    return keys.add_write_key(ws, SHELL, name="Shop", source="shop", now=clock.now())[1]


@pytest.fixture
def analyst(ws: Workspace) -> dict[str, str]:
    """Headers of an analyst's API key."""
    secret = keys.add_api_key(ws, SHELL, name="Ana", role=Role.ANALYST, now=clock.now())[1]
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def client(ws: Workspace) -> Iterator[TestClient]:
    """The server of the workspace, in this process."""
    with TestClient(build_web(ws)) as opened:
        yield opened


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until something listens there."""
    for _attempt in range(2_400):  # a busy machine takes its time
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the server did not start")


@pytest.fixture
def address(ws: Workspace) -> Iterator[str]:
    """The address of the real server, in a thread of this process."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(build_web(ws), port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(port)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


def _serve(begin: Callable[[], None], folder: str, port: int) -> None:
    uvicorn.run(build_web(open_workspace(folder)), port=port, log_level="critical")


@dataclass
class Victim:
    """A server in a process of its own, which can be killed."""

    folder: Path
    port: int = 0
    process: Forked | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        self.port = free_port()
        self.process = Forked(_serve, str(self.folder), self.port)
        wait_for(self.port)

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        if self.process is not None:
            self.process.kill()
            self.process = None


@pytest.fixture
def victim(ws: Workspace) -> Iterator[Victim]:
    """A server of the workspace that a test may kill."""
    yield from _victim(ws)


@pytest.fixture
def second(ws: Workspace) -> Iterator[Victim]:
    """Another one of the same workspace."""
    yield from _victim(ws)


def _victim(ws: Workspace) -> Iterator[Victim]:
    server = Victim(ws.folder)
    yield server
    server.kill()


NOON = clock.microseconds(datetime(2026, 10, 5, 12, tzinfo=UTC))


class Reader:
    """Reads calls as the web shop's."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self.identities = Identities(ws)

    def sender(self, *actors: str, **more: Any) -> Sender:
        key = WriteKey("k", "Shop", "shop", frozenset(actors or ("customer",)))
        return Sender(
            key=key,
            identities=self.identities,
            currency="CNY",
            event_bytes=32_768,
            received_at=NOON,
            **more,
        )

    def read(self, call: dict[str, Any], *actors: str, **more: Any) -> Arrival:
        raw = msgspec.Raw(json.dumps({"userId": "lei", **call}).encode())
        return mapping.read(raw, self.sender(*actors, **more))

    def row(self, event: str, properties: dict[str, Any], **call: Any) -> Row:
        arrival = self.read({"type": "track", "event": event, "properties": properties, **call})
        assert arrival.row is not None, arrival.reason
        return arrival.row

    def refused(self, event: str, properties: dict[str, Any], **call: Any) -> str:
        arrival = self.read({"type": "track", "event": event, "properties": properties, **call})
        assert arrival.reason is not None
        return arrival.reason.field


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(init_workspace(tmp_path_factory.mktemp("company") / "w"))


Post = Callable[..., Any]


@pytest.fixture
def post(client: TestClient, write_key: str) -> Post:
    """Post raw text to an endpoint."""

    def send(body: str, path: str = "batch", **headers: str) -> Any:
        return client.post(
            f"/v1/{path}", content=body.encode(), auth=(write_key, ""), headers=headers
        )

    return send
