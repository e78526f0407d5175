"""What a flood of empty events costs others: latencies beside the flood against those without it.

    python -m benchmarks.intake_flood [--seconds 6]

The real server runs in one process. In another, one shop sends an event of its own about fifty
times a second and somebody opens the sign-in page about ten times a second; in a third a flooder
with a key of its own posts, one body after the other: nothing, then 50,000 × `{}` (refused whole),
then 2,500 × `{}` (the largest batch that is read; each event is refused and told). Printed are the
flooder's answers and the others' latencies, and their ratio to the round without a flood. At the
end the timeline is counted: every acknowledged event of the shop must be there once.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import multiprocessing
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.intake import free_port, wait_for

ROUNDS = {"no flood": 0, "50,000 × {}": 50_000, "2,500 × {}": 2_500}
EVENT = b'{"userId":"lei","event":"Cart Viewed","messageId":"%d","properties":{"total":9.5}}'


def serve(folder: str, port: int) -> None:
    """Run the server as `regulars serve` does."""
    from regulars.app import build_web, open_workspace
    from regulars.faces import serving

    workspace = open_workspace(folder)
    serving.run(lambda: build_web(workspace), folder=workspace.folder, port=port)


class Caller:
    """One connection that asks again and again, and how long each answer took."""

    def __init__(self, port: int, secret: str = "") -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        token = base64.b64encode(f"{secret}:".encode()).decode()
        self._headers = {"Content-Type": "application/json"}
        if secret:
            self._headers["Authorization"] = f"Basic {token}"
        self.seconds: list[float] = []
        self.statuses: Counter[int] = Counter()

    def ask(self, method: str, path: str, body: bytes | None = None) -> None:
        """Ask once."""
        began = time.perf_counter()
        self._line.request(method, path, body, self._headers)
        answer = self._line.getresponse()
        answer.read()
        self.seconds.append(time.perf_counter() - began)
        self.statuses[answer.status] += 1

    def quantile(self, share: float) -> float:
        """Return a quantile of the latencies in milliseconds."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1_000


def beside(port: int, secret: str, seconds: float, start: int, results: Any) -> None:
    """Be the shop and the reader for one round; put their latencies and the events kept."""
    until = time.perf_counter() + seconds
    shop, reader = Caller(port, secret), Caller(port)

    def repeat(pause: float, ask: Callable[[int], None]) -> None:
        number = start
        while time.perf_counter() < until:
            ask(number)
            number += 1
            time.sleep(pause)

    threads = [
        threading.Thread(target=repeat, args=pair)
        for pair in (
            (0.02, lambda number: shop.ask("POST", "/v1/track", EVENT % number)),
            (0.1, lambda _number: reader.ask("GET", "/sign-in")),
        )
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(
        {
            name: (one.quantile(0.5), one.quantile(0.99), dict(one.statuses))
            for name, one in (("shop", shop), ("sign-in", reader))
        }
    )


def flood(port: int, secret: str, seconds: float, events: int, results: Any) -> None:
    """Post the same body again and again; put how long the answers took."""
    body = b'{"batch":[' + b",".join([b"{}"] * events) + b"]}"
    until = time.perf_counter() + seconds
    caller = Caller(port, secret)
    while time.perf_counter() < until:
        if events:
            caller.ask("POST", "/v1/batch", body)
        else:
            time.sleep(0.1)
    worst = (caller.quantile(0.5), caller.quantile(1.0)) if events else (0.0, 0.0)
    results.put((worst, dict(caller.statuses), len(body)))


def main() -> None:
    """Measure each round, print, and count what the timeline holds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=6.0)
    chosen = options.parse_args()

    from regulars.app import init_workspace
    from regulars.company.keys import service as keys
    from regulars.company.rights.model import SHELL
    from regulars.kit import clock

    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        workspace = init_workspace(Path(folder) / "w")
        secrets = [
            keys.add_write_key(workspace, SHELL, name=name, source=name, now=clock.now())[1]
            for name in ("shop", "flooder")
        ]
        port = free_port()
        server = spawn.Process(target=serve, args=(str(workspace.folder), port))
        server.start()
        wait_for(port)
        Caller(port).ask("GET", "/sign-in")  # templates are read once
        kept, quiet = 0, {}
        for number, (name, events) in enumerate(ROUNDS.items()):
            told, flooded = spawn.Queue(), spawn.Queue()
            others = spawn.Process(
                target=beside, args=(port, secrets[0], chosen.seconds, number * 1_000_000, told)
            )
            flooder = spawn.Process(
                target=flood, args=(port, secrets[1], chosen.seconds, events, flooded)
            )
            others.start()
            flooder.start()
            answers, (worst, statuses, size) = told.get(), flooded.get()
            others.join()
            flooder.join()
            if events:
                print(
                    f"{name} ({size / 1000:.0f} KB): {sum(statuses.values())} posts answered "
                    f"{statuses}, p50 {worst[0]:.0f} ms, slowest {worst[1]:.0f} ms"
                )
            quiet = quiet or answers
            for who, (p50, p99, each) in answers.items():
                print(
                    f"  {name:12} {who:8} p50 {p50:6.1f} ms   p99 {p99:6.1f} ms "
                    f"({p99 / quiet[who][1]:.1f} × without a flood)   {each}"
                )
            kept += answers["shop"][2].get(200, 0)
        server.terminate()
        server.join()
        found = workspace.query(lambda view: view.events.count()).column(0)[0].as_py()
        print(f"acknowledged {kept:,} events, on the timeline {found:,}")
        workspace.close()


if __name__ == "__main__":
    main()
