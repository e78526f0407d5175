"""What a refresh costs whoever looks at a page meanwhile.

    python -m benchmarks.beside FOLDER [--customers 1000000] [--seconds 40]

Takes the workspace that `benchmarks/company.py` made (and makes it when it is not there), refreshes
it, and starts `regulars serve` as it is, which refreshes in a process of its own. One reader asks
for the pages of the navigation again and again: first with nothing beside it, then while the server
computes all findings anew, from nothing. Prints p50 and p95 of both, and the ratio of p95 (the
claim: at most 2).
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from benchmarks.company import CUSTOMERS, RICHNESS, company
from benchmarks.intake import free_port, wait_for

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.jobs.refresh import service as refresh
from regulars.kit import clock
from regulars.timeline.engine import standing

WARM = 3.0


def main() -> None:
    """Refresh, serve, measure twice, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--richness", type=float, default=RICHNESS)
    parser.add_argument("--seconds", type=float, default=40.0)
    asked = parser.parse_args()
    paths, secret = prepared(asked.folder, asked.customers, asked.richness)
    port = free_port()
    command = [sys.executable, "-m", "regulars", "serve", "-w", str(asked.folder)]
    server = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        reader = Reader(f"http://127.0.0.1:{port}", secret)
        reader.ask_all(paths, WARM)
        alone = reader.ask_all(paths, asked.seconds)
        shutil.rmtree(asked.folder / standing.FOLDER, ignore_errors=True)
        reader.start_refresh()
        beside = reader.ask_all(paths, asked.seconds)
        running = reader.refreshing()
    finally:
        server.terminate()
        server.wait()
    if not running:
        sys.exit("the refresh had ended meanwhile: ask for a larger company or fewer seconds")
    for name, took in (("alone", alone), ("beside", beside)):
        print(f"{name:8} {len(took):6} pages  p50 {middle(took):6.3f} s  p95 {late(took):6.3f} s")
    print(f"p95 beside a refresh / alone {late(beside) / late(alone):.2f}")


def prepared(folder: Path, customers: int, richness: float) -> tuple[list[str], str]:
    """Let the findings stand; return the addresses of the pages, and a key that may read them."""
    ws = company(folder, customers, richness)
    refresh.run(ws, reason="benchmark", clock=clock.now)
    name = f"beside {clock.now():%H:%M:%S}"
    _row, secret = keys.add_api_key(ws, SHELL, name=name, role=Role.ADMIN, now=clock.now())
    paths = sorted(item.path for item in build_web(ws).state.navigation)
    ws.close()
    return paths, secret


class Reader:
    """Somebody who reads one page after the other."""

    def __init__(self, address: str, secret: str) -> None:
        self._address = address
        self._headers = {"Authorization": f"Bearer {secret}", "Accept": "text/html, */*"}

    def ask_all(self, paths: list[str], seconds: float) -> list[float]:
        """Ask for page after page for some seconds; return what each took."""
        took: list[float] = []
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            for path in paths:
                began = time.perf_counter()
                self._ask(path)
                took.append(time.perf_counter() - began)
        return took

    def start_refresh(self) -> None:
        """Ask for a refresh and wait until it has begun."""
        self._ask("/api/v1/jobs/refresh", method="POST")
        while not self.refreshing():
            time.sleep(0.1)

    def refreshing(self) -> bool:
        """Tell whether a refresh is under way."""
        runs = json.loads(self._ask("/api/v1/jobs?job=refresh"))
        return any(run["state"] == "running" for run in runs)

    def _ask(self, path: str, method: str = "GET") -> bytes:
        wanted = urllib.request.Request(self._address + path, headers=self._headers, method=method)
        with urllib.request.urlopen(wanted, timeout=60) as answer:
            return bytes(answer.read())


def middle(took: list[float]) -> float:
    """Return the median."""
    return statistics.median(took)


def late(took: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(took, n=20)[-1]


if __name__ == "__main__":
    main()
