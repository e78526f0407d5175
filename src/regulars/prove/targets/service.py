"""Keep targets and judge them by the intervals of their metrics."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from regulars.company.audit import service as audit
from regulars.company.rights.model import Principal, Scope
from regulars.kit.errors import Conflict, Invalid, NotFound
from regulars.kit.period import Period
from regulars.kit.text import Text
from regulars.prove.targets import judging, presets, queries
from regulars.prove.targets.model import (
    Baseline,
    Judged,
    Judgement,
    Target,
    TargetKind,
    check,
    window,
)
from regulars.prove.targets.rows import plain_judged
from regulars.understand.findings import service as findings
from regulars.understand.findings.model import Finding
from regulars.understand.metrics import service as metrics

if TYPE_CHECKING:
    from regulars.timeline.workspace import Workspace


def every(ws: Workspace) -> list[Target]:
    """Return the targets in force, by their date."""
    with ws.database.reading() as connection:
        return queries.in_force(connection)


def get(ws: Workspace, target_id: str) -> Target:
    """Return one target; raises NotFound."""
    with ws.database.reading() as connection:
        return _must(queries.one(connection, target_id), target_id)


def find(ws: Workspace, beginning: str) -> Target:
    """Return the one target whose id begins with these characters; raises NotFound."""
    found = [one for one in every(ws) if beginning and one.id.startswith(beginning)]
    return _must(found[0] if len(found) == 1 else None, beginning)


def add(ws: Workspace, caller: Principal, target: Target, *, now: datetime) -> Target:
    """Add a target and return it with its id. Raises Invalid naming the wrong field."""
    made = replace(check(target), id=secrets.token_hex(16), created_at=now, created_by=caller.name)
    _check_metrics(made)
    with ws.database.transaction() as connection:
        queries.put(connection, made, new=True)
        _note(ws, connection, caller, "targets.added", made)
    return made


def change(ws: Workspace, caller: Principal, target: Target, *, now: datetime) -> Target:
    """Give the target with that id these values; its baselines stay.

    A baseline belongs to metric, filters and window: Raises Conflict when one of these changes
    under a frozen baseline, NotFound, or Invalid.
    """
    check(target)
    with ws.database.transaction() as connection:
        old = _must(queries.one(connection, target.id), target.id)
        made = replace(
            target, created_at=old.created_at, created_by=old.created_by, preset=old.preset
        )
        _check_metrics(made, known=old)
        _check_baseline(old, made)
        queries.put(connection, made, new=False)
        _note(ws, connection, caller, "targets.changed", made)
    return replace(made, baseline=old.baseline)


def retire(ws: Workspace, caller: Principal, target_id: str, *, now: datetime) -> None:
    """Take a target out of force; it stays in the books. Raises NotFound."""
    with ws.database.transaction() as connection:
        old = _must(queries.one(connection, target_id), target_id)
        queries.retire(connection, target_id, now)
        _note(ws, connection, caller, "targets.retired", old)


def add_plan(
    ws: Workspace, caller: Principal, plan: str, *, start: date, now: datetime
) -> list[Target]:
    """Add the targets of a plan that ships, as far as they are not there already.

    `plan` is "programme" or "touchpoints"; dates count from `start`. Raises NotFound.
    """
    if plan not in presets.PLAN_TITLES:
        raise NotFound(
            "targets.plan",
            Text(f"There is no plan “{plan}”.", f"没有目标方案“{plan}”。"),
            plan=plan,
        )
    with ws.database.transaction() as connection:
        present = queries.presets(connection)
        made = [
            replace(
                one,
                id=secrets.token_hex(16),
                due=presets.due(one.horizon, start) if one.horizon else None,
                created_at=now,
                created_by=caller.name,
            )
            for one in presets.plans()[plan]
            if one.preset not in present
        ]
        for one in made:
            queries.put(connection, one, new=True)
        audit.record(ws, connection, caller, "targets.plan_added", plan, targets=len(made))
    return made


def freeze_baseline(
    ws: Workspace,
    caller: Principal,
    target_id: str,
    *,
    now: datetime,
    period: Period | None = None,
) -> Target:
    """Measure the target's metric once and keep it as its baseline, with date and interval.

    `period` is what counted as "before" (default: the window up to now). Its length must be the
    target's window, since many metrics grow with the length. An older baseline stays in the
    books. Raises Invalid when the period has another length or there is nothing to measure.
    """
    target = get(ws, target_id)
    wanted = period or window(replace(target, due=None), now.astimezone(ws.zone).date(), ws.zone)
    _check_length(target, wanted, ws)
    before = judging.measured(ws, target, wanted)
    if before is None or before.value is None:
        raise Invalid(
            "targets.no_baseline",
            Text(
                "There is too little in that window to freeze a baseline.",
                "该时间窗内数据不足，无法冻结基线。",
            ),
            field="period",
        )
    baseline = Baseline(
        before.value, before.low, before.high, before.n, wanted.start, wanted.end, now, caller.name
    )
    with ws.database.transaction() as connection:
        queries.freeze(connection, target_id, baseline)
        _note(ws, connection, caller, "targets.baseline_frozen", target, value=before.value)
    return replace(target, baseline=baseline)


def baselines(ws: Workspace, target_id: str) -> list[Baseline]:
    """Return every baseline of a target, the oldest first."""
    with ws.database.reading() as connection:
        return queries.history(connection, target_id)


def stored(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[Judgement] | None:
    """Return the stored verdicts on the targets as they are set now; notes the asking."""
    return findings.find(ws, JUDGEMENT, _about(ws, scope), now=now)


def answered(ws: Workspace, scope: Scope, *, now: datetime) -> Finding[Judgement]:
    """Return every target with its verdict: the stored ones if they still hold, else judged now."""
    return findings.answer(ws, JUDGEMENT, _about(ws, scope), now=now)


def _about(ws: Workspace, scope: Scope) -> dict[str, object]:
    return {"state": _state(ws), "scope": None if scope is None else sorted(scope)}


def _state(ws: Workspace) -> str:
    """Return what identifies the targets and baselines as they are set now."""
    return hashlib.blake2b(repr(every(ws)).encode(), digest_size=8).hexdigest()


def _judge(ws: Workspace, about: dict[str, Any], now: datetime) -> Judgement:
    """Judge every target; nothing for a state of the targets that is past."""
    if about.get("state") not in (None, _state(ws)):
        return Judgement(())
    scope = about.get("scope")
    found = judged(ws, now=now, scope=None if scope is None else frozenset(scope))
    return Judgement(tuple(found))


JUDGEMENT = findings.declare(findings.ResultType("targets.plan", 4, Judgement, _judge))


def missing_plans(ws: Workspace) -> dict[str, Text]:
    """Return the plans of which something is still missing, with their titles."""
    present = {one.preset for one in every(ws)}
    return {
        plan: title
        for plan, title in presets.PLAN_TITLES.items()
        if any(one.preset not in present for one in presets.plans()[plan])
    }


def judged(
    ws: Workspace, *, now: datetime, scope: Scope = None, guardrails: bool = True
) -> list[Judged]:
    """Return every target in force with its verdict, gap and guardrails, by date.

    Numbers cover the caller's places (`scope`) only. `guardrails=False` is quicker.
    """
    return [
        judging.judge_one(ws, one, now=now, scope=scope, guardrails=guardrails) for one in every(ws)
    ]


def plain(ws: Workspace, found: Judgement) -> list[dict[str, Any]]:
    """Return the judged targets as JSON can write them."""
    return [plain_judged(one, ws.zone) for one in found.targets]


def judged_one(ws: Workspace, target_id: str, *, now: datetime, scope: Scope = None) -> Judged:
    """Return one target with its verdict; raises NotFound."""
    return judging.judge_one(ws, get(ws, target_id), now=now, scope=scope)


def _check_metrics(target: Target, known: Target | None = None) -> None:
    """Refuse a metric that was never heard of; those that ship in a plan may come later."""
    coming = presets.metrics_to_come() | ({known.metric} if known else set())
    for key in (target.metric, *target.guardrails):
        if not metrics.exists(key) and key not in coming:
            metrics.definition(key)


def _check_baseline(old: Target, new: Target) -> None:
    same = (old.metric, dict(old.filters), old.window_days) == (
        new.metric,
        dict(new.filters),
        new.window_days,
    )
    if old.baseline is not None and not same:
        raise Conflict(
            "targets.frozen",
            Text(
                "The baseline was frozen for this metric, filter and window: make a new target.",
                "基线是针对该指标、筛选与时间窗冻结的：请新建目标。",
            ),
            field="metric",
        )


def _check_length(target: Target, period: Period, ws: Workspace) -> None:
    if period.start is None or period.end is None:
        raise Invalid(
            "targets.period",
            Text("A baseline needs a beginning and an end.", "基线需要起止时间。"),
            field="period",
        )
    days = (period.end.astimezone(ws.zone).date() - period.start.astimezone(ws.zone).date()).days
    if days != target.window_days and target.kind is not TargetKind.SAMPLE:
        raise Invalid(
            "targets.length",
            Text(
                f"The baseline must cover {target.window_days} days like the target; got {days}.",
                f"基线须与目标一样覆盖 {target.window_days} 天；收到 {days} 天。",
            ),
            field="period",
        )


def _must(target: Target | None, target_id: str) -> Target:
    if target is None:
        raise NotFound(
            "targets.unknown",
            Text("There is no such target.", "没有这个目标。"),
            target=target_id,
        )
    return target


def _note(
    ws: Workspace,
    connection: sa.Connection,
    caller: Principal,
    action: str,
    target: Target,
    **more: object,
) -> None:
    details = {"metric": target.metric, "kind": target.kind.value, "goal": target.value, **more}
    audit.record(ws, connection, caller, action, target.title.en or target.title.zh, **details)
