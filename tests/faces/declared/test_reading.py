"""A declared form means the same as a browser, a program and a command send it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.datastructures import FormData
from typer.testing import CliRunner

from regulars.faces.declared import reading
from regulars.faces.declared.model import Asked, Field, Form
from regulars.faces.forms import Fields
from regulars.kit import clock
from regulars.kit.text import Text

SIZES = (("s", Text("small", "小")), ("l", Text("large", "大")))
ORDER = Form(
    name="order",
    submit=Text("Order", "下单"),
    brief=Text("Order tea", "订茶"),
    right="edit",
    act=lambda asked: asked.values,
    said=Text("{tea}: {pots} pots for {guests}", "{tea}：{guests} 人 {pots} 壶"),
    fields=(
        Field("tea", Text("Tea", "茶"), required=True, most=20, argument=True),
        Field("pots", Text("Pots", "壶数"), "whole", default=1, least=1, most=9),
        Field("size", Text("Size", "大小"), "choice", default="s", choices=SIZES),
        Field("iced", Text("Iced", "加冰"), "flag"),
        Field("extras", Text("Extras", "配料"), "choices", default=[], choices=SIZES),
        Field("note", Text("Note", "备注"), "long", most=40),
    ),
)
NESTED = Form(
    name="menu",
    submit=Text("Save", "保存"),
    brief=Text("The menu", "菜单"),
    right="edit",
    act=lambda asked: asked.values,
    fields=(
        Field("title", Text("Title", "标题"), required=True),
        Field(
            "teas",
            Text("Teas", "茶"),
            "rows",
            fields=(
                Field("name", Text("Name", "名称"), required=True),
                Field("price", Text("Price", "价格"), "number", least=0),
            ),
        ),
    ),
)
ASKED = Asked(None, None, clock.now())


def browser(form: Form, pairs: list[tuple[str, str]]) -> tuple[dict[str, Any], dict[str, str]]:
    fields = Fields(FormData(pairs))
    return reading.sent(form, fields, ASKED), fields.errors


def command(form: Form, *words: str) -> tuple[dict[str, Any], str]:
    """Return what a command line of the form's options gives, and what it prints."""
    got: dict[str, Any] = {}
    app = typer.Typer()

    def take(**values: Any) -> None:
        got.update(values)

    import inspect

    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind,
                          default=inspect.Parameter.empty if default is ... else default)
        for name, (kind, default) in reading.options(form).items()
    ]  # fmt: skip
    take.__dict__["__signature__"] = inspect.Signature(parameters)
    take.__annotations__ = {one.name: one.annotation for one in parameters}
    app.command()(take)
    return got, CliRunner().invoke(app, list(words)).output


@given(
    tea=st.text("abc 茶", min_size=1, max_size=20).filter(str.strip),
    pots=st.integers(1, 9),
    size=st.sampled_from(["s", "l"]),
    iced=st.booleans(),
    extras=st.lists(st.sampled_from(["s", "l"]), unique=True),
)
def test_the_three_ways_give_the_same_values(
    tea: str, pots: int, size: str, iced: bool, extras: list[str]
) -> None:
    pairs = [("tea", tea), ("pots", str(pots)), ("size", size), *(("extras", e) for e in extras)]
    sent, errors = browser(ORDER, pairs + ([("iced", "1")] if iced else []))
    assert not errors
    values = {"tea": tea.strip(), "pots": pots, "size": size, "iced": iced, "extras": extras}
    assert sent == {**values, "note": None}
    assert reading.body(ORDER)(**values).model_dump() == sent
    words = [word for extra in extras for word in ("--extras", extra)]
    got, output = command(ORDER, f"--pots={pots}", f"--size={size}", *words,
                          *(["--iced"] if iced else []), "--", tea.strip())  # fmt: skip
    assert got | {"extras": got["extras"] or []} == sent, output


@pytest.mark.parametrize(
    ("pairs", "wrong"),
    [
        ([], {"tea"}),
        ([("tea", "x" * 21)], {"tea"}),
        ([("tea", "oolong"), ("pots", "10")], {"pots"}),
        ([("tea", "oolong"), ("pots", "1.5")], {"pots"}),
        ([("tea", "oolong"), ("size", "xl")], {"size"}),
        ([("tea", "oolong"), ("extras", "xl")], {"extras"}),
    ],
)
def test_what_a_browser_may_not_send_a_program_may_not_either(
    pairs: list[tuple[str, str]], wrong: set[str]
) -> None:
    assert set(browser(ORDER, pairs)[1]) == wrong
    body = {name: [value] if name == "extras" else value for name, value in pairs}
    with pytest.raises(ValidationError) as refused:
        reading.body(ORDER)(**body)
    assert {str(error["loc"][0]) for error in refused.value.errors()} == wrong


def test_a_field_that_nobody_declared_is_refused() -> None:
    with pytest.raises(ValidationError, match="milk"):
        reading.body(ORDER)(tea="oolong", milk=True)


def test_rows_come_in_their_order_without_the_empty_ones() -> None:
    pairs = [("title", "Spring"), ("teas.2.name", "green"), ("teas.2.price", "4,5"),
             ("teas.10.name", "black"), ("teas.3.name", " "), ("teas.3.price", "")]  # fmt: skip
    sent, errors = browser(NESTED, pairs)
    assert not errors
    assert sent["teas"] == [{"name": "green", "price": 4.5}, {"name": "black", "price": None}]
    assert reading.body(NESTED)(**sent).model_dump() == sent


def test_what_is_wrong_in_a_row_names_the_row() -> None:
    _sent, errors = browser(NESTED, [("title", "Spring"), ("teas.1.price", "free")])
    assert set(errors) == {"teas.1.name", "teas.1.price"}


def test_a_row_that_is_ticked_to_be_removed_is_left_out() -> None:
    pairs = [("title", "Spring"), ("teas.0.name", "green"), ("teas.1.name", "black"),
             ("teas.0.remove", "1")]  # fmt: skip
    sent, errors = browser(NESTED, pairs)
    assert not errors
    assert [tea["name"] for tea in sent["teas"]] == ["black"]


def test_a_spare_row_that_holds_only_what_it_came_with_is_no_row() -> None:
    sizes = Field("sizes", Text("Sizes", "尺寸"), "rows", fields=(
        Field("name", Text("Name", "名称"), required=True),
        Field("size", Text("Size", "大小"), "choice", default="s", choices=SIZES),
    ))  # fmt: skip
    cups = replace(ORDER, fields=(sizes,))
    assert browser(cups, [("sizes.0.name", ""), ("sizes.0.size", "s")]) == ({"sizes": []}, {})
    _sent, errors = browser(cups, [("sizes.0.name", ""), ("sizes.0.size", "l")])
    assert set(errors) == {"sizes.0.name"}


def test_a_form_shows_its_rows_and_two_spare_ones() -> None:
    held = Asked(None, None, ASKED.now, {"title": "Spring", "teas": [{"name": "green"}]})
    shown = reading.typed(NESTED, held, None)
    assert shown["teas"] == [0, 1, 2]
    assert [shown[f"teas.{place}.name"] for place in shown["teas"]] == ["green", None, None]


def test_what_was_typed_into_rows_stays_under_its_numbers() -> None:
    sent = Fields(FormData([("teas.1.name", "black"), ("teas.1.price", "free")]))
    shown = reading.typed(NESTED, ASKED, sent)
    assert shown["teas"] == [1, 2, 3]
    assert (shown["teas.1.name"], shown["teas.1.price"]) == ("black", "free")


def test_rows_hold_rows() -> None:
    stages = Field("stages", Text("Stages", "阶段"), "rows", fields=(
        Field("key", Text("Key", "标识"), required=True), *NESTED.fields[1:],
    ))  # fmt: skip
    menu = replace(NESTED, fields=(stages,))
    pairs = [("stages.0.key", "buy"), ("stages.0.teas.0.name", "green"), ("stages.1.key", "use")]
    sent, errors = browser(menu, pairs)
    assert not errors
    assert sent["stages"] == [
        {"key": "buy", "teas": [{"name": "green", "price": None}]}, {"key": "use", "teas": []},
    ]  # fmt: skip
    assert reading.typed(menu, ASKED, Fields(FormData(pairs)))["stages.0.teas"] == [0, 1, 2]


def test_what_is_done_is_told_with_what_was_asked_and_made() -> None:
    day = date(2026, 5, 4)
    asked = Asked(None, None, ASKED.now, {"tea": "oolong", "pots": 2})
    told = ORDER.told(asked, type("Made", (), {"guests": day})())
    assert told == Text("oolong: 2 pots for 2026-05-04", "oolong：2026-05-04 人 2 壶")


@pytest.mark.parametrize(
    ("sent", "chosen"),
    [
        ([], None),
        ([("sizes", "s")], ["s"]),
        ([("sizes.every", "these")], []),
        ([("sizes.every", "these"), ("sizes", "s"), ("sizes", "l")], ["s", "l"]),
        ([("sizes.every", "every"), ("sizes", "s")], None),
    ],
)
def test_every_one_is_meant_where_that_is_said(
    sent: list[tuple[str, str]], chosen: list[str] | None
) -> None:
    sizes = Field(
        "sizes", Text("Sizes", "大小"), "choices", choices=SIZES, every=Text("all", "全部")
    )
    form = Form(name="sell", submit=Text("Sell", "卖"), brief=Text("Sell", "卖"), right="edit",
                act=lambda asked: asked.values, fields=(sizes,), base=lambda _asked: 3)  # fmt: skip
    fields = Fields(FormData([*sent, ("base", "2")]))
    assert reading.sent(form, fields, ASKED) == {"sizes": chosen, "base": 2}
    assert reading.typed(form, ASKED, fields) == {"sizes": chosen}
    assert "None: all." in sizes.words.en
