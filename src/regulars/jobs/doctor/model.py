"""What the doctor finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from regulars.kit.text import Text


class Severity(StrEnum):
    """How serious a finding is: `bad` needs somebody now, `warn` soon, `ok` never."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was seen, and what to do unless it is well."""

    key: str
    title: Text
    state: Severity
    seen: Text
    advice: Text | None = None


def well(key: str, title: Text, seen: Text) -> Finding:
    """Return a finding that needs nobody."""
    return Finding(key, title, Severity.OK, seen)


def worst(findings: list[Finding]) -> Severity:
    """Return the most serious state; `ok` of none."""
    order = (Severity.BAD, Severity.WARN, Severity.OK)
    return next((state for state in order if any(f.state is state for f in findings)), Severity.OK)


def size_words(count: float) -> str:
    """Return a number of bytes in words: 3.2 GB."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
