"""A preview of a file of many columns against an import of the same file.

    python -m benchmarks.preview_wide [--columns 500] [--rows 2000]

Prints both times and their ratio (the claim: at most 3).
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from regulars.app import init_workspace
from regulars.kit import clock
from regulars.listen.imports import service
from regulars.listen.imports.model import Habits
from regulars.store.settings import EngineSettings, Settings, WorkspaceSettings
from regulars.timeline.workspace import Workspace


def make(file: Path, columns: int, rows: int) -> None:
    """Write a survey of so many questions, each answered from 1 to 5."""
    names = ["answered_at", "customer_id", "nps", *(f"q{n}" for n in range(columns - 3))]
    with file.open("w", encoding="utf-8") as target:
        target.write(",".join(names) + "\n")
        for row in range(rows):
            answers = (str((row * 7 + n * 3) % 5 + 1) for n in range(columns - 3))
            day = f"2024-03-{row % 28 + 1:02d}"
            target.write(f"{day},u{row},{row % 11},{','.join(answers)}\n")


def timed(ws: Workspace, file: Path) -> tuple[float, float, float]:
    """Return the seconds of a preview, of an import by recipe, and of one by the mapping."""
    began = time.perf_counter()
    proposal = service.preview(ws, file, now=clock.now(), habits=Habits(zone="UTC"))
    looked = time.perf_counter()
    service.import_files(ws, [file], "survey", now=clock.now(), habits=Habits(zone="UTC"))
    imported = time.perf_counter()
    service.import_files(ws, [file], proposal.recipe, now=clock.now())
    return looked - began, imported - looked, time.perf_counter() - imported


def main() -> None:
    """Make the file, look at it, import it, print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--columns", type=int, default=500)
    parser.add_argument("--rows", type=int, default=2000)
    given = parser.parse_args()
    settings = Settings(
        workspace=WorkspaceSettings(time_zone="UTC"), engine=EngineSettings(memory="1GB")
    )
    with tempfile.TemporaryDirectory() as folder:
        ws = init_workspace(Path(folder) / "company", settings)
        file = Path(folder) / "wide.csv"
        make(file, 5, 10)
        timed(ws, file)  # what is loaded once is no part of either
        make(file, given.columns, given.rows)
        looked, by_recipe, by_mapping = timed(ws, file)
        ws.close()
    print(f"{given.columns} columns, {given.rows} rows: preview {looked:.2f} s")
    print(f"import by the recipe “survey” {by_recipe:.2f} s, ratio {looked / by_recipe:.2f}")
    print(f"import by the mapping {by_mapping:.2f} s, ratio {looked / by_mapping:.2f}")


if __name__ == "__main__":
    main()
