"""How long from an event posted to what it causes committed, with and without a refresh beside it.

    python -m benchmarks.reaction FOLDER [--customers 20000] [--seconds 30] [--rate 20] [--refresh]

Takes the workspace that `benchmarks/company.py` made (and makes it when it is not there; 1,000,000
customers are 20M events). The real server runs in one process, without a refresh of its own; a
worker that waits for the bell and reacts runs in another, as the react lane does; this one posts
single orders, so many a second, each over a connection that stays open. Its reaction writes a row.
The time is measured from before the post to after the transaction that wrote the row. With
`--refresh`, the same once more while a whole refresh runs in a process of its own, and the ratio of
the two. The claim is: p95 at most 1 s beside a refresh of 20M events; each order reacted to once.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import multiprocessing
import secrets
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa
from benchmarks.company import company

from regulars.app import build_web, open_workspace
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL
from regulars.jobs.refresh import service as refresh
from regulars.kit import clock
from regulars.timeline import acts, bell, erasure, reacting
from regulars.timeline.workspace import Workspace

PROCESSES = multiprocessing.get_context("spawn")
PATIENCE = 60.0
"""Seconds after the last post in which the last reactions must have come."""
seen: list[str] = []
"""What the reaction of this process has seen in the transaction under way."""


@reacting.reacts_to("Order Completed", name="benchmark.reaction")
def note(_ws: Workspace, connection: sa.Connection, events: pa.Table, now: datetime) -> None:
    """Write a row for each order."""
    seen[:] = events.column("event_id").to_pylist()
    rows = [{"id": one, "at": now} for one in seen]
    connection.execute(sa.text("INSERT INTO benchmark_reactions VALUES (:id, :at)"), rows)


def react(folder: str, told: Queue[tuple[str, float]]) -> None:
    """Wait for the bell and react, until killed; tell of each event when it was committed."""
    ws = open_workspace(folder)
    hears = bell.Bell(ws.database)
    reacting.declare(ws, [note], now=clock.now())
    told.put(("", time.monotonic()))
    while True:
        hears.wait(1.0)
        acts.move(ws, now=clock.now())
        while reacting.advance(ws, note, now=clock.now()):
            committed = time.monotonic()
            for one in seen:
                told.put((one, committed))


def serve(folder: str, port: int) -> None:
    """Run the real server."""
    import uvicorn

    app = build_web(open_workspace(folder))
    uvicorn.run(app, port=port, http="httptools", access_log=False, log_level="warning")


def whole_refresh(folder: str) -> None:
    """Refresh everything from nothing, over and over."""
    ws = open_workspace(folder)
    while True:
        erasure.drop_sums(ws)
        refresh.run(ws, reason="benchmark", clock=clock.now)


@contextmanager
def running(work: Any, *given: Any) -> Iterator[None]:
    """Do that in a process of its own meanwhile."""
    process = PROCESSES.Process(target=work, args=given, daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def post(port: int, secret: str, seconds: float, rate: float) -> dict[str, float]:
    """Post single orders at a steady rate; return when each post began."""
    token = base64.b64encode(f"{secret}:".encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    posted: dict[str, float] = {}
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        event_id = secrets.token_hex(12)
        event = {"messageId": event_id, "userId": f"customer-{len(posted)}",
                 "event": "Order Completed", "properties": {"order_id": event_id}}  # fmt: skip
        posted[event_id] = time.monotonic()
        line.request("POST", "/v1/track", json.dumps(event), headers)
        answer = line.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        time.sleep(max(0.0, began + len(posted) / rate - time.monotonic()))
    line.close()
    return posted


def measure(folder: Path, asked: argparse.Namespace, secret: str) -> list[float]:
    """Return the seconds from post to reaction of every order."""
    told: Queue[tuple[str, float]] = PROCESSES.Queue()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running(serve, str(folder), port), running(react, str(folder), told):
        told.get(timeout=PATIENCE)
        _wait_for(port)
        posted = post(port, secret, asked.seconds, asked.rate)
        came = [told.get(timeout=PATIENCE) for _one in posted]
    ids = [one for one, _at in came]
    assert sorted(ids) == sorted(posted), "each order reacted to once"
    return sorted(at - posted[one] for one, at in came)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def words(name: str, took: list[float]) -> str:
    """Return one line of figures."""
    p95 = statistics.quantiles(took, n=20)[-1]
    middle = statistics.median(took)
    return (
        f"{name:24}{len(took):>7,} orders  p50 {middle * 1000:7.0f} ms  "
        f"p95 {p95 * 1000:7.0f} ms  worst {took[-1] * 1000:7.0f} ms"
    )


def main() -> None:
    """Measure, once or twice, and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--customers", type=int, default=20_000)
    options.add_argument("--seconds", type=float, default=30.0)
    options.add_argument("--rate", type=float, default=20.0)
    options.add_argument("--refresh", action="store_true")
    asked = options.parse_args()
    ws = company(asked.folder, asked.customers)
    with ws.database.transaction() as connection:
        columns = "event_id VARCHAR(80) NOT NULL, at VARCHAR(40) NOT NULL"
        connection.execute(sa.text(f"CREATE TABLE IF NOT EXISTS benchmark_reactions ({columns})"))
    _row, secret = keys.add_write_key(
        ws, SHELL, name=f"reaction {secrets.token_hex(4)}", source="benchmark", now=clock.now()
    )
    refresh.run(ws, reason="benchmark", clock=clock.now)  # so that the server begins none itself
    ws.close()
    alone = measure(asked.folder, asked, secret)
    print(words("alone", alone), flush=True)
    if asked.refresh:
        with running(whole_refresh, str(asked.folder)):
            time.sleep(5.0)
            beside = measure(asked.folder, asked, secret)
        print(words("beside a refresh", beside))
        ratio = statistics.quantiles(beside, n=20)[-1] / statistics.quantiles(alone, n=20)[-1]
        print(f"p95 beside a refresh is {ratio:.1f} times p95 alone")


if __name__ == "__main__":
    main()
