"""Intake against a server as a team writes it in an afternoon: both measured in turns, in one run.

    python -m benchmarks.yardstick FOLDER [--seconds 6] [--rounds 3] [--beside COMPANY]

FOLDER holds the yardstick: `team_server.py` (an intake on FastAPI and SQLite) and `load.py`, which
posts the same batches over 16 connections to it and to ours. Ours is `regulars serve`, on a new
workspace. Each is measured in turns, batches of 100 and one event a request; printed are all rates
with p99, and the ratio of the medians. `--beside` also measures batches while the workspace that
`benchmarks/company.py` made there is refreshed again and again in a process of its own. At the end
our timeline is counted: every acknowledged event must be there once.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.intake import free_port, wait_for

COMMAND = "from regulars.app import main; main()"
REFRESHING = """
import itertools, sys
from pathlib import Path
from benchmarks.company import NOW
from regulars.app import open_workspace
from regulars.jobs.refresh import service as refresh
from regulars.understand.findings import service as findings
ws = open_workspace(Path(sys.argv[1]))
for turn in itertools.count():
    with ws.database.transaction() as connection:
        findings.unlearn(connection, NOW)
    Path(sys.argv[2]).write_text(str(turn))
    refresh.run(ws, reason="benchmark", clock=lambda: NOW)
"""
RATE = re.compile(r"([\d,]+) events/s p50 (\d+) ms p99 (\d+) ms bad (\d+)")


@dataclass
class Server:
    """One of the two: where it listens, the key it wants, and what was measured."""

    name: str
    port: int
    key: str
    rates: dict[str, list[float]] = field(default_factory=dict)
    posted: float = 0.0

    def measure(self, load: Path, case: str, events: int, seconds: float) -> None:
        """Post for some seconds, print and keep the rate."""
        words = [sys.executable, str(load), str(self.port), self.key, str(seconds), str(events)]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
        found = RATE.search(said)
        if found is None:
            sys.exit(f"the load said: {said}")
        rate = float(found[1].replace(",", ""))
        self.rates.setdefault(case, []).append(rate)
        print(f"{case:12} {self.name:5} {said}", flush=True)


@contextmanager
def running(words: list[str], port: int | None = None) -> Iterator[None]:
    """Run a process of ours while the block runs."""
    process = subprocess.Popen([sys.executable, *words])
    try:
        if port is not None:
            wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait()


def founded(folder: Path) -> str:
    """Make a workspace whose key may send as fast as it can; return the key.

    Its hourly refresh has run just before, so that none falls into the one measure or the other.
    """
    from regulars.app import init_workspace
    from regulars.company.keys import service as keys
    from regulars.company.rights.model import SHELL
    from regulars.jobs.refresh import service as refresh
    from regulars.kit import clock
    from regulars.store.settings import IntakeSettings, Settings

    workspace = init_workspace(folder, Settings(intake=IntakeSettings(requests_per_second=10**6)))
    _row, key = keys.add_write_key(
        workspace, SHELL, name="benchmark", source="benchmark", now=clock.now()
    )
    refresh.run(workspace, reason="benchmark", clock=clock.now)
    workspace.close()
    return key


def count(folder: Path) -> tuple[int, int]:
    """Return how many events the timeline has, and how many ids."""
    from regulars.app import open_workspace

    workspace = open_workspace(folder)
    found = workspace.query(
        lambda view: view.events.aggregate(
            events=view.events.count(), ids=view.events.event_id.nunique()
        )
    ).to_pylist()[0]
    workspace.close()
    return found["events"], found["ids"]


def turns(servers: list[Server], load: Path, case: str, asked: argparse.Namespace) -> None:
    """Measure both servers in turns, then print the ratio of the medians."""
    events = 1 if case == "single" else 100
    for _round in range(asked.rounds):
        for server in servers:
            server.measure(load, case, events, asked.seconds)
    team, ours = (statistics.median(server.rates[case]) for server in servers)
    print(f"{case:12} ours / team {ours / team:.2f}", flush=True)


def main() -> None:
    """Start both, measure, print, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cases", nargs="*", default=["batches", "single"])
    parser.add_argument("--beside", type=Path)
    asked = parser.parse_args()
    load, team = asked.folder / "load.py", asked.folder / "team_server.py"
    if not (load.is_file() and team.is_file()):
        print(f"skipped: {asked.folder} holds no yardstick (load.py, team_server.py)")
        return
    os.environ.setdefault("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    with tempfile.TemporaryDirectory() as scratch:
        ours = Path(scratch) / "ours"
        servers = [Server("team", free_port(), "-"), Server("ours", free_port(), founded(ours))]
        ports = [str(server.port) for server in servers]
        with (
            running([str(team), str(Path(scratch) / "team.db"), ports[0]], servers[0].port),
            running(["-c", COMMAND, "serve", "-w", str(ours), "--port", ports[1]], servers[1].port),
        ):
            for case in asked.cases:
                turns(servers, load, case, asked)
            if asked.beside is not None:
                begun = Path(scratch) / "refreshing"
                with running(["-c", REFRESHING, str(asked.beside), str(begun)]):
                    while not begun.exists():
                        time.sleep(0.1)
                    turns(servers, load, "beside", asked)
                    print(f"refreshes that ended meanwhile: {begun.read_text()}")
        events, ids = count(ours)
        print(f"on our timeline {events:,} events with {ids:,} ids")


if __name__ == "__main__":
    main()
