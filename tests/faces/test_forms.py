"""Fields of a form as typed values, each wrong one with its reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined
from starlette.datastructures import FormData

from regulars.faces.forms import Fields, read_number
from regulars.kit.errors import Invalid
from regulars.kit.text import Text


def fields(**values: str) -> Fields:
    return Fields(FormData(list(values.items())))


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("12.5", 12.5),
        ("12,5", 12.5),
        ("1,234", 1234.0),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1 234 567,89", 1234567.89),
        ("−3", -3.0),
        ("1e3", 1000.0),
        ("twelve", None),
        ("1,2,3", None),
        ("nan", None),
        ("1e999", None),
    ],
)
def test_numbers_are_read_as_people_write_them(words: str, value: float | None) -> None:
    assert read_number(words) == value


@given(st.floats(-1e9, 1e9).map(lambda x: round(x, 3)))
def test_what_we_print_is_read_back(value: float) -> None:
    assert read_number(f"{value:.3f}") == pytest.approx(value)
    assert read_number(f"{value:,.3f}") == pytest.approx(value)


def test_every_wrong_field_keeps_its_own_reason() -> None:
    form = fields(name="  ", age="7.5", role="king", mail="lin@", day="5.10.2026", share="140")
    assert form.text("name", required=True) is None
    assert form.whole("age") is None
    assert form.choice("role", {"admin", "agent"}) is None
    assert form.email("mail") is None
    assert form.day("day") is None
    assert form.number("share", least=0, most=100) is None
    assert not form.ok
    assert set(form.errors) == {"name", "age", "role", "mail", "day", "share"}
    assert form.errors["share"] == "From 0 to 100."


def test_right_fields_come_back_typed_and_the_token_is_not_shown_again() -> None:
    form = fields(name=" Lin Yue ", weighted="on", target="85", csrf="x")
    assert form.text("name", required=True) == "Lin Yue"
    assert form.flag("weighted")
    assert not form.flag("missing")
    assert form.whole("target") == 85
    assert form.number("empty") is None
    assert form.ok
    assert form.raw == {"name": " Lin Yue ", "weighted": "on", "target": "85"}


def test_a_refusal_of_a_service_lands_at_its_field() -> None:
    form = fields()
    form.take(Invalid("targets.value", Text("Too high.", "过高。"), field="value"))
    assert form.errors == {"value": "Too high."}


def test_a_field_that_was_not_sent_is_shown_again_as_an_empty_one() -> None:
    shown = Environment(undefined=StrictUndefined).from_string("{{ typed.name }}|{{ typed.age }}")
    assert shown.render(typed=fields(age="7").raw) == "|7"
