"""The company that other benchmarks measure: one million customers, twenty million events.

    python -m benchmarks.company FOLDER [--customers 1000000] [--richness 0.32] [--memory 4GB]

Makes it once; a folder that has it is left as it is. Prints how long simulating, loading and
compacting took, and the highest memory of the process.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import time
from datetime import UTC, datetime
from pathlib import Path

from regulars.app import init_workspace, open_workspace
from regulars.simulate.demo import service as demo
from regulars.simulate.model import Plan
from regulars.simulate.stream import parts
from regulars.store.settings import EngineSettings, Settings
from regulars.timeline import compaction, lake
from regulars.timeline.workspace import Workspace

NOW = datetime(2026, 8, 29, 3, tzinfo=UTC)
"""A Saturday: a usual day, a Monday and the first of a month follow it."""
CUSTOMERS, RICHNESS = 1_000_000, 0.32
MADE = "made"


def company(
    folder: Path,
    customers: int = CUSTOMERS,
    richness: float = RICHNESS,
    *,
    memory: str = "4GB",
    threads: int = 2,
) -> Workspace:
    """Return the workspace in `folder`; it is made when it is not there."""
    if (folder / MADE).exists():
        return open_workspace(folder)
    settings = demo.settings("en")
    engine = EngineSettings(memory=memory, threads=threads)
    ws = init_workspace(folder, Settings(workspace=settings.workspace, engine=engine))
    plan = Plan(customers, NOW, richness=richness, block=40_000)
    _load(ws, plan)
    began = time.perf_counter()
    done = compaction.compact(ws)
    took = time.perf_counter() - began
    print(f"compacted {done.before} files into {done.after} in {took:.1f} s; peak {_peak()}")
    (folder / MADE).write_text(repr(dataclasses.asdict(plan)) + "\n", "utf-8")
    return ws


def _load(ws: Workspace, plan: Plan) -> None:
    simulating = loading = 0.0
    events, stream, began = 0, parts(plan, ws), time.perf_counter()
    for part in stream:
        simulating += time.perf_counter() - began
        began = time.perf_counter()
        events += demo.take_in(ws, part)
        loading += time.perf_counter() - began
        print(f"  block {part.number + 1}: {events:,} events, peak {_peak()}", flush=True)
        began = time.perf_counter()
    print(f"simulated {events:,} events in {simulating:.1f} s, loaded them in {loading:.1f} s")


def _peak() -> str:
    return f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB"


def main() -> None:
    """Make the company and say what it cost."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--customers", type=int, default=CUSTOMERS)
    options.add_argument("--richness", type=float, default=RICHNESS)
    options.add_argument("--memory", default="4GB")
    options.add_argument("--threads", type=int, default=2)
    chosen = options.parse_args()
    ws = company(
        chosen.folder.resolve(),
        chosen.customers,
        chosen.richness,
        memory=chosen.memory,
        threads=chosen.threads,
    )
    found = lake.files(ws.lake.open())
    size = sum(file.size for file in found) / 2**20
    events = sum(file.events for file in found)
    print(f"{events:,} events in {len(found)} files, {size:,.0f} MiB")
    ws.close()


if __name__ == "__main__":
    main()
