"""What an answer is kept under says its parameters, alike in every process."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from regulars.company.rights.model import Role
from regulars.store.settings import WorkspaceSettings
from regulars.timeline.engine import keys


@dataclass(frozen=True)
class Asked:
    scope: frozenset[str] | None
    weights: dict[str, float]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (("visits", 3, None), "('visits', 3, None)"),
        (["visits", True], "('visits', True)"),
        (frozenset({"b", "c", "a"}), "{'a', 'b', 'c'}"),
        ({"b": 1.5, "a": math.inf}, "{'a': inf, 'b': 1.5}"),
        (Role.ADMIN, "<Role.ADMIN: 'admin'>"),
        (date(2026, 11, 1), "datetime.date(2026, 11, 1)"),
        (
            Asked(frozenset({"z", "x"}), {"n": 2.0}),
            "Asked(scope={'x', 'z'}, weights={'n': 2.0})",
        ),
        (Asked(None, {}), "Asked(scope=None, weights={})"),
    ],
)
def test_parameters_are_written_in_one_way(value: Any, text: str) -> None:
    assert keys.text_of(value) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", "b"), ("a, b",)),
        (1, "1"),
        (1, True),
        (None, "None"),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01"),
        ((("a",), "b"), ("a", ("b",))),
    ],
)
def test_other_parameters_are_written_otherwise(one: Any, other: Any) -> None:
    assert keys.text_of(one) != keys.text_of(other)


@pytest.mark.parametrize("value", [len, lambda: 1, object(), pa.table({"n": [1]}), Asked, iter("")])
def test_what_is_written_otherwise_each_time_names_no_question(value: Any) -> None:
    with pytest.raises(TypeError, match="names no question"):
        keys.text_of(("sums", {"of": [value]}))


def test_answers_rest_on_zone_currency_and_code(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = WorkspaceSettings(time_zone="Asia/Shanghai", currency="CNY")
    base = keys.base_of(mine)
    assert base == keys.base_of(WorkspaceSettings("Renamed", "Asia/Shanghai", "CNY"))
    assert base != keys.base_of(WorkspaceSettings(time_zone="UTC", currency="CNY"))
    assert base != keys.base_of(WorkspaceSettings(time_zone="Asia/Shanghai", currency="EUR"))
    monkeypatch.setattr(keys, "code", lambda: "another release")
    assert base != keys.base_of(mine)
