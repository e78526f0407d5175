"""Companies where everything is as bad, or as good, as everything else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from regulars.listen.catalog import service as catalog
from regulars.timeline import inbox
from regulars.timeline.workspace import Workspace

JULY = datetime(2026, 7, 1, 4, tzinfo=UTC)
NOW = JULY + timedelta(days=150)
BAD = (0.52, 0.30, 0.14, 0.03, 0.01)
"""How often 1 to 5 is answered where everybody is miserable: 1.71 of 5 in the mean."""
GOOD = (0.01, 0.01, 0.02, 0.09, 0.87)
"""And where everybody is delighted: 4.80."""
ANSWER = {"name": "Survey Answered", "metric": "csat", "scale_min": 1.0, "scale_max": 5.0,
          "survey_kind": "transactional"}  # fmt: skip
TOUCHPOINTS = [point.key for point in catalog.default("shop").touchpoints if not point.part_of]


def plant(
    ws: Workspace, chances: Sequence[float], each: int, *, touchpoints: int, seed: int = 7
) -> list[str]:
    """Ask `each` times at each of so many touchpoints, a third of people as often as the others.

    Whoever is asked first came by one to nine times in the week before, so that people take part
    more or less. Returns the touchpoints.
    """
    rng = np.random.default_rng(seed)
    points = TOUCHPOINTS[:touchpoints]
    rows: list[dict[str, Any]] = []
    for point in points:
        scores = rng.choice(np.arange(1.0, 6.0), each, p=chances)
        guests = rng.integers(0, each, each)
        days = rng.integers(0, 120, each)
        for number, (score, guest, day) in enumerate(zip(scores, guests, days, strict=True)):
            at = JULY + timedelta(days=int(day), minutes=number)
            who = f"guest {int(guest):05d}"
            told = {"identity_id": who, "touchpoint": point, "known_at": at}
            rows += [
                told | {"event_id": f"{point} {number} visit {k}", "name": "Store Visited",
                        "occurred_at": at - timedelta(hours=7 * k + 1)}
                for k in range(int(guest) % 3)
            ]  # fmt: skip
            rows.append(told | ANSWER | {"event_id": f"{point} {number}", "score": float(score),
                                         "occurred_at": at})  # fmt: skip
    for start in range(0, len(rows), 20_000):
        inbox.accept(ws, inbox.make(rows[start : start + 20_000], NOW))
    return points
