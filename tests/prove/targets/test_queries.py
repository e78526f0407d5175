"""Baselines stay in the books; changes are audited."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.prove.targets.test_service import DOWN, complaints, target
from tests.understand.metrics.story import NOON, days, tell

from regulars.company.audit import service as audit
from regulars.company.audit.model import Search
from regulars.company.rights.model import SHELL
from regulars.kit.errors import Conflict, NotFound
from regulars.prove.targets import service
from regulars.prove.targets.model import (
    TargetKind,
)
from regulars.timeline.workspace import Workspace


def test_a_baseline_stays_frozen_and_older_ones_stay_in_the_books(ws: Workspace) -> None:
    tell(ws, complaints(40, NOON))
    made = service.add(
        ws,
        SHELL,
        target("complaint_share", -40, kind=TargetKind.RELATIVE, direction=DOWN),
        now=NOON,
    )
    service.freeze_baseline(ws, SHELL, made.id, now=NOON)
    tell(ws, complaints(100, NOON))
    assert service.get(ws, made.id).baseline.value == 20.0  # type: ignore[union-attr]
    service.freeze_baseline(ws, SHELL, made.id, now=NOON + days(1))
    assert service.get(ws, made.id).baseline.value == 50.0  # type: ignore[union-attr]
    assert [one.value for one in service.baselines(ws, made.id)] == [20.0, 50.0]
    with pytest.raises(Conflict, match="frozen"):
        service.change(ws, SHELL, replace(service.get(ws, made.id), window_days=30), now=NOON)


def test_changes_are_audited_and_retired_targets_leave(ws: Workspace) -> None:
    made = service.add(ws, SHELL, target("nps", 60), now=NOON)
    service.change(ws, SHELL, replace(made, value=65), now=NOON)
    service.retire(ws, SHELL, made.id, now=NOON)
    assert service.every(ws) == []
    with pytest.raises(NotFound):
        service.get(ws, made.id)
    actions = [entry.action for entry in audit.find(ws, Search())]
    assert {"targets.added", "targets.changed", "targets.retired"} <= set(actions)
