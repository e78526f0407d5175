"""What the address of the what-if asks for."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from regulars.understand.levels.model import Wish


def wish(
    touchpoint: Annotated[str | None, Query(description="empty: all")] = None,
    impact: Annotated[float, Query(ge=0, le=100, description="points added")] = 10.0,
    calmer: Annotated[float, Query(ge=0, le=1, description="reduction of participation")] = 0.0,
    share: Annotated[float, Query(ge=0, le=1, description="share redesigned")] = 0.3,
    exceed: Annotated[float, Query(ge=0, le=100, description="points above expectation")] = 10.0,
) -> Wish:
    """Read the sliders of the what-if."""
    return Wish(touchpoint or None, impact, calmer, share, exceed)
