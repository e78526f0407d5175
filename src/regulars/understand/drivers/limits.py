"""How many attributes are shared out at most; a declaration may read it without an engine."""

from __future__ import annotations

MOST = 16
"""No more attributes are shared out: 2^16 regressions stand behind one answer."""
