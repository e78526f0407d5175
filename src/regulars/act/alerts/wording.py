"""An alert in words, in either language."""

from __future__ import annotations

from regulars.act.alerts.model import OWN_TITLES, Alert, Grain
from regulars.company.places.model import Tree
from regulars.faces.code_words import channel_title
from regulars.faces.formats import value_in
from regulars.kit.text import Text
from regulars.listen.catalog.model import Catalog
from regulars.understand.metrics import service as metrics
from regulars.understand.words.model import KIND_TITLES, MOOD_TITLES

WEEK, MONTH = Text("week of {day}", "{day} 起的一周"), Text("month of {day}", "{day} 起的一个月")
MONTHS = Text("{n} months from {day}", "{day} 起的 {n} 个月")
A_MONTH = 365.25 / 12
TOPICS: dict[str, Text] = {
    **{str(key): title for key, title in KIND_TITLES.items()},
    **{str(key): title for key, title in MOOD_TITLES.items()},
}
"""Pooled categories of words; other topics are words of the customers."""
WORSE, BETTER = Text("worse", "变差"), Text("better", "变好")


def metric_title(key: str) -> Text:
    """Return what is watched."""
    if key in OWN_TITLES:
        return OWN_TITLES[key]
    return metrics.definition(key).title if metrics.exists(key) else Text(key, key)


def where(part: dict[str, str], catalog: Catalog, tree: Tree) -> Text:
    """Return a slice's names; nothing for the whole."""
    named = []
    for column, value in sorted(part.items()):
        if column == "touchpoint":
            named.append(catalog.title_of(value))
        elif column == "place":
            named.append(tree.name(value))
        elif column == "topic":
            named.append(TOPICS.get(value) or Text(f"“{value}”", f"“{value}”"))
        elif column == "channel":
            named.append(channel_title(value))
        elif column != "survey_kind":
            named.append(Text(value, value))
    return Text(", ".join(one.en for one in named), "、".join(one.zh for one in named))


def when(alert: Alert, day: str) -> Text:
    """Return the period that was tested; `day` is its first day."""
    if alert.grain is Grain.WEEK:
        return WEEK.format(day=day)
    months = round((alert.end - alert.start).days / A_MONTH)
    return MONTHS.format(day=day, n=months) if months > 1 else MONTH.format(day=day)


def told(alert: Alert, catalog: Catalog, tree: Tree, day: str) -> Text:
    """Return the alert as one sentence."""
    name, at, period = (
        metric_title(alert.metric),
        where(alert.slice, catalog, tree),
        when(alert, day),
    )
    unit = alert.unit or None
    value, usual = value_in(unit, alert.value), value_in(unit, alert.usual)
    low, high = value_in(unit, alert.usual_low), value_in(unit, alert.usual_high)
    known = alert.usual_low != alert.usual_high
    usual_en = f"usually {usual} ({low} – {high})" if known else f"before {usual}"
    usual_zh = f"通常为 {usual}（{low} – {high}）" if known else f"此前为 {usual}"
    verdict = WORSE if alert.worse else BETTER
    about_en = f"{name.en}, {at.en}" if at.en else name.en
    about_zh = f"{at.zh}：{name.zh}" if at.zh else name.zh
    return Text(
        f"{about_en}: {value} in the {period.en}, {usual_en}; {verdict.en} (n {alert.n:,}).",
        f"{about_zh}：{period.zh}为 {value}，{usual_zh}；{verdict.zh}（n {alert.n:,}）。",
    )
