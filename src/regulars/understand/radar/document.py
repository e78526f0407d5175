"""Reading the mapping (TOML) and benchmark files (CSV), with errors that say what to do."""

from __future__ import annotations

import csv
import io
import math
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any

from regulars.kit.errors import Invalid
from regulars.kit.text import Text
from regulars.understand.radar.model import KINDS, RADAR, Dimension, DimensionPart, Mapped

FILTERS = frozenset({"touchpoint", "stage", "channel", "place", "source", "metric", "survey_kind"})
MOST = 40


def default_document() -> str:
    """Return the mapping that ships with the product."""
    return (resources.files("regulars.understand.radar") / "mapping.toml").read_text("utf-8")


@lru_cache(maxsize=16)
def read(document: str, version: int = 0) -> Mapped:
    """Return the mapping that a document declares. Raises Invalid naming the dimension."""
    try:
        entries = tomllib.loads(document).get("dimension", [])
    except tomllib.TOMLDecodeError as error:
        raise wrong(f"The document is no TOML: {error}", f"不是有效的 TOML：{error}") from error
    if not isinstance(entries, list) or not 1 <= len(entries) <= MOST:
        raise wrong(
            f"Declare 1 to {MOST} dimensions, each as [[dimension]].",
            f"请用 [[dimension]] 声明 1 至 {MOST} 个维度。",
        )
    made = tuple(_dimension(entry) for entry in entries)
    twice = {one.key for one in made if [other.key for other in made].count(one.key) > 1}
    if twice:
        names = ", ".join(sorted(twice))
        raise wrong(f"Declared twice: {names}.", f"重复声明：{names}。")
    return Mapped(made, version)


def _dimension(entry: Any) -> Dimension:
    key = str(entry.get("key", "")) if isinstance(entry, dict) else ""
    if not key:
        raise wrong("A dimension has no key.", "有维度缺少 key。")
    try:
        title, ask = Text(**entry["title"]), Text(**entry["ask"])
        questions = [str(name) for name in entry.get("questions", [])]
        parts = [_part(part) for part in entry.get("part", [])]
        target = entry.get("target")
        target = None if target is None else float(target)
    except (KeyError, TypeError, ValueError) as error:
        raise wrong(f"Dimension {key}: {error}", f"维度 {key}：{error}") from error
    parts += [DimensionPart("score_mean", filters={"metric": (name,)}) for name in questions]
    kind = entry.get("kind", RADAR)
    if kind not in KINDS or not parts:
        raise wrong(
            f"Dimension {key}: kind is radar or experience, and at least one part or question.",
            f"维度 {key}：kind 为 radar 或 experience，且至少有一个 part 或 questions。",
        )
    if target is not None and not 0 <= target <= 100:
        raise wrong(f"Dimension {key}: a target is 0 to 100.", f"维度 {key}：目标为 0 至 100。")
    return Dimension(key, kind, title, ask, tuple(parts), target)


def _part(entry: dict[str, Any]) -> DimensionPart:
    filters = {
        name: tuple([words] if isinstance(words, str) else [str(word) for word in words])
        for name, words in entry.get("filters", {}).items()
    }
    unknown = sorted(set(filters) - FILTERS)
    if unknown:
        raise ValueError(f"no filter “{unknown[0]}”; use {', '.join(sorted(FILTERS))}")
    worst, best = entry.get("worst"), entry.get("best")
    if (worst is None) != (best is None) or (worst is not None and worst == best):
        raise ValueError("give both worst and best, and not the same")
    weight = float(entry.get("weight", 1.0))
    if not (math.isfinite(weight) and weight > 0):
        raise ValueError("a weight is above 0")
    return DimensionPart(str(entry["metric"]), worst, best, weight, filters)


def benchmark(text: str, mapped: Mapped) -> dict[str, tuple[float, int | None]]:
    """Return dimension → (points, n) of a CSV with columns dimension, value and perhaps n.

    A dimension may be named by its key or by its title in either language. Raises Invalid with
    the row.
    """
    rows = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    names = {name.casefold(): key for key, name in _names(mapped)}
    values: dict[str, tuple[float, int | None]] = {}
    for number, row in enumerate(rows, start=2):
        key = names.get((row.get("dimension") or "").strip().casefold())
        if key is None:
            word = row.get("dimension")
            raise wrong(
                f"Row {number}: no dimension “{word}”; the columns are dimension,value,n.",
                f"第 {number} 行：没有维度“{word}”；列名为 dimension,value,n。",
            )
        values[key] = _benchmark_value(row, number)
    if not values:
        raise wrong(
            "The file has no rows; its columns are dimension,value,n.",
            "文件没有数据行；列名为 dimension,value,n。",
        )
    return values


def _benchmark_value(row: dict[str, Any], number: int) -> tuple[float, int | None]:
    try:
        value = float((row.get("value") or "").strip())
        n = (row.get("n") or "").strip()
        size = int(n) if n else None
    except ValueError:
        value, size = math.nan, None
    if not 0 <= value <= 100 or (size is not None and size < 1):
        raise wrong(
            f"Row {number}: a value is 0 to 100 points, n a whole number above 0.",
            f"第 {number} 行：value 为 0 至 100 分，n 为正整数。",
        )
    return value, size


def _names(mapped: Mapped) -> Iterable[tuple[str, str]]:
    for one in mapped.dimensions:
        yield from ((one.key, one.key), (one.key, one.title.en), (one.key, one.title.zh))


def wrong(en: str, zh: str) -> Invalid:
    """Return the error of a document."""
    return Invalid("radar.document", Text(en, zh), field="document")
