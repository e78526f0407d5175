"""Touchpoints of a recipe that the catalog lacks are added with an import that tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from regulars.company.rights.model import Principal
from regulars.kit.text import Text
from regulars.listen.catalog import service as catalog
from regulars.listen.imports.model import Note, Recipe

if TYPE_CHECKING:
    from regulars.store.workspace import Store

NAMED = 20
"""Touchpoints that are named at most; the rest are counted."""


def touchpoints(ws: Store, recipe: Recipe, *, by: Principal, now: datetime) -> Iterator[Note]:
    """Add what the catalog lacks of the recipe's touchpoints; yield the note of it, if any."""
    now_there = catalog.current(ws)
    points = [one.touchpoint(now_there) for one in recipe.touchpoints]
    if not points:
        return
    reason = f"declared by the import recipe {recipe.name}"
    added = catalog.add_touchpoints(ws, points, by, reason=reason, now=now)
    if not added:
        return
    more = len(added) - NAMED
    rest_en, rest_zh = (f" and {more} more", f" 等另外 {more} 个") if more > 0 else ("", "")
    shown = added[:NAMED]
    en, zh = ", ".join(one.title.en for one in shown), "、".join(one.title.zh for one in shown)
    yield Note(
        "touchpoints_added",
        0,
        Text(
            f"{len(added)} touchpoints of the template were added to the catalog: {en}{rest_en}.",
            f"触点清单中新增了导入模板声明的 {len(added)} 个触点：{zh}{rest_zh}。",
        ),
        tuple(one.key for one in added),
    )
