"""What tests of imports share."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Record = Callable[[Path, list[dict[str, Any]]], None]


@pytest.fixture
def record_expected() -> Record:
    """Write down expected events anew when RECORD_EXPECTED is set: for whoever edits a recipe.

    What it writes is read over by a person before it is committed.
    """

    def record(file: Path, found: list[dict[str, Any]]) -> None:
        if os.environ.get("RECORD_EXPECTED"):
            lines = [json.dumps(row, ensure_ascii=False) for row in found]
            file.write_text("\n".join(lines) + "\n", "utf-8")

    return record
