"""How much is tried: in every run what finds a fault soon, with `--heavy` what finds rare ones."""

from __future__ import annotations

HEAVY = "--heavy"
asked: set[str] = set()
"""What the run was asked for; filled before any test is imported."""


def of(light: int, heavy: int) -> int:
    """Return how many examples, samples or kills to try."""
    return heavy if HEAVY in asked else light
