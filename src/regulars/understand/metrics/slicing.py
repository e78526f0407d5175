"""What numbers are sliced by, as callers write it; pure."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.understand.metrics.model import DIMENSIONS, GRAINS, unknown_dimension


def asked(words: Sequence[str]) -> tuple[tuple[str, ...], str | None]:
    """Split `--by` words into dimensions and at most one grain of time. Raises Invalid."""
    parts = [part.strip() for word in words for part in word.split(",") if part.strip()]
    grains = [part for part in parts if part in GRAINS]
    for part in parts:
        if part not in GRAINS and part not in DIMENSIONS:
            raise unknown_dimension(part, (*DIMENSIONS, *GRAINS))
    if len(grains) > 1:
        raise Invalid(
            "metrics.grains",
            Text(
                "Choose one of day, week, month, quarter, year.", "日、周、月、季、年只能选一个。"
            ),
            by=parts,
        )
    return tuple(dict.fromkeys(part for part in parts if part not in GRAINS)), (
        grains[0] if grains else None
    )
