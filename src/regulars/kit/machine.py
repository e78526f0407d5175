"""What this machine has."""

from __future__ import annotations

import os


def memory() -> int | None:
    """Return its memory in bytes; None where that cannot be told."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
