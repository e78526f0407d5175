"""Durable, de-duplicated intake against the same server answering without storing, in one run.

    python -m benchmarks.intake [--seconds 8] [--connections 16] [--events 100]

The real server (uvicorn, httptools, uvloop) runs in one process, a plain client over sockets in
another. Each mode is measured in turn, twice, on batches and on single events: "stored" is
`/v1/batch` and `/v1/track` as shipped; "checked" is the same server up to the point of storing:
it reads, authenticates, decodes and checks every event and answers; "decoded" leaves the checks
out too and is printed for comparison. The server flushes as it does in earnest; its hourly refresh
of findings has run just before, so that none falls into the one mode or the other. At the end the
timeline is counted: every acknowledged event must be there once.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import multiprocessing
import os
import socket
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EVENT = (
    b'{"type":"track","messageId":"%s","userId":"customer-%05d","event":"Product Viewed",'
    b'"timestamp":"2026-10-05T09:30:00.125Z","context":{"library":{"name":"analytics-python",'
    b'"version":"2.3.0"},"locale":"zh-CN"},"properties":{"product_id":"sku-81","category":'
    b'"shoes","price":129.5,"currency":"CNY","channel":"web","position":3}}'
)
MODES = {"decoded/": "decoded", "checked/": "checked", "": "stored"}


def serve(folder: str, port: int) -> None:
    """Run the real server with two more ways that answer without storing."""
    import uvicorn

    from regulars.app import build_web, open_workspace

    app = build_web(open_workspace(folder))
    app.add_middleware(Unstored)
    uvicorn.run(
        app, port=port, http="httptools", loop="uvloop", access_log=False, log_level="warning"
    )


class Unstored:
    """The way of a post, but for storing ("checked"), and but for checking too ("decoded")."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        _, _, mode, call = f"{scope.get('path', '')}///".split("/")[:4]
        if f"{mode}/" not in MODES:
            await self._app(scope, receive, send)
            return
        from starlette.responses import Response

        from regulars.listen.intake import answers

        found = await self._found(scope, receive, mode, call)
        answer = answers.Answer(found, [True] * len(found), call == "track")
        await Response(answers.encode(answer, "en"))(scope, receive, send)

    async def _found(self, scope: Any, receive: Any, mode: str, call: str) -> list[Any]:
        from regulars.kit import clock
        from regulars.listen.intake import door, front, wire
        from regulars.listen.intake.model import Arrival

        opened, headers = front.door_of(scope["app"]), dict(scope["headers"])
        key = await opened._key(door._secret_of(headers[b"authorization"]))
        body, said, key = await opened._body(headers, receive, call, key)
        if mode == "decoded":
            pairs = zip(said, body.batch, strict=True)
            decoded = [message or wire.decode_message(raw) for message, raw in pairs]
            return [Arrival(str(message.message_id), "") for message in decoded]
        sender = await opened._sender(body, call, key, clock.microseconds(clock.now()))
        return await opened._read(list(zip(body.batch, said, strict=True)), call, sender)


class Sender(asyncio.Protocol):
    """One connection: posts, waits for the answer, posts again, until the time is up."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._head = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._post()

    def _post(self) -> None:
        self._sent_at = time.perf_counter()
        self._transport.write(self._run.request())

    def data_received(self, data: bytes) -> None:
        self._head += data
        head, found, body = self._head.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        if len(body) < length:
            return
        self._head = b""
        self._run.answered(head, time.perf_counter() - self._sent_at)
        if time.perf_counter() < self._run.until:
            self._post()
        else:
            self._transport.close()
            self.done.set_result(None)


@dataclass
class Run:
    """One measurement: what is posted where, and what came back."""

    path: str
    secret: str
    events: int
    until: float = 0.0
    count: int = 0
    latencies: list[float] = field(default_factory=list)
    wrong: list[bytes] = field(default_factory=list)
    tag: bytes = b""

    def __post_init__(self) -> None:
        token = base64.b64encode(f"{self.secret}:".encode()).decode()
        self._lines = (
            f"POST {self.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: "
        ).encode()
        body = b",".join([EVENT] * self.events)
        self._body = b'{"batch":[' + body + b"]}" if "batch" in self.path else body
        self.tag = self.path.encode() + str(time.time_ns()).encode()

    def request(self) -> bytes:
        """Return the next request; every event has an id of its own."""
        start = self.count * self.events
        self.count += 1
        parts: list[Any] = []
        for number in range(start, start + self.events):
            parts += (b"%s-%08d" % (self.tag, number), number % 40_000)
        body = self._body % tuple(parts)
        return self._lines + str(len(body)).encode() + b"\r\n\r\n" + body

    def answered(self, head: bytes, seconds: float) -> None:
        """Note one answer."""
        self.latencies.append(seconds)
        if not head.startswith(b"HTTP/1.1 200"):
            self.wrong.append(head)


async def drive(run: Run, port: int, connections: int, seconds: float) -> float:
    """Post over all connections; return events a second."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    run.until = began + seconds
    senders = [
        (await loop.create_connection(lambda: Sender(run), "127.0.0.1", port))[1]
        for _number in range(connections)
    ]
    await asyncio.gather(*(sender.done for sender in senders))
    return len(run.latencies) * run.events / (time.perf_counter() - began)


def client(port: int, secret: str, options: argparse.Namespace, results: Any) -> None:
    """Measure every mode in turn, from a process of its own."""
    import uvloop

    for _round in range(2):
        for kind, events in (("batch", options.events), ("track", 1)):
            for mode in MODES:
                run = Run(f"/v1/{mode}{kind}", secret, events)
                rate = uvloop.run(drive(run, port, options.connections, options.seconds))
                results.put((kind, mode, rate, run.latencies, len(run.wrong)))
    results.put(None)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    """Wait until the server answers."""
    for _attempt in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("the server did not start")


@dataclass
class Measured:
    """All runs of one mode: events a second, latencies, wrong answers, the server's CPU seconds."""

    events: int = 0
    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    wrong: int = 0
    cpu: float = 0.0


def cpu_seconds(process: int) -> float:
    """Return the processor time a process has used so far (Linux; elsewhere 0)."""
    file = Path(f"/proc/{process}/stat")
    if not file.exists():
        return 0.0
    ticks = file.read_text().rsplit(")", 1)[1].split()
    return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")


def collect(results: Any, server: int, events: int) -> dict[tuple[str, str], Measured]:
    """Gather the client's measurements, and what each cost the server."""
    found: dict[tuple[str, str], Measured] = {}
    spent = cpu_seconds(server)
    while (result := results.get()) is not None:
        kind, mode, rate, latencies, wrong = result
        one = found.setdefault((kind, mode), Measured())
        one.rates.append(rate)
        one.latencies += latencies
        one.wrong += wrong
        one.events += len(latencies) * (events if kind == "batch" else 1)
        now = cpu_seconds(server)
        one.cpu += now - spent
        spent = now
    return found


def report(found: dict[tuple[str, str], Measured]) -> None:
    """Print rates, latencies, the server's work for an event, and the ratios."""
    for kind in ("batch", "track"):
        for mode, name in MODES.items():
            one = found[kind, mode]
            every = sorted(one.latencies)
            p50, p99 = (every[int(len(every) * q)] * 1000 for q in (0.5, 0.99))
            print(
                f"{kind:6} {name:8} {statistics.mean(one.rates):9,.0f} events/s   "
                f"p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   "
                f"server {one.cpu / one.events * 1e6:5.1f} µs an event   {one.wrong} not 200"
            )
        stored = found[kind, ""]
        for mode in ("checked/", "decoded/"):
            other = found[kind, mode]
            print(
                f"{kind:6} stored / {MODES[mode]}: "
                f"{statistics.mean(stored.rates) / statistics.mean(other.rates):.2f} by rate, "
                f"{other.cpu / other.events / (stored.cpu / stored.events or 1):.2f} by the "
                "server's processor time"
            )


def main() -> None:
    """Measure, print, and count what the timeline holds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=8.0)
    options.add_argument("--connections", type=int, default=16)
    options.add_argument("--events", type=int, default=100)
    chosen = options.parse_args()

    from regulars.app import init_workspace
    from regulars.company.keys import service as keys
    from regulars.company.rights.model import SHELL
    from regulars.jobs.refresh import service as refresh
    from regulars.kit import clock
    from regulars.store.settings import IntakeSettings, Settings

    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        workspace = init_workspace(
            Path(folder) / "w", Settings(intake=IntakeSettings(requests_per_second=1_000_000))
        )
        _row, secret = keys.add_write_key(
            workspace, SHELL, name="benchmark", source="benchmark", now=clock.now()
        )
        refresh.run(workspace, reason="benchmark", clock=clock.now)
        port = free_port()
        server = spawn.Process(target=serve, args=(str(workspace.folder), port))
        server.start()
        wait_for(port)
        results: Any = spawn.Queue()
        sender = spawn.Process(target=client, args=(port, secret, chosen, results))
        sender.start()
        found = collect(results, server.pid or 0, chosen.events)
        sender.join()
        server.terminate()
        server.join()
        report(found)
        posted = found["batch", ""].events + found["track", ""].events
        kept = workspace.query(lambda view: view.events.count()).column(0)[0].as_py()
        print(f"acknowledged {posted:,} events, on the timeline {kept:,}")
        workspace.close()


if __name__ == "__main__":
    main()
