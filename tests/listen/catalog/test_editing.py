"""Touchpoints and stages as values of a form, and back."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.kit.errors import Invalid
from regulars.listen.catalog import editing, service
from regulars.listen.catalog.model import Rule

SHOP = service.default("shop")
NUMBERS = ("weight", "wait_hours", "floor", "target_value")
ROWS = editing.shown_stages(SHOP)


def values(**more: Any) -> dict[str, Any]:
    """Return what a form of the first touchpoint sends."""
    empty = dict.fromkeys(editing.CONDITIONS)
    shown = editing.shown(SHOP.touchpoints[0])
    numbers = {name: None if shown[name] is None else float(shown[name]) for name in NUMBERS}
    rows = [{**empty, **row} for row in more.pop("events", shown["events"])]
    return {**shown, **numbers, **more, "events": rows}


@pytest.mark.parametrize("point", SHOP.touchpoints, ids=lambda point: point.key)
def test_a_form_that_nobody_touched_changes_nothing(point: Any) -> None:
    shown = editing.shown(point)
    for name in NUMBERS:
        shown[name] = None if shown[name] is None else float(shown[name])
    assert editing.read(shown, SHOP, point) == point


def test_a_rule_is_a_row_of_conditions() -> None:
    row = {"names": "Cart Viewed, Product Added", "channels": "app,web"}
    read = editing.read(values(events=[row]), SHOP, SHOP.touchpoints[0])
    assert read.events == (Rule(("Cart Viewed", "Product Added"), ("app", "web")),)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"key": "Two Words"}, "key"),
        ({"key": SHOP.touchpoints[1].key}, "key"),
        ({"key": "new", "en": None, "zh": None}, "en"),
        ({"key": "new", "target_metric": "nps", "target_value": None}, "target_value"),
    ],
)
def test_what_is_wrong_names_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        editing.read(values(**wrong), SHOP, None)
    assert refused.value.details["field"] == field


def test_stages_stand_by_their_positions() -> None:
    assert editing.read_stages(ROWS) == SHOP.stages
    last = {"key": "farewell", "position": None, "zh": "告别", "en": None, "phase": "after_sale"}
    moved = [{**ROWS[0], "position": 2.5}, *ROWS[1:], last]
    keys = [stage.key for stage in editing.read_stages(moved)]
    assert keys == [SHOP.stages[1].key, SHOP.stages[0].key, *(one.key for one in SHOP.stages[2:]),
                    "farewell"]  # fmt: skip
    assert editing.read_stages(moved)[-1].title.en == "告别"


def test_a_stage_needs_a_key_of_letters() -> None:
    with pytest.raises(Invalid, match="Not a key"):
        editing.read_stages([{**ROWS[0], "key": "Not a key"}])
