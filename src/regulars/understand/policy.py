"""The few numbers that say from where on something is shown, compared and called a difference."""

from __future__ import annotations

MIN_GROUP = 5
"""What fewer people did or said is withheld, so that nobody can be recognised."""
MIN_SAMPLE = 30
"""With fewer observations a value is shown, but neither ranked, tested nor part of an index."""
NEUTRAL = 50.0
"""The middle of any scale in points of 0, its worst end, to 100: 3 of 5, 4 of 7, 5 of 10."""
FLOOR = NEUTRAL
"""Points below which a touchpoint hurts whatever the others do, unless the catalog declares its
own. It is no target: what should be reached in two years makes no pain today."""
FALSE_ALARM_RATE = 0.05
"""The share of false alarms that is allowed among all that is called a difference together."""
