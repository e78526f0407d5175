"""What rests on fewer than five is withheld, and nothing asked is no number."""

from __future__ import annotations

from tests.understand.metrics.story import answered, happened, one, tell

from regulars.kit.stats.skewed import Largest
from regulars.timeline.workspace import Workspace
from regulars.understand.metrics.model import Direction, Goal, Verdict
from regulars.understand.metrics.telling import few_decide


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


def test_a_few_customers_decide_a_sum(ws: Workspace) -> None:
    """Forty spend 10 to 49; then one more spends ten thousand."""
    spent = range(10, 50)
    tell(ws, [happened(f"p{i}", "Order Completed", order_id=f"o{i}", amount=i) for i in spent])
    assert one(ws, "revenue").note is None
    tell(ws, [happened("whale", "Order Completed", order_id="whale", amount=10_000)])
    for key in ("revenue", "average_order_value"):
        note = one(ws, key).note
        assert note is not None and note.en.startswith("A few customers decide this number")
        assert "少数客户" in note.zh and "%" not in note.en


def test_what_few_customers_bring_is_told_of_five_together() -> None:
    some, one_only = few_decide(Largest(5, 0.412)), few_decide(Largest(1, 0.9))
    assert some is not None and "with 41 % of it" in some.en and "占 41%" in some.zh
    assert one_only is not None and "%" not in one_only.en
    assert few_decide(Largest(11, 0.3)) is None and few_decide(None) is None
