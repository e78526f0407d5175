"""How long pages take on the large company: stored findings, and slices asked for the first time.

    python benchmarks/pages.py FOLDER [--customers 1000000] [--repeat 15]

Refreshes the findings of the workspace that `benchmarks/company.py` made (and makes it when it is
not there), then asks the server for each page as a signed-in manager would: the first answer, and
the median and worst of the next ones, each against what the design promises (150 ms for stored
findings, 1.5 s for an ad hoc slice).
"""

from __future__ import annotations

import argparse
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
from regulars.kit import clock

STORED, AD_HOC = 0.150, 1.5
PAGES = (
    "/",
    "/overview/content",
    "/journey",
    "/journey/map",
    "/metrics",
    "/metrics/board",
    "/targets",
    "/targets/judged",
    "/people",
    "/sources",
    "/catalog",
)
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
    began = time.perf_counter()
    refresh.run(ws, reason="benchmark", clock=clock.now)
    print(f"refresh {time.perf_counter() - began:.1f} s; peak memory {_peak_gigabytes():.1f} GB")
    _key, secret = keys.add_api_key(
        ws, SHELL, name=f"pages {clock.now():%H:%M:%S}", role=Role.ADMIN, now=clock.now()
    )
    client = TestClient(build_web(ws), headers={"Authorization": f"Bearer {secret}"})
    print(f"{'page':60} {'first':>8} {'median':>8} {'worst':>8} {'median/goal':>12}")
    for path in PAGES:
        _ask(client, path, asked.repeat, STORED)
    for path in SLICES:
        _ask(client, path, 1, AD_HOC)
    print(f"peak memory {_peak_gigabytes():.1f} GB")


def _ask(client: TestClient, path: str, repeat: int, goal: float) -> None:
    took = []
    for _turn in range(repeat + 1):
        began = time.perf_counter()
        response = client.get(path, headers={"Accept": "text/html, application/json"})
        took.append(time.perf_counter() - began)
        if response.status_code != 200:
            print(f"{path:60} {response.status_code} {response.text[:120]}")
            return
    later = took[1:] if goal == STORED else took[:1]
    median = statistics.median(later)
    print(f"{path:60} {took[0]:8.3f} {median:8.3f} {max(later):8.3f} {median / goal:12.2f}")


def _peak_gigabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    main()
