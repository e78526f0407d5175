"""The few numbers that say from where on something is shown, compared and called a difference."""

from __future__ import annotations

MIN_GROUP = 5
"""What fewer people did or said is withheld, so that nobody can be recognised."""
MIN_SAMPLE = 30
"""With fewer observations a value is shown, but neither ranked, tested nor part of an index."""
FALSE_ALARM_RATE = 0.05
"""The share of false alarms that is allowed among all that is called a difference together."""
