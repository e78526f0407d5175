"""The currency that money is summed in, and what no sum has because it is in another one.

Amounts of several currencies are never added. Sums are in the workspace's currency where orders
are in it. Where none is, they are in the currency of most orders: a workspace whose settings name
another currency than its data still gets its numbers, and is told which ones they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from regulars.company.rights.model import Scope
from regulars.kit.memo import Memo
from regulars.kit.text import Text
from regulars.timeline import orders as numbered
from regulars.timeline.vocabulary import ORDERS

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from regulars.timeline.engine.view import View
    from regulars.timeline.workspace import Workspace

UNNAMED = ""
"""Stands for the currency of orders that name none."""


@dataclass(frozen=True, slots=True)
class Currency:
    """The currency `code` of `n` orders, beside the workspace's `own`.

    `left_out` counts the orders in each other currency, most first.
    """

    code: str
    own: str
    n: int
    left_out: dict[str, int]

    @property
    def in_use(self) -> str | None:
        """The code where an order is in it; None where no order names a currency."""
        return self.code if self.n else None

    @property
    def note(self) -> Text | None:
        """Say in words which money it is and what is left out; None where nothing surprises."""
        said = []
        if self.n and self.code != self.own:
            said.append(
                Text(
                    f"Money is in {self.code} (n {self.n:,} orders): no order is in {self.own}, "
                    "the workspace's currency.",
                    f"金额以 {self.code} 计（n {self.n:,} 笔订单）：没有以工作区货币 {self.own} "
                    "计价的订单。",
                )
            )
        if self.left_out:
            said.append(_left_out(self.left_out))
        if not said:
            return None
        return Text(" ".join(one.en for one in said), "".join(one.zh for one in said))


def choose(counts: Mapping[str, int], own: str) -> Currency:
    """Return the currency to sum in, from how many orders are in each."""
    ordered = sorted(counts.items(), key=lambda one: (one[0] == UNNAMED, -one[1], one[0]))
    named = [code for code, n in ordered if n and code != UNNAMED]
    code = own if own in named or not named else named[0]
    left = {other: n for other, n in ordered if n and other != code}
    return Currency(code, own, counts.get(code, 0), left)


def of_orders(ws: Workspace, scope: Scope = None, *, only_known: bool = True) -> Currency:
    """Return the currency in which the orders within `scope` are summed.

    Orders without an amount are no money and do not count. With `only_known`, only orders of known
    customers do: for sums by customer.
    """

    def count() -> Currency:
        key = ("orders by currency", scope, only_known)
        table = ws.engine.summed(
            key, lambda view: _counted(view, scope, only_known), by=("currency",)
        )
        counts = {row["currency"]: row["n"] for row in table.to_pylist()}
        return choose(counts, ws.settings.workspace.currency)

    about = None if scope is None else tuple(sorted(scope))
    own = ws.settings.workspace.currency
    return _memo.get((str(ws.folder), ws.engine.watermark(), about, only_known, own), count)


def _counted(view: View, scope: Scope, only_known: bool) -> ir.Table:
    """Return how many orders with an amount are in each currency."""
    events = view.with_person()
    events = events.filter(events.actor == "customer", events.name.isin(sorted(ORDERS)))
    if scope is not None:
        events = events.filter(events.place.isin(sorted(scope)))
    found = numbered.orders(events.select(*numbered.NEEDED))
    found = found.filter(found.amount.notnull())
    if only_known:
        found = found.filter(found.person_id.notnull())
    named = found.select(currency=ibis.coalesce(found.currency, ibis.literal(UNNAMED)))
    return named.group_by("currency").aggregate(n=named.count())


def _left_out(counts: Mapping[str, int]) -> Text:
    en = ", ".join(
        f"{n:,} in {code}" if code else f"{n:,} without a currency" for code, n in counts.items()
    )
    zh = "、".join(
        f"{code} {n:,} 笔" if code else f"未注明货币 {n:,} 笔" for code, n in counts.items()
    )
    return Text(
        f"Sums of money leave out orders in other currencies, which are never added: {en}.",
        f"不同货币不相加，金额合计未计入以下订单：{zh}。",
    )


_memo: Memo[Currency] = Memo(16)
