"""The page on imports says what the code does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec

from regulars.listen.imports import library
from regulars.listen.imports.expressions import AGGREGATES, FUNCTIONS
from regulars.listen.imports.model import Column, Input, Table
from regulars.listen.imports.reading.files import FORMATS

PAGE = Path(__file__).parents[3] / "docs/how-to/imports.md"
TEXT = PAGE.read_text("utf-8")


def test_the_example_is_a_mapping() -> None:
    example = re.findall(r"```toml\n(.*?)```", TEXT, re.S)[0]
    recipe = library.parse(example)
    assert recipe.inputs[0].columns["nps"] == Column(
        type="number", blank=("11", "Blank"), minimum=0, maximum=10
    )


def test_the_tables_shown_are_tables() -> None:
    shown = tomllib.loads(re.findall(r"```toml\n(.*?)```", TEXT, re.S)[1])
    assert [one.name for one in msgspec.convert(shown["tables"], list[Table])] == [
        "bills",
        "answers",
    ]


def test_every_word_of_an_input_and_function_of_the_language_is_told() -> None:
    words = set(re.findall(r"[a-z_]+", TEXT))
    fields = set(Input.__struct_fields__) | {name.rstrip("_") for name in Column.__struct_fields__}
    assert fields <= words
    assert {*FUNCTIONS, *AGGREGATES} <= words
    assert set(FORMATS.values()) <= words
