"""Opens the engine that the workspace's settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from regulars.timeline.engine.base import Engine
    from regulars.timeline.workspace import Workspace


def open_engine(workspace: Workspace) -> Engine:
    """Return DuckDB's engine, or Spark's when `engine.backend` says so."""
    if workspace.settings.engine.backend == "spark":
        from regulars.timeline.engine.spark import SparkEngine

        return SparkEngine(workspace)
    from regulars.timeline.engine.duck import DuckEngine

    return DuckEngine(workspace)
