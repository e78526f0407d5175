"""Money and order lines in the properties of an event, as the tracking specification has them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from regulars.kit.text import Text
from regulars.listen.intake.model import Line, Refused, Row
from regulars.timeline.vocabulary import ORDERS, REFUNDS

CENT = Decimal("0.0001")
MOST = Decimal(10) ** 14
"""The lake keeps decimal(18,4): amounts stay below this."""
LARGEST_QUANTITY = 1e9
LONGEST_LABEL = 300
MONEY = ("total", "revenue", "value")
"""Where an event says what it is worth; the first that is there counts."""
WORTH = frozenset(MONEY)
KEYS = frozenset({*MONEY, "products", "product_id", "sku"})
"""Without any of these an event has no money and no lines."""


def filled(value: Any) -> Any:
    """Return the value; None for a blank text, which stands where no number was given."""
    return None if type(value) is str and not value.strip() else value


def number(value: Any, where: str) -> float:
    """Return a finite number given as a number or as its text; raises Refused."""
    if type(value) is float:
        return value  # JSON knows no infinity
    odd = isinstance(value, bool) or (type(value) is str and "_" in value)
    try:
        read = math.nan if odd else float(value)
    except (TypeError, ValueError, OverflowError):  # an integer may have a thousand digits
        read = math.nan
    if not math.isfinite(read):
        raise Refused("intake.number", where, Text("This must be a number.", "此处必须是数字。"))
    return read


def money(value: Any, where: str) -> Decimal:
    """Return an amount with four places; raises Refused for what is none or too large."""
    if type(value) is float:
        amount = _of_float(value)
    else:
        number(value, where)
        amount = _four_places(str(value).strip())
    if amount is None:
        raise Refused("intake.amount", where, Text("This amount is too large.", "金额过大。"))
    return amount


@lru_cache(maxsize=20_000)
def _four_places(written: str) -> Decimal | None:
    try:
        amount = Decimal(written).quantize(CENT)
    except InvalidOperation:
        return None
    return amount if abs(amount) < MOST else None


@lru_cache(maxsize=20_000)
def _of_float(value: float) -> Decimal | None:
    return _four_places(str(value))


def _negative(where: str) -> Refused:
    return Refused("intake.negative", where, Text("This must not be negative.", "此处不能为负数。"))


def currency_of(value: Any, default: str) -> str:
    """Return the ISO 4217 code; without one the workspace's own currency is meant."""
    code = "" if value is None else _code(value) if type(value) is str else None
    if code == "":
        return default
    if code is None:
        raise Refused(
            "intake.currency",
            "properties.currency",
            Text(
                "Write a currency of three letters, such as CNY.",
                "请写三个字母的货币代码，例如 CNY。",
            ),
        )
    return code


@lru_cache(maxsize=1_000)
def _code(written: str) -> str | None:
    """Return a code of three letters, nothing for a blank text, None for what is no currency."""
    code = written.strip().upper()
    return code if not code or (len(code) == 3 and code.isascii() and code.isalpha()) else None


def fill(row: Row, properties: Mapping[str, Any], default_currency: str) -> None:
    """Set amount, currency and lines of `row` from its properties.

    Money that goes back (refunds, cancellations) is negative whichever sign the sender used.
    """
    sign = -1 if row.name in REFUNDS else 1
    if not WORTH.isdisjoint(properties):
        _set_amount(row, properties, sign, default_currency)
    row.lines = _lines(properties, sign)
    if row.lines and row.currency is None:
        row.currency = currency_of(properties.get("currency"), default_currency)


def _set_amount(row: Row, properties: Mapping[str, Any], sign: int, default_currency: str) -> None:
    where = next((name for name in MONEY if filled(properties.get(name)) is not None), None)
    if where == "value" and filled(properties.get("currency")) is None:
        where = None  # the specification's `value` is anything; only a currency makes it money
    if where is not None:
        amount = money(properties[where], f"properties.{where}")
        if amount < 0 and row.name in ORDERS:
            raise _negative(f"properties.{where}")
        row.amount = -abs(amount) if sign < 0 else amount
        row.currency = currency_of(properties.get("currency"), default_currency)


def _lines(properties: Mapping[str, Any], sign: int) -> list[Line] | None:
    products = properties.get("products")
    if products is not None and isinstance(products, list):
        return [
            _line(product, f"properties.products[{index}]", index, sign)
            for index, product in enumerate(products)
        ] or None
    if properties.get("product_id") is not None or properties.get("sku") is not None:
        return [_line(properties, "properties", 0, sign)]
    return None


def _line(product: Any, where: str, index: int, sign: int) -> Line:
    if not isinstance(product, dict):
        raise Refused(
            "intake.line", where, Text("A product must be an object.", "商品必须是对象。")
        )
    get = product.get
    price, count, amount, quantity = get("price"), get("quantity"), None, 1.0
    if count is not None and filled(count) is not None:
        quantity = _quantity(count, f"{where}.quantity")
    if price is not None and filled(price) is not None:
        amount = _price(price, quantity, f"{where}.price")
    if sign < 0:
        quantity, amount = -quantity, None if amount is None else -amount
    number = get("line_id")
    return (
        (None if number is None else _label(number)) or str(index + 1),
        _label(get("product_id")) or _label(get("sku")) or _label(get("name")),
        _label(get("category")),
        quantity,
        amount,
    )


def _price(value: Any, quantity: float, where: str) -> Decimal:
    """Return what so many cost."""
    amount = _not_negative(value) if type(value) is float else None
    if amount is None:
        amount = money(value, where)
        if amount < 0:
            raise _negative(where)
    return amount if quantity == 1.0 else money(amount * Decimal(str(quantity)), where)


@lru_cache(maxsize=20_000)
def _not_negative(value: float) -> Decimal | None:
    """Return an amount; None for one that is refused, and for a negative one."""
    return _of_float(value) if value >= 0 else None


def _quantity(value: Any, where: str) -> float:
    quantity = number(value, where)
    if quantity < 0:
        raise _negative(where)
    if quantity > LARGEST_QUANTITY:
        raise Refused("intake.quantity", where, Text("This is too much.", "数量过大。"))
    return quantity


def _label(value: Any) -> str | None:
    if type(value) is str:
        return (value if len(value) <= LONGEST_LABEL else value[:LONGEST_LABEL]) or None
    return str(value)[:LONGEST_LABEL] if isinstance(value, int | float) else None
