"""How long pages take on the large company: stored findings, and slices asked for the first time.

    python -m benchmarks.pages FOLDER [--customers 1000000] [--repeat 15]

Refreshes the findings of the workspace that `benchmarks/company.py` made (and makes it when it is
not there), then asks the server for each page of the navigation as a signed-in administrator would:
the first answer, and the median and worst of the next ones, each against what the design promises
(150 ms for stored findings, 1.5 s for an ad hoc slice). Pieces that a page fetches after itself
are asked for too. At last it says what each step of the refresh took.
"""

from __future__ import annotations

import argparse
import html
import re
import resource
import statistics
import time
from pathlib import Path

from benchmarks.company import CUSTOMERS, RICHNESS, company
from fastapi.testclient import TestClient

from regulars.app import build_web
from regulars.company.keys import service as keys
from regulars.company.rights.model import SHELL, Role
from regulars.jobs.refresh import service as refresh
from regulars.jobs.runs import service as runs
from regulars.kit import clock

STORED, AD_HOC = 0.150, 1.5
LATER = re.compile(r'class="later" hx-get="([^"]+)"')
SLICES = (
    "/api/v1/metrics/nps?by=channel",
    "/api/v1/metrics/csat_satisfied_share?by=touchpoint&by=month",
    "/api/v1/metrics/revenue?by=place",
    "/api/v1/metrics/complaint_share?by=month",
    "/api/v1/metrics/repurchase_share",
)


def main() -> None:
    """Refresh, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--richness", type=float, default=RICHNESS)
    parser.add_argument("--repeat", type=int, default=15)
    asked = parser.parse_args()
    ws = company(asked.folder, asked.customers, asked.richness)
    app = build_web(ws)
    began = time.perf_counter()
    refresh.run(ws, reason="benchmark", clock=clock.now)
    print(f"refresh {time.perf_counter() - began:.1f} s; peak memory {_peak_gigabytes():.1f} GB")
    _key, secret = keys.add_api_key(
        ws, SHELL, name=f"pages {clock.now():%H:%M:%S}", role=Role.ADMIN, now=clock.now()
    )
    client = TestClient(app, headers={"Authorization": f"Bearer {secret}"})
    print(f"{'page':60} {'first':>8} {'median':>8} {'worst':>8} {'median/goal':>12}")
    for path in sorted(item.path for item in app.state.navigation):
        pieces = _ask(client, path, asked.repeat, STORED)
        for piece in dict.fromkeys(pieces):
            _ask(client, piece, asked.repeat, STORED)
    for path in SLICES:
        _ask(client, path, 1, AD_HOC)
    print(f"peak memory {_peak_gigabytes():.1f} GB")
    for step in runs.recent(ws, refresh.KEY, 1)[0].steps:
        if step.started_at and step.ended_at:
            print(f"{step.key:20} {(step.ended_at - step.started_at).total_seconds():8.1f} s")


def _ask(client: TestClient, path: str, repeat: int, goal: float) -> list[str]:
    """Ask again and again, print, and return the pieces that the answer fetches after itself."""
    took = []
    for _turn in range(repeat + 1):
        began = time.perf_counter()
        response = client.get(path, headers={"Accept": "text/html, application/json"})
        took.append(time.perf_counter() - began)
        if response.status_code != 200:
            print(f"{path:60} {response.status_code} {response.text[:120]}")
            return []
    later = took[1:] if goal == STORED else took[:1]
    median = statistics.median(later)
    print(f"{path:60} {took[0]:8.3f} {median:8.3f} {max(later):8.3f} {median / goal:12.2f}")
    return [html.unescape(found) for found in LATER.findall(response.text)]


def _peak_gigabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
