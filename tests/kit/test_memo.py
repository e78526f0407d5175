"""Answers kept in memory: worked out once, forgotten when told to."""

from __future__ import annotations

from regulars.kit.memo import Memo


def test_an_answer_is_worked_out_once_and_the_oldest_goes() -> None:
    memo, worked = Memo[str](2), []

    def work(name: str) -> str:
        worked.append(name)
        return name.upper()

    for name in ("a", "a", "b", "a", "c", "b"):
        assert memo.get(name, lambda name=name: work(name)) == name.upper()  # type: ignore[misc]
    assert worked == ["a", "b", "c", "b"]
    assert memo.peek("c") == "C"
    assert memo.peek("a") is None


def test_what_is_worked_out_while_all_is_forgotten_is_not_kept() -> None:
    """An erasure comes between: the answer may still hold whoever was erased."""
    memo = Memo[str](2)

    def work() -> str:
        memo.clear()
        return "Anna"

    assert memo.get("who", work) == "Anna"
    assert memo.peek("who") is None
    assert memo.get("who", lambda: "nobody") == "nobody"
    assert memo.peek("who") == "nobody"
