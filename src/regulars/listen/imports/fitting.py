"""Which recipes know an unknown file: how many of their columns it has, what they would give."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.kit.errors import RegularsError
from regulars.kit.headers import fold
from regulars.kit.text import Text
from regulars.listen.imports import library
from regulars.listen.imports.model import Input, Recipe
from regulars.listen.imports.reading import files
from regulars.listen.imports.reading.files import File
from regulars.listen.imports.reading.heading import candidates
from regulars.timeline import vocabulary

KNOWN_SHARE = 0.5
"""A recipe for files of any name knows this share of the columns, or is none for this file."""
MAX_GIVEN = 4


@dataclass(frozen=True, slots=True)
class RecipeFit:
    """A recipe that fits: of the columns it `needs` all are there, `known` of the file's.

    `columns` counts the file's columns, `gives` are the names of the events it makes.
    """

    recipe: str
    title: Text
    needs: int
    known: int
    columns: int
    gives: tuple[str, ...]

    @property
    def words(self) -> Text:
        """Say which recipe fits, how well, and what it gives."""
        names = [vocabulary.title(name) for name in self.gives[:MAX_GIVEN]]
        given_en = ", ".join(name.en for name in names)
        given_zh = "、".join(name.zh for name in names)
        return Text(
            f"The template “{self.recipe}” ({self.title.en}) fits: all {self.needs} columns it "
            f"needs are there, it knows {self.known} of {self.columns}. It gives: {given_en}.",
            f"导入模板“{self.recipe}”（{self.title.zh}）适用：所需的 {self.needs} 列齐全，"
            f"{self.columns} 列中识别 {self.known} 列。将生成：{given_zh}。",
        )

    def as_json(self) -> dict[str, Any]:
        """Return the fit as plain values."""
        words = self.words
        return {
            "recipe": self.recipe,
            "needs": self.needs,
            "known": self.known,
            "columns": self.columns,
            "gives": list(self.gives),
            "en": words.en,
            "zh": words.zh,
        }


def fits(file: File, headers: Sequence[str]) -> list[RecipeFit]:
    """Return the recipes that this file could be for, those made for its name first."""
    folded = {fold(name) for name in headers}
    found = [one for recipe in library.every().values() for one in _fit(file, recipe, folded)]
    return [fit for _own, fit in sorted(found, key=lambda one: (-one[0], -one[1].known))]


def _fit(file: File, recipe: Recipe, folded: Collection[str]) -> Iterator[tuple[bool, RecipeFit]]:
    try:
        taken, _left = files.assign([file], recipe.inputs)
    except RegularsError:
        return
    part = next((part for part in recipe.inputs if taken[part.name]), None)
    if part is None or not part.columns:
        return
    known, needs, there = _matched(part, folded)
    own = part.files != ("*",)
    if there < needs or not known or not (own or known >= KNOWN_SHARE * len(folded)):
        return
    yield own, RecipeFit(recipe.name, recipe.title.text, needs, known, len(folded), _gives(recipe))


def _matched(part: Input, folded: Collection[str]) -> tuple[int, int, int]:
    """Return how many declared columns are there, are needed, and are needed and there."""
    declared = needs = there = 0
    for key, column in part.declared.items():
        if "*" in key:
            continue
        found = any(fold(name) in folded for name in candidates(key, column))
        needed = not column.optional
        declared, needs, there = declared + found, needs + needed, there + (found and needed)
    return declared, needs, there


def _gives(recipe: Recipe) -> tuple[str, ...]:
    names = [str(event.set.get("name") or recipe.set.get("name") or "") for event in recipe.events]
    return tuple(dict.fromkeys(name for name in names if name))
