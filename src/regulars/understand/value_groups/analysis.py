"""`value-groups`: who is core, potential and base, why that changed, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from regulars.faces import formats
from regulars.faces.columns import COUNT, MONEY, SHARE, Column, interval, number
from regulars.faces.language import fill, say
from regulars.faces.language import gettext as _
from regulars.kit.text import Text
from regulars.understand.analyses.model import Analysis, Customers, Panel, Span, Table
from regulars.understand.analyses.options import Option
from regulars.understand.value_groups.model import (
    DIMENSION_TITLES,
    DIMENSIONS,
    GROUP_TITLES,
    MEANING,
    REASON_TITLES,
    SEGMENT_TITLES,
    STRATEGIES,
    MoveReason,
)

if TYPE_CHECKING:
    from regulars.understand.analyses.view import View

FROM, TO = Text("From", "原分组"), Text("To", "现分组")
GROUP, SEGMENT, SCORE = Text("Group", "分组"), Text("Segment", "客户细分"), Text("Score", "得分")
COUNTED, SPEND = Text("Customers", "客户数"), Text("Spend", "消费金额")
MEAN_SPEND, SHARE_OF_SPEND = Text("Mean spend", "人均消费"), Text("Share of spend", "消费占比")


def _title(name: str) -> Any:
    """Return what gives the name of a row's group in the field `name`."""

    def title(row: Any, _view: View) -> Text:
        return GROUP_TITLES[row[name] if isinstance(row, dict) else getattr(row, name)]

    return title


def _segment(row: Any, _view: View) -> Text:
    return SEGMENT_TITLES[row["segment"] if isinstance(row, dict) else row.key]


def _spend(view: View) -> float:
    return float(sum(one.spend for one in view.result.groups))


def _share_of_spend(row: Any, view: View) -> float | None:
    return row.spend / _spend(view) if _spend(view) else None


def _part(row: Any, view: View) -> str:
    return formats.percent(row.n / view.result.customers)


def _customers_of(name: str) -> Any:
    def href(row: Any, view: View) -> str | None:
        return f"/value-groups/customers?{name}={row.key}" if view.may_list else None

    return href


def _sizes(title: Column, *more: Column, wide: bool) -> tuple[Column, ...]:
    """Return the columns of groups or segments."""
    return (
        title,
        Column(COUNTED, "n", COUNT, note=None if wide else _part),
        Column(SPEND, "spend", MONEY, in_file=True),
        Column(SHARE_OF_SPEND, _share_of_spend, SHARE, wide=True, bar=not wide),
        interval(
            MEAN_SPEND,
            lambda row, _: Span(row.mean, row.low, row.high),
            MONEY,
            wide=wide,
        ),
        Column(Text("Mean orders", "人均订单数"), "orders", number(), wide=True, in_file=wide),
        Column(
            Text("Mean interaction depth", "人均互动深度"),
            "depth",
            number(),
            wide=True,
            in_file=wide,
        ),
        *more,
    )


def _reasons(row: Any, _view: View) -> str:
    told = (
        f"{say(REASON_TITLES[MoveReason(key)])} {formats.whole(n)}"
        for key, n in row.reasons.items()
    )
    return " · ".join(told) or "–"


def _counted(reason: MoveReason) -> Column:
    """Return the column of how many moved for one reason."""
    return Column(
        REASON_TITLES[reason], lambda row, _: row.reasons.get(reason), COUNT, in_file=True
    )


def _reached(name: str, title: Text, heading: Text, form: Any) -> tuple[Column, Column]:
    """Return the columns of a threshold by one dimension alone, and of how many reach it."""

    def note(row: Any, _view: View) -> str | None:
        n = getattr(row, f"{name}_reached")
        return None if n is None else fill(_("{n} reach it"), n=formats.whole(n))

    return (
        Column(title, name, form, note=note),
        Column(heading, f"{name}_reached", COUNT, in_file=True),
    )


def _sentences(view: View) -> Iterator[str]:
    """Say how good the assignment is; the page has tiles for that."""
    found = view.result
    shares = (
        (_("Accuracy: {share}"), found.accuracy),
        (_("Ties split at random: {share}"), found.chance),
        (_("Stability: {share}"), found.stability),
    )
    for words, one in shares:
        value, low, high = map(formats.percent, (one.value, one.low, one.high))
        yield fill(words, share=f"{value} ({low} – {high}), n {one.n:,}")


def _values(view: View) -> dict[str, Any]:
    overview = view.result
    return {
        "rules": view.service.rules(view.ws),
        "history": view.service.rules_history(view.ws),
        "dimensions": DIMENSION_TITLES,
        "strategies": STRATEGIES,
        "group_title": GROUP_TITLES.__getitem__,
        "segment_title": SEGMENT_TITLES.__getitem__,
        "spend": _spend(view) if overview else 0.0,
        "errors": {},
        "typed": {},
    }


def _choice(name: str, title: Text, titles: Mapping[Any, Text]) -> Option:
    words = Text(f"One of {', '.join(titles)}.", f"可用：{'、'.join(titles)}。")
    return Option(name, title, words, choices=tuple((str(key), one) for key, one in titles.items()))


ANALYSIS = Analysis(
    noun=__package__,
    name="value-groups",
    title=Text("Value groups", "价值分组"),
    question=Text("Who are our most valuable customers?", "谁是我们最有价值的客户？"),
    summary=Text("Value groups", "价值分组"),
    meaning=MEANING,
    result="GroupOverview",
    order=60,
    rests_on=("lifetime-value",),
    renew=lambda service, ws, now: service.refresh(ws, now=now),
    told_as=(("as_of", "assigned_as_of"),),
    waiting=Text("Assigning the value groups…", "正在进行价值分组…"),
    tables=(
        Table(
            "groups",
            Text("Groups", "分组"),
            _sizes(Column(GROUP, _title("key"), href=_customers_of("group")), wide=False),
            lambda view: view.result.groups,
        ),
        Table(
            "segments",
            Text("Segments and actions", "客户细分与运营策略"),
            _sizes(
                Column(SEGMENT, _segment, href=_customers_of("segment")),
                Column(
                    Text("Actions at the touchpoints", "运营策略"),
                    lambda row, _: STRATEGIES[row.key],
                ),
                wide=True,
            ),
            lambda view: view.result.segments,
        ),
        Table(
            "moves",
            Text("Who moved, and why", "谁的分组变了，为什么"),
            (
                Column(FROM, _title("before")),
                Column(TO, _title("after")),
                Column(COUNTED, "n", COUNT),
                Column(Text("Reasons", "原因"), _reasons),
                *(_counted(one) for one in MoveReason),
            ),
            lambda view: [one for one in view.result.moves if one.before != one.after],
            empty=Text("Nobody's group changed.", "没有客户的分组发生变化。"),
        ),
        Table(
            "tiers",
            Text("Proposed thresholds for tiers", "建议的等级门槛"),
            (
                Column(Text("Tier", "等级"), _title("group")),
                Column(Text("Customers that reach it", "达到人数"), "customers", COUNT),
                Column(SCORE, "score", number(3), wide=True),
                *_reached(
                    "spend",
                    Text("Spend alone", "仅按消费"),
                    Text("Customers that reach the spend", "达到该消费的人数"),
                    MONEY,
                ),
                *_reached(
                    "orders",
                    Text("Orders alone", "仅按订单数"),
                    Text("Customers that reach the orders", "达到该订单数的人数"),
                    number(0),
                ),
            ),
            lambda view: view.result.thresholds,
        ),
    ),
    customers=Customers(
        question=Text("Which customers are worth how much?", "哪些客户价值几何？"),
        rows=lambda view, **chosen: view.service.chosen(view.ws, view.options.scope, **chosen),
        rank="score",
        file="customers-by-value",
        alone=True,
        filters=(
            _choice("group", GROUP, GROUP_TITLES),
            _choice("segment", SEGMENT, SEGMENT_TITLES),
        ),
        columns=(
            Column(GROUP, _title("group")),
            Column(SEGMENT, _segment),
            Column(SCORE, "score", number(3), wide=True),
            Column(SPEND, "spend", MONEY),
            *(
                Column(DIMENSION_TITLES[name], name, number(0), wide=True)
                for name in DIMENSIONS[1:]
            ),
            Column(Text("Days of silence", "沉默天数"), "silent", number(0), wide=True),
        ),
    ),
    lists=(
        Customers(
            question=Text(
                "Whose value group changed, and why?", "哪些客户的价值分组变了，为什么？"
            ),
            rows=lambda view: view.service.changed(view.ws, scope=view.options.scope),
            rank="score",
            name="changes",
            title=Text("Changes", "分组变化"),
            file="value-group-changes",
            alone=True,
            columns=(
                Column(FROM, _title("before")),
                Column(TO, _title("after")),
                Column(Text("Reason", "原因"), lambda row, _: REASON_TITLES[row["reason"]]),
                Column(Text("Previous score", "原得分"), "score_before", number(3), wide=True),
                Column(SCORE, "score", number(3), wide=True),
                Column(SPEND, "spend", MONEY, wide=True),
            ),
            empty=Text("Nobody's group changed.", "没有客户的分组发生变化。"),
        ),
    ),
    panel=Panel(
        lambda view, person: view.service.group_of(view.ws, person, scope=view.options.scope),
        "value_groups/_person.html",
        20,
        Text("This customer has no group.", "该客户没有分组。"),
        path="value-group",
        alone=True,
    ),
    plain=lambda _view: {"metric": "value_group_accuracy_share", "strategies": STRATEGIES},
    template="value_groups/_overview.html",
    page="value_groups/value_groups.html",
    sentences=_sentences,
    values=_values,
)
