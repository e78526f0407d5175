"""What a watermark tells: which state of the timeline something was computed from."""

from __future__ import annotations


def events_at(mark: str) -> int:
    """Return how many events the state of a mark holds; 0 for a mark that does not tell."""
    parts = mark.split("-")
    return int(parts[1]) if len(parts) == 3 else 0
