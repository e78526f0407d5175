"""What rests on fewer than five is withheld, and nothing asked is no number."""

from __future__ import annotations

from tests.understand.metrics.story import answered, one, tell

from regulars.timeline.workspace import Workspace
from regulars.understand.metrics.model import Direction, Goal, Verdict


def test_nothing_asked_is_no_number(ws: Workspace) -> None:
    found = one(ws, "nps", target=Goal(60, Direction.UP))
    assert (found.n, found.value, found.low, found.high) == (0, None, None, None)
    assert found.verdict is Verdict.UNDETERMINED


def test_fewer_than_five_are_withheld(ws: Workspace) -> None:
    tell(ws, [answered(f"p{i}", "nps", 10) for i in range(4)])
    found = one(ws, "nps", target=Goal(0, Direction.UP))
    assert (found.n, found.value, found.low, found.verdict) == (4, None, None, Verdict.UNDETERMINED)
    assert found.note is not None and "withheld" in found.note.en
    assert not found.beside


def test_five_best_answers_do_not_prove_a_mean_above_four_and_a_half(ws: Workspace) -> None:
    tell(ws, [answered(f"p{i}", "csat", 5) for i in range(5)])
    found = one(ws, "score_mean", target=Goal(4.5, Direction.UP))
    assert (found.value, found.verdict, found.scale) == (5.0, Verdict.UNDETERMINED, (1, 5))
