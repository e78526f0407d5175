"""The one form in which a judged target leaves: command line, API and export write the same."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from regulars.faces.language import say
from regulars.prove.targets.model import Baseline, Guardrail, Judged, Target
from regulars.understand.metrics.service import both, plain, written


def plain_target(target: Target, zone: ZoneInfo) -> dict[str, Any]:
    """Return the target as JSON can write it; moments in the reporting zone."""
    return {
        "id": target.id,
        "metric": target.metric,
        "title": both(target.title),
        "kind": target.kind,
        "target": target.value,
        "direction": target.direction,
        "due": target.due.isoformat() if target.due else None,
        "horizon": target.horizon,
        "window_days": target.window_days,
        "filters": {name: list(words) for name, words in target.filters.items()},
        "audience": target.audience,
        "guardrails": list(target.guardrails),
        "note": target.note,
        "baseline": plain_baseline(target.baseline, zone),
    }


def plain_judged(judgement: Judged, zone: ZoneInfo) -> dict[str, Any]:
    """Return target, verdict, gap and guardrails as JSON can write them."""
    return {
        **plain_target(judgement.target, zone),
        "verdict": judgement.verdict,
        "goal": judgement.goal,
        "gap": judgement.gap,
        "over": judgement.over,
        "measured": plain(judgement.measured, zone) if judgement.measured else None,
        "reason": say(judgement.note) if judgement.note else None,
        "guardrails": [_guardrail(one, zone) for one in judgement.guardrails],
    }


def plain_baseline(baseline: Baseline | None, zone: ZoneInfo) -> dict[str, Any] | None:
    """Return a frozen baseline as JSON can write it."""
    if baseline is None:
        return None
    return {
        "n": baseline.n,
        "value": baseline.value,
        "low": baseline.low,
        "high": baseline.high,
        "from": written(baseline.start, zone),
        "to": written(baseline.end, zone),
        "frozen_at": written(baseline.frozen_at, zone),
        "frozen_by": baseline.frozen_by,
    }


def _guardrail(found: Guardrail, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "metric": found.metric,
        "worse": found.worse,
        "measured": plain(found.measured, zone) if found.measured else None,
        "reason": say(found.note) if found.note else None,
    }
