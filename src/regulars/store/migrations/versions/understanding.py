"""Tables of the diagnosis and the predictions."""

from __future__ import annotations

import importlib
import pkgutil

from regulars.store.migrations import understanding

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create every table, noun by noun."""
    for found in sorted(pkgutil.iter_modules(understanding.__path__), key=lambda one: one.name):
        importlib.import_module(f"{understanding.__name__}.{found.name}").create()
