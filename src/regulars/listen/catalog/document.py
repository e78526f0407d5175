"""The catalog as a TOML document: read with errors that name line and field, and written."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.listen.catalog.model import KEY, Area, Catalog, Phase, Rule, Stage, Target, Touchpoint

TOP = frozenset({"title", "stage", "touchpoint"})
STAGE = frozenset({"key", "title", "phase"})
TOUCHPOINT = frozenset(
    {
        "key",
        "title",
        "stage",
        "area",
        "owner",
        "channels",
        "digital",
        "order",
        "wait_hours",
        "floor",
        "weight",
        "part_of",
        "target",
        "events",
        "aliases",
    }
)
RULE = {"name": "names", "channel": "channels", "source": "sources", "metric": "metrics"}
TARGET = frozenset({"metric", "value"})


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong: the line (from 1; 0 when unknown), the field and what to do."""

    line: int
    field: str
    message: Text


@dataclass(slots=True)
class _Reader:
    """Collects flaws while reading, so that one check names all of them."""

    lines: list[str]
    flaws: list[Flaw] = field(default_factory=list)

    def flaw(self, where: str, en: str, zh: str) -> None:
        self.flaws.append(Flaw(_line(self.lines, where), where, Text(en, zh)))

    def unknown(self, part: Mapping[str, Any], known: frozenset[str], where: str) -> None:
        for name in part.keys() - known:
            self.flaw(
                f"{where}{name}",
                f"is not a field; known are {', '.join(sorted(known))}",
                f"不是可用字段；可用的有 {'、'.join(sorted(known))}",
            )

    def text(self, value: Any, where: str) -> Text:
        if isinstance(value, str) and value.strip():
            return Text(value.strip(), value.strip())
        if isinstance(value, dict) and value.keys() <= {"en", "zh"} and value:
            parts = [value.get("en") or value.get("zh"), value.get("zh") or value.get("en")]
            if all(isinstance(part, str) and part.strip() for part in parts):
                return Text(str(parts[0]).strip(), str(parts[1]).strip())
        self.flaw(
            where,
            'needs a text, or one in two languages: { en = "Cart", zh = "购物车" }',
            '需要一段文字，或两种语言的文字：{ en = "Cart", zh = "购物车" }',
        )
        return Text("", "")

    def key(self, value: Any, where: str, taken: set[str]) -> str:
        if not isinstance(value, str) or not KEY.match(value):
            self.flaw(
                where,
                "needs a key of small letters, digits and _, beginning with a letter",
                "需要以字母开头、由小写字母、数字和下划线组成的标识",
            )
            return ""
        if value in taken:
            self.flaw(where, f"is used twice: “{value}”", f"重复使用：“{value}”")
        taken.add(value)
        return value

    def choice(self, value: Any, known: list[str], where: str) -> str:
        if value in known:
            return str(value)
        self.flaw(where, f"must be one of {', '.join(known)}", f"必须是 {'、'.join(known)} 之一")
        return ""

    def words(self, value: Any, where: str) -> tuple[str, ...]:
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(w, str) and w for w in listed):
            self.flaw(where, "needs a text or a list of texts", "需要文字或文字列表")
            return ()
        return tuple(listed)

    def number(
        self, value: Any, where: str, *, least: float | None = None, most: float | None = None
    ) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.flaw(where, "needs a number", "需要数字")
            return 0.0
        if not math.isfinite(value) or (least is not None and value < least):
            self.flaw(where, f"must be at least {least or 0:g}", f"不能小于 {least or 0:g}")
        elif most is not None and value > most:
            self.flaw(where, f"must be at most {most:g}", f"不能大于 {most:g}")
        return float(value)


def parse(document: str, *, version: int = 0) -> Catalog:
    """Return the catalog a TOML document describes.

    Raises Invalid (`catalog.wrong`) whose details list every flaw with line and field.
    """
    catalog, flaws = read(document, version=version)
    if flaws:
        raise Invalid("catalog.wrong", _summary(flaws), flaws=[_plain(flaw) for flaw in flaws])
    return catalog


def read(document: str, *, version: int = 0) -> tuple[Catalog, list[Flaw]]:
    """Return the catalog and every flaw of the document; the catalog counts only without flaws."""
    try:
        content = tomllib.loads(document)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        flaw = Flaw(
            int(found[1]) if found else 0,
            "toml",
            Text(f"is not TOML: {error}", f"不是有效的 TOML：{error}"),
        )
        return Catalog(Text("", ""), (), ()), [flaw]
    reader = _Reader(document.splitlines())
    reader.unknown(content, TOP, "")
    stages = _stages(reader, content)
    points = _touchpoints(reader, content, [stage.key for stage in stages])
    title = reader.text(content.get("title", "Catalog"), "title")
    return Catalog(title, stages, points, version), reader.flaws


def _tables(reader: _Reader, content: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = content.get(name)
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        reader.flaw(name, f"needs at least one [[{name}]]", f"至少需要一个 [[{name}]]")
        return []
    return rows


def _stages(reader: _Reader, content: Mapping[str, Any]) -> tuple[Stage, ...]:
    taken: set[str] = set()
    stages = []
    for index, row in enumerate(_tables(reader, content, "stage")):
        where = f"stage[{index + 1}]."
        reader.unknown(row, STAGE, where)
        phase = reader.choice(row.get("phase"), list(Phase), where + "phase")
        stages.append(
            Stage(
                reader.key(row.get("key"), where + "key", taken),
                reader.text(row.get("title"), where + "title"),
                Phase(phase) if phase else Phase.PRE_SALE,
            )
        )
    return tuple(stages)


def _touchpoints(
    reader: _Reader, content: Mapping[str, Any], stages: list[str]
) -> tuple[Touchpoint, ...]:
    taken: set[str] = set()
    rows = enumerate(_tables(reader, content, "touchpoint"))
    found = [_touchpoint(reader, row, f"touchpoint[{i + 1}].", stages, taken) for i, row in rows]
    _aliases_free(reader, found)
    _parts_known(reader, found)
    return tuple(found)


def _parts_known(reader: _Reader, points: list[Touchpoint]) -> None:
    wholes = {point.key for point in points if point.part_of is None}
    for index, point in enumerate(points):
        if point.part_of is not None and point.part_of not in wholes:
            reader.flaw(
                f"touchpoint[{index + 1}].part_of",
                "must be the key of a touchpoint that is itself no part",
                "必须是另一个触点的标识，且该触点自身不属于其他触点",
            )


def _aliases_free(reader: _Reader, points: list[Touchpoint]) -> None:
    owner = {point.key: point.key for point in points}
    for index, point in enumerate(points):
        for alias in point.aliases:
            if owner.setdefault(alias, point.key) != point.key:
                reader.flaw(
                    f"touchpoint[{index + 1}].aliases",
                    f"“{alias}” already means “{owner[alias]}”",
                    f"“{alias}”已经指“{owner[alias]}”",
                )


def _touchpoint(
    reader: _Reader, row: dict[str, Any], where: str, stages: list[str], taken: set[str]
) -> Touchpoint:
    reader.unknown(row, TOUCHPOINT, where)
    area = reader.choice(row.get("area"), list(Area), where + "area")
    order = row.get("order")
    wait, floor = row.get("wait_hours"), row.get("floor")
    if not isinstance(row.get("digital", False), bool):
        reader.flaw(where + "digital", "must be true or false", "必须是 true 或 false")
    return Touchpoint(
        key=reader.key(row.get("key"), where + "key", taken),
        title=reader.text(row.get("title"), where + "title"),
        stage=reader.choice(row.get("stage"), stages, where + "stage"),
        area=Area(area) if area else Area.PROCESS,
        owner=reader.text(row["owner"], where + "owner") if "owner" in row else None,
        channels=reader.words(row.get("channels", []), where + "channels"),
        digital=row.get("digital") is True,
        order=None if order is None else int(reader.number(order, where + "order")),
        wait_hours=None if wait is None else reader.number(wait, where + "wait_hours", least=0),
        floor=None if floor is None else reader.number(floor, where + "floor", least=0, most=100),
        weight=reader.number(row.get("weight", 1.0), where + "weight", least=0),
        part_of=row.get("part_of"),
        target=_target(reader, row.get("target"), where + "target"),
        events=_rules(reader, row.get("events", []), where + "events"),
        aliases=reader.words(row.get("aliases", []), where + "aliases"),
    )


def _target(reader: _Reader, value: Any, where: str) -> Target | None:
    if value is None:
        return None
    if not isinstance(value, dict) or value.keys() != TARGET:
        reader.flaw(
            where,
            'needs a metric and a value: { metric = "csat_satisfied_share", value = 85 }',
            '需要指标和数值：{ metric = "csat_satisfied_share", value = 85 }',
        )
        return None
    if not isinstance(value["metric"], str):
        reader.flaw(where, "needs the key of a metric", "需要指标的标识")
    return Target(str(value["metric"]), reader.number(value["value"], where))


def _rules(reader: _Reader, value: Any, where: str) -> tuple[Rule, ...]:
    listed = [value] if isinstance(value, dict) else value
    if not isinstance(listed, list):
        reader.flaw(where, 'needs rules such as { name = ["Cart Viewed"] }', "需要规则列表")
        return ()
    rules = []
    for row in listed:
        if not isinstance(row, dict) or not row or row.keys() - RULE.keys():
            reader.flaw(
                where,
                "each rule tests one or more of name, channel, source, metric",
                "每条规则检查 name、channel、source、metric 中的一项或多项",
            )
            continue
        rules.append(Rule(**{RULE[k]: reader.words(v, f"{where}.{k}") for k, v in row.items()}))
    return tuple(rules)


def _line(lines: list[str], where: str) -> int:
    """Return the line on which a field such as `touchpoint[3].area` stands, or its block begins."""
    found = re.match(r"(\w+)\[(\d+)\]\.(\w+)", where)
    if not found:
        starts = [n for n, line in enumerate(lines, 1) if re.match(rf"\s*{where}\s*=", line)]
        return starts[0] if starts else 1
    table, count, name = found[1], int(found[2]), found[3]
    heads = [n for n, line in enumerate(lines, 1) if re.match(rf"\s*\[\[\s*{table}\s*\]\]", line)]
    if len(heads) < count:
        return 0
    for number in range(heads[count - 1] + 1, len(lines) + 1):
        line = lines[number - 1]
        if re.match(r"\s*\[\[", line):
            break
        if re.match(rf"\s*{name}\s*[.=]", line):
            return number
    return heads[count - 1]


def _summary(flaws: list[Flaw]) -> Text:
    first = flaws[0]
    more = len(flaws) - 1
    return Text(
        f"The catalog, line {first.line}, {first.field}: {first.message.en}"
        + (f" (and {more} more)." if more else "."),
        f"触点清单第 {first.line} 行，{first.field}：{first.message.zh}"
        + (f"（另有 {more} 处）。" if more else "。"),
    )


def _plain(flaw: Flaw) -> dict[str, Any]:
    return {
        "line": flaw.line,
        "field": flaw.field,
        "message": {"en": flaw.message.en, "zh": flaw.message.zh},
    }
